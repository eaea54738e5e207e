"""The interfaces of all seven services in one process, on the twins of their stores, with a little life lived."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from fastapi import APIRouter

from chassis.metrics import Metrics
from chassis.tokens import LIFETIME_SECONDS, Staff, Verifier, sign
from chassis.web.api import create_api, take_routes
from chassis.web.edge import Edge
from chassis.web.limits import Limits
from chassis.web.probes import Probes
from city.profile import Profile
from services.deadline import store as deadline_store
from services.deadline import web as deadline_web
from services.deadline.core.case import Case
from services.deadline.whatif import web as whatif_web
from services.deadline.whatif.child import MemoryChild
from services.deadline.whatif.runs import Runs
from services.notifier import inbox_web, letters, receipt_web
from services.notifier import web as notifier_web
from services.notifier.channels.sms import Sms, SmsAccount
from services.notifier.delivery import Providers
from services.notifier.gateway.app import create
from services.router import store as router_store
from services.router import web as router_web
from services.stats import store as stats_store
from services.stats import web as stats_web
from tests.conforming import Conforming
from tests.journeys.world import World
from tests.patience import PATIENCE
from tests.services.intake.door import PRIVATE, PROFILE, PUBLIC
from tests.services.notifier.telephones import RECEIPTS_TOKEN

SERVICES = ("intake", "router", "deadline", "notifier", "stats", "survey", "debate")
UNIT = "urban-management"
ROLES = {
    "clerk": UNIT,
    "leader": UNIT,
    "supervisor": "supervision",
    "mayor": "government-office",
    "operator": "supervision",
}
"""Role to the unit in which it is tried."""


class NoticesOfNobody:
    """Notifier's look-up of a city in which nobody was told anything yet."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def notices(self, number: str) -> list[dict[str, Any]] | None:
        """The notices about a post."""
        return [] if await self._world.intake.door.cases.case(number) is not None else None

    async def department(self, number: str) -> str | None:
        """The unit that holds the post."""
        kept = await self._world.intake.door.cases.case(number)
        return kept[1].department if kept is not None else None

    async def outbox(self, state: str, channel: str, day: date | None, limit: int) -> list[dict[str, Any]]:
        """Nothing waits and nothing failed."""
        return []

    async def again(self, notices: Sequence[str]) -> list[str]:
        """None of these failed."""
        return []

    async def waiting(self) -> dict[str, int]:
        """Nothing waits."""
        return {}

    async def months(self) -> list[dict[str, Any]]:
        """Nothing was sent."""
        return []


def edges(world: World, profile: Profile = PROFILE, rate_limits: bool = False) -> dict[str, Any]:
    """Service to its ASGI application."""
    verifier = Verifier(PUBLIC)
    limits = Limits(profile.policy.rates, rate_limits)
    world.intake.door.limits = world.surveying.door.limits = world.debating.door.limits = limits
    nobody = NoticesOfNobody(world)
    routes = {
        "router": router_web.routes(
            router_web.Door(
                profile=profile,
                rate_limits=rate_limits,
                cases=router_store.MemoryCases(world.assignments),
                models=world.models,
                topics=router_store.MemoryTopics(world.talk),
                posts=world.posts,
                verifier=verifier,
                clock=world.clock,
            )
        ),
        "deadline": _of_deadline(world, profile, verifier, limits),
        "notifier": notifier_web.routes(
            nobody,
            verifier,
            limits,
            nobody.again,
            lambda: PROFILE.policy,
            world.clock,
        ),
        "stats": stats_web.routes(
            stats_web.Door(
                stats_store.MemoryFigures(world.figures, world.cells), profile, world.clock, rate_limits
            )
        ),
    }
    desks = world.bulletin_door(rate_limits), world.record_door(rate_limits), world.round_door(rate_limits)
    take_routes(routes["stats"], world.beside_figures(*desks))
    letter_keys = letters.MemoryLetterKeys(world.intake.proofs.keys)
    texts_client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=create(world.gateway)))
    texts = Sms(texts_client, SmsAccount("http://gateway/sms/", "key", "local", "问政"))
    take_routes(routes["notifier"], receipt_web.routes(world.receipts, RECEIPTS_TOKEN, limits))
    take_routes(routes["notifier"], letters.routes(letter_keys, texts, limits))
    codes = inbox_web.Codes(b"links", texts, Providers({}), lambda unit: True)
    take_routes(routes["notifier"], inbox_web.routes(world.notices.inboxes, codes, verifier, limits))
    served: dict[str, Any] = {
        "intake": world.intake.app,
        "survey": world.surveying.app,
        "debate": world.debating.app,
    }
    for service, router in routes.items():
        api = create_api(service, f"The service {service}.", Metrics(), Probes())
        take_routes(api.router, router)
        served[service] = Conforming(Edge(api, Metrics()), api)
    return {service: served[service] for service in SERVICES}


