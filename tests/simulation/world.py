"""The simulated city: every service in several instances, real engine and real rules, over a simulated database and broker."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial
from random import Random
from typing import Any

import asyncpg
import msgspec
from aiokafka.errors import KafkaError

from chassis.engine.desk import Desk
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.failures import ConnectionLost, Superseded
from chassis.memory.store import MemoryStore
from chassis.run import CityNow, patiently
from chassis.service import Service
from city.profile import Profile
from services.deadline import app as deadline
from services.debate import app as debate
from services.debate import store as debate_store
from services.intake import app as intake
from services.intake import store as intake_store
from services.notifier import app as notifier
from services.notifier import store as notifier_store
from services.notifier.core.inboxes import Choice, Inbox
from services.notifier.digest_store import MemoryDigests
from services.notifier.receipts import MemoryReceipts, ReceiptKeeper
from services.router import app as router
from services.router import store as router_store
from services.stats import app as stats
from services.stats import store as stats_store
from services.stats.accountability import store as record_store
from services.stats.accountability.opener import Opener
from services.stats.accountability.store import MemoryGrounds
from services.stats.inspections import store as round_store
from services.stats.inspections.bell import Bell
from services.survey import app as survey
from services.survey import store as survey_store
from tests.services.intake.door import PROFILE
from tests.simulation.broker import Broker, Member, SimulatedBus
from tests.simulation.database import Server
from tests.simulation.desks import Polls, SimulatedGrounds, SimulatedPolls, SimulatedRounds, open_desk
from tests.simulation.loop import Process, VirtualLoop
from tests.simulation.parked import ParkingOperator, Spoils, look_for_marks
from tests.simulation.plan import INSTANCES
from tests.simulation.receipts import Gateway, SimulatedReceipts
from tests.simulation.sending import SimulatedDigests, SimulatedNotices, senders
from tests.simulation.stores import SimulatedAnswers, SimulatedStore
from tests.simulation.timers import Deletable, deadline_memory

START = datetime(2026, 3, 2, 9, 0, tzinfo=PROFILE.zone)
SPEED = 4800.0
"""City seconds a simulated one: three working days pass in a minute; with haste ten."""

TICK = dict.fromkeys(INSTANCES, 1.0) | {"deadline": 0.2}
"""Seconds between two looks at the clock, where nothing else wakes a listener; only deadline has something due."""

FOLDED = 64
"""Cities that are kept of each service."""
FORESEEN = (
    Superseded,
    ConnectionLost,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
    KafkaError,
)
"""What may end a process; anything else is a bug."""


@cache
def services() -> dict[str, Service[Any, Any]]:
    """The services as values, which all runs share."""
    return {name: _remembering(service) for name, service in _built().items()}


def _remembering(service: Service[Any, Any]) -> Service[Any, Any]:
    """Whoever takes partitions over folds the same facts into the same city again and again: it is folded once."""
    known: dict[tuple[int, bytes], tuple[Any, Any]] = {}
    fold = service.city.fold

    def folded(city: Any, fact: Any) -> Any:
        place = id(city), msgspec.json.encode(fact)
        if place not in known:
            if len(known) >= FOLDED:
                known.clear()
            # With the city itself, so that no other one is ever called by its id.
            known[place] = city, fold(city, fact)
        return known[place][1]

    return replace(service, city=replace(service.city, fold=folded))


def _built() -> dict[str, Service[Any, Any]]:
    return {
        "intake": intake.build(PROFILE),
        "router": router.build(PROFILE, router_store.MemoryModels()),
        "deadline": deadline.build(PROFILE),
        "notifier": notifier.build(PROFILE),
        "stats": stats.build(PROFILE),
        "debate": debate.build(PROFILE),
        "survey": survey.build(PROFILE),
        "records": stats.build_accountability(PROFILE),
        "rounds": stats.build_inspections(PROFILE),
    }


BESIDE = {"records": "stats", "rounds": "stats"}
"""What is kept in the database of another service."""
HOURLY = {
    Inbox("housing", "clerk"): Choice(hourly=True),
    Inbox("urban-management", "clerk"): Choice("mail", hourly=True),
    Inbox("education", "leader"): Choice(hourly=True),
}
"""The inboxes that chose one digest an hour."""


class SteppedClock:
    """City time of all machines: it runs, can be set by hand, and stands at the end."""

    def __init__(self, loop: VirtualLoop, haste: float = 1.0) -> None:
        self._loop = loop
        self._segments = [(0.0, START, SPEED * haste)]

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


def same(service: Service[Any, Any]) -> Service[Any, Any]:
    """As the product has it."""
    return service


Make = Callable[["World", Process, str, int], None]
"""Puts one process of a part together and lets its work run; bugs are planted by giving another one."""


class World:
    """Servers, broker and the processes that run now; who dies is started again."""

    def __init__(
        self,
        loop: VirtualLoop,
        seed: int,
        make: Make | None = None,
        haste: float = 1.0,
        spoilt: bool = False,
    ) -> None:
        self.loop, self.random = loop, Random(f"world {seed}")
        self.haste, self.clock = haste, SteppedClock(loop, haste)
        self.broker = Broker(loop, self.random)
        self._make = make or started
        self.keys = intake_store.MemoryVault()
        self.voices = intake_store.MemoryVoices()
        self.figures, self.cells = stats_store.memory()
        self.notifications, self.claims = notifier_store.memory(self.keys)
        self.claims.followers.spreading = Deletable()
        self.opening = survey_store.MemorySurveyKeys()
        deadlines, self.timers, self.stale = deadline_memory()
        self.memory = self._remembered(deadlines)
        self.grounds = self._grounds()
        self.polls = Polls(self.memory["survey"], self.opening)
        self.spoils = {name: Spoils() for name in self.memory}
        self.servers = {name: self._server(name, spoilt) for name in self.memory}
        self.garbage: Counter[str] = Counter()
        """Topic to records in it that nobody can read."""
        parking = Random(f"parked {seed}")
        self.operator = ParkingOperator(loop, self.servers, parking, self._halted) if spoilt else None
        """Whoever looks at what is parked, where anything may be."""
        for name, database in BESIDE.items():
            self.servers[name].lie_beside(self.servers[database])
        self.answers = SimulatedAnswers(self.servers["intake"])
        self.claims.inboxes.choices |= HOURLY
        self.digests = MemoryDigests(self.claims)
        self.notices = SimulatedNotices(self.servers["notifier"], self.claims)
        self.summaries = SimulatedDigests(self.servers["notifier"], self.digests)
        self.arrived: Counter[str] = Counter()
        """Notice to how often it reached its recipient's provider."""
        self.receipts = MemoryReceipts(self.claims, self.digests)
        self.gateway = Gateway(self, seed)
        self.gap = 0.02
        self.running: dict[str, Process] = {}
        """Part and number to the process that runs now."""
        self.doors: dict[str, dict[str, Desk]] = {
            name: {} for name in ("intake", "debate", "survey", "records", "rounds")
        }
        """What people speak to, to process and desk."""
        self.members: dict[str, Member] = {}
        self.ends: Counter[str] = Counter()
        """Why processes ended."""
        self.played: Counter[str] = Counter()
        """Faults that met what they were meant for."""
        self.unforeseen: list[BaseException] = []
        self._tasks: list[asyncio.Task[None]] = []

    def open(self) -> None:
        """Start everything, and whoever ends once more."""
        if self.operator is not None:
            self._tasks.append(self.loop.create_task(self.operator.look()))
        for part, count in INSTANCES.items():
            for n in range(1, count + 1):
                self._tasks.append(self.loop.create_task(self._keep(part, n)))

    def close(self) -> None:
        """End everything."""
        for task in self._tasks:
            task.cancel()
        for process in self.running.values():
            process.kill()

    @property
    def hits(self) -> Counter[str]:
        """What went wrong, and how often it did."""
        databases = (server.hits for server in self.servers.values())
        spoils = (one.hits for one in self.spoils.values())
        marks = Counter[str]() if self.operator is None else self.operator.hits
        return sum((*databases, *spoils, marks, self.broker.hits, self.loop.hits), Counter(self.played))

    def receipts_of(self, process: Process) -> SimulatedReceipts:
        """As a process of notifier reaches them."""
        return SimulatedReceipts(self.servers["notifier"], self.receipts, process)

    def _remembered(self, deadlines: MemoryStore) -> dict[str, MemoryStore]:
        return {
            "intake": intake_store.memory(self.keys, self.voices),
            "router": router_store.memory(),
            "deadline": deadlines,
            "notifier": self.notifications,
            "stats": self.figures,
            "debate": debate_store.memory(),
            "survey": survey_store.memory(self.opening),
            "records": record_store.memory(),
            "rounds": round_store.memory(),
        }

    def _server(self, name: str, spoilt: bool) -> Server:
        service = self.spoils[name].spoiled(services()[name]) if spoilt else services()[name]
        return Server(self.loop, self.random, self.memory[name], service)

    def _halted(self) -> list[Process]:
        """The processes whose listener halted, where its rules raise no more."""
        return [
            self.running[name]
            for name, member in self.members.items()
            if member.listener.halted and not self.spoils[member.listener.service.name].share
        ]

    def _grounds(self) -> MemoryGrounds:
        return next(keeper for keeper in self.figures.keepers if isinstance(keeper, MemoryGrounds))

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
        world.doors["intake"][process.name] = desk
        process.run(patiently(publisher.run))
        process.run(patiently(desk.run))
        return
    if part in ("debate", "survey"):
        speak(world, process, part)
        return
    server = world.servers[part]
    store = SimulatedStore(server, process)
    publisher = Publisher(store, SimulatedBus(world.broker, process))
    listen(
        world,
        process,
        Listener(server.service, store, publisher, world.clock, f"{process.name}/{starts}", tick=TICK[part]),
        publisher,
    )


