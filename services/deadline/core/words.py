"""What time has still to bring of a handling: its words in order, and which of them are to be said now. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from city.profile import Profile
from city.working_time import WorkingTime
from contracts.decision import Context
from services.deadline.core.case import Case, Said
from services.deadline.core.clock import Clock, put_off, warned_at

Here = Context[Profile]

ORDER: Final = (
    "limit",
    "dispatch",
    "meeting",
    "near",
    "remind",
    "missed",
    "promise",
    "leader",
    "supervisor",
    "bulletin",
)
"""Kinds of words that time brings; of those due at the same instant the earlier kind is said first."""

LADDER: Final = ("remind", "leader", "supervisor", "bulletin")
"""Levels of escalation, in order; also kinds of words, and names in the policy."""

OWED: Final = ("limit", "dispatch", "meeting", "missed", "promise", "leader", "supervisor", "bulletin")
"""Kinds whose word is a matter of record: said even when what ended the clock is heard first."""


_LIMIT, _DISPATCH, _MEETING, _NEAR, _MISSED, _PROMISE = map(
    ORDER.index, ("limit", "dispatch", "meeting", "near", "missed", "promise")
)


class Word(NamedTuple):
    """A word that time brings. Words sort by instant, then in `ORDER`."""

    at: datetime
    rank: int
    """Place of its kind in `ORDER`."""
    about: str = ""
    """The question, the extension or the call of a meeting it concerns."""

    @property
    def kind(self) -> str:
        """What it says, one of `ORDER`."""
        return ORDER[self.rank]


def words(case: Case, made: Clock, said: Said, context: Here) -> Iterator[Word]:
    """What time has still to bring, as the facts are now."""
    time, policy, due = context.city.working_time, context.city.policy, made.due
    for pause in made.pauses:
        if pause.waited_out and pause.question not in dict(said.resumed):
            yield Word(pause.end, _LIMIT, pause.question)
    if case.held and not said.dispatch and made.handling == 1:
        ends = put_off(made, made.start, dispatched_by(case, context), time)
        # Somebody has answered it: whose it was, and since when, is still to be heard.
        unheard = case.is_over(1) and not case.holdings
        if not unheard and not case.department_at(ends):
            yield Word(ends, _DISPATCH)
    yield from _meetings(case, made, said, time)
    if due not in said.near and (warned := warned_at(made, policy.warning.share, time)) < due:
        yield Word(warned, _NEAR)
    if said.missed is None:
        yield Word(due, _MISSED)
    for level in LADDER:
        if level not in said.escalated:
            at = step(level, made, context)
            if at > made.start:
                yield Word(at, ORDER.index(level))
    for moved in made.extensions:
        if moved.extension not in said.broken:
            yield Word(put_off(made, moved.at, moved.promised, time), _PROMISE, moved.extension)


def _meetings(case: Case, made: Clock, said: Said, time: WorkingTime) -> Iterator[Word]:
    """Of each meeting of this handling that did not rule by its time, unless a person assigned the post over its head."""
    for one in case.meetings:
        if one.until is None or one.at < made.start or one.at in said.meetings:
            continue
        until = put_off(made, one.at, one.until, time)
        after = case.ends_of(one)
        # Of a handling that is over its end was not heard yet: it may have come in time.
        unheard = case.is_over(made.handling) and not after
        if not unheard and not any(end <= until for end in after):
            yield Word(until, _MEETING, one.at.isoformat())


def dispatched_by(case: Case, context: Here) -> datetime:
    """When the time for dispatch is over: the policy's share of a working day after the receipt."""
    assert case.received_at is not None
    time = context.city.working_time
    day = time.next_working_instant(case.received_at).date()
    minutes = time.minutes_between(time.opening(day), time.closing(day))
    share: float = context.city.policy.dispatch.working_days
    return time.add_minutes(case.received_at, round(minutes * share))


def due_of(words: list[Word], made: Clock, until: datetime | None) -> list[Word]:
    """Of the words in order those to be said now.

    Once the clock has stopped, those are owed whose instant came before it: a miss that happened is
    said, whether the late reply or the timer is heard first.
    """
    if made.stop is not None:
        return [word for word in words if word.kind in OWED and word.at < made.stop]
    return [word for word in words if until is not None and word.at <= until]


def step(level: str, made: Clock, context: Here) -> datetime:
    """The instant of a step of the ladder."""
    time, days = context.city.working_time, int(getattr(context.city.policy.ladder, level))
    return put_off(made, made.due, made.due if days == 0 else time.add_days(made.due, days), time)