def _of_deadline(world: World, profile: Profile, verifier: Verifier, limits: Limits) -> APIRouter:
    cases = deadline_store.MemoryCases(world.timers)
    door = deadline_web.Door(cases, lambda amendments: profile, world.clock, verifier, limits)
    known = MemoryChild(lambda: [one for one in world.timers.states() if isinstance(one, Case)], profile)
    tried = whatif_web.Door(Runs(known), lambda: profile, world.clock, verifier, limits)
    router = deadline_web.routes(door)
    take_routes(router, whatif_web.routes(tried))
    return router


def token(role: str, lifetime: int = LIFETIME_SECONDS) -> dict[str, str]:
    """The header of somebody in a role, for so many seconds from now."""
    return {"Authorization": f"Bearer {sign(PRIVATE, Staff(f'{role}-1', ROLES[role], role), lifetime)}"}


class Served:
    """The seven interfaces on real sockets, and what one needs to know to use them."""

    def __init__(self, world: World, addresses: dict[str, str], receipts: list[dict[str, Any]]) -> None:
        self.world = world
        self.addresses = addresses
        self.receipts = receipts


async def live(world: World) -> list[dict[str, Any]]:
    """Four posts: one replied, one accepted, one assigned, one just received."""
    receipts = [(await world.intake.post(title=f"路灯不亮 {n}")).json() for n in range(4)]
    for receipt in receipts[:3]:
        await world.assigned_to(receipt["number"], UNIT)
    for receipt in receipts[:2]:
        answer = await world.intake.staff("clerk", UNIT, f"cases/{receipt['number']}/acceptance")
        assert answer.status_code == 202, answer.text
    number = receipts[0]["number"]
    reply = await world.intake.staff("clerk", UNIT, f"cases/{number}/replies", {"text": "路灯已修复。"})
    identity = reply.json()["reply_id"]
    await world.intake.staff("leader", UNIT, f"cases/{number}/replies/{identity}/approval")
    await world.settle()
    return receipts


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Served]:
    """Serve until the context is left, on this event loop."""
    world = World(1, "2026-03-02T10:00", folder)
    async with world.open(), world.committing():
        receipts = await live(world)
        servers, addresses, running = [], {}, []
        for service, edge in edges(world).items():
            listening = socket.create_server(("127.0.0.1", 0))
            config = uvicorn.Config(edge, lifespan="off", ws="none", log_config=None, access_log=False)
            servers.append(uvicorn.Server(config))
            running.append(asyncio.create_task(servers[-1]._serve([listening])))
            addresses[service] = f"http://127.0.0.1:{listening.getsockname()[1]}"
        while not all(server.started for server in servers):
            await asyncio.sleep(0.01)
        try:
            yield Served(world, addresses, receipts)
        finally:
            for server in servers:
                server.should_exit = True
            await asyncio.gather(*running)


@contextmanager
def served_beside(folder: Path) -> Iterator[Served]:
    """As `serving`, on an event loop of its own in a thread, for tests that run another program."""
    ready, ended = threading.Event(), threading.Event()
    kept: list[Served] = []
    failures: list[BaseException] = []

    async def run() -> None:
        async with serving(folder) as served:
            kept.append(served)
            ready.set()
            while not ended.is_set():
                await asyncio.sleep(0.05)

    def thread() -> None:
        try:
            asyncio.run(run())
        except BaseException as failure:
            failures.append(failure)
            ready.set()

    beside = threading.Thread(target=thread)
    beside.start()
    ready.wait(PATIENCE)
    if failures:
        raise failures[0]
    try:
        yield kept[0]
    finally:
        ended.set()
        beside.join(PATIENCE)
    if failures:
        raise failures[0]


def client(edge: Any, **headers: str) -> httpx2.AsyncClient:
    """A client of one service in this process."""
    transport = httpx2.ASGITransport(app=edge)
    return httpx2.AsyncClient(transport=transport, base_url="http://service", headers=headers)
