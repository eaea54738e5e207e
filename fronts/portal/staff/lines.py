"""The lines of a unit's inbox, each made ready once, so that the page only writes them down. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.tokens import Staff
from city.explain import moment
from city.profile import Profile
from fronts.portal.staff.standing import Standing, standings


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the list."""

    number: str
    title: str
    """The post's title; its number where there is none."""
    about: str
    """Number, kind, status, receipt, and what else the reader should know at a glance."""
    standing: Standing
    due: str
    """In words; empty without a clock."""
    acceptable: bool
    """Whether the reader may take it on from here."""


def lines_of(rows: Sequence[dict[str, Any]], me: Staff, profile: Profile, now: datetime) -> list[Line]:
    """The rows of intake's list as `me` reads them at `now`."""
    return [
        Line(
            number=row["number"],
            title=row["title"] or row["number"],
            about=" · ".join(_about(row, me)),
            standing=standing,
            due=f"{_words(row['due'])}{'(暂定)' if row['provisional'] else ''}" if row["due"] else "",
            acceptable=me.role == "clerk"
            and row["department"] == me.department
            and "acceptance" in row["allowed"],
        )
        for row, standing in zip(rows, standings(rows, profile, now), strict=True)
    ]


def _about(row: dict[str, Any], me: Staff) -> list[str]:
    about = [row["number"], row["kind_name"], row["status_name"], _words(row["received_at"])]
    if row["department"] != me.department:
        about.append("协办")
    if row["to_approve"]:
        about.append("待审批")
    if row["returned"]:
        about.append("退回中")
    waiting = [one for one in row["instructions_given"] if one["state"] in ("given", "read", "in_hand")]
    if waiting and row["status"] not in ("withdrawn", "hidden"):
        about.append("批示超期" if any(one["overdue"] for one in waiting) else "批示待反馈")
    if row["supports"]:
        about.append(f"{row['supports']} 人支持")
    return about


def _words(instant: str) -> str:
    return moment(datetime.fromisoformat(instant))
