"""The engine: inputs come in batches; load, decide, save in one transaction, then tell the bus.

stream (one poll)  ─┐          lock and check the positions     }
submitted answers  ─┼─ inputs  load states, decide one by one   } one transaction
due timers         ─┘          save everything, move positions  }
                               publish, answer those who wait
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import structlog
from asyncpg import DataError, IntegrityConstraintViolationError

from chassis.engine.batch import Batch, Read, Tally, read
from chassis.engine.city import CityView, view_of
from chassis.engine.publisher import Publisher
from chassis.failures import Refused, Superseded
from chassis.service import Incoming, Service
from chassis.store import Input, Outcome, Position, Remembered, Store, Transaction
from contracts.identity import city_subject, derived, partition_of

_log = structlog.get_logger()

DUE_LIMIT = 200
"""Due inputs claimed with one batch.

Larger batches cost a little less each, but all they write is written at once, by this service and by all
that hear of it: whoever posts meanwhile waits for that write."""

FULL = 0.7
"""A poll of more than this share of the limit has left others behind: the next one follows at once."""

DUE_REST = 3.0
"""When more is due than one batch claims, rest for so many times what the batch took, then go on.

A storm is paced by the work it makes and not by a fixed beat: on a machine with time to spare it is
over soon; on a loaded one each batch takes longer, and so does the rest it leaves to the people who post."""

DUE_REST_SECONDS = 0.5
"""The longest such rest."""


class Clock(Protocol):
    """City time."""

    def now(self) -> Any: ...


class Meter(Protocol):
    """Told once per batch what it did."""

    def batch(self, service: str, tally: Tally, seconds: float) -> None: ...


class Silent:
    """A meter for tests that do not measure."""

    def batch(self, service: str, tally: Tally, seconds: float) -> None:
        """Not counted."""


class Listener:
    """One instance of a service that listens: it owns partitions and handles what comes for them."""

    def __init__(
        self,
        service: Service[Any, Any],
        store: Store,
        publisher: Publisher,
        clock: Clock,
        instance: str,
        meter: Meter | None = None,
        tick: float = 0.1,
    ) -> None:
        self.service = service
        self.instance = instance
        self._store = store
        self._publisher = publisher
        self._clock = clock
        self._meter = meter or Silent()
        self._tick = tick
        self._turns = asyncio.Lock()
        self._submitted: deque[tuple[str, Any, str, asyncio.Future[object]]] = deque()
        self._wake = asyncio.Event()
        self._due_at = 0.0
        self._behind = False
        """More was due than the last claim took."""
        self._marks_at = 0.0
        self._batches = 0
        self._parked_at: deque[float] = deque()
        self.positions: dict[int, dict[str, int]] = {}
        """Owned partition to topic to next offset, as committed."""
        self.cities: dict[int, CityView] = {}
        """Owned partition to the city as it knows it."""
        self.halted = ""
        """Why the listener stopped handling anything, in a sentence; empty while it works."""
        self.moved_at = time.monotonic()
        self.rest = 0.0
        """Seconds to wait before the next fetch, so that batches grow under load."""

    @property
    def partitions(self) -> list[int]:
        """The partitions owned now."""
        return sorted(self.positions)

    # -- ownership ----------------------------------------------------------------------------

    async def take_over(self, partitions: Sequence[int]) -> dict[tuple[str, int], int]:
        """Become the owner of exactly these partitions; returns (topic, partition) -> next offset."""
        async with self._turns:
            self.positions, self.cities = {}, {}
            found: dict[int, Position] = {}
            if partitions:
                async with self._store.transaction() as transaction:
                    found = await transaction.take(sorted(partitions), self.instance)
                    rows = await transaction.load([city_subject(p) for p in sorted(partitions)], lock=False)
                await self._prepare([fact for row in rows.values() for fact in row.state.facts])
                self.cities = {p: view_of(self.service, rows, city_subject(p)) for p in partitions}
            self.positions = {
                p: {topic.name: position.offsets.get(topic.name, 0) for topic in self.service.hears}
                for p, position in found.items()
            }
            return {
                (topic, p): offset for p, topics in self.positions.items() for topic, offset in topics.items()
            }

    async def let_go(self) -> None:
        """Own nothing until the next assignment; a batch in flight is finished first."""
        async with self._turns:
            self.positions, self.cities = {}, {}

    # -- inputs -------------------------------------------------------------------------------

    async def hear(self, poll: Sequence[Incoming]) -> None:
        """Handle one poll: all its records, over all partitions and topics, in one transaction."""
        await self._turn(poll)

    async def submit(self, subject: str, given: Any, cause: str) -> object:
        """Hand in an answer from outside; returns the decision's answer once it is committed.

        `cause` makes derived ids: the same cause twice says the same facts. Raises Refused as the
        rule does, Superseded when the subject's partition is not owned here.
        """
        answers = await self.submit_many([(subject, given, cause)])
        if isinstance(answers[0], BaseException):
            raise answers[0]
        return answers[0]

    async def submit_many(self, inputs: Sequence[tuple[str, Any, str]]) -> list[object]:
        """Hand in many (subject, input, cause); an answer or the exception for each."""
        loop = asyncio.get_running_loop()
        futures: list[asyncio.Future[object]] = []
        for subject, given, cause in inputs:
            future = loop.create_future()
            futures.append(future)
            self._submitted.append((subject, given, cause, future))
        self._wake.set()
        return list(await asyncio.gather(*futures, return_exceptions=True))

    async def run(self) -> None:
        """Let time pass: due doors, submitted answers, operators' marks; for the life of the process."""
        while True:
            try:
                await asyncio.wait_for(self._wake.wait(), self._until_due())
            except TimeoutError:
                pass
            self._wake.clear()
            if self.positions and not self.halted:
                await self.tick()

    async def tick(self) -> None:
        """A batch without a poll, when there is any reason for one."""
        now = time.monotonic()
        due = self._store.has_due_doors and now >= self._due_at
        if self._submitted or due or now >= self._marks_at:
            await self._turn(())

    def _until_due(self) -> float:
        """Real seconds to wait for a reason to act: a tick, or the rest while more is known to be due."""
        return max(0.0, self._due_at - time.monotonic()) if self._behind else self._tick

    def let_time_pass(self) -> None:
        """Look at due doors and operators' marks with the next batch, whenever the last look was."""
        self._due_at = self._marks_at = 0.0

    # -- the batch ----------------------------------------------------------------------------

    async def _turn(self, poll: Sequence[Incoming]) -> None:
        async with self._turns:
            if self.halted:
                await asyncio.Event().wait()
            owned = [incoming for incoming in poll if incoming.partition in self.positions]
            await self._handle(owned)

    async def _handle(self, poll: Sequence[Incoming]) -> None:
        """One transaction; a data error of the database is bisected to the record that causes it."""
        taken = [self._submitted.popleft() for _ in range(len(self._submitted))]
        started = time.monotonic()
        self._behind = False
        try:
            tally = await self._transact(poll, taken, frozenset())
        except (DataError, IntegrityConstraintViolationError) as problem:
            await self._bisect(poll, taken, problem)
            tally = Tally()
        except BaseException as problem:
            for _, _, _, future in taken:
                if not future.done():
                    future.set_exception(Superseded(str(problem)))
            raise
        seconds = time.monotonic() - started
        self.rest = 0.0 if len(poll) > FULL * self.service.poll_limit else min(3 * seconds, 0.1)
        if self._behind:
            self._due_at = time.monotonic() + min(DUE_REST * seconds, DUE_REST_SECONDS)
        self._meter.batch(self.service.name, tally, seconds)
        if tally.parked:
            self._count_parked(tally.parked)

    async def _bisect(
        self,
        poll: Sequence[Incoming],
        taken: Sequence[tuple[str, Any, str, "asyncio.Future[object]"]],
        problem: Exception,
    ) -> None:
        """Halve the batch until the record stands alone that the database refuses, and park it."""
        if len(poll) + len(taken) <= 1:
            if poll:
                _log.error(
                    "the database refuses an event; parked", topic=poll[0].topic, offset=poll[0].offset
                )
                await self._transact(
                    poll, (), frozenset([(poll[0].topic, poll[0].partition, poll[0].offset)])
                )
                return
            if not taken:
                raise problem
            taken[0][3].set_exception(problem)
            return
        parts: list[tuple[Sequence[Incoming], Sequence[Any]]]
        if taken and poll:
            parts = [(poll, ()), ((), taken)]
        elif poll:
            parts = [(poll[: len(poll) // 2], ()), (poll[len(poll) // 2 :], ())]
        else:
            parts = [((), taken[: len(taken) // 2]), ((), taken[len(taken) // 2 :])]
        for records, answers in parts:
            try:
                await self._transact(records, answers, frozenset())
            except (DataError, IntegrityConstraintViolationError) as again:
                await self._bisect(records, answers, again)

    async def _transact(
        self,
        poll: Sequence[Incoming],
        taken: Sequence[tuple[str, Any, str, "asyncio.Future[object]"]],
        refused_by_database: frozenset[tuple[str, int, int]],
    ) -> Tally:
        self._batches += 1
        reads = [read(self.service, incoming) for incoming in poll]
        if refused_by_database:
            reads = [Read(r.incoming, r.subject, r.seq, None, "the database refuses its data") for r in reads]
        await self._prepare(
            [r.event.fact for r in reads if r.event is not None and r.subject.startswith("city:")]
        )
        answers: list[tuple[asyncio.Future[object], object]] = []
        mine = [given for given in taken if partition_of(given[0]) in self.positions]
        known = {record.subject for record in reads} | {given[0] for given in mine}
        settled = self._publisher.settled()
        try:
            async with self._store.transaction() as transaction:
                positions, loaded = await transaction.begin(
                    self.partitions, _placed(known), lock=self.service.people
                )
                self._check(positions)
                turn, offsets = await self._decide(transaction, reads, mine, loaded, answers)
                outcome = turn.outcome(derived(f"{self.instance}/{self._batches}", "blob", time.time_ns()))
                outcome.acknowledged = settled
                outcome.positions = [Position(p, self.instance, topics) for p, topics in offsets.items()]
                if self._anything(outcome):
                    await transaction.save(outcome)
        except BaseException:
            self._publisher.unsettle(settled)
            raise
        answers += [
            (given[3], Superseded("partition not owned"))
            for given in taken
            if partition_of(given[0]) not in self.positions
        ]
        for partition, topics in offsets.items():
            self.positions[partition] = topics
        self.cities.update(turn.cities)
        self.moved_at = time.monotonic()
        self._publisher.offer(outcome.blob_id, outcome.records)
        for future, answer in answers:
            if not future.done():
                if isinstance(answer, BaseException):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)
        return turn.tally

    def _check(self, positions: dict[int, Position]) -> None:
        for partition, position in positions.items():
            known = self.positions[partition]
            if position.owner != self.instance or any(
                position.offsets.get(t, 0) != o for t, o in known.items()
            ):
                raise Superseded(f"{self.service.name} partition {partition} belongs to {position.owner}")

    async def _decide(
        self,
        transaction: Transaction,
        reads: Sequence[Read],
        mine: Sequence[tuple[str, Any, str, "asyncio.Future[object]"]],
        loaded: dict[str, Remembered],
        answers: list[tuple["asyncio.Future[object]", object]],
    ) -> tuple[Batch, dict[int, dict[str, int]]]:
        now, monotonic = self._clock.now(), time.monotonic()
        due: list[Input] = []
        marked = []
        if self._store.has_due_doors and monotonic >= self._due_at:
            owned = {p: view.amendments for p, view in self.cities.items()}
            due = await transaction.due(owned, now, DUE_LIMIT)
            self._behind = len(due) >= DUE_LIMIT
            self._due_at = monotonic + self._tick
        if monotonic >= self._marks_at:
            marked = await transaction.marked(self.partitions)
            self._marks_at = monotonic + 1.0
        later = _placed(({subject for subject, _ in due} | {row.subject for row in marked}) - loaded.keys())
        if later:
            loaded |= await transaction.load(later, lock=self.service.people)
        held = [subject for subject, remembered in loaded.items() if remembered.held]
        unplaced = {record.subject for record in reads} | {row.subject for row in marked}
        held += sorted(subject for subject in unplaced if subject.startswith("?"))
        waiting = await transaction.waiting(held) if held else []
        turn = Batch(self.service, loaded, waiting, dict(self.cities), now)
        offsets = self._hear(turn, reads)
        for row in marked:
            turn.obey(row)
        for subject, given in due:
            turn.ring(subject, given, due_cause(subject, given))
        for subject, given, cause, future in mine:
            try:
                answers.append((future, turn.take(subject, given, cause)))
            except Refused as refused:
                answers.append((future, refused))
        return turn, offsets

    def _hear(self, turn: Batch, reads: Sequence[Read]) -> dict[int, dict[str, int]]:
        """Every record at its place: below the position a repeat, above it a hole."""
        offsets: dict[int, dict[str, int]] = {}
        for record in reads:
            incoming = record.incoming
            topics = offsets.setdefault(incoming.partition, dict(self.positions[incoming.partition]))
            expected = topics[incoming.topic]
            if incoming.offset < expected:
                turn.tally.repeated += 1
                continue
            if incoming.offset > expected:
                raise Superseded(
                    f"hole in {incoming.topic}/{incoming.partition}: expected {expected}, got {incoming.offset}"
                )
            turn.hear(record)
            topics[incoming.topic] = expected + 1
        return offsets

    async def _prepare(self, facts: Sequence[Any]) -> None:
        prepare = self.service.city.prepare
        if prepare is not None:
            for fact in facts:
                await prepare(fact)

    def _count_parked(self, count: int) -> None:
        now = time.monotonic()
        self._parked_at.extend([now] * count)
        while self._parked_at and self._parked_at[0] < now - 3600:
            self._parked_at.popleft()
        if len(self._parked_at) > self.service.parked_limit:
            self.halted = f"{len(self._parked_at)} events parked within an hour; a person must look"
            _log.critical("listener halted", service=self.service.name, reason=self.halted)

    @staticmethod
    def _anything(outcome: Outcome) -> bool:
        return bool(
            outcome.changed
            or outcome.effects
            or outcome.positions
            or outcome.acknowledged
            or outcome.waiting_put
            or outcome.waiting_gone
        )


def _placed(subjects: Iterable[str]) -> list[str]:
    """Without those of records that do not say theirs, in the order in which rows are locked."""
    return sorted(subject for subject in subjects if not subject.startswith("?"))


def due_cause(subject: str, given: Any) -> str:
    """The cause of what a due input brings about: its own `id` where it has one, else subject and kind."""
    identity = getattr(given, "id", "")
    return str(identity) if identity else derived(subject, type(given).__name__)
