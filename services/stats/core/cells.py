"""What a case contributes to the figures: its state implies cells, and the figures are the sum over all cases.

A batch writes the difference between the cells after and before, so the live figures are by
construction the sum over the states, and a recount is one query.
"""

from datetime import date
from typing import Final, NamedTuple

from contracts.replies import Solved
from services.stats.core.case import Case, Cell, Replied
from services.stats.core.course import bucket, course, instructions

INSTANT_MINUTES: Final = 10
"""A reply within this many minutes of receipt is an instant closing: shown, for it is seldom an answer."""

BY_ORIGIN: Final = ("threads", "received", "replied", "on_time", "overdue", "rated", "satisfied")
"""Measures that are told by the way a post came."""

SOLVED_MEASURES: Final[dict[Solved, str]] = {"yes": "solved", "partly": "partly_solved", "no": "unsolved"}
"""What the citizen said of the matter itself, and the measure it counts in."""

Counts = dict[Cell, int]


Place = tuple[str, str, str]
"""Day, unit and kind."""


class Implied(NamedTuple):
    """What a case counts in: measures of its own day, unit and kind, and cells of other days and units."""

    place: Place | None
    """None before the post itself was heard: then nothing is implied."""
    measures: dict[str, int]
    elsewhere: Counts


NOTHING: Final = Implied(None, {}, {})


def implied(case: Case) -> Implied:
    """What a case's state implies. Nothing is implied before the post itself was heard."""
    place, measures = of_its_own(case)
    if place is None:
        return NOTHING
    counts = case.clock and not case.left
    other = counts and (case.replies or case.returns or case.held or case.sent_back)
    return Implied(place, measures, _of_other_units(case, place[0]) if other else {})


def of_its_own(case: Case) -> tuple[Place | None, dict[str, int]]:
    """Where a case counts, and its own measures: all but what other units did with it."""
    if case.received_at is None:
        return None, {}
    reply = case.first_reply()
    measures = _messages(case, reply)
    if case.left or not case.clock:
        measures["left" if case.left else "clockless"] = 1
    else:
        measures |= _outcome(case, reply) | course(case)
        if case.grade:
            measures |= _rating(case)
        if case.reopened:
            measures |= _second(case)
    if case.follow_ups and not case.left:
        measures |= _follow_ups(case)
    if case.instructions and not case.left:
        measures |= instructions(case)
    if case.adoption is not None and not case.left:
        measures |= _adoption(case)
    if case.origin != "online":
        measures |= _origin(case.origin, measures)
    return (case.received_at.date().isoformat(), case.unit(), case.kind), measures


def cells(case: Case) -> Counts:
    """The same as cells, those with a zero left out."""
    return dict(difference(NOTHING, implied(case)))


def counted_on(case: Case) -> date | None:
    """The day of receipt under which a case counts in the league; none for one that is left out."""
    return None if case.received_at is None or case.left or not case.clock else case.received_at.date()


def outcome(case: Case) -> str:
    """`replied`, `overdue` or `open`, as a case counts in the league; empty for one that is left out."""
    if counted_on(case) is None:
        return ""
    if case.first_reply() is not None:
        return "replied"
    return "overdue" if case.missed else "open"


def difference(before: Implied, after: Implied) -> tuple[tuple[Cell, int], ...]:
    """What must be added to the cells."""
    changes: list[tuple[Cell, int]] = []
    if before.place == after.place and after.place is not None:
        # Most facts change a few measures of a case that stays where it is.
        for measure, count in after.measures.items():
            by = count - before.measures.get(measure, 0)
            if by:
                changes.append(((*after.place, measure), by))
        for measure, count in before.measures.items():
            if count and measure not in after.measures:
                changes.append(((*after.place, measure), -count))
    else:
        for side, sign in ((before, -1), (after, 1)):
            if side.place is not None:
                place = side.place
                changes += [((*place, name), sign * count) for name, count in side.measures.items() if count]
    if before.elsewhere != after.elsewhere:
        for cell in {**before.elsewhere, **after.elsewhere}:
            by = after.elsewhere.get(cell, 0) - before.elsewhere.get(cell, 0)
            if by:
                changes.append((cell, by))
    return tuple(changes)


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
    if case.promises:
        outcomes = [how for _, how in case.promises]
        counted["promises"] = len(outcomes)
        counted["promises_kept"] = outcomes.count("kept")
    if case.promises_broken:
        counted["promises_broken"] = len(case.promises_broken)
    heard = case.first_heard()
    if heard is not None and case.received_at is not None:
        # With colons, as below: a reply is counted here, too, so a recount of older bulletins would find it.
        counted["first_word:given"] = 1
        counted[f"first_word_hours:{bucket((heard - case.received_at).total_seconds() / 3600)}"] = 1
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
    """The latest grade, of posts with a clock, and what it says of the matter itself."""
    counted = {"rated": 1, "satisfied": int(case.grade >= case.satisfied_from)}
    if case.solved is not None:
        counted |= {"solved_told": 1, SOLVED_MEASURES[case.solved]: 1}
    return counted


def _follow_ups(case: Case) -> dict[str, int]:
    """What the author added, and how soon it was answered."""
    counted = {"follow_ups": case.follow_ups, "follow_ups_answered": len(case.follow_up_hours)}
    for hours in case.follow_up_hours:
        name = f"follow_up_hours:{bucket(hours)}"
        counted[name] = counted.get(name, 0) + 1
    return counted


def _adoption(case: Case) -> dict[str, int]:
    """What became of a suggestion, whether its kind has a clock or not."""
    counted = {f"suggestion:{case.adoption}": 1}
    if case.follow_throughs and case.adoption != "declined":
        counted["followed_through"] = 1
    return counted


def _origin(origin: str, measures: dict[str, int]) -> dict[str, int]:
    """The same once more, of a post that staff wrote down; what came online is the rest."""
    return {f"origin:{origin}:{name}": measures[name] for name in BY_ORIGIN if measures.get(name)}


def _second(case: Case) -> dict[str, int]:
    """Second handlings have columns of their own; each reopening asks for a reply of its own."""
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
            cell = (on, who, case.kind, measure)
            counted[cell] = counted.get(cell, 0) + by

    for given in case.replies:
        if case.answered_by(given):
            count(given.at.date().isoformat(), given.department, "replies_given")
    for department in case.returns:
        count(day, department, "returns")
    for department in case.sent_back:
        # With a colon, so that bulletins, whose recount must not change, leave it out.
        count(day, department, "quality:sent_back")
    for holder, minutes in (*case.held, *case.second_held):
        # Minutes at the leader's desk are the leader's unit's.
        count(day, holder.removeprefix("leader:"), "held_minutes", minutes)
    return counted
