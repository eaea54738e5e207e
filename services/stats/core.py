"""What a post contributes to the figures: its state implies cells, and the figures are the sum over all posts.

A batch writes the difference between the cells after and before, so the live figures are by
construction the sum over the states, and a recount is one query.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from city.profile import Profile
from contracts.assignments import PostAssigned, PostReassigned
from contracts.deadlines import (
    ClockStopped,
    DeadlineExtended,
    DeadlineMissed,
    MissWithdrawn,
    PromiseBroken,
)
from contracts.decision import Context, Decision, Effect, unchanged
from contracts.posts import (
    PostFollowedUp,
    PostHidden,
    PostReceived,
    PostsGrouped,
    PostUngrouped,
    PostWithdrawn,
)
from contracts.replies import CitizenAnswered, PostRated, PostReopened, ReplyPublished, ReturnRequested

Here = Context[Profile]

Cell = tuple[str, str, str, str]
"""Day of receipt (ISO; of `replies_given` the day of the reply), unit (empty: nobody yet), kind, measure."""

INSTANT_MINUTES: Final = 10
"""A reply within so many minutes of receipt is an instant closing: shown, for it is seldom an answer."""

HOUR_BUCKETS: Final = (*[n / 2 for n in range(1, 49)], *range(25, 241), *range(246, 1441, 6))
"""Upper bounds, in hours, of the buckets for the time to the first reply; beyond the last: the last."""


class Replied(Struct, frozen=True, gc=False, omit_defaults=True):
    """A published reply."""

    at: datetime
    department: str
    handling: int
    lead: str


class Post(Struct, frozen=True, gc=False, omit_defaults=True):
    """What stats remembers of a post."""

    received_at: datetime | None = None
    number: str = ""
    kind: str = ""
    area: str = ""
    clock: bool = True
    citizen: str = ""
    holders: tuple[tuple[datetime, str], ...] = ()
    replies: tuple[Replied, ...] = ()
    ungrouped: bool = False
    in_time: bool | None = None
    """How the first handling's clock stopped."""
    second_in_time: bool | None = None
    held: tuple[tuple[str, int], ...] = ()
    second_held: tuple[tuple[str, int], ...] = ()
    missed: bool = False
    missed_due: datetime | None = None
    """The due instant that passed, of the first handling."""
    second_missed: bool = False
    grade: int = 0
    """The latest rating; 0: none."""
    left: str = ""
    extensions: int = 0
    broken: int = 0
    returns: tuple[str, ...] = ()
    """The units that asked to give the post back."""
    reopened: int = 0
    follow_ups: int = 0
    answers: int = 0

    def first_reply(self) -> Replied | None:
        """The first reply that counts: a lead's reply does not answer a member that left the group."""
        return next((reply for reply in self.replies if not (reply.lead and self.ungrouped)), None)

    def unit(self) -> str:
        """The unit holding the post at the first published reply, else now."""
        reply = self.first_reply()
        if reply is not None:
            return reply.department
        return max(self.holders)[1] if self.holders else ""

    def overdue_since(self) -> datetime | None:
        """The due instant of a post that counts as overdue; none for any other."""
        if self.received_at is None or self.left or not self.clock or self.first_reply() is not None:
            return None
        return self.missed_due if self.missed else None


class Count(Effect, frozen=True):
    """Cells change by so much."""

    changes: tuple[tuple[Cell, int], ...]


class CitizenSeen(Effect, frozen=True):
    """A citizen posted; counted once."""

    citizen: str


def new(subject: str) -> Post:
    """A post of which nothing was heard yet."""
    return Post()


def cells(post: Post, satisfied_from: int) -> dict[Cell, int]:
    """The cells a post's state implies. Nothing is implied before the post itself was heard."""
    if post.received_at is None:
        return {}
    day, unit, kind = post.received_at.date().isoformat(), post.unit(), post.kind
    reply = post.first_reply()
    found: dict[Cell, int] = {}

    def count(measure: str, by: int = 1, who: str = unit, on: str = day) -> None:
        if by:
            found[(on, who, kind, measure)] = found.get((on, who, kind, measure), 0) + by

    count("threads")
    count("messages", 1 + post.follow_ups + post.answers + len(post.replies))
    if reply is not None:
        count("report_replied")
    if post.grade:
        count("report_rated")
        if post.grade >= satisfied_from:
            count("report_satisfied")
    if post.left or not post.clock:
        count("left" if post.left else "clockless")
        return found
    count("received")
    count(f"area:{post.area}:received")
    for given in post.replies:
        if not (given.lead and post.ungrouped):
            count("replies_given", who=given.department, on=given.at.date().isoformat())
    if reply is not None:
        count("replied")
        count(f"area:{post.area}:replied")
        hours = (reply.at - post.received_at).total_seconds() / 3600
        count(f"hours:{bucket(hours)}")
        if hours * 60 < INSTANT_MINUTES:
            count("instant")
        if post.in_time:
            count("on_time")
    elif post.missed:
        count("overdue")
        count(f"area:{post.area}:overdue")
    else:
        count("open")
    if post.grade:
        count("rated")
        if post.grade >= satisfied_from:
            count("satisfied")
    count("extensions", post.extensions)
    count("broken", post.broken)
    for department in post.returns:
        count("returns", who=department)
    if post.reopened:
        count("reopened")
        if len([r for r in post.replies if r.handling > 1]) >= post.reopened:
            count("second_replied")
            if post.second_in_time:
                count("second_on_time")
        elif post.second_missed:
            count("second_overdue")
    for holder, minutes in (*post.held, *post.second_held):
        department = holder.removeprefix("leader:")
        count("held_minutes", minutes, department)
    return found


