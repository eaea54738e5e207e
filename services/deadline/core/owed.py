"""What a unit owes by a day, whoever set the day: warned of, overdue once, taken back where facts heard later say so. Pure.

An instruction's report and what a reply promises are both owed so; the case's own clock, which pauses, is `clock.py`.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal, NamedTuple

from city.working_time import WorkingTime
from services.deadline.core.case import Hidden, Left


class Owed(NamedTuple):
    """Something owed, with what was said of it."""

    due: datetime
    """Its due instant, as the calendar has it now."""
    end: datetime | None
    """When nobody waited for it any more; None: it is waited for."""
    warned: datetime | None
    """When the unit is to be warned; None: not at all."""
    near: datetime | None
    """The due instant of which the unit was warned."""
    overdue: datetime | None
    """The due instant of a word that stands: nothing was done by then."""


class Word(NamedTuple):
    """Something to be said."""

    what: Literal["near", "overdue", "withdrawn"]
    """withdrawn: it was called overdue, and was not."""
    at: datetime
    due: datetime
    """The due instant that is spoken of."""

    @property
    def held(self) -> datetime:
        """The instant at which whoever held the case is meant."""
        return self.at if self.what == "near" else self.due


class Judged(NamedTuple):
    """What is to be said, how it stands then, and the instant of the next word."""

    words: tuple[Word, ...]
    near: datetime | None
    overdue: datetime | None
    following: datetime | None


def due_on(day: date, since: datetime | None, hidden: Iterable[Hidden], time: WorkingTime) -> datetime:
    """When something named at `since` is due: the day's closing time; of a day on which the post was hidden, after that.

    Nobody can report on a hidden post. A day before or after a hiding stays as people named it.
    """
    due = time.closing_from(day)
    for span in hidden:
        if (since is None or since <= span.start) and span.start < due <= span.end:
            due = time.resume(due, span.start, span.end)
    return due


def may_be_restored(left: Left | None) -> bool:
    """Whether the post is hidden, so that what ended by that may be waited for again.

    A report that was given after the restoration may be heard before it, for they lie in different topics.
    """
    return left is not None and left.cause == "hidden"


def judged(owed: Owed, at: datetime, until: datetime | None) -> Judged:
    """What is due by `until` (None: no timer has rung) or owed by the end. `at` dates what is taken back."""
    due, overdue, words = owed.due, owed.overdue, tuple[Word, ...]()
    in_time = owed.end is not None and owed.end <= due
    if overdue is not None and (in_time or overdue != due):
        # It goes on as if nothing had been said.
        words, overdue = (Word("withdrawn", at, overdue),), None
    if in_time or overdue is not None:
        return Judged(words, owed.near, overdue, None)
    if owed.end is not None or (until is not None and due <= until):
        return Judged((*words, Word("overdue", due, due)), owed.near, due, None)
    if owed.warned is None or owed.near == due:
        return Judged(words, owed.near, None, due)
    if until is None or owed.warned > until:
        return Judged(words, owed.near, None, owed.warned)
    return Judged((*words, Word("near", owed.warned, due)), due, None, due)
