"""The engine's door for the bus: what comes for the owned partitions, in batches that fit into one transaction.

stream (a poll)    ─┐          lock and check the positions     }
submitted answers  ─┼─ inputs  load states, decide one by one   } one transaction
due timers         ─┘          save everything, move positions  }
                               publish, answer those who wait
"""

import asyncio
import time
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from asyncpg import DataError, IntegrityConstraintViolationError

from chassis.clock import CityTime, real_seconds
from chassis.engine.asks import Ask, Asks
from chassis.engine.batch import Batch, BatchCounts, due_cause
from chassis.engine.bisect import bisect
from chassis.engine.budget import Budget
from chassis.engine.commit import Committer, Decided, Meter, Silent
from chassis.engine.halt import Halt
from chassis.engine.outage import Outage
from chassis.engine.ownership import Ownership
from chassis.engine.pace import Pace
from chassis.engine.publisher import Publisher
from chassis.engine.records import Backlog, Read, lockable, read
from chassis.engine.waiting import waits
from chassis.failures import ConnectionLost, Superseded
from chassis.service import Incoming, Service
from chassis.store import Input, Position, Store, Transaction
from contracts.decision import Refused
from contracts.identity import city_subject, partition_of

POLL_LIMIT = 3000
"""Records of one poll at most; those that do not fit into a batch wait in memory, in order."""

FULL = 0.7
"""A poll of more than this share of the limit has left others behind: the next one follows at once."""

DUE_LIMIT = 200
"""Due inputs claimed with one batch. Larger ones cost less each, but whoever posts meanwhile waits for all that they write."""

DUE_PACE = Pace(times=3.0, at_most=0.5)
"""The rest when more is due than one batch claims. A storm is paced by the work it makes and not by a fixed beat: where there is
time to spare it is over soon; on a loaded machine each batch takes longer, and so does the rest it leaves to who posts."""


