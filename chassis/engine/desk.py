"""The engine's door for people: requests that wait at the same moment share one transaction.

Each request is answered only after the commit; one that is refused, or whose rows another
transaction holds, does not touch its neighbours.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from msgspec import Struct

from chassis.engine.answers import Answers, IdempotencyKey
from chassis.engine.batch import Batch
from chassis.engine.city import CityView, view_of
from chassis.engine.listener import Clock, Meter, Silent
from chassis.engine.publisher import Publisher
from chassis.failures import HttpRefused
from chassis.service import Service
from chassis.store import Input, Outcome, Remembered, Store, Transaction
from contracts.identity import city_subject, derived

_log = structlog.get_logger()

Prepare = Callable[[Any, Sequence[Input]], Awaitable[Sequence[Input]]]
"""prepare(connection, inputs) -> inputs, for a whole batch inside its transaction (connection None in memory)."""


class Ask(Struct, gc=False):
    """One request on the desk."""

    inputs: Sequence[Input]
    cause: str
    encode: Callable[[list[object]], bytes]
    """Answers of the rules to the bytes of the response body."""
    idempotency: IdempotencyKey | None
    future: "asyncio.Future[bytes]"
    tries: int = 0


BUSY = 8
"""A group of so many is a sign of load."""

REST = 0.03
"""Seconds to rest at most between two groups."""


class Busy(Exception):
    """Another instance was first with an idempotency key: the whole group tries again."""


def _mismatch() -> HttpRefused:
    return HttpRefused(
        422, "idempotency-key-reused", "同一个幂等键用于了不同的内容", "请为新的请求换一个 Idempotency-Key。"
    )


class Desk:
    """Group commit for one web instance."""

    def __init__(
        self,
        service: Service[Any, Any],
        store: Store,
        publisher: Publisher,
        clock: Clock,
        answers: Answers,
        prepare: Prepare | None = None,
        meter: Meter | None = None,
        limit: int = 256,
    ) -> None:
        self.service = service
        self._store = store
        self._publisher = publisher
        self._clock = clock
        self._answers = answers
        self._prepare = prepare
        self._meter = meter or Silent()
        self._limit = limit
        self._queue: deque[Ask] = deque()
        self._wake = asyncio.Event()
        self._groups = 0
        self._name = derived(str(time.time_ns()), "desk", id(self))
        self._view = CityView(service.city.initial)
        self.moved_at = time.monotonic()

    @property
    def waiting(self) -> int:
        """Requests not yet answered."""
        return len(self._queue)

    async def submit(
        self,
        inputs: Sequence[Input],
        cause: str,
        encode: Callable[[list[object]], bytes],
        idempotency: IdempotencyKey | None = None,
    ) -> bytes:
        """Handle all inputs of a request, or none; returns the encoded response once it is durable.

        Raises Refused as a rule does, or 422 when the key was used for another body.
        """
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._queue.append(Ask(inputs, cause, encode, idempotency, future))
        self._wake.set()
        return await future

    async def run(self) -> None:
        """Commit group after group; for the life of the process."""
        while True:
            if not self._queue:
                self._wake.clear()
                await self._wake.wait()
            started = time.monotonic()
            if await self.commit() >= BUSY:
                # Rest in proportion, so that groups grow under load.
                await asyncio.sleep(min(time.monotonic() - started, REST))

    async def commit(self) -> int:
        """One group: what waits now, in one transaction; returns its size."""
        group = [self._queue.popleft() for _ in range(min(len(self._queue), self._limit))]
        if not group:
            return 0
        started = time.monotonic()
        try:
            turn, done = await self._transact(group)
        except Busy:
            self._queue.extendleft(reversed(group))
            return len(group)
        except Exception as problem:  # noqa: BLE001  whoever waits must hear of it, whatever it was
            await self._alone(group, problem)
            return len(group)
        self.moved_at = time.monotonic()
        self._reply(done)
        self._meter.batch(self.service.name, turn.tally, time.monotonic() - started)
        return len(group)

    async def _alone(self, group: Sequence[Ask], problem: Exception) -> None:
        """A group that failed is tried once more, each request by itself: one must not spoil its neighbours."""
        if len(group) == 1 or isinstance(problem, OSError):
            _log.error("requests failed", count=len(group), reason=repr(problem))
            for ask in group:
                if not ask.future.done():
                    ask.future.set_exception(problem)
            return
        for ask in group:
            try:
                _, done = await self._transact([ask])
            except Busy:
                self._queue.append(ask)
            except Exception as own:  # noqa: BLE001
                if not ask.future.done():
                    ask.future.set_exception(own)
            else:
                self._reply(done)

    @staticmethod
    def _reply(done: Sequence[tuple[Ask, bytes | BaseException]]) -> None:
        """Answer those who still wait; somebody who went away must not keep the others from their answers."""
        for ask, answer in done:
            if ask.future.done():
                continue
            if isinstance(answer, bytes):
                ask.future.set_result(answer)
            else:
                ask.future.set_exception(answer)

    async def _transact(self, group: Sequence[Ask]) -> tuple[Batch, list[tuple[Ask, bytes | BaseException]]]:
        self._groups += 1
        settled = self._publisher.settled()
        done: list[tuple[Ask, bytes | BaseException]] = []
        again: list[Ask] = []
        try:
            async with self._store.transaction() as transaction:
                kept: list[tuple[IdempotencyKey, bytes]] = []
                turn = await self._decide(transaction, group, done, kept, again)
                outcome: Outcome = turn.outcome(derived(self._name, "blob", self._groups))
                outcome.acknowledged = settled
                await transaction.save(outcome)
                if kept and not await self._answers.keep(transaction.connection, kept):
                    raise Busy
        except BaseException:
            self._publisher.unsettle(settled)
            raise
        self._publisher.offer(outcome.blob_id, outcome.records)
        self._queue.extend(again)
        if again and len(again) == len(group):
            await asyncio.sleep(0.002)
        return turn, done

    async def _decide(
        self,
        transaction: Transaction,
        group: Sequence[Ask],
        done: list[tuple[Ask, bytes | BaseException]],
        kept: list[tuple[IdempotencyKey, bytes]],
        again: list[Ask],
    ) -> Batch:
        fresh = await self._recognise(transaction, group, done)
        loaded, busy = await self._load(transaction, fresh)
        turn = Batch(self.service, loaded, (), {}, self._clock.now(), self._view)
        ready: list[Ask] = []
        for ask in fresh:
            if any(subject in busy for subject, _ in ask.inputs):
                again.append(ask)
            else:
                ready.append(ask)
        if self._prepare is not None and ready:
            flat = [given for ask in ready for given in ask.inputs]
            prepared = iter(await self._prepare(transaction.connection, flat))
            inputs = [[next(prepared) for _ in ask.inputs] for ask in ready]
        else:
            inputs = [list(ask.inputs) for ask in ready]
        first: dict[tuple[str, str, str], tuple[str, bytes]] = {}
        for ask, given in zip(ready, inputs, strict=True):
            key = ask.idempotency
            place = None if key is None else (key.caller, key.path, key.key)
            if key is not None and place in first:
                body_hash, answer = first[place]
                done.append((ask, answer if body_hash == key.body_hash else _mismatch()))
                continue
            try:
                answer = ask.encode(turn.take_all(given, ask.cause))
            except Exception as problem:  # noqa: BLE001  a refusal, or a bug: either concerns this request alone
                done.append((ask, problem))
                continue
            done.append((ask, answer))
            if key is not None and place is not None:
                first[place] = (key.body_hash, answer)
                kept.append((key, answer))
        return turn

    async def _recognise(
        self, transaction: Transaction, group: Sequence[Ask], done: list[tuple[Ask, bytes | BaseException]]
    ) -> list[Ask]:
        """Answer repeats as the first time; returns the requests that are new."""
        named = [ask.idempotency for ask in group if ask.idempotency is not None]
        known = await self._answers.find(transaction.connection, named) if named else {}
        fresh: list[Ask] = []
        for ask in group:
            found = known.get(ask.idempotency) if ask.idempotency is not None else None
            if found is None or ask.idempotency is None:
                fresh.append(ask)
            elif found.body_hash == ask.idempotency.body_hash:
                done.append((ask, found.answer))
            else:
                done.append((ask, _mismatch()))
        return fresh

    async def _load(
        self, transaction: Transaction, asks: Sequence[Ask]
    ) -> tuple[dict[str, Remembered], set[str]]:
        """Lock and load what the requests concern, and look whether the city has changed."""
        subjects = sorted({subject for ask in asks for subject, _ in ask.inputs})
        loaded, busy = await transaction.load_free(subjects, [city_subject(0)])
        city = loaded.get(city_subject(0))
        if city is not None and len(city.state.facts) != self._view.amendments:
            self._view = view_of(self.service, loaded, city_subject(0))
        return loaded, busy