def bucket(hours: float) -> int:
    """Index of the bucket of a duration."""
    low, high = 0, len(HOUR_BUCKETS) - 1
    while low < high:
        middle = (low + high) // 2
        if HOUR_BUCKETS[middle] < hours:
            low = middle + 1
        else:
            high = middle
    return low


def difference(before: dict[Cell, int], after: dict[Cell, int]) -> tuple[tuple[Cell, int], ...]:
    """What must be added to the cells."""
    changes = [(cell, count - before.get(cell, 0)) for cell, count in after.items()]
    changes += [(cell, -count) for cell, count in before.items() if cell not in after]
    return tuple((cell, by) for cell, by in changes if by)


def received(post: Post, fact: PostReceived, context: Here) -> Decision[Post]:
    """The post counts from here on."""
    after = replace(
        post,
        received_at=fact.at,
        number=fact.number,
        kind=fact.kind,
        area=fact.area,
        clock=context.city.policy.kind(fact.kind).clock,
        citizen=fact.citizen,
    )
    decision = _change(post, after, context)
    return Decision(after, (*decision.effects, CitizenSeen(fact.citizen)))


def held(post: Post, fact: PostAssigned | PostReassigned, context: Here) -> Decision[Post]:
    """Another unit holds the post."""
    return _change(post, replace(post, holders=(*post.holders, (fact.at, fact.department))), context)


def replied(post: Post, fact: ReplyPublished, context: Here) -> Decision[Post]:
    """A reply was published."""
    reply = Replied(fact.at, fact.department, fact.handling, fact.lead)
    return _change(post, replace(post, replies=(*post.replies, reply)), context)


def stopped(post: Post, fact: ClockStopped, context: Here) -> Decision[Post]:
    """How the clock stopped, and who held the post how long."""
    minutes = tuple((one.holder, one.minutes) for one in fact.held)
    if fact.clock == "second":
        after = replace(post, second_in_time=fact.in_time, second_held=minutes)
    else:
        after = replace(post, in_time=fact.in_time, held=minutes)
    return _change(post, after, context)


def missed(post: Post, fact: DeadlineMissed, context: Here) -> Decision[Post]:
    """The due instant passed."""
    if fact.clock == "second":
        return _change(post, replace(post, second_missed=True), context)
    return _change(post, replace(post, missed=True, missed_due=fact.due), context)


def miss_withdrawn(post: Post, fact: MissWithdrawn, context: Here) -> Decision[Post]:
    """It was no miss, or no broken promise."""
    if fact.clock == "promise":
        return _change(post, replace(post, broken=post.broken - 1), context)
    if fact.clock == "second":
        return _change(post, replace(post, second_missed=False), context)
    return _change(post, replace(post, missed=False, missed_due=None), context)


def extended(post: Post, fact: DeadlineExtended, context: Here) -> Decision[Post]:
    """More time was granted."""
    return _change(post, replace(post, extensions=post.extensions + 1), context)


def promise_broken(post: Post, fact: PromiseBroken, context: Here) -> Decision[Post]:
    """A promised date passed."""
    return _change(post, replace(post, broken=post.broken + 1), context)


def returned(post: Post, fact: ReturnRequested, context: Here) -> Decision[Post]:
    """A unit said "not ours"."""
    return _change(post, replace(post, returns=(*post.returns, fact.department)), context)


def rated(post: Post, fact: PostRated, context: Here) -> Decision[Post]:
    """The latest rating counts."""
    return _change(post, replace(post, grade=fact.grade), context)


def reopened(post: Post, fact: PostReopened, context: Here) -> Decision[Post]:
    """A second handling begins; it has columns of its own."""
    return _change(post, replace(post, reopened=post.reopened + 1, second_missed=False), context)


def left(post: Post, fact: PostWithdrawn | PostHidden, context: Here) -> Decision[Post]:
    """The post leaves the count."""
    cause = "withdrawn" if isinstance(fact, PostWithdrawn) else "hidden"
    return _change(post, replace(post, left=post.left or cause), context)


def followed_up(post: Post, fact: PostFollowedUp, context: Here) -> Decision[Post]:
    """One more message."""
    return _change(post, replace(post, follow_ups=post.follow_ups + 1), context)


