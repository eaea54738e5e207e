"""Whole histories of posts for figures: what people did, and what the clock's and the figures' own rules make of it.

Nothing of a state or of a fact of the clock is written by hand: `Life` has deadline say it, and stats hear it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from chassis.store import Packing
from city.profile import Profile
from city.working_time import WorkingTime
from contracts.assignments import PostAssigned
from contracts.codec import Addressed, Event, encode
from contracts.facts import Fact
from contracts.identity import derived
from contracts.posts import PostFollowedUp, PostKind, PostReceived, PostSupported
from contracts.replies import (
    CaseAccepted,
    CitizenAnswered,
    CitizenAsked,
    ExtensionApproved,
    ExtensionRequested,
    FollowUpAnswered,
    PostRated,
    PostReopened,
    ReplyPublished,
    Solved,
)
from contracts.topics import TOPIC_OF
from services.deadline.app import build as deadline
from services.stats.app import build as stats
from wenzheng.bench.lives import Life

ACCEPTED_MINUTES: Final = 20
"""Working minutes from a post to its acceptance."""
ASKED_MINUTES: Final = 22
ANSWERED_MINUTES: Final = 25
"""Of a question to the citizen, and of the answer."""
EXTENDED_MINUTES: Final = 27
EXTENSION_DAYS: Final = 2
SOONEST_MINUTES: Final = 30
"""Of a first reply: what is to happen before it has happened by then."""
AGAIN_MINUTES: Final = 300
"""From a reopening to the second reply."""


class Past(Struct, frozen=True, kw_only=True):
    """What people did with a post."""

    subject: str
    number: str
    at: datetime
    unit: str
    kind: PostKind = "consult"
    area: str = ""
    citizen: str = ""
    """Empty: nobody signed."""
    minutes: int = 0
    """Working minutes from receipt to the first reply, `SOONEST_MINUTES` at least; 0: nobody replied."""
    asked_back: bool = False
    extended: bool = False
    follow_ups: int = 0
    """Each within some minutes of the post; the reply answers them all."""
    supporters: tuple[str, ...] = ()
    """People who signed their support."""
    grade: int = 0
    """0: nobody rated."""
    solved: Solved | None = None
    again: bool = False
    """The citizen reopened, and was answered a second time."""


def facts(past: Past, time_of: WorkingTime) -> list[Fact]:
    """What people did, in order of time; what the clock says of it is not among them."""
    at, unit = past.at, past.unit
    found: list[Fact] = [
        PostReceived(
            at=at,
            number=past.number,
            kind=past.kind,
            title="路灯不亮",
            text="幸福路的路灯坏了,晚上很黑。",
            area=past.area,
            citizen=past.citizen or past.subject,
        ),
        PostAssigned(
            at=at,
            number=past.number,
            department=unit,
            duty_item="",
            reasons=(),
            confidence=1.0,
            rule_version="bench",
        ),
        CaseAccepted(at=time_of.add_minutes(at, ACCEPTED_MINUTES), department=unit, by="clerk"),
    ]
    added = [at + timedelta(minutes=n + 1) for n in range(past.follow_ups)]
    found += [PostFollowedUp(at=when, follow_up=f"f{n}", text="请尽快。") for n, when in enumerate(added)]
    found += [
        PostSupported(at=at + timedelta(minutes=n + 1), supporter=who, signed=True)
        for n, who in enumerate(past.supporters)
    ]
    if past.asked_back:
        asked, answered = (time_of.add_minutes(at, n) for n in (ASKED_MINUTES, ANSWERED_MINUTES))
        found.append(CitizenAsked(at=asked, question="q", text="在哪里?", department=unit, by="clerk"))
        found.append(CitizenAnswered(at=answered, question="q", text="在路口。"))
    if past.extended:
        found += _extension(past, time_of)
    if past.minutes:
        found += _replies(past, time_of, added)
    return sorted(found, key=lambda fact: fact.at)


def _extension(past: Past, time_of: WorkingTime) -> list[Fact]:
    asked = ExtensionRequested(
        at=time_of.add_minutes(past.at, EXTENDED_MINUTES),
        extension="e",
        reason="需要现场核实",
        new_date=time_of.add_days(time_of.due(past.at).at, EXTENSION_DAYS).date(),
        progress="已派人到现场",
        department=past.unit,
        by="clerk",
    )
    granted = ExtensionApproved(
        at=asked.at,
        extension=asked.extension,
        reason=asked.reason,
        new_date=asked.new_date,
        progress=asked.progress,
        department=asked.department,
        by="leader",
    )
    return [asked, granted]


def _replies(past: Past, time_of: WorkingTime, added: list[datetime]) -> list[Fact]:
    """The reply, what it answers of what was added, the grade, and the second handling."""
    unit, when = past.unit, time_of.add_minutes(past.at, past.minutes)
    found: list[Fact] = [ReplyPublished(at=when, reply="r1", text="已修复。", department=unit, by="clerk")]
    found += [
        FollowUpAnswered(at=when, follow_up=f"f{n}", asked_at=asked, reply="r1", department=unit, by="clerk")
        for n, asked in enumerate(added)
    ]
    if past.grade:
        found.append(
            PostRated(
                at=when + timedelta(hours=3),
                reply="r1",
                grade=past.grade,
                department=unit,
                solved=past.solved,
            )
        )
    if past.again:
        begun = when + timedelta(hours=4)
        answered = time_of.add_minutes(begun, AGAIN_MINUTES)
        found.append(PostReopened(at=begun, reason="问题没有解决", reply="r1", department=unit))
        found.append(
            ReplyPublished(
                at=answered, reply="r2", text="已再次修复。", department=unit, by="other", handling=2
            )
        )
    return found


def lived(pasts: Iterable[Past], profile: Profile, until: datetime) -> Iterator[Life]:
    """Each post as deadline and stats remember it, with all that was said of it until an instant."""
    services = {service.name: service for service in (deadline(profile), stats(profile))}
    packings = {name: Packing(service.state) for name, service in services.items()}
    for past in pasts:
        life = Life(services, packings, profile, past.subject)
        for fact in facts(past, profile.working_time):
            life.happen(fact)
        life.pass_until(until)
        yield life


def records(life: Life) -> list[Addressed]:
    """The facts of a post as they stand in the log, each under its number."""
    said: Counter[str] = Counter()
    found: list[Addressed] = []
    for n, fact in enumerate(life.heard):
        topic = TOPIC_OF[type(fact)]
        said[topic.name] += 1
        event = Event(
            id=derived(life.subject, "history", n),
            topic=topic.name,
            subject=life.subject,
            seq=said[topic.name],
            fact=fact,
            source=topic.writer,
        )
        found.append((topic.name, life.partition, encode(event)))
    return found
