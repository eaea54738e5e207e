"""What a case contributes to the figures: its state implies cells, and the figures are the sum over all cases.

A batch writes the difference between the cells after and before, so the live figures are by
construction the sum over the states, and a recount is one query.
"""

from bisect import bisect_left
from typing import Final

from services.stats.core.case import Case, Cell, Replied

INSTANT_MINUTES: Final = 10
"""A reply within so many minutes of receipt is an instant closing: shown, for it is seldom an answer."""

HOUR_BUCKETS: Final = (*[n / 2 for n in range(1, 49)], *range(25, 241), *range(246, 1441, 6))
"""Upper bounds, in hours, of the buckets for the time to the first reply; beyond the last: the last."""

Counts = dict[tuple[str, str, str], int]
"""Day, unit and measure to a count; the kind is the case's own."""


def cells(case: Case) -> dict[Cell, int]:
    """The cells a case's state implies. Nothing is implied before the post itself was heard."""
    if case.received_at is None:
        return {}
    day, unit = case.received_at.date().isoformat(), case.unit()
    reply = case.first_reply()
    counted = _messages(case, reply)
    elsewhere: Counts = {}
    if case.left or not case.clock:
        counted["left" if case.left else "clockless"] = 1
    else:
        counted |= _outcome(case, reply)
        counted |= _rating(case)
        counted |= _second(case)
        elsewhere = _of_other_units(case, day)
    implied = {(day, unit, case.kind, measure): count for measure, count in counted.items() if count}
    for (on, who, measure), count in elsewhere.items():
        implied[(on, who, case.kind, measure)] = count
    return implied


def _messages(case: Case, reply: Replied | None) -> dict[str, int]:
    """What counts of every post, also of those that were withdrawn or have no clock: the report of 2011 did."""
    counted = {
        "threads": 1,
        "messages": 1 + case.follow_ups + case.answers + len(case.replies),
    }
    if reply is not None:
        counted["report_replied"] = 1
    if case.grade:
        counted["report_rated"] = 1
        counted["report_satisfied"] = int(case.grade >= case.satisfied_from)
    return counted


def _outcome(case: Case, reply: Replied | None) -> dict[str, int]:
    """Received, and exactly one of replied, overdue and open."""
    counted = {
        "received": 1,
        f"area:{case.area}:received": 1,
        "extensions": case.extensions,
        "broken": case.broken,
    }
    if reply is not None and case.received_at is not None:
        hours = (reply.at - case.received_at).total_seconds() / 3600
        counted["replied"] = 1
        counted[f"area:{case.area}:replied"] = 1
        counted[f"hours:{bucket(hours)}"] = 1
        counted["instant"] = int(hours * 60 < INSTANT_MINUTES)
        counted["on_time"] = int(bool(case.in_time))
    elif case.missed:
        counted["overdue"] = 1
        counted[f"area:{case.area}:overdue"] = 1
    else:
        counted["open"] = 1
    return counted


def _rating(case: Case) -> dict[str, int]:
    """The latest grade, of posts with a clock."""
    if not case.grade:
        return {}
    return {"rated": 1, "satisfied": int(case.grade >= case.satisfied_from)}


def _second(case: Case) -> dict[str, int]:
    """Second handlings have columns of their own; each reopening asks for a reply of its own."""
    if not case.reopened:
        return {}
    counted = {"reopened": 1}
    if sum(reply.handling > 1 for reply in case.replies) >= case.reopened:
        counted["second_replied"] = 1
        counted["second_on_time"] = int(bool(case.second_in_time))
    elif case.second_overdue():
        counted["second_overdue"] = 1
    return counted


def _of_other_units(case: Case, day: str) -> Counts:
    """What is counted of whoever did it: replies, on the day they were given; returns; working minutes held."""
    counted: Counts = {}

    def count(on: str, who: str, measure: str, by: int = 1) -> None:
        if by:
            counted[(on, who, measure)] = counted.get((on, who, measure), 0) + by

    for given in case.replies:
        if not (given.lead and case.ungrouped):
            count(given.at.date().isoformat(), given.department, "replies_given")
    for department in case.returns:
        count(day, department, "returns")
    for holder, minutes in (*case.held, *case.second_held):
        # Minutes at the leader's desk are the leader's unit's.
        count(day, holder.removeprefix("leader:"), "held_minutes", minutes)
    return counted


def bucket(hours: float) -> int:
    """Index of the bucket of a duration: the first whose upper bound is not below it."""
    return min(bisect_left(HOUR_BUCKETS, hours), len(HOUR_BUCKETS) - 1)


def difference(before: dict[Cell, int], after: dict[Cell, int]) -> tuple[tuple[Cell, int], ...]:
    """What must be added to the cells."""
    changes = [(cell, count - before.get(cell, 0)) for cell, count in after.items()]
    changes += [(cell, -count) for cell, count in before.items() if cell not in after]
    return tuple((cell, by) for cell, by in changes if by)
