"""A storm on the running system: hundreds of thousands of cases fall due at one instant while people post.

The cases are written into the tables of all services as their rules would have left them: received,
assigned, dated, its people told, warned and reminded. Then their miss and the word to the leader
fall due, and the running services do with them what they do: states, facts, readers, notices.
"""

import asyncio
import json
import os
import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from chassis.service import Applied, Service
from chassis.store import Column, Packing, PostgresKeeper, Remembered
from city.profile import Profile
from contracts.assignments import PostAssigned
from contracts.decision import Context, Say
from contracts.facts import Fact
from contracts.identity import derived, partition_of
from contracts.topics import TOPIC_OF
from services.deadline import store as deadline_store
from services.deadline.app import build as deadline
from services.deadline.core.case import Timer, TimerDue
from services.deadline.core.reconcile import ORDER
from services.intake import store as intake_store
from services.intake.app import build as intake
from services.intake.core.requests import Submit
from services.notifier import store as notifier_store
from services.notifier.app import build as notifier
from services.notifier.core.case import Claim, Outcome
from services.stats import store as stats_store
from services.stats.app import build as stats
from wenzheng.bench.load import drive
from wenzheng.stack.priority import come_at_once

TIMERS: Final = 74_000
"""A tenth of Beijing's largest due date; what is compared is a rate. `--storm 740000` is the whole of it."""
SECONDS: Final = 1200.0
"""A storm that takes longer is not waited for."""
WRITTEN_PER_S: Final = 1_000
"""Timers that are surely written in a second, before they are due."""
CHUNK: Final = 2_000
"""Cases written in one transaction."""
RATE: Final = 50.0
QUIET_SECONDS: Final = 20.0
LOOK_SECONDS: Final = 0.25
"""Between two looks at what is left, each of which costs the database something, too."""
STORMY: Final = ("missed", "leader")
"""Kinds of the timers that are due at once."""

_LEFT = "select exists (select from deadline.timer where due_at = $1)"
_UNTOLD = "select exists (select from notifier.notice where state in ('pending', 'claimed'))"

_KEEPERS: Final[dict[str, PostgresKeeper]] = {
    "notifier": notifier_store.Claims(),
    "stats": stats_store.Cells(),
}
_COLUMNS: Final[dict[str, tuple[Column[Any], ...]]] = {
    "intake": intake_store.COLUMNS,
    "deadline": deadline_store.COLUMNS,
    "notifier": notifier_store.COLUMNS,
    "stats": stats_store.COLUMNS,
}


