"""What if, of a running stack's log: cases folded from it as deadline folds them, compared as deadline compares them.

Nothing is written. What is compared, and how, is `services/deadline/core/whatif.py`; the page of the supervising office
counts by it, too.
"""

import tomllib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import date, datetime
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer

from chassis.clock import clock_of
from city.calendar_file import read_calendar
from city.policy import PolicyError
from city.profile import Profile
from contracts.codec import Event, Unreadable, decode
from contracts.decision import Context
from contracts.facts import Fact
from contracts.identity import PARTITIONS
from contracts.topics import ASSIGNMENTS, BY_NAME, CITY, POSTS, REPLIES
from services.deadline.app import RULES
from services.deadline.core.case import Case
from services.deadline.core.whatif import Compared, Line, Tally, compare
from wenzheng.log import reading, records
from wenzheng.stack import kafka
from wenzheng.stack.home import Home, Trouble


@dataclass
class Told:
    """The facts of one case."""

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


def compared(
    told: Mapping[str, Told], before: Profile, after: Profile, now: datetime, since: date | None = None
) -> Iterator[Compared]:
    """Every case that carries a clock under both sets of rules, received on or after `since`."""
    cases = (one.case(subject, before) for subject, one in told.items())
    wanted = (
        case
        for case in cases
        if since is None or (case.received_at is not None and case.received_at.date() >= since)
    )
    return compare(wanted, before, after, now)


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
            tally = Tally(before)
            for partition in range(PARTITIONS):
                told: dict[str, Told] = defaultdict(Told)
                async for event in _events(consumer, partition):
                    told[event.subject].facts.append(event.fact)
                tally.add(compared(told, before, after, self.now, since))
            return tally.difference().lines

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
