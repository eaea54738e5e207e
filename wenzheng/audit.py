"""The audit: folds the log to exactly the stored positions and recomputes what every state must be.

Positions, states, waiting records and outboxes of all services are read in one REPEATABLE READ
snapshot; the topics are read a partition (and, for long logs, a bucket of subjects) at a time, so
that memory is bounded. It runs against a live, loaded system: what was committed but not yet
published, or published but not yet heard, is in flight, not a violation.
"""

import asyncio
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import asyncpg
import httpx2
from aiokafka import AIOKafkaConsumer

from chassis.clock import clock_of
from chassis.engine.city import CityView
from chassis.outbox import unpack
from chassis.store import Packing
from city.masking import find_personal
from city.profile import Profile
from contracts.assignments import AssignmentHeld, PostAssigned, PostReassigned
from contracts.codec import Event, Unreadable, decode, placed
from contracts.deadlines import CaseEscalated, DeadlineMissed, DeadlineNear, PromiseBroken
from contracts.decision import Context
from contracts.facts import Fact
from contracts.identity import PARTITIONS, is_city_subject
from contracts.notices import NoticeSent
from contracts.posts import PostReceived
from contracts.topics import BY_NAME, CITY, TOPICS
from services.deadline.app import RULES as DEADLINE_RULES
from services.deadline.core.case import Case as DeadlineCase
from services.deadline.core.clock import clock as clock_of_case
from services.intake.core.case import Case as IntakeCase
from services.router.core.assigning.routing import Routing, UnknownModel
from services.router.core.case import Case as RouterCase
from services.router.core.learning.model import Model
from services.stats import core as stats
from services.stats.app import RULES as STATS_RULES
from wenzheng.log import records
from wenzheng.stack.home import SERVICES, Home
from wenzheng.stack.status import database, ends

SENTENCES: Final = {
    "I1": "每个 202 都已保存并发布 every 202 is stored and said",
    "I2": "每帖一个当前承办单位,重算相同 one current assignment per post, equal to a re-run",
    "I3": "计时各终一次,无冤判,不提前 every timer ends once, no wrong miss, nothing early",
    "I4": "每条通知到达一次 each notice reached the gateway once",
    "I5": "统计等于重算 live figures equal a recount",
    "I6": "序号不断不退,位置不越界 no gap, no step back; positions within the log",
    "I7": "坏消息各搁置一次 each bad record is parked once",
    "I8": "密封之外无个人信息 nothing personal outside sealed boxes",
}

RECORDS_AT_ONCE: Final = 200_000
"""Records of one partition number held in memory at a time; longer partitions are read in buckets."""

EARLY: Final = timedelta(seconds=2)
"""Tolerance between the broker's clock and city time."""

_SEALED: Final = re.compile(rb'"sealed":"[^"]*"')


@dataclass
class Row:
    """One invariant's outcome."""

    name: str
    checked: int = 0
    violations: int = 0
    in_flight: int = 0
    examples: list[str] = field(default_factory=list)

    def fail(self, example: str) -> None:
        """Count a violation; the first few are shown."""
        self.violations += 1
        if len(self.examples) < 5:
            self.examples.append(example)


@dataclass
class Logged:
    """A record as the audit keeps it."""

    offset: int
    at: float
    """Real second at which the broker appended it."""
    event: Event | None
    reason: str
    subject: str