async def measure(
    dsn: str, address: str, profile: Profile, raw_per_s: float, timers: int = TIMERS
) -> dict[str, Any]:
    """Milliseconds of a post before and during the storm, and timers a second until none was due.

    `storm_told_s` is how long it took until nobody was left to be told; a robot takes twenty messages
    a minute.
    """
    come_at_once([os.getpid()])  # whoever posts is elsewhere: what is measured should not hinder who measures
    await drive(address, _post, 5, RATE, 32)
    quiet = await drive(address, _post, QUIET_SECONDS, RATE, 32)
    connection = await asyncpg.connect(dsn, command_timeout=600)
    try:
        due_at = datetime.now(UTC) + timedelta(seconds=10 + timers / WRITTEN_PER_S)
        count = await _write(connection, profile, due_at, timers // len(STORMY))
        # A database that has lived is tidy, and writes into log files it has used before; a new one stops to make each.
        await connection.execute("vacuum (analyze)")
        await connection.execute("checkpoint; set enable_seqscan to off")
        await asyncio.sleep(max(0.0, (due_at - datetime.now(UTC)).total_seconds()) + 1.0)
        drained = asyncio.Event()
        load = asyncio.create_task(drive(address, _post, SECONDS, RATE, 32, drained.is_set))
        started = time.perf_counter()
        while not load.done() and await connection.fetchval(_LEFT, due_at):
            await asyncio.sleep(LOOK_SECONDS)
        seconds = time.perf_counter() - started
        drained.set()
        under = await load
        while time.perf_counter() - started < SECONDS and await connection.fetchval(_UNTOLD):
            await asyncio.sleep(1.0)
        told = time.perf_counter() - started
    finally:
        await connection.close()
    quiet_p99, storm_p99 = quiet.quantile(0.99), under.quantile(0.99)
    return {
        "storm_timers": count,
        "storm_seconds": round(seconds, 1),
        "storm_told_s": round(told, 1),
        "storm_timers_per_s": round(count / seconds),
        "storm_raw_ratio": round(seconds / (count / raw_per_s), 1),
        "quiet_post_p99_ms": round(quiet_p99, 1),
        "storm_post_p99_ms": round(storm_p99, 1),
        "storm_p99_ratio": round(storm_p99 / quiet_p99, 2),
        "refused": quiet.refused + under.refused,
    }


def _post(n: int) -> bytes:
    body = {"kind": "complaint", "title": "路灯不亮", "text": f"幸福路第{n}盏路灯坏了,晚上很黑,请派人来修。"}
    return json.dumps(body, ensure_ascii=False).encode()


class _Life:
    """A case in the memory of every service that hears of its miss: each fact meets the rules of all."""

    def __init__(self, services: Sequence[Service[Any, Profile]], profile: Profile, subject: str) -> None:
        self._services = {service.name: service for service in services}
        self._profile = profile
        self._facts: deque[Fact] = deque()
        self._met = 0
        self.subject = subject
        self.partition = partition_of(subject)
        self.remembered = {
            service.name: Remembered(subject, self.partition, service.initial(subject), {}, {})
            for service in services
        }
        self.effects: dict[str, list[Applied]] = {service.name: [] for service in services}

    def meet(self, name: str, given: Any, at: datetime) -> None:
        """One service meets an input; what it says is heard by the others, and what that brings about."""
        self._decide(name, given, at)
        while self._facts:
            self.hear(self._facts.popleft())

    def hear(self, fact: Fact) -> None:
        """All who hear the fact's topic meet it."""
        topic = TOPIC_OF[type(fact)]
        for service in self._services.values():
            if topic in service.hears:
                seen = self.remembered[service.name].seen
                seen[topic.name] = seen.get(topic.name, 0) + 1
                if type(fact) in service.rules:
                    self._decide(service.name, fact, fact.at)

    def _decide(self, name: str, given: Any, at: datetime) -> None:
        self._met += 1
        cause = derived(self.subject, "bench", self._met)
        remembered = self.remembered[name]
        context = Context(self.subject, cause, at, self._profile)
        decision = self._services[name].rules[type(given)](remembered.state, given, context)
        remembered.state = decision.state
        for effect in decision.effects:
            if isinstance(effect, Say):
                topic = TOPIC_OF[type(effect.fact)]
                remembered.said[topic.name] = remembered.said.get(topic.name, 0) + 1
                self._facts.append(effect.fact)
            else:
                self.effects[name].append(Applied(self.subject, self.partition, cause, at, effect))


def lives(profile: Profile, count: int) -> Iterator[_Life]:
    """Cases received a few days ago whose due instant is the last closing that has passed, spread over the units.

    Warned and reminded; of each, whoever was told has been told.
    """
    services = (intake(profile), deadline(profile), notifier(profile), stats(profile))
    units = [department.code for department in profile.departments]
    now = datetime.now(profile.zone)
    received = next(
        day
        for back in range(3, 40)
        if profile.working_time.due(day := (now - timedelta(days=back)).replace(hour=10)).at < now
    )
    first = int(received.timestamp() * 1000)
    for n in range(count):
        # In order of time, as intake draws them, and different from one run to the next.
        life = _Life(services, profile, str(UUID(int=(first + n) << 80 | 0x7 << 76 | 0x2 << 62 | n)))
        number = f"STORM{first + n}"
        life.meet("intake", _submit(number, n), received)
        life.hear(
            PostAssigned(
                at=received,
                number=number,
                department=units[n % len(units)],
                duty_item="",
                reasons=(),
                confidence=1.0,
                rule_version="bench",
            )
        )
        for timer in _timers(life):
            if timer.kind in ("near", "remind"):
                life.meet("deadline", TimerDue(timer.id, timer.kind, timer.due_at), timer.due_at)
        for applied in list(life.effects["notifier"]):
            if isinstance(applied.effect, Claim):
                life.meet("notifier", Outcome(applied.effect.notice, "sent", 1), applied.now)
        yield life


def _submit(number: str, n: int) -> Submit:
    post = json.loads(_post(n))
    return Submit(
        number=number,
        kind=post["kind"],
        title=post["title"],
        text=post["text"],
        area="",
        place="",
        public=True,
        hide_name=True,
        citizen=f"citizen-{n}",
        personal={},
    )


def _timers(life: _Life) -> tuple[Timer, ...]:
    timers: tuple[Timer, ...] = life.remembered["deadline"].state.timers
    return timers


async def _write(connection: asyncpg.Connection, profile: Profile, due_at: datetime, cases: int) -> int:
    """Write so many cases whose stormy timers are due at one instant; returns the timers written."""
    packings = {
        service.name: Packing(service.state)
        for service in (intake(profile), deadline(profile), notifier(profile), stats(profile))
    }
    written, chunk = 0, list[_Life]()
    for life in lives(profile, cases):
        chunk.append(life)
        if len(chunk) == CHUNK:
            written += await _write_chunk(connection, packings, chunk, due_at)
            chunk = []
    return written + await _write_chunk(connection, packings, chunk, due_at)


async def _write_chunk(
    connection: asyncpg.Connection, packings: dict[str, Packing], chunk: Sequence[_Life], due_at: datetime
) -> int:
    async with connection.transaction():
        for name, packing in packings.items():
            await connection.execute(f"set local search_path to {name}")
            columns = _COLUMNS[name]
            rows = [life.remembered[name] for life in chunk]
            await connection.copy_records_to_table(
                "subject",
                records=[
                    (
                        row.subject,
                        row.partition,
                        0,
                        packing.pack(row),
                        *(column.value(row.state) for column in columns),
                    )
                    for row in rows
                ],
                columns=["subject", "partition", "held", "remembered", *(column.name for column in columns)],
            )
            if name in _KEEPERS:
                keeper = _KEEPERS[name]
                effects = [one for life in chunk for one in life.effects[name]]
                await keeper.apply(
                    connection, [one for one in effects if isinstance(one.effect, keeper.effects)]
                )
        timers = [
            (UUID(timer.id), life.partition, life.subject, timer.kind, ORDER.index(timer.kind), due_at)
            for life in chunk
            for timer in _timers(life)
            if timer.kind in STORMY
        ]
        await connection.execute("set local search_path to deadline")
        await connection.copy_records_to_table(
            "timer", records=timers, columns=["id", "partition", "subject", "kind", "rank", "due_at"]
        )
    return len(timers)