def answered(post: Post, fact: CitizenAnswered, context: Here) -> Decision[Post]:
    """One more message."""
    return _change(post, replace(post, answers=post.answers + 1), context)


def grouped(post: Post, fact: PostsGrouped, context: Here) -> Decision[Post]:
    """The lead's reply counts for the post."""
    return _change(post, replace(post, ungrouped=False), context)


def ungrouped(post: Post, fact: PostUngrouped, context: Here) -> Decision[Post]:
    """The lead's reply counts no more."""
    return _change(post, replace(post, ungrouped=True), context)


def _change(before: Post, after: Post, context: Here) -> Decision[Post]:
    satisfied = context.city.policy.rating.satisfied_from
    changes = difference(cells(before, satisfied), cells(after, satisfied))
    if not changes:
        return unchanged(after)
    return Decision(after, (Count(changes),))


# -- figures from cells -----------------------------------------------------------------------


def row(measures: dict[str, int]) -> dict[str, object]:
    """The row of the interfaces from the summed measures of a unit, a day or the city.

    Rates are between 0 and 1, or null without a denominator; `interval` is Wilson's 95 % for the
    satisfaction; median and 90th percentile are hours from receipt to the first reply. `replies_given`
    are the replies published in the period, whenever their posts were received; all else goes by receipt.
    """

    def of(measure: str) -> int:
        return measures.get(measure, 0)

    replied, open_, overdue = of("replied"), of("open"), of("overdue")
    rated, satisfied = of("rated"), of("satisfied")
    hours = sorted((int(name[6:]), count) for name, count in measures.items() if name.startswith("hours:"))
    return {
        "received": of("received"),
        "replied": replied,
        "replies_given": of("replies_given"),
        "reply_rate": rate(replied, of("received")),
        "on_time_rate": rate(of("on_time"), replied + overdue),
        "on_time": of("on_time"),
        "open": open_ + overdue,
        "overdue": overdue,
        "rated": rated,
        "asked": replied,
        "satisfied": satisfied,
        "satisfaction": rate(satisfied, rated),
        "interval": wilson(satisfied, rated),
        "median_hours": quantile(hours, 0.5),
        "p90_hours": quantile(hours, 0.9),
        "extensions": of("extensions"),
        "broken_promises": of("broken"),
        "returns": of("returns"),
        "reopened": of("reopened"),
        "instant_closings": of("instant"),
        "second_replied": of("second_replied"),
        "second_on_time": of("second_on_time"),
        "second_overdue": of("second_overdue"),
        "held_hours": round(of("held_minutes") / 60, 1),
        "threads": of("threads"),
        "messages": of("messages"),
        "report": {
            "received": of("threads"),
            "replied": of("report_replied"),
            "reply_rate": rate(of("report_replied"), of("threads")),
            "rated": of("report_rated"),
            "satisfied": of("report_satisfied"),
            "satisfaction": rate(of("report_satisfied"), of("report_rated")),
        },
    }


def areas(measures: dict[str, int]) -> dict[str, dict[str, int]]:
    """Area code (empty: none was chosen) to its received, replied and overdue posts."""
    found: dict[str, dict[str, int]] = {}
    for name, count in measures.items():
        if name.startswith("area:"):
            _, area, measure = name.split(":")
            found.setdefault(area, {"received": 0, "replied": 0, "overdue": 0})[measure] = count
    return found


def rate(part: int, whole: int) -> float | None:
    """A share rounded to four places; null without a whole."""
    return round(part / whole, 4) if whole else None


def wilson(part: int, whole: int) -> tuple[float, float] | None:
    """Wilson's score interval at 95 %: honest with small numbers."""
    if not whole:
        return None
    z = 1.959964
    p = part / whole
    middle = p + z * z / (2 * whole)
    spread = z * ((p * (1 - p) + z * z / (4 * whole)) / whole) ** 0.5
    scale = 1 + z * z / whole
    return round((middle - spread) / scale, 4), round((middle + spread) / scale, 4)


def quantile(hours: Iterable[tuple[int, int]], share: float) -> float | None:
    """Upper bound, in hours, of the bucket that holds the quantile."""
    counted = list(hours)
    total = sum(count for _, count in counted)
    if not total:
        return None
    passed = 0
    for index, count in counted:
        passed += count
        if passed >= share * total:
            return float(HOUR_BUCKETS[index])
    return float(HOUR_BUCKETS[-1])


def volume_group(received: int) -> str:
    """Units are ranked among those with about as many posts: 17 a month is the city's mean."""
    if received >= 50:
        return "50+"
    if received >= 10:
        return "10-49"
    return "1-9" if received else "0"


def month_days(month: str) -> tuple[date, date]:
    """First day of a month `YYYY-MM` and of the next; raises ValueError."""
    first = date.fromisoformat(f"{month}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, following
