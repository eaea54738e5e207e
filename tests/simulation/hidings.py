"""When a post was hidden and came back, as the log tells it, and by how much that puts something off."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from city.profile import Profile
from city.working_time import WorkingTime
from contracts.codec import Event
from contracts.posts import PostHidden, PostRestored
from contracts.replies import CitizenAnswered, CitizenAsked


class Stretch(NamedTuple):
    """From an instant to another nobody could work on the case."""

    begin: datetime
    end: datetime
    hidden: bool = True
    """Or the citizen was waited for."""


def hidings(posts: Sequence[Event]) -> list[Stretch]:
    """Each hiding that was undone."""
    found, since = list[Stretch](), None
    for event in posts:
        if isinstance(event.fact, PostHidden) and since is None:
            since = event.fact.at
        elif isinstance(event.fact, PostRestored) and since is not None:
            found.append(Stretch(since, event.fact.at))
            since = None
    return found


def questions(replies: Sequence[Event], city: Profile) -> list[Stretch]:
    """Each time that the citizen was waited for."""
    answers = {
        event.fact.question: event.fact.at for event in replies if isinstance(event.fact, CitizenAnswered)
    }
    days = city.policy.pause.working_days
    found = []
    for event in replies:
        if isinstance(event.fact, CitizenAsked):
            limit = city.working_time.add_days(event.fact.at, days)
            found.append(Stretch(event.fact.at, min(limit, answers.get(event.fact.question, limit)), False))
    return found


def standing(
    stretches: list[Stretch], start: datetime | None, stop: datetime | None
) -> list[tuple[datetime, datetime]]:
    """Of one handling: when the post was hidden and the clock did not stand still already, for a question."""
    found, until = list[tuple[datetime, datetime]](), None
    for one in sorted(stretches, key=lambda one: (one.begin, not one.hidden)):
        if (start is not None and one.begin < start) or (stop is not None and one.begin >= stop):
            continue
        begin = one.begin if until is None else max(one.begin, until)
        if one.end <= begin or (stop is not None and begin >= stop):
            continue
        until = one.end
        if one.hidden:
            found.append((begin, one.end if stop is None else min(one.end, stop)))
    return found


def put_off(
    at: datetime, since: datetime, hidden: list[tuple[datetime, datetime]], time: WorkingTime
) -> datetime:
    """What is due beside the clock, counted from `since`: later by the working time of each hiding before it."""
    for begin, end in hidden:
        if since <= begin < at:
            at = time.resume(at, begin, end)
    return at


def owed(at: datetime, since: datetime, hidden: list[Stretch], time: WorkingTime) -> datetime:
    """What is owed by a day that was named at `since`: of a day on which the post was hidden, after that."""
    for one in hidden:
        if since <= one.begin < at <= one.end:
            at = time.resume(at, one.begin, one.end)
    return at
