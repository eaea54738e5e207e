"""City leaders' instructions as the staff's pages tell them: how much time is left, and who can do what about which. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from chassis.tokens import Staff
from city.profile import Profile
from fronts.portal.staff.standing import Standing, day_minutes, spelled

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "instruction-reading": ("given",),
    "instruction-in-hand": ("given", "read"),
    "instruction-report": ("given", "read", "in_hand"),
    "instruction-acceptance": ("reported",),
    "instruction-return": ("reported",),
}
"""An act about one instruction to the states in which it is possible."""
_JUDGING: Final = ("instruction-acceptance", "instruction-return")
_CLOSED: Final = {"reported": "待审阅", "accepted": "已办结"}


@dataclass(frozen=True)
class Followed:
    """The instructions on a case's page."""

    given: Sequence[dict[str, Any]]
    """Each with its `standing`."""
    older: Sequence[dict[str, Any]]
    """Published ones from before instructions were followed."""
    choices: Mapping[str, Sequence[dict[str, Any]]]
    """Act to the instructions to which the reader can do it."""


def followed(case: dict[str, Any], me: Staff, profile: Profile, now: datetime) -> Followed:
    """The instructions of a case as `me` reads them at `now`."""
    given = [one | {"standing": standing(one, profile, now)} for one in case["instructions_given"]]
    written = {one["at"] for one in given}
    return Followed(
        given,
        [one for one in case["instructions"] if one["at"] not in written],
        {
            act: [
                one
                for one in given
                if one["state"] in states and (act not in _JUDGING or is_own(one, me, profile))
            ]
            for act, states in CHOICES.items()
        },
    )


def figures(counted: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    """Name and number of each figure of the ledger; the share in time is of what was reported or is overdue."""
    done = counted["reported"] + counted["accepted"]
    judged = done + counted["overdue"]
    numbers = (
        ("批示", counted["waiting"] + done),
        ("待反馈", counted["waiting"]),
        ("超期", counted["overdue"]),
        ("待审阅", counted["reported"]),
        ("已办结", counted["accepted"]),
        ("按时反馈", counted["on_time"]),
    )
    share = f"{100 * counted['on_time'] / judged:.1f}%" if judged else "—"
    return (*((name, f"{number} 件") for name, number in numbers), ("按时率", share))


def is_own(instruction: dict[str, Any], me: Staff, profile: Profile) -> bool:
    """Whether it is `me` who judges the report: who gave it, or whose office did."""
    held = (leader.account for leader in profile.leaders if leader.name == instruction["leader_name"])
    return instruction["by"] == me.person or any(account in ("", me.person) for account in held)


def standing(instruction: dict[str, Any], profile: Profile, now: datetime) -> Standing:
    """How much working time is left for the report at `now`; yellow on the last day."""
    if instruction["state"] in _CLOSED:
        return Standing("none", _CLOSED[instruction["state"]], "")
    left = profile.working_time.minutes_between(now, datetime.fromisoformat(instruction["due"]))
    if instruction["overdue"] or left < 0:
        return Standing("red", "超期", f"超 {spelled(-left, profile)}" if left < 0 else "")
    level, word = ("yellow", "临近") if left <= day_minutes(profile) else ("green", "充裕")
    return Standing(level, word, f"剩 {spelled(left, profile)}")
