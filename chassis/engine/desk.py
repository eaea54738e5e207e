"""The engine's door for people: requests that wait at the same moment share one transaction.

Each request is answered only after the commit; one that is refused, or whose rows another
transaction holds, does not touch its neighbours.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from chassis.clock import CityTime, real_seconds
from chassis.engine.answers import Answers, IdempotencyKey
from chassis.engine.asks import Ask, Asks, Encode
from chassis.engine.batch import Batch
from chassis.engine.budget import SECONDS
from chassis.engine.city import CityView, view_of
from chassis.engine.commit import Committer, Decided, Meter, Silent
from chassis.engine.pace import Pace
from chassis.engine.publisher import Publisher
from chassis.failures import ConnectionLost
from chassis.service import Service
from chassis.store import Input, Remembered, Store, Transaction
from contracts.decision import Invalid
from contracts.facts import Fact
from contracts.identity import city_subject, derived, is_city_subject

_log = structlog.get_logger()

BUSY = 3
"""A group of this many is a sign of load: the next one may wait a little and be larger (docs/measured.md, "Small groups")."""

LOADED = Pace(times=1.0, at_most=0.03)
"""The rest after a group under load."""

LOCKED_SECONDS = 0.002
"""The rest when every row that the group needs is held by another transaction."""


class Busy(Exception):
    """Another instance was first with an idempotency key: the whole group tries again."""


@dataclass
class _Group:
    """What became of the requests of one group, inside its transaction."""

    told: list[tuple[Ask, object]] = field(default_factory=list)
    kept: list[tuple[IdempotencyKey, bytes]] = field(default_factory=list)
    locked: list[Ask] = field(default_factory=list)
    """Their rows are held by another transaction: they wait again."""
    late: list[Ask] = field(default_factory=list)
    """There was no time for them in this transaction: they are the first of the next one."""
    first: dict[tuple[str, str, str], tuple[str, bytes]] = field(default_factory=dict)
    """Place of an idempotency key to the body hash and answer of its first request in this group."""


class Desk:
    """Group commit for one web instance."""

    def __init__(
        self,
        service: Service[Any, Any],
        store: Store,
        publisher: Publisher,
        clock: CityTime,
        answers: Answers | None = None,
        meter: Meter | None = None,
        limit: int = 256,
        creates: bool = False,
    ) -> None:
        self.service = service
        self._committer = Committer(store, publisher, derived(str(time.time_ns()), "desk", id(self)))
        self._clock = clock
        self._answers = answers
        self._meter = meter or Silent()
        self._limit = limit
        self._creates = creates
        """Rows are made for unknown subjects before a rule decides, so that two instances that meet one take turns.
        Not needed where nobody else can know a new subject's name, as of posts; of the city they are always made."""
        self._asks = Asks()
        self._view = CityView(service.city.initial)
        self.moved_at = real_seconds()

    @property
    def waiting(self) -> int:
        """Requests not yet answered."""
        return len(self._asks)

    def learn(self, fact: Fact) -> Any:
        """A fact about the city, where nobody keeps those beside this desk's rows: rules go by it from the next group on.

        Returns the city as it is now.
        """
        self._view = self._view.amended(self.service.city.fold(self._view.city, fact))
        return self._view.city

    async def submit(
        self,
        inputs: Sequence[Input],
        cause: str,
        encode: Encode,
        idempotency: IdempotencyKey | None = None,
    ) -> Any:
        """Handle all inputs of a request, or none; returns what `encode` makes of the answers, once it is durable.

        A request with an idempotency key is answered in bytes, and needs a desk that keeps answers. Raises
        Refused as a rule does, and Invalid when the key was used for another body.
        """
        assert idempotency is None or self._answers is not None, "this desk keeps no answers"
        return await self._asks.put(inputs, cause, encode, idempotency)

    async def run(self) -> None:
        """Commit group after group; for the life of the process."""
        while True:
            if not self._asks:
                self._asks.come.clear()
                await self._asks.come.wait()
            started = real_seconds()
            if await self.commit() >= BUSY:
                await asyncio.sleep(LOADED.rest(real_seconds() - started))

    async def commit(self) -> int:
        """One group: what waits now, in one transaction; returns its size."""
        asks = self._asks.take(self._limit)
        if not asks:
            return 0
        started = real_seconds()
        try:
            decided = await self._commit(asks)
        except Busy:
            self._asks.put_back(asks)
            return len(asks)
        except ConnectionLost as lost:
            self._again(asks, lost)
            return len(asks)
        except Exception as problem:  # whoever waits must hear of it, whatever it was
            await self._alone(asks, problem)
            return len(asks)
        self.moved_at = real_seconds()
        self._meter.batch(self.service.name, decided.batch.counts, real_seconds() - started)
        return len(asks)

    def _again(self, asks: Sequence[Ask], lost: ConnectionLost) -> None:
        """The connection ended: the same requests once more, over another one.

        Where the commit may have been made, the kept answers tell; a request without a name has none, and whoever
        asked is told that nobody knows. Where the database gives no connection nobody is kept waiting for it.
        """
        _log.warning("the database's connection was lost", reason=str(lost), requests=len(asks))
        again: list[Ask] = []
        for ask in asks:
            if not lost.away and (lost.undone or ask.idempotency is not None):
                again.append(ask)
            else:
                ask.answer(lost)
        self._asks.put_back(again)

    async def _alone(self, asks: Sequence[Ask], problem: Exception) -> None:
        """A group that failed is tried once more, each request by itself: one must not spoil its neighbours."""
        if len(asks) == 1 or isinstance(problem, OSError):
            _log.error("requests failed", count=len(asks), reason=repr(problem))
            for ask in asks:
                ask.answer(problem)
            return
        for ask in asks:
            try:
                await self._commit([ask])
            except Busy:
                self._asks.put_last([ask])
            except ConnectionLost as lost:
                self._again([ask], lost)
            except Exception as own:  # as in `commit`
                ask.answer(own)

    async def _commit(self, asks: Sequence[Ask]) -> Decided:
        group = _Group()

        async def decide(transaction: Transaction) -> Decided:
            return Decided(await self._decide(transaction, asks, group), group.told)

        async def keep(transaction: Transaction, decided: Decided) -> None:
            if self._answers is None or not group.kept:
                return
            if not await self._answers.keep(transaction.connection, group.kept):
                raise Busy

        decided = await self._committer.commit(decide, keep)
        self._asks.put_last(group.locked)
        self._asks.put_back(group.late)
        if len(group.locked) == len(asks):
            await asyncio.sleep(LOCKED_SECONDS)
        return decided

    async def _decide(self, transaction: Transaction, asks: Sequence[Ask], group: _Group) -> Batch:
        fresh = await self._recognise(transaction, asks, group)
        loaded, busy = await self._load(transaction, fresh)
        batch = Batch(self.service, loaded, (), {}, self._clock.now(), self._view)
        ready: list[Ask] = []
        for ask in fresh:
            locked = any(subject in busy for subject, _ in ask.inputs)
            (group.locked if locked else ready).append(ask)
        until = real_seconds() + SECONDS
        for n, ask in enumerate(ready):
            if n and real_seconds() > until:
                group.late += ready[n:]
                break
            self._handle(batch, ask, group)
        await self._answer_overtaken(transaction, group)
        return batch

    async def _answer_overtaken(self, transaction: Transaction, group: _Group) -> None:
        """Look once more for the keys of those who were refused: what stood in the way may be their own first try.

        It was committed between the first look and the locks on its rows; now that they are held, it is seen.
        """
        told, group.told = group.told, []
        refused = [ask for ask, answer in told if ask.idempotency and isinstance(answer, Exception)]
        if refused:
            await self._recognise(transaction, refused, group)
        known = {id(ask) for ask, _ in group.told}
        group.told += [(ask, answer) for ask, answer in told if id(ask) not in known]

    @staticmethod
    def _handle(batch: Batch, ask: Ask, group: _Group) -> None:
        """Let one request meet its rules; a repeat of one in the same group gets the first one's answer."""
        key = ask.idempotency
        place = None if key is None else (key.caller, key.path, key.key)
        if key is not None and place in group.first:
            body_hash, answer = group.first[place]
            group.told.append((ask, answer if body_hash == key.body_hash else _mismatch()))
            return
        try:
            answer = ask.encode(batch.take_all(ask.inputs, ask.cause))
        except Exception as problem:  # a refusal, or a bug: either concerns this request alone
            group.told.append((ask, problem))
            return
        group.told.append((ask, answer))
        if key is not None and place is not None:
            group.first[place] = (key.body_hash, answer)
            group.kept.append((key, answer))

    async def _recognise(self, transaction: Transaction, asks: Sequence[Ask], group: _Group) -> list[Ask]:
        """Answer repeats as the first time; returns the requests that are new."""
        named = [ask.idempotency for ask in asks if ask.idempotency is not None]
        known = {}
        if self._answers is not None and named:
            known = await self._answers.find(transaction.connection, named)
        fresh: list[Ask] = []
        for ask in asks:
            kept = known.get(ask.idempotency) if ask.idempotency is not None else None
            if kept is None or ask.idempotency is None:
                fresh.append(ask)
            elif kept.body_hash == ask.idempotency.body_hash:
                group.told.append((ask, kept.answer))
            else:
                group.told.append((ask, _mismatch()))
        return fresh

    async def _load(
        self, transaction: Transaction, asks: Sequence[Ask]
    ) -> tuple[dict[str, Remembered], set[str]]:
        """Lock and load what the requests concern, and look whether the city has changed."""
        subjects = sorted({subject for ask in asks for subject, _ in ask.inputs})
        loaded, busy = await transaction.load_free(subjects, [city_subject(0)])
        unknown = [subject for subject in subjects if subject not in loaded and subject not in busy]
        # The city's name is known to all: two operators may be the first at the same moment.
        made = unknown if self._creates else [*filter(is_city_subject, unknown)]
        if made:
            loaded |= await transaction.load(made, lock=True)
        city = loaded.get(city_subject(0))
        if city is not None and len(city.state.facts) != self._view.amendments:
            self._view = view_of(self.service, loaded, city_subject(0))
        return loaded, busy


def _mismatch() -> Invalid:
    return Invalid(
        "idempotency-key-reused", "同一个幂等键用于了不同的内容", "请为新的请求换一个 Idempotency-Key。"
    )