def listen(
    world: World,
    process: Process,
    listener: Listener,
    publisher: Publisher,
) -> None:
    """A listening process: publisher, passing of time, group and polls; notifier's sends, too."""
    member = Member(world.broker, listener, world.gap)
    world.members[process.name] = member
    process.run(patiently(publisher.run))
    process.run(patiently(listener.run))
    process.run(member.membership())
    process.run(member.fetching())
    if world.operator is not None:
        process.run(look_for_marks(world.memory[listener.service.name], listener))
    if listener.service.name == "notifier":
        for one in senders(
            world.notices,
            world.summaries,
            listener,
            world.random,
            world.arrived,
            world.gateway.took,
            world.clock.now,
        ):
            process.run(patiently(one.run))
        process.run(patiently(ReceiptKeeper(world.receipts_of(process), listener).run))
    if listener.service.name == "stats":
        city = CityNow(PROFILE)
        city.follow(listener)
        speak(world, process, "records", "rounds", city=city)


def speak(
    world: World,
    process: Process,
    *doors: str,
    service: Callable[[Service[Any, Any]], Service[Any, Any]] = same,
    city: Callable[[], Profile] = lambda: PROFILE,
) -> None:
    """The desks of a process; stats' hand in what its rules found as well, survey's end what is over."""
    for door in doors:
        server = world.servers[door]
        world.doors[door][process.name] = open_desk(
            server, world.broker, process, world.clock, service(server.service)
        )
    if "survey" in doors:
        polls = SimulatedPolls(world.servers["survey"], world.opening, process)
        process.run(patiently(partial(polls.end, world.doors["survey"][process.name], world.clock)))
    if "records" in doors:
        records = world.doors["records"][process.name]
        queue = SimulatedGrounds(world.servers["stats"], world.grounds, process)
        process.run(patiently(Opener(queue, records).run))
        known = SimulatedRounds(world.servers["rounds"], world.figures, process)
        bell = Bell(known, world.doors["rounds"][process.name], world.clock, city)
        process.run(patiently(bell.run))
