"""What if: the log's cases under other rules. Nothing is written; the facts stay, their consequences change.

What people did is taken as it happened: receipts, questions, replies, requests for more time. What
followed from the rules is computed again: which requests would have been granted, when each answer
would have been due, who would have been late, and how far the ladder would have been climbed.
"""

import tomllib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer
from msgspec import Struct
from msgspec.structs import replace

from chassis.clock import clock_of
from city.calendar_file import read_calendar
from city.policy import PolicyError
from city.profile import Profile
from contracts.codec import Event, Unreadable, decode
from contracts.decision import Context
from contracts.facts import Fact
from contracts.identity import PARTITIONS
from contracts.replies import ExtensionRequested
from contracts.topics import ASSIGNMENTS, BY_NAME, CITY, POSTS, REPLIES
from services.deadline.app import RULES
from services.deadline.core.case import Case
from services.deadline.core.clock import clock
from wenzheng.log import reading, records
from wenzheng.stack import kafka
from wenzheng.stack.home import Home, Trouble

LEVELS = ("leader", "supervisor", "bulletin")
"""Steps of the ladder above the clerk, in the order in which they are climbed."""


class Outcome(Struct, frozen=True):
    """How a case stands under one set of rules."""

    due: datetime
    stopped: datetime | None
    late: bool
    """Answered after the due instant, or not answered and the instant is past."""
    level: str
    """The highest step of the ladder reached; empty when none was."""


class Compared(Struct, frozen=True):
    """One case under the rules as they were and under the others."""

    number: str
    department: str
    """The unit whose reply stopped the clock, else the holder."""
    before: Outcome
    after: Outcome


@dataclass
class Told:
    """The facts of one case, and the requests for more time among them."""

    facts: list[Fact] = field(default_factory=list)

    def case(self, subject: str, profile: Profile) -> Case:
        """The case as deadline folds it."""
        state: Any = Case()
        for fact in self.facts:
            rule = RULES.get(type(fact))
            if rule is not None:
                state = rule(state, fact, Context(subject, "what if", fact.at, profile)).state
        folded: Case = state
        return folded

    @property
    def requests(self) -> dict[str, ExtensionRequested]:
        """Requests for more time by extension."""
        return {fact.extension: fact for fact in self.facts if isinstance(fact, ExtensionRequested)}


def outcome(case: Case, profile: Profile, now: datetime) -> Outcome | None:
    """How the case stands at `now`; None when it carries no clock."""
    made = clock(case, profile)
    if made is None:
        return None
    until = made.stop or now
    ladder, level = profile.policy.ladder, ""
    for name, days in zip(LEVELS, (ladder.leader, ladder.supervisor, ladder.bulletin), strict=True):
        reached = made.due if days == 0 else profile.working_time.add_days(made.due, days)
        level = name if reached < until else level
    return Outcome(made.due, made.stop, until > made.due, level)


def granted(case: Case, requests: Mapping[str, ExtensionRequested], profile: Profile) -> Case:
    """The case with only those extensions that these rules would have let the unit ask for.

    The limits are intake's: asked before the due instant, at most so many, each so many working days
    beyond the due date then in force, flagged long works so many calendar days from receipt.
    """
    limits, kept = profile.policy.extension, replace(case, extensions=())
    for extension in case.extensions:
        request = requests.get(extension.id)
        made = clock(kept, profile)
        if request is None or made is None or case.received_at is None:
            kept = replace(kept, extensions=(*kept.extensions, extension))
            continue
        if request.long_works:
            latest = (case.received_at + timedelta(days=limits.long_works_days)).date()
        else:
            latest = profile.working_time.add_days(made.due, limits.working_days).date()
        if (
            request.at <= made.due
            and len(kept.extensions) < limits.at_most
            and made.due.date() < extension.new_date <= latest
        ):
            kept = replace(kept, extensions=(*kept.extensions, extension))
    return kept


def compare(
    told: Mapping[str, Told], before: Profile, after: Profile, now: datetime, since: date | None = None
) -> Iterator[Compared]:
    """Every case that carries a clock under both sets of rules, received on or after `since`."""
    for subject, one in told.items():
        case = one.case(subject, before)
        if case.received_at is None or (since is not None and case.received_at.date() < since):
            continue
        was = outcome(case, before, now)
        would_be = outcome(granted(case, one.requests, after), after, now)
        if was is None or would_be is None:
            continue
        made = clock(case, before)
        department = (made.department if made is not None else "") or case.department
        yield Compared(case.number, department, was, would_be)


