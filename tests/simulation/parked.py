"""What no rule can bear for a time, and what nobody can read: both are parked, all behind it waits, and an operator looks.

The operator replays what a rule raised at, also while it still raises, and drops what nobody can read; a listener that parked
too much and halted is started anew once its rules are mended.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any, Final
from zlib import crc32

import asyncpg

from chassis.engine.listener import Listener
from chassis.memory.store import MemoryStore
from chassis.service import Rule, Service
from contracts.codec import Record
from contracts.facts import Fact
from services.deadline.core.case import Redate, TimerDue
from tests.simulation.database import Server, one_statement
from tests.simulation.loop import Process, VirtualLoop

GARBAGE: Final = Record(b"\xff\xfe", b"what is this", ())
"""A record that does not even say whose it is."""
OF_TIME: Final = (TimerDue, Redate)
"""What comes from no log, but since time has passed or the city has changed."""
LOOK_SECONDS: Final = 2.0
"""Between two looks of a process for marks, as in life."""


class Spoils:
    """Whether the rules of a service raise now, at what they raised, and what became of that."""

    def __init__(self) -> None:
        self.share = 0.0
        """Of what the service hears and its timers bring; always the same of them."""
        self.raised: dict[str, type] = {}
        """Cause to the kind of what a rule raised at and none has handled since."""
        self.hits: Counter[str] = Counter()

    def spoiled(self, service: Service[Any, Any]) -> Service[Any, Any]:
        """The service at whose rules this looks first."""
        rules = {
            kind: self._rule(kind, rule) if issubclass(kind, (Fact, *OF_TIME)) else rule
            for kind, rule in service.rules.items()
        }
        return replace(service, rules=rules)

    def _rule(self, kind: type, rule: Rule) -> Rule:
        def decided(state: Any, given: Any, context: Any) -> Any:
            if self.share and crc32(context.cause.encode()) % 1000 < 1000 * self.share:
                self.hits["a rule raised"] += 1
                self.raised[context.cause] = kind
                raise ZeroDivisionError("no rule can bear this now")
            decision = rule(state, given, context)
            if self.raised:
                self.raised.pop(context.cause, None)
            return decision

        return decided


async def look_for_marks(memory: MemoryStore, listener: Listener) -> None:
    """As every listening process does, for its life."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if any(row.mark for row in memory.waiting.values()):
            listener.obey_marks()


class ParkingOperator:
    """Whoever looks at what is parked, now and then, and says what is to become of it."""

    def __init__(
        self,
        loop: VirtualLoop,
        servers: dict[str, Server],
        random: Random,
        halted: Callable[[], Sequence[Process]],
    ) -> None:
        """`halted` names the processes whose listener halted, and could work again."""
        self._servers, self._random, self._halted = servers, random, halted
        self._process = Process(loop, "operator")
        self.hits: Counter[str] = Counter()
        self.found: set[str] = set()
        """Causes of what came of time and was found parked."""
        self.wrong: list[str] = []
        """What did not hold when the operator looked."""

    async def look(self) -> None:
        """For the length of a run."""
        while True:
            await asyncio.sleep(self._random.uniform(1.0, 6.0))
            for process in self._halted():
                self.hits["a halted listener was started anew"] += 1
                process.kill()
            for name, server in self._servers.items():
                self.wrong += out_of_order(name, server.memory)
                try:
                    await self._mark(server)
                except (asyncpg.PostgresError, OSError):
                    continue  # The database is away, or breaks: at the next look.

    async def _mark(self, server: Server) -> None:
        if not any(row.parked and not row.mark for row in server.memory.waiting.values()):
            return
        async with one_statement(server, self._process, writes=True):
            for place, row in server.memory.waiting.items():
                if row.parked and not row.mark:
                    mark = "drop" if row.subject.startswith("?") else "replay"
                    self.hits[f"a {mark}"] += 1
                    self.found |= {value.decode() for name, value in row.headers if name == "cause"}
                    server.memory.mark(*place, mark)


def out_of_order(name: str, memory: MemoryStore) -> Iterator[str]:
    """What waits for its turn was passed by nothing, and its subject knows how much of it waits."""
    held: Counter[str] = Counter(subject for subject, _, _ in memory.waiting)
    for (subject, topic, seq), row in memory.waiting.items():
        if subject.startswith("?"):
            continue
        known = memory.packing.unpack(subject, *memory.subject[subject])
        if known.seen.get(topic, 0) >= seq:
            yield f"{name} {subject}: {topic} {seq} waits ({row.reason}), {known.seen[topic]} was handled"
        if known.held != held[subject]:
            yield f"{name} {subject}: {held[subject]} records wait, it knows of {known.held}"


def parked(
    stores: dict[str, MemoryStore],
    spoils: dict[str, Spoils],
    garbage: Counter[str],
    hears: Callable[[str], set[str]],
    found: Collection[str],
) -> Iterator[str]:
    """What was parked has been handled once, or let go by the operator's word alone.

    A fact comes again until it is handled. What comes of time need not: where its batch was lost, something else may have
    dated the case anew, or answered it. It must be handled where an operator `found` it parked, known by its cause.
    """
    for name, memory in stores.items():
        for cause, kind in spoils[name].raised.items():
            if issubclass(kind, OF_TIME) and cause not in found:
                continue
            yield f"{name}: a rule raised at {kind.__name__} {cause}, and none has handled it since"
        for subject, (_, held, _) in memory.subject.items():
            if held and not memory.waiting:
                yield f"{name} {subject}: nothing waits, it knows of {held}"
        ended = Counter((row.subject, row.topic, row.seq) for row in memory.unparked)
        yield from (f"{name} {place}: ended {times} times" for place, times in ended.items() if times > 1)
        let_go = Counter(row.topic for row in memory.unparked if row.mark == "drop")
        expected = {topic: times for topic, times in garbage.items() if topic in hears(name)}
        if dict(let_go) != expected:
            yield f"{name}: {expected} could not be read, {dict(let_go)} was let go"
