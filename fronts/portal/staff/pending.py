"""What waits beside the cases: words to be looked through, debates and dialogues to be closed, surveys to be counted."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from fronts.portal.staff.visits import Visit

Row = Mapping[str, Any]
"""A line of a service's list."""


class Pending(NamedTuple):
    """Something that somebody of the staff must do."""

    address: str
    title: str
    what: str


async def pending(visit: Visit) -> list[Pending]:
    """What waits for the visitor. Of a service that does not answer nothing is listed: its own page says so."""
    asked = [("debate", "debates"), ("debate", "dialogues")]
    if visit.me.role == "supervisor":
        asked.append(("survey", "surveys"))
    found = await asyncio.gather(*(visit.read(service, "/v1/" + name) for service, name in asked))
    lists: dict[str, list[Row]] = {
        name: answer.body.get(name, []) if answer.ok else []
        for (_, name), answer in zip(asked, found, strict=True)
    }
    unit = "" if visit.me.role == "supervisor" else visit.me.department
    return [*_debates(lists["debates"], unit), *_dialogues(lists["dialogues"], unit), *_surveys(lists)]


def _debates(rows: Iterable[Row], unit: str) -> Iterable[Pending]:
    """`unit`: whose debates they close; empty for a supervisor, who closes all."""
    for row in rows:
        address = f"/staff/debates/{row['id']}"
        if row.get("to_moderate"):
            yield Pending(address, row["title"], f"{row['to_moderate']} 条发言待审核")
        if row["state"] == "ended" and unit in ("", row["department"]):
            yield Pending(address, row["title"], "评议已截止,待公布结论")


def _dialogues(rows: Iterable[Row], unit: str) -> Iterable[Pending]:
    for row in rows:
        address = f"/staff/dialogues/{row['id']}"
        if row.get("to_moderate"):
            yield Pending(address, row["title"], f"{row['to_moderate']} 个提问待审核")
        # The page of a leader's approvals has the answers of the unit's clerks by themselves.
        if not unit and row.get("to_approve"):
            yield Pending(address, row["title"], f"{row['to_approve']} 条回答待审核")
        if row["state"] == "ended" and unit in ("", row["department"]):
            yield Pending(address, row["title"], "对话已结束,待公布实录")
        if row.get("left_open"):
            yield Pending(address, row["title"], f"{row['left_open']} 个提问没有回答,待代录为帖子")


def _surveys(lists: Mapping[str, Iterable[Row]]) -> Iterable[Pending]:
    for row in lists.get("surveys", ()):
        if row["state"] in ("ended", "closed"):
            yield Pending(f"/staff/surveys/{row['id']}", row["title"], "问卷已结束,待公布结果")
