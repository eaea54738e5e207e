"""What comes before the reply: how soon a post has a unit, how soon that takes it on, whether a meeting rules in time. Pure.

Measures have a colon, so that bulletins of before, whose recount must not change, leave them out (ADR 73). They follow from cases that were
heard from their first fact by rules that know of all this: of an older one nothing is claimed, not even that it waits.
"""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from services.stats.core.case import Case, latest

HOUR_BUCKETS: Final = (*[n / 2 for n in range(1, 49)], *range(25, 241), *range(246, 1441, 6))
"""Upper bounds, in hours, of the buckets for a time such as that to the first reply; beyond the last: the last."""

RESPONSE_STEPS: Final = (0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, 36, 48, 72, 120, 240, HOUR_BUCKETS[-1])
"""Upper bounds, in hours, for the time to a response. Each is a row of a unit's month, and a median needs few of them."""


def bucket(hours: float) -> int:
    """Index of the bucket of a duration: the first whose upper bound is not below it."""
    return min(bisect_left(HOUR_BUCKETS, hours), len(HOUR_BUCKETS) - 1)


def course(case: Case) -> dict[str, int]:
    """The measures of a post that counts."""
    if not case.whole_course:
        return {}
    counted = _response(case) | _meetings(case)
    if _dispatched_late(case):
        counted["dispatch:late"] = 1
    elif case.holders:
        counted["dispatch:in_time"] = 1
    if case.holders:
        duty = f"duty:{duty_of(case)}"
        reply = case.first_reply() is not None
        counted[f"{duty}:received"] = 1
        counted[f"{duty}:replied"] = int(reply)
        counted[f"{duty}:overdue"] = int(case.missed and not reply)
    return counted


def _dispatched_late(case: Case) -> bool:
    """Whether no unit had it in time; an assignment of before, of which the clock heard later, counts."""
    due = case.dispatch_due
    return case.dispatched_late and not (due is not None and any(at <= due for at, _ in case.holders))


def _response(case: Case) -> dict[str, int]:
    """Whether the unit for which the post counts took it on or answered, and how long after it got the post."""
    counted = {"response:asked": 1}
    unit, reply = case.unit(), case.first_reply()
    responses = [at for at, by in case.accepted if by == unit]
    if reply is not None:
        responses.append(reply.at)
    if not responses:
        return counted
    first = min(responses)
    got = max((at for at, held in case.holders if held == unit and at <= first), default=case.received_at)
    counted["response:given"] = 1
    if got is not None:
        hours = (first - got).total_seconds() / 3600
        step = RESPONSE_STEPS[min(bisect_left(RESPONSE_STEPS, hours), len(RESPONSE_STEPS) - 1)]
        counted[f"response_hours:{bucket(step)}"] = 1
    return counted


def _meetings(case: Case) -> dict[str, int]:
    """Meetings (交办会) that were called, and those that were over in their time: it ruled, or a person assigned the post.

    Of a post that was hidden meanwhile and restored, the clock alone knows when that time was over (MeetingLate).
    """
    if not case.meetings:
        return {}
    over = [min(_ends(case, n), default=None) for n in range(len(case.meetings))]
    in_time = sum(
        end is not None and (end <= until or (_waited(case, called) and until not in case.meetings_late))
        for end, (called, until) in zip(over, case.meetings, strict=True)
    )
    return {"meeting:called": len(case.meetings), "meeting:in_time": in_time}


def _ends(case: Case, n: int) -> list[datetime]:
    """When the meeting of this place may have been over: others ruled, or the post was assigned, after it was called.

    What happened in the instant of the call came after it where it was heard after it.
    """
    older = len(case.meetings) - len(case.meetings_after)
    if n < older:
        called = case.meetings[n][0]
        return [at for at in (*case.ruled, *(at for at, _ in case.holders)) if at > called]
    ruled, held = case.meetings_after[n - older]
    return [*case.ruled[ruled:], *(at for at, _ in case.holders[held:])]


def _waited(case: Case, called: datetime) -> bool:
    """Whether the post was restored after a meeting was called, so that the meeting had longer than its day."""
    return case.restored_at is not None and case.restored_at > called


def instructions(case: Case) -> dict[str, int]:
    """Instructions of city leaders (批示) that want a report, and those that were overdue, or were reported and never were."""
    if not case.whole_instructions:
        return {}
    given = set(case.instructions)
    late = given & {instruction for instruction, _ in case.instructions_overdue}
    in_time = (given & set(case.instructions_reported)) - late
    return {
        "instruction:given": len(given),
        "instruction:in_time": len(in_time),
        "instruction:late": len(late),
    }


def duty_of(case: Case) -> str:
    """The duty item by which the unit for which the post counts has it; empty where none was named, or the post is older than this."""
    unit = case.unit()
    named = [(at, duty) for at, held, duty in case.duties if held == unit]
    return latest(named) if case.whole_course else ""


def duties(measures: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Duty item (empty: none was named) to its received, replied and overdue posts."""
    by_duty: dict[str, dict[str, int]] = {}
    for name, count in measures.items():
        if name.startswith("duty:"):
            duty, _, measure = name.removeprefix("duty:").rpartition(":")
            by_duty.setdefault(duty, {"received": 0, "replied": 0, "overdue": 0})[measure] = count
    return by_duty
