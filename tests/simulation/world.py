"""The simulated city: every service in several instances, real engine and real rules, over a simulated database and broker."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import asyncpg
from aiokafka.errors import KafkaError

from chassis.engine.desk import Desk
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.failures import Superseded
from chassis.memory.store import MemoryStore
from chassis.service import Service
from services.deadline import app as deadline
from services.deadline import store as deadline_store
from services.intake import app as intake
from services.intake import store as intake_store
from services.notifier import app as notifier
from services.notifier import store as notifier_store
from services.router import app as router
from services.router import store as router_store
from services.stats import app as stats
from services.stats import store as stats_store
from tests.services.intake.door import PROFILE
from tests.simulation.broker import Broker, Member, SimulatedBus
from tests.simulation.database import Server
from tests.simulation.loop import Process, VirtualLoop
from tests.simulation.plan import INSTANCES
from tests.simulation.sending import SimulatedNotices, sender
from tests.simulation.stores import SimulatedAnswers, SimulatedStore

START = datetime(2026, 3, 2, 9, 0, tzinfo=PROFILE.zone)
SPEED = 4800.0
"""City seconds a simulated one: three working days pass in a minute."""

FORESEEN = (Superseded, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, KafkaError)
"""What may end a process; anything else is a bug."""


@cache
def services() -> dict[str, Service[Any, Any]]:
    """The services as values, which all runs share."""
    return {
        "intake": intake.build(PROFILE),
        "router": router.build(PROFILE, router_store.MemoryModels()),
        "deadline": deadline.build(PROFILE),
        "notifier": notifier.build(PROFILE),
        "stats": stats.build(PROFILE),
    }


class SteppedClock:
    """City time of all machines: it runs, can be set by hand, and stands at the end."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._segments = [(0.0, START, SPEED)]

    def now(self) -> datetime:
        return self._at(self._loop.time())

    def ago(self, seconds: float) -> datetime:
        return self._at(self._loop.time() - seconds)

    def latest(self, real: float) -> datetime:
        """The latest city time that any clock has shown up to a moment."""
        ends = [begin for begin, _, _ in self._segments[1:] if begin <= real]
        # Just before a step the clock stood where the segment before it ended.
        shown = [self._of(n, end) for n, end in enumerate(ends)]
        return max([*shown, self._at(real)])

    def step(self, seconds: float) -> None:
        """Somebody sets the clocks."""
        now = self._loop.time()
        self._segments.append((now, self._at(now) + timedelta(seconds=seconds), self._segments[-1][2]))

    def stand(self) -> None:
        """Nothing more becomes due."""
        now = self._loop.time()
        self._segments.append((now, self._at(now), 0.0))

    def _at(self, real: float) -> datetime:
        index = max(n for n, (begin, _, _) in enumerate(self._segments) if begin <= max(real, 0.0))
        return self._of(index, real)

    def _of(self, index: int, real: float) -> datetime:
        begin, city, speed = self._segments[index]
        return city + timedelta(seconds=(real - begin) * speed)


Make = Callable[["World", Process, str, int], None]
"""Puts one process of a part together and lets its work run; bugs are planted by giving another one."""


class World:
    """Servers, broker and the processes that run now; who dies is started again."""

    def __init__(self, loop: VirtualLoop, seed: int, make: Make | None = None) -> None:
        self.loop, self.random = loop, Random(f"world {seed}")
        self.clock = SteppedClock(loop)
        self.broker = Broker(loop, self.random)
        self._make = make or started
        self.keys = intake_store.MemoryVault()
        self.voices = intake_store.MemoryVoices()
        self.figures, self.cells = stats_store.memory()
        self.notifications, self.claims = notifier_store.memory(self.keys)
        self.memory: dict[str, MemoryStore] = {
            "intake": intake_store.memory(self.keys, self.voices),
            "router": router_store.memory(),
            "deadline": deadline_store.memory(),
            "notifier": self.notifications,
            "stats": self.figures,
        }
        self.servers = {
            name: Server(loop, self.random, memory, services()[name]) for name, memory in self.memory.items()
        }
        self.answers = SimulatedAnswers(self.servers["intake"])
        self.notices = SimulatedNotices(self.servers["notifier"], self.claims)
        self.arrived: Counter[str] = Counter()
        """Notice to how often it reached its recipient."""
        self.gap = 0.02
        self.running: dict[str, Process] = {}
        """Part and number to the process that runs now."""
        self.desks: dict[str, Desk] = {}
        self.members: dict[str, Member] = {}
        self.ends: Counter[str] = Counter()
        """Why processes ended."""
        self.unforeseen: list[BaseException] = []
        self._tasks: list[asyncio.Task[None]] = []

    def open(self) -> None:
        """Start everything, and whoever ends once more."""
        for part, count in INSTANCES.items():
            for n in range(1, count + 1):
                self._tasks.append(self.loop.create_task(self._keep(part, n)))

    def close(self) -> None:
        """End everything."""
        for task in self._tasks:
            task.cancel()
        for process in self.running.values():
            process.kill()

    async def _keep(self, part: str, n: int) -> None:
        starts = 0
        while True:
            starts += 1
            process = Process(self.loop, f"{part}-{n}")
            self.running[process.name] = process
            self._make(self, process, part, starts)
            await process.ended.wait()
            reason = process.reason
            self.ends["killed" if reason is None else type(reason).__name__] += 1
            if reason is not None and not isinstance(reason, FORESEEN):
                self.unforeseen.append(reason)
            await asyncio.sleep(self.random.uniform(0.3, 3.0))


def started(world: World, process: Process, part: str, starts: int) -> None:
    """The process as the product puts it together."""
    if part == "web":
        server = world.servers["intake"]
        store = SimulatedStore(server, process)
        publisher = Publisher(store, SimulatedBus(world.broker, process))
        desk = Desk(server.service, store, publisher, world.clock, world.answers)
        world.desks[process.name] = desk
        process.run(publisher.run())
        process.run(desk.run())
        return
    server = world.servers[part]
    store = SimulatedStore(server, process)
    publisher = Publisher(store, SimulatedBus(world.broker, process))
    listen(
        world,
        process,
        Listener(server.service, store, publisher, world.clock, f"{process.name}/{starts}"),
        publisher,
    )


def listen(world: World, process: Process, listener: Listener, publisher: Publisher) -> None:
    """A listening process: publisher, passing of time, group and polls; notifier's sends, too."""
    member = Member(world.broker, listener, world.gap)
    world.members[process.name] = member
    process.run(publisher.run())
    process.run(listener.run())
    process.run(member.membership())
    process.run(member.fetching())
    if listener.service.name == "notifier":
        process.run(sender(world.notices, listener, world.random, world.arrived).run())