class Line(Struct):
    """What changes for one department, or for the whole city."""

    department: str
    name: str
    cases: int = 0
    late_before: int = 0
    late_after: int = 0
    bulletin_before: int = 0
    """Cases that reached the last step of the ladder."""
    bulletin_after: int = 0
    earlier: int = 0
    """Cases due earlier than they were."""
    later: int = 0
    newly_late: tuple[str, ...] = ()
    """Numbers of up to five cases in time as it was, late under the other rules."""
    no_longer_late: tuple[str, ...] = ()

    def add(self, one: Compared) -> None:
        """Count a case."""
        self.cases += 1
        self.late_before += one.before.late
        self.late_after += one.after.late
        self.bulletin_before += one.before.level == LEVELS[-1]
        self.bulletin_after += one.after.level == LEVELS[-1]
        self.earlier += one.after.due < one.before.due
        self.later += one.after.due > one.before.due
        if one.after.late and not one.before.late and len(self.newly_late) < 5:
            self.newly_late = (*self.newly_late, one.number)
        if one.before.late and not one.after.late and len(self.no_longer_late) < 5:
            self.no_longer_late = (*self.no_longer_late, one.number)


def summary(compared: Iterable[Compared], profile: Profile) -> list[Line]:
    """The whole city first, then each department for which something was compared, by code."""
    city = Line("", "全市")
    lines: dict[str, Line] = {}
    for one in compared:
        city.add(one)
        name = profile.department_name(one.department) if one.department else "待交办"
        lines.setdefault(one.department, Line(one.department, name)).add(one)
    return [city, *(lines[code] for code in sorted(lines))]


def other_rules(profile: Profile, policy: Path | None, calendar: Path | None) -> Profile:
    """The profile under a policy file (whole, or only the keys that change) and a year's calendar.

    Raises Trouble naming each wrong key or line.
    """
    if policy is not None:
        try:
            part = tomllib.loads(policy.read_text(encoding="utf-8-sig"))
            part.pop("city", None)
            profile = replaced(profile, policy=profile.policy.changed(part))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
            raise Trouble(f"不能读取 {policy}:{problem}。 The file cannot be read.") from problem
        except PolicyError as problem:
            raise Trouble("\n".join(f"{policy}: {wrong}" for wrong in problem.wrong)) from problem
    if calendar is not None:
        try:
            found = read_calendar(calendar.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as problem:
            raise Trouble(f"不能读取 {calendar}:{problem}。 The file cannot be read.") from problem
        if found.wrong:
            raise Trouble("\n".join(f"{calendar}:{wrong.line}: {wrong.reason}" for wrong in found.wrong))
        for year in sorted({day.day.year for day in found.days}):
            days = [day for day in found.days if day.day.year == year]
            profile = replaced(profile, calendar=profile.calendar.with_year(year, days))
    return profile


class Log:
    """The cases of a running stack's log, a partition at a time, and the city's rules as they were amended."""

    def __init__(self, home: Home) -> None:
        state = home.read_state()
        self._bus = kafka.of_state(home, state)
        self.profile = Profile.load(state["city"])
        self.now = clock_of(home.clock if home.clock.exists() else None, self.profile.zone).now()

    async def compare(self, policy: Path | None, calendar: Path | None, since: date | None) -> list[Line]:
        """What would have changed, per department."""
        async with reading(self._bus) as consumer:
            before = await self._amended(consumer)
            after = other_rules(before, policy, calendar)
            compared: list[Compared] = []
            for partition in range(PARTITIONS):
                told: dict[str, Told] = defaultdict(Told)
                async for event in _events(consumer, partition):
                    told[event.subject].facts.append(event.fact)
                compared += compare(told, before, after, self.now, since)
            return summary(compared, before)

    async def city(self) -> Profile:
        """The city's rules as they have been amended: with every calendar and policy that was published."""
        async with reading(self._bus) as consumer:
            return await self._amended(consumer)

    async def _amended(self, consumer: AIOKafkaConsumer) -> Profile:
        profile = self.profile
        async for event in _events(consumer, 0, city=True):
            profile = profile.amended(event.fact)
        return profile


async def _events(consumer: AIOKafkaConsumer, partition: int, city: bool = False) -> AsyncIterator[Event]:
    """The events of a partition that move clocks (or those about the city), each once and in its order."""
    topics = (CITY,) if city else (POSTS, REPLIES, ASSIGNMENTS)
    expected: dict[tuple[str, str], int] = defaultdict(lambda: 1)
    waiting: dict[tuple[str, str, int], Event] = {}
    async for record in records(consumer, topics, partition):
        try:
            event = decode(BY_NAME[record.topic], record.key, record.value, record.headers)
        except Unreadable:
            # Nobody's clock heard it either: it is parked.
            continue
        place = (event.topic, event.subject)
        waiting[(*place, event.seq)] = event
        while (following := waiting.pop((*place, expected[place]), None)) is not None:
            expected[place] += 1
            yield following