class Audit:
    """One run over one stack."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._state = home.read_state()
        self._profile = Profile.load(self._state["city"])
        self._clock = clock_of(home.clock if home.clock.exists() else None, self._profile.zone)
        self.rows = {name: Row(name) for name in SENTENCES}
        self._packing = {
            "intake": Packing(IntakeCase),
            "router": Packing(RouterCase),
            "deadline": Packing(DeadlineCase),
            "stats": Packing(stats.Post),
        }
        self._positions: dict[str, dict[int, dict[str, int]]] = {}
        self._outboxes: dict[str, dict[tuple[str, str], dict[int, Fact]]] = {}
        self._parked: dict[str, Counter[tuple[str, int, int]]] = {}
        self._unparked: dict[str, Counter[tuple[str, int, int]]] = {}
        self._cells: Counter[stats.Cell] = Counter()
        self._said_sent: Counter[str] = Counter()
        self._models: dict[str, Model] = {}
        self._routings: dict[tuple[str, str], Routing] = {}
        """Rule and model version to what decided with them."""

    async def run(self) -> list[Row]:
        """All invariants, in order."""
        before = await ends(self._state["kafka"])
        connection = await asyncpg.connect(database(self._home, self._state))
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._state["kafka"], auto_offset_reset="earliest", enable_auto_commit=False
        )
        await consumer.start()
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                await self._read_tables(connection)
                await self._check_positions(before)
                for partition in range(PARTITIONS):
                    records = sum(before[(topic.name, partition)] for topic in TOPICS)
                    buckets = records // RECORDS_AT_ONCE + 1
                    for bucket in range(buckets):
                        await self._check_part(connection, consumer, partition, bucket, buckets, before)
                await self._check_cells(connection)
                await self._check_parked()
                await self._check_notices(connection)
        finally:
            await consumer.stop()
            await connection.close()
        await self._check_logs_and_metrics()
        return list(self.rows.values())

    # -- reading ------------------------------------------------------------------------------

    async def _read_tables(self, connection: asyncpg.Connection) -> None:
        for row in await connection.fetch("select checksum, data from router.model"):
            self._models[row["checksum"]] = Model.load(row["data"])
        for service in SERVICES:
            rows = await connection.fetch(f"select partition, offsets::text from {service}.position")
            self._positions[service] = {row["partition"]: json.loads(row["offsets"]) for row in rows}
            said: dict[tuple[str, str], dict[int, Fact]] = defaultdict(dict)
            async for row in connection.cursor(f"select blob from {service}.outbox"):
                for topic, _, record in unpack(row["blob"]):
                    event = decode(BY_NAME[topic], record.key, record.value, record.headers)
                    said[(topic, event.subject)][event.seq] = event.fact
            self._outboxes[service] = said
            self._parked[service] = Counter(
                (row["topic"], row["partition"], row["offset"])
                for row in await connection.fetch(
                    f"select topic, partition, \"offset\" from {service}.waiting where parked and reason <> ''"
                )
            )
            self._unparked[service] = Counter(
                (row["topic"], row["partition"], row["offset"])
                for row in await connection.fetch(
                    f'select topic, partition, "offset" from {service}.unparked'
                )
            )

    async def _records(
        self, consumer: AIOKafkaConsumer, partition: int, bucket: int, buckets: int
    ) -> dict[str, list[Logged]]:
        """All records of one partition number up to the log's end now, those of the bucket decoded."""
        found: dict[str, list[Logged]] = {topic.name: [] for topic in TOPICS}
        async for record in records(consumer, TOPICS, partition):
            self._keep(found[record.topic], record, bucket, buckets)
        return found

    def _keep(self, found: list[Logged], record: Any, bucket: int, buckets: int) -> None:
        try:
            subject, _ = placed(record.key, record.headers)
        except Unreadable:
            subject = ""
        if crc32(subject.encode()) // PARTITIONS % buckets != bucket:
            return
        self._scan(record)
        try:
            event: Event | None = decode(BY_NAME[record.topic], record.key, record.value, record.headers)
            reason = ""
        except Unreadable as problem:
            event, reason = None, str(problem)
        found.append(Logged(record.offset, record.timestamp / 1000, event, reason, subject))

    # -- one partition --------------------------------------------------------------------------

    async def _check_part(
        self,
        connection: asyncpg.Connection,
        consumer: AIOKafkaConsumer,
        partition: int,
        bucket: int,
        buckets: int,
        before: dict[tuple[str, int], int],
    ) -> None:
        log = await self._records(consumer, partition, bucket, buckets)
        city = self._city(log)
        for service, packing in self._packing.items():
            states: dict[str, Any] = {}
            async for row in connection.cursor(
                f"select subject, partition, held, remembered from {service}.subject where partition = $1::smallint",
                partition,
            ):
                subject = row["subject"]
                if is_city_subject(subject) or crc32(subject.encode()) // PARTITIONS % buckets != bucket:
                    continue
                remembered = packing.unpack(subject, row["partition"], row["held"], row["remembered"])
                states[subject] = (remembered.state, remembered.held)
            if service == "intake":
                self._stored_and_said(states, log, partition, before)
            elif service == "router":
                self._assigned(states, log)
            elif service == "deadline":
                await self._timed(connection, states, log, partition, city)
            else:
                self._counted(states, log, partition, city)
        self._sequences(log, partition, before)
        self._bad_records(log, partition)
        for logged in log["notices"]:
            if logged.event is not None and isinstance(logged.event.fact, NoticeSent):
                self._said_sent[logged.event.fact.notice] = 1

    def _city(self, log: dict[str, list[Logged]]) -> CityView:
        routing, seen = Routing(self._profile, self._models), set[int]()
        self._routings.setdefault((routing.rule_version, ""), routing)
        for logged in log[CITY.name]:
            if logged.event is not None and logged.event.seq not in seen:
                seen.add(logged.event.seq)
                try:
                    routing = routing.amended(logged.event.fact)
                except UnknownModel:
                    # Router parked it; it and what comes after it wait for a person.
                    break
                self._routings.setdefault((routing.rule_version, routing.model_version), routing)
        return CityView(routing.profile, len(seen))

    def _facts(
        self, log: dict[str, list[Logged]], topics: tuple[str, ...], position: dict[str, int]
    ) -> dict[str, list[Fact]]:
        """Subject to its facts up to the position, each once, in order within each topic."""
        found: dict[str, list[Fact]] = defaultdict(list)
        for topic in topics:
            expected: dict[str, int] = defaultdict(lambda: 1)
            waiting: dict[tuple[str, int], Fact] = {}
            for logged in log[topic]:
                if logged.event is None or logged.offset >= position.get(topic, 0):
                    continue
                waiting[(logged.subject, logged.event.seq)] = logged.event.fact
                while (fact := waiting.pop((logged.subject, expected[logged.subject]), None)) is not None:
                    found[logged.subject].append(fact)
                    expected[logged.subject] += 1
        return found

    def _stored_and_said(
        self,
        states: dict[str, Any],
        log: dict[str, list[Logged]],
        partition: int,
        before: dict[tuple[str, int], int],
    ) -> None:
        row = self.rows["I1"]
        said: dict[str, str] = {}
        for logged in log["posts"]:
            if logged.event is not None and isinstance(logged.event.fact, PostReceived):
                said[logged.subject] = logged.event.fact.number
                if logged.offset < before[("posts", partition)] and logged.subject not in states:
                    row.fail(f"{logged.event.fact.number} was said and is not stored")
        for subject, (case, _) in states.items():
            if not case.exists:
                continue
            row.checked += 1
            if said.get(subject) == case.number:
                continue
            if ("posts", subject) in self._outboxes["intake"]:
                row.in_flight += 1
            else:
                row.fail(f"{case.number} is stored and was not said")

    def _assigned(self, states: dict[str, Any], log: dict[str, list[Logged]]) -> None:
        row = self.rows["I2"]
        posts = {
            logged.subject: logged.event.fact
            for logged in log["posts"]
            if logged.event is not None and isinstance(logged.event.fact, PostReceived)
        }
        decided: dict[str, dict[int, Fact]] = defaultdict(dict)
        for logged in log["assignments"]:
            if logged.event is not None:
                decided[logged.subject][logged.event.seq] = logged.event.fact
        for (topic, subject), facts in self._outboxes["router"].items():
            if topic == "assignments" and subject in states:
                decided[subject].update(facts)
        for subject, (case, held) in states.items():
            if not case.number:
                continue
            row.checked += 1
            said = [decided[subject][seq] for seq in sorted(decided[subject])]
            current = [fact for fact in said if isinstance(fact, PostAssigned | PostReassigned)]
            if sum(isinstance(fact, PostAssigned) for fact in said) > 1:
                row.fail(f"{case.number} was assigned twice")
            elif current and current[-1].department != case.department:
                row.in_flight += 1
                if len(current) <= sum(
                    1 for d in case.decided if d.kind in ("PostAssigned", "PostReassigned")
                ):
                    row.in_flight -= 1
                    row.fail(f"{case.number}: said {current[-1].department}, remembered {case.department}")
            elif not current and case.department:
                row.fail(f"{case.number}: remembered {case.department}, nothing said")
            self._rerun(row, posts.get(subject), said, held)

    def _rerun(self, row: Row, post: PostReceived | None, said: list[Fact], held: int) -> None:
        first = next((fact for fact in said if isinstance(fact, PostAssigned | AssignmentHeld)), None)
        if post is None or first is None:
            return
        if isinstance(first, PostAssigned) and first.chosen_by:
            return
        routing = self._routings.get((first.rule_version, first.model_version))
        if routing is None:
            return
        choice = routing.choose(post)
        department = first.department if isinstance(first, PostAssigned) else ""
        if choice.department != department:
            row.fail(
                f"{post.number}: decided {department or 'held'}, a re-run says {choice.department or 'held'}"
            )

    async def _timed(
        self,
        connection: asyncpg.Connection,
        states: dict[str, Any],
        log: dict[str, list[Logged]],
        partition: int,
        city: CityView,
    ) -> None:
        row = self.rows["I3"]
        armed: dict[str, set[str]] = defaultdict(set)
        async for timer in connection.cursor(
            "select id::text, subject from deadline.timer where partition = $1::smallint", partition
        ):
            armed[timer["subject"]].add(timer["id"])
        position = self._positions["deadline"].get(partition, {})
        facts = self._facts(log, ("posts", "replies", "assignments"), position)
        for subject, (case, held) in states.items():
            row.checked += 1
            remembered = {timer.id for timer in case.timers}
            if remembered != armed.get(subject, set()):
                row.fail(
                    f"{case.number}: {len(remembered ^ armed.get(subject, set()))} timers differ from the table"
                )
            ended = [end.id for end in case.ended]
            if len(ended) != len(set(ended)) or set(ended) & remembered:
                row.fail(f"{case.number}: a timer ended twice")
            if held:
                row.in_flight += 1
                continue
            folded: Any = DeadlineCase()
            for fact in facts.get(subject, []):
                rule = DEADLINE_RULES.get(type(fact))
                if rule is not None:
                    context = Context(subject, "audit", fact.at, city.city, city.amendments)
                    folded = rule(folded, fact, context).state
            made, kept = clock_of_case(folded, city.city), clock_of_case(case, city.city)
            if made != kept:
                row.fail(f"{case.number}: the clock of the log differs from the one remembered")
            elif (
                made is not None
                and case.said.missed is not None
                and made.stop is not None
                and made.stop <= made.due
            ):
                row.fail(f"{case.number}: a miss stands against a reply in time")
        for logged in log["deadlines"]:
            if logged.event is None or not isinstance(
                logged.event.fact, DeadlineMissed | CaseEscalated | DeadlineNear | PromiseBroken
            ):
                continue
            appended = self._city_time(logged.at)
            if appended + EARLY < logged.event.fact.at:
                row.fail(f"{logged.subject}: {type(logged.event.fact).__name__} was said before its instant")

    def _city_time(self, real: float) -> datetime:
        at = getattr(self._clock, "at", None)
        if at is None:
            return datetime.fromtimestamp(real, self._profile.zone)
        found: datetime = at(real)
        return found

    def _counted(
        self, states: dict[str, Any], log: dict[str, list[Logged]], partition: int, city: CityView
    ) -> None:
        row = self.rows["I5"]
        satisfied = city.city.policy.rating.satisfied_from
        position = self._positions["stats"].get(partition, {})
        facts = self._facts(log, ("posts", "replies", "assignments", "deadlines"), position)
        for subject, (post, held) in states.items():
            row.checked += 1
            implied = stats.cells(post, satisfied)
            self._cells.update(implied)
            if held:
                row.in_flight += 1
                continue
            folded: Any = stats.Post()
            for fact in facts.get(subject, []):
                rule = STATS_RULES.get(type(fact))
                if rule is not None:
                    folded = rule(
                        folded, fact, Context(subject, "audit", fact.at, city.city, city.amendments)
                    ).state
            if stats.cells(folded, satisfied) != implied:
                row.fail(f"{subject}: the log implies other cells than the state")

    def _sequences(
        self, log: dict[str, list[Logged]], partition: int, before: dict[tuple[str, int], int]
    ) -> None:
        row = self.rows["I6"]
        for topic in TOPICS:
            seen: dict[str, set[int]] = defaultdict(set)
            for logged in log[topic.name]:
                if logged.event is not None:
                    seen[logged.subject].add(logged.event.seq)
                elif logged.subject:
                    # An unreadable body has its number all the same.
                    seen[logged.subject].add(0)
            for subject, numbers in seen.items():
                row.checked += 1
                whole = set(range(1, max(numbers) + 1))
                missing = whole - numbers
                if not missing:
                    continue
                waits = set(self._outboxes[topic.writer].get((topic.name, subject), {}))
                if missing <= waits:
                    row.in_flight += len(missing)
                elif 0 not in numbers:
                    row.fail(f"{topic.name} {subject}: numbers {sorted(missing)[:5]} are missing")

    async def _check_positions(self, before: dict[tuple[str, int], int]) -> None:
        row = self.rows["I6"]
        after = await ends(self._state["kafka"])
        for service, partitions in self._positions.items():
            for partition, offsets in partitions.items():
                for topic, offset in offsets.items():
                    row.checked += 1
                    if offset > after[(topic, partition)]:
                        row.fail(f"{service} {topic}/{partition}: position {offset} beyond the end")
                    row.in_flight += max(0, before[(topic, partition)] - offset)

    def _bad_records(self, log: dict[str, list[Logged]], partition: int) -> None:
        row = self.rows["I7"]
        for topic in TOPICS:
            readers = [service for service in SERVICES if service in topic.readers]
            for logged in log[topic.name]:
                if logged.event is not None:
                    continue
                place = (topic.name, partition, logged.offset)
                for service in readers:
                    row.checked += 1
                    if logged.offset >= self._positions[service].get(partition, {}).get(topic.name, 0):
                        row.in_flight += 1
                        continue
                    times = self._parked[service][place] + self._unparked[service][place]
                    if times != 1 and not self._is_repeat(log[topic.name], logged):
                        row.fail(f"{service}: {topic.name}/{partition}@{logged.offset} parked {times} times")

    @staticmethod
    def _is_repeat(records: list[Logged], bad: Logged) -> bool:
        """A broken record that takes the place of one already handled is a repeat, and skipped."""
        return bool(bad.subject) and any(
            other.subject == bad.subject and other.offset != bad.offset for other in records
        )

    async def _check_parked(self) -> None:
        row = self.rows["I7"]
        for service, places in self._parked.items():
            for place, times in places.items():
                row.checked += 1
                if times > 1 and not place[0].startswith("@"):
                    row.fail(f"{service}: {place} is parked {times} times")

    async def _check_cells(self, connection: asyncpg.Connection) -> None:
        row = self.rows["I5"]
        stored: dict[stats.Cell, int] = {}
        async for cell in connection.cursor(
            "select day, unit, kind, measure, sum(count)::bigint count from stats.cell group by day, unit, kind, measure"
        ):
            if cell["count"]:
                stored[(cell["day"].isoformat(), cell["unit"], cell["kind"], cell["measure"])] = cell["count"]
        row.checked += len(stored)
        recounted = {cell: count for cell, count in self._cells.items() if count}
        for cell in stored.keys() | recounted.keys():
            if stored.get(cell, 0) != recounted.get(cell, 0):
                row.fail(f"{cell}: shown {stored.get(cell, 0)}, recounted {recounted.get(cell, 0)}")

    async def _check_notices(self, connection: asyncpg.Connection) -> None:
        row = self.rows["I4"]
        arrived = await self._arrivals()
        known = set()
        async for notice in connection.cursor(
            "select id::text, state, repeated, attempts from notifier.notice"
        ):
            row.checked += 1
            known.add(notice["id"])
            times = arrived.get(notice["id"], 0)
            if notice["state"] in ("pending", "claimed"):
                row.in_flight += 1
            elif notice["state"] == "sent" and times == 0:
                row.fail(f"notice {notice['id']} is said to be sent and never arrived")
            elif (
                notice["state"] == "sent" and times > 1 and not notice["repeated"] and notice["attempts"] < 2
            ):
                row.fail(f"notice {notice['id']} arrived {times} times and is no repeat")
        for identity in arrived.keys() - known:
            # A notice claimed after the snapshot.
            row.in_flight += 1
            if self._said_sent.get(identity):
                row.in_flight -= 1
                row.fail(f"notice {identity} arrived and is not known")

    async def _arrivals(self) -> dict[str, int]:
        found: Counter[str] = Counter()
        address = self._state["services"]["gateway"]
        async with httpx2.AsyncClient(timeout=30) as http:
            since = 0
            while True:
                page = (await http.get(f"{address}/outbox.json", params={"since": since})).json()
                for arrival in page["arrivals"]:
                    found.update(arrival["notices"])
                if page["next"] == since:
                    return dict(found)
                since = page["next"]

    # -- personal data ----------------------------------------------------------------------------

    def _scan(self, record: Any) -> None:
        row = self.rows["I8"]
        row.checked += 1
        if record.value is None:
            return
        self._search(
            _SEALED.sub(b"", record.value).decode("utf-8", "replace"), f"{record.topic}@{record.offset}"
        )

    def _search(self, text: str, where: str) -> None:
        for span in find_personal(text):
            if span.kind in ("phone", "id", "openid"):
                self.rows["I8"].fail(f"{where}: {span.kind} at {span.start}")

    async def _check_logs_and_metrics(self) -> None:
        for path in sorted(self._home.logs.glob("*.log")):
            await asyncio.to_thread(self._search_file, path)
        async with httpx2.AsyncClient(timeout=10) as http:
            for part in self._state["parts"]:
                if not part["address"].startswith("http") or part["name"].split("-")[0] in (
                    "gateway",
                    "portal",
                ):
                    continue
                try:
                    text = (await http.get(f"{part['address']}/metrics")).text
                except httpx2.HTTPError:
                    continue
                self.rows["I8"].checked += 1
                for line in text.splitlines():
                    # Values are numbers of the machine; people could only be in names and labels.
                    self._search(line.rpartition(" ")[0], f"metrics of {part['name']}")

    def _search_file(self, path: Path) -> None:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                self.rows["I8"].checked += 1
                self._search(line, f"{path.name}:{number}")