class Listener(Ownership):
    """One instance of a service that listens: it owns partitions and handles what comes for them."""

    def __init__(
        self,
        service: Service[Any, Any],
        store: Store,
        publisher: Publisher,
        clock: CityTime,
        instance: str,
        meter: Meter | None = None,
        tick: float = 0.1,
        budget: Budget | None = None,
    ) -> None:
        super().__init__(service, instance)
        self._store = store
        self._committer = Committer(store, publisher, f"{instance}/{time.time_ns()}")
        self._clock = clock
        self._meter = meter or Silent()
        self._tick = tick
        self._budget = budget or Budget()
        self._one_at_a_time = asyncio.Lock()
        self._asks = Asks()
        self._due_at = 0.0
        self._behind = False
        """More was due than the last claim took, and no clock was set back since: what is left is due."""
        self._marked = True
        """An operator's marks are to be looked at with the next batch."""
        self._halt = Halt(service.name, service.parked_limit)
        self._outage = Outage()
        self._in_doubt = False
        """A connection was lost: the stored positions tell whether the last batch was committed, before any other."""
        self._released = 0
        """Grows by one whenever partitions are let go: who still waits to own them gives up."""
        self.moved_at = real_seconds()
        self.rest = 0.0
        """Seconds to wait before the next fetch, so that batches grow under load."""

    @property
    def asked(self) -> int:
        """Answers from outside that were submitted and that no batch has taken yet."""
        return len(self._asks)

    @property
    def halted(self) -> str:
        """Why the listener stopped handling anything, in a sentence; empty while it works."""
        return self._halt.reason

    @property
    def waits(self) -> str:
        """Why nothing can be handled now: the database is away. Empty while it can."""
        return self._outage.reason

    # -- ownership ----------------------------------------------------------------------------

    async def take_over(self, partitions: Sequence[int]) -> dict[tuple[str, int], int]:
        """Become the owner of exactly these partitions; returns (topic, partition) -> next offset.

        Waits for a database that is away; nothing is taken, and nothing returned, where they were let go meanwhile.
        """
        released = self._released
        while True:
            async with self._one_at_a_time:
                if self._released != released:
                    return {}
                try:
                    return await self._take(partitions)
                except ConnectionLost as lost:
                    rest = self._outage.met(str(lost))
            await asyncio.sleep(rest)

    async def _take(self, partitions: Sequence[int]) -> dict[tuple[str, int], int]:
        """One try to take them over. Raises ConnectionLost."""
        self.nothing()
        if partitions:
            async with self._store.transaction() as transaction:
                taken = await transaction.take(sorted(partitions), self.instance)
                rows = await transaction.load([city_subject(p) for p in sorted(partitions)], lock=False)
            await self.know(taken, rows)
        self._settled()
        return {
            (topic, p): offset for p, topics in self.positions.items() for topic, offset in topics.items()
        }

    async def let_go(self) -> None:
        """Own nothing until the next assignment; a batch in flight is finished first, unless the database is away."""
        self._released += 1
        async with self._one_at_a_time:
            self.nothing()
            self._settled()

    async def _regain(self) -> float:
        """After a lost connection: the stored positions tell what was committed. Returns seconds to rest where there is none."""
        cities = [city_subject(p) for p in self.partitions]
        try:
            async with self._store.transaction() as transaction:
                stored, rows = await transaction.begin(self.partitions, cities, lock=False)
            self.check_owner(stored)
            await self.know(stored, rows)
        except ConnectionLost as again:
            return self._outage.met(str(again))
        self._settled()
        return 0.0

    def _settled(self) -> None:
        """The stored positions are known again, or nobody's here; no claim has said yet what is due."""
        self._in_doubt = self._behind = False
        self._outage.over()
        self.moved_at = real_seconds()

    # -- inputs -------------------------------------------------------------------------------

    async def hear(self, poll: Sequence[Incoming]) -> None:
        """Handle one poll, in order, in as many transactions as it takes to keep each of them short.

        What is left when the partitions change hands is not handled: it is fetched again from the positions.
        """
        started, backlog, ownership = real_seconds(), Backlog(poll), self.changes
        while True:
            if self.halted:
                # Nothing more is acknowledged, and nothing ends: the process stays, so that a person sees why.
                await asyncio.Event().wait()
            async with self._one_at_a_time:
                if ownership != self.changes and poll:
                    return
                rest = await self._regain() if self._in_doubt else await self._batch(backlog)
            if not (backlog or self._in_doubt):
                break
            # Whoever asks this process for something gets a turn between two batches.
            await asyncio.sleep(rest)
        full = len(poll) > FULL * POLL_LIMIT
        self.rest = 0.0 if full else self.service.pace.rest(real_seconds() - started)

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
        put = self._asks.put
        futures = [put([(subject, given)], cause, itemgetter(0)) for subject, given, cause in inputs]
        return list(await asyncio.gather(*futures, return_exceptions=True))

    async def run(self) -> None:
        """Let time pass: due doors, submitted answers, operators' marks; for the life of the process."""
        while True:
            try:
                async with asyncio.timeout(self._until_due()):
                    await self._asks.come.wait()
            except TimeoutError:
                pass
            self._asks.come.clear()
            if self.positions:
                await self.tick()

    async def tick(self) -> None:
        """A batch without a poll, when there is any reason for one."""
        if self._asks or self._marked or self._may_be_due():
            await self.hear(())

    def obey_marks(self) -> None:
        """An operator has marked a parked record: act on it with the next batch."""
        self._marked = True
        self._asks.come.set()

    def _until_due(self) -> float:
        """Real seconds until the next look at the clock."""
        return max(0.0, self._due_at - real_seconds()) if self._behind else self._tick

    def _owned(self) -> dict[int, int]:
        """Owned partition to its number of city facts."""
        return {partition: view.amendments for partition, view in self.cities.items()}

    def _may_be_due(self) -> bool:
        """Whether it is time to claim what is due, as far as one can know without asking the database."""
        if real_seconds() < self._due_at:
            return False
        instant = self._store.next_due(self._owned())
        due = instant is None or instant <= self._clock.now()
        self._behind = self._behind and due
        return due

    def let_time_pass(self) -> None:
        """Look at due doors and operators' marks with the next batch, whenever the last look was."""
        self._due_at, self._marked = 0.0, True

    # -- the batch ----------------------------------------------------------------------------

    async def _batch(self, backlog: Backlog) -> float:
        """As much of the backlog as fits into one transaction, and what else there is to do. Returns seconds to rest."""
        reads = backlog.take(self._budget.size, self._budget.seconds, self._look)
        asks = self._asks.take(self._budget.size)
        started = real_seconds()
        self._behind = False
        try:
            counts, inputs, undecided = await self._tried(reads, asks)
        except ConnectionLost as lost:
            return self._again(lost, backlog, reads, asks)
        except BaseException as problem:
            for ask in asks:
                ask.answer(Superseded(str(problem)))
            raise
        backlog.put_back(undecided)
        seconds = real_seconds() - started
        self._budget.spent(inputs, seconds)
        if self._behind:
            self._due_at = real_seconds() + DUE_PACE.rest(seconds)
        self._meter.batch(self.service.name, counts, seconds)
        if counts.parked:
            self._halt.parked(counts.parked)
        return 0.0

    async def _tried(self, reads: Sequence[Read], asks: Sequence[Ask]) -> tuple[BatchCounts, int, list[Read]]:
        """What came of a batch, how much was decided, and the rest. A data error is bisected to the record that causes it."""
        try:
            decided, undecided = await self._commit(reads, asks)
        except (DataError, IntegrityConstraintViolationError) as problem:
            self._budget.failed()
            await bisect(self._commit, reads, asks, problem)
            return BatchCounts(), 0, []
        return decided.batch.counts, len(reads) - len(undecided) + len(asks), undecided

    def _again(
        self, lost: ConnectionLost, backlog: Backlog, reads: Sequence[Read], asks: Sequence[Ask]
    ) -> float:
        """The connection ended in the middle: the same inputs once more, fewer at a time, over another one.

        A commit that was asked for may have been made: then records are repeats, and who asked hears that nobody knows.
        Of a batch that was being halved some are answered already.
        """
        self._budget.failed()
        backlog.put_back(reads)
        if lost.undone:
            self._asks.put_back([ask for ask in asks if not ask.future.done()])
        for ask in () if lost.undone else asks:
            ask.answer(Superseded(str(lost)))
        self.let_time_pass()
        self._in_doubt = bool(self.positions)
        return self._outage.met(str(lost))

    def _look(self, incoming: Incoming) -> Read | None:
        """Decode a record of an owned partition, and compute what needs no state."""
        if incoming.partition not in self.positions:
            return None
        record = read(self.service, incoming)
        foresee = self.service.foresee
        if foresee is None or record.event is None or record.subject.startswith("city:"):
            return record
        view = self.cities.get(incoming.partition)
        if view is None:
            return record
        try:
            foreseen = foresee(record.event.fact, view.city)
        except Exception:  # pure: the rule will raise it again, and is parked for it with its reason
            return record
        return Read(incoming, record.subject, record.seq, record.event, "", foreseen, view.amendments)

    async def _commit(self, reads: Sequence[Read], asks: Sequence[Ask]) -> tuple[Decided, list[Read]]:
        """Commit the first of these records, as many as time allows; returns those left undecided."""
        await self.prepare(
            [r.event.fact for r in reads if r.event is not None and r.subject.startswith("city:")]
        )
        undecided: list[Read] = []
        offsets: dict[int, dict[str, int]] = {}

        async def decide(transaction: Transaction) -> Decided:
            undecided.clear()
            offsets.clear()
            return await self._decide(transaction, reads, asks, offsets, undecided)

        decided = await self._committer.commit(decide)
        self.positions.update(offsets)
        self.cities.update(decided.batch.cities)
        self.moved_at = real_seconds()
        return decided, undecided

    async def _decide(
        self,
        transaction: Transaction,
        reads: Sequence[Read],
        asks: Sequence[Ask],
        offsets: dict[int, dict[str, int]],
        undecided: list[Read],
    ) -> Decided:
        mine = {ask.inputs[0][0] for ask in asks if partition_of(ask.inputs[0][0]) in self.positions}
        known = {record.subject for record in reads} | mine
        stored, loaded = await transaction.begin(self.partitions, lockable(known), lock=self.service.people)
        self.check(stored)
        due, marked = await self._claim(transaction)
        later = lockable(({subject for subject, _ in due} | {row.subject for row in marked}) - loaded.keys())
        if later:
            loaded |= await transaction.load(later, lock=self.service.people)
        held = [subject for subject, remembered in loaded.items() if remembered.held]
        held += waits({record.subject for record in reads} | {row.subject for row in marked})
        waiting = await transaction.waiting(held) if held else []
        batch = Batch(self.service, loaded, waiting, dict(self.cities), self._clock.now())
        undecided += self._hear(batch, reads, offsets)
        for row in marked:
            batch.obey(row)
        for subject, given in due:
            batch.ring(subject, given, due_cause(subject, given))
        answers: list[tuple[Ask, object]] = []
        for ask in asks:
            try:
                if ask.inputs[0][0] not in mine:
                    raise Superseded("partition not owned")
                answers.append((ask, ask.encode(batch.take_all(ask.inputs, ask.cause))))
            except (Refused, Superseded) as refused:
                answers.append((ask, refused))
        return Decided(batch, answers, [Position(p, self.instance, at) for p, at in offsets.items()])

    async def _claim(self, transaction: Transaction) -> tuple[list[Input], list[Any]]:
        """What the passing of time and operators' marks bring, where it is time to look."""
        due: list[Input] = []
        marked: list[Any] = []
        if self._may_be_due():
            limit = max(1, min(DUE_LIMIT, self._budget.size))
            due = await transaction.due(self._owned(), self._clock.now(), limit)
            self._behind = len(due) >= limit
            self._due_at = real_seconds() + self._tick
        if self._marked:
            marked = await transaction.marked(self.partitions)
            self._marked = False
        return due, marked

    def _hear(self, batch: Batch, reads: Sequence[Read], offsets: dict[int, dict[str, int]]) -> list[Read]:
        """Every record at its place: below the position a repeat, above it a hole. Returns those it has no time for."""
        until = real_seconds() + self._budget.seconds
        for n, record in enumerate(reads):
            if n and real_seconds() > until:
                return list(reads[n:])
            incoming = record.incoming
            topics = offsets.setdefault(incoming.partition, dict(self.positions[incoming.partition]))
            expected = topics[incoming.topic]
            if incoming.offset < expected:
                batch.counts.repeated += 1
                continue
            if incoming.offset > expected:
                raise Superseded(
                    f"hole in {incoming.topic}/{incoming.partition}: expected {expected}, got {incoming.offset}"
                )
            batch.hear(record)
            topics[incoming.topic] = expected + 1
        return []
