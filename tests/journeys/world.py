"""The whole city in one process: seven services, the memory bus, the fake gateway, and a clock moved by hand."""

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from fastapi import APIRouter

from chassis.clock import HandClock
from chassis.engine.desk import Desk
from chassis.engine.publisher import Publisher
from chassis.memory.answers import MemoryAnswers
from chassis.memory.bus import MemoryBus, Quiet
from chassis.metrics import Metrics
from chassis.tokens import Verifier
from chassis.web.api import create_api, take_routes
from chassis.web.edge import Edge
from chassis.web.limits import Limits
from chassis.web.probes import Probes
from contracts.codec import Event
from contracts.facts import Fact
from services.deadline import app as deadline
from services.deadline import store as deadline_store
from services.notifier import app as notifier
from services.notifier import store as notifier_store
from services.notifier.addresses import MemoryAddresses
from services.notifier.channels.filling import InCity
from services.notifier.channels.robot import Robot
from services.notifier.channels.sms import Sms, SmsAccount
from services.notifier.channels.wechat import WeChat, WeChatAccount
from services.notifier.delivery import Providers
from services.notifier.digest_store import MemoryDigests
from services.notifier.digests import DigestSender
from services.notifier.gateway.app import Gateway, create
from services.notifier.gateway.arrivals import Arrivals
from services.notifier.receipts import MemoryReceipts, ReceiptKeeper
from services.notifier.sender import Allowance, Budget, Sender
from services.router import app as router
from services.router import store as router_store
from services.router.core.topics.city_posts import CityPosts
from services.router.teller import Teller
from services.stats import app as stats
from services.stats import counted
from services.stats import store as stats_store
from services.stats import web as stats_web
from services.stats.accountability import store as record_store
from services.stats.accountability import web as record_web
from services.stats.accountability.door import Door as RecordDoor
from services.stats.accountability.opener import Opener
from services.stats.assessment import web as score_web
from services.stats.assessment.door import Door as ScoreDoor
from services.stats.bulletins import store as bulletin_store
from services.stats.bulletins import web as bulletin_web
from services.stats.bulletins.door import Door as BulletinDoor
from services.stats.core.periods import Period
from services.stats.inspections import store as round_store
from services.stats.inspections import web as round_web
from services.stats.inspections.bell import Bell
from services.stats.inspections.door import Door as RoundDoor
from services.stats.league import league
from services.stats.open_data.door import Door as OpenDataDoor
from services.stats.open_data.files import Files
from services.stats.open_data.source import MemorySource
from tests.conforming import Conforming
from tests.services.debate.door import Debating
from tests.services.intake.door import CALLS, PROFILE, PUBLIC, Intake, at
from tests.services.survey.door import Surveying

SITE = "https://ask.city.example"
"""Where citizens read; the links of notices begin with it."""
SAID, IN_CITY = PROFILE.notice_words, InCity(PROFILE.zone, PROFILE.department_name)
OFFICIAL = WeChatAccount("http://gateway", "app", "local", SAID.template("wechat-subscription"), city=IN_CITY)
TEXTS = SmsAccount(
    "http://gateway/sms/", "key", "local", "问政", SAID.template("sms"), site=SITE, city=IN_CITY
)


class RestlessRobot(Robot):
    """A robot that never has to rest: the clock of a journey stands while it sends."""

    def busy(self) -> list[str]:
        return []


class World:
    """A city whose time stands until it is moved, under one seed of the bus."""

    def __init__(self, seed: int, start: str, folder: Path, followers_a_month: int = 0) -> None:
        self._followers_a_month = followers_a_month
        self.clock = HandClock(at(start))
        self.intake = Intake(self.clock)
        self.surveying = Surveying(self.clock)
        self.debating = Debating(self.clock)
        self.bus = MemoryBus(seed, self.clock)
        self.timers = deadline_store.memory()
        self.figures, self.cells = stats_store.memory()
        self.notifications, self.notices = notifier_store.memory(self.intake.keys, self.intake.links)
        self.digests = MemoryDigests(self.notices, SITE)
        self.receipts = MemoryReceipts(self.notices, self.digests)
        self.assignments = router_store.memory()
        self.models = router_store.MemoryModels(self.assignments)
        self.posts = CityPosts(PROFILE)
        self._overseen = {"city": 0, "posts": 0}
        self.talk = router_store.memory_talk()
        self._teller = Teller(
            self.posts,
            router_store.MemoryTopics(self.talk),
            self.clock,
            self._leads,
            Desk(router.build_talk(), self.talk, Publisher(self.talk, Quiet()), self.clock),
        )
        self.bulletins = bulletin_store.memory()
        self.bulletin_desk = Desk(
            stats.build_bulletins(PROFILE),
            self.bulletins,
            Publisher(self.bulletins, Quiet()),
            self.clock,
            MemoryAnswers(),
        )
        self.score_city = PROFILE
        self.records = record_store.memory()
        self.record_desk = Desk(
            stats.build_accountability(PROFILE),
            self.records,
            Publisher(self.records, Quiet()),
            self.clock,
            MemoryAnswers(),
        )
        self.rounds = round_store.memory()
        self.round_desk = Desk(
            stats.build_inspections(PROFILE),
            self.rounds,
            Publisher(self.rounds, Quiet()),
            self.clock,
            MemoryAnswers(),
        )
        grounds: Any = self.figures.keepers[1]
        self.opener = Opener(grounds, self.record_desk)
        kept = round_store.MemoryRounds(self.rounds, self.figures)
        self.bell = Bell(kept, self.round_desk, self.clock, lambda: PROFILE)
        self.gateway = Gateway(Arrivals(folder / "arrivals.jsonl"), words=SAID)
        self.gateway.robot_quota = sys.maxsize  # else who never rests asks again for a minute of real time

    @asynccontextmanager
    async def open(self) -> AsyncIterator["World"]:
        """Everything runs until the context is left."""
        await self.bus.join(router.build(PROFILE, self.models), self.assignments)
        self.bus.publish_for(self.talk)
        self.bus.publish_for(self.bulletins)
        self.bus.publish_for(self.records)
        self.bus.publish_for(self.rounds)
        await self.bus.join(deadline.build(PROFILE), self.timers)
        await self.bus.join(stats.build(PROFILE), self.figures)
        notifying = await self.bus.join(notifier.build(PROFILE), self.notifications)
        await self.bus.join(self.intake.service, self.intake.store)
        self.bus.publish_for(self.surveying.store)
        self.bus.publish_for(self.debating.store)
        transport = httpx2.ASGITransport(app=create(self.gateway))
        async with (
            self.intake.open(),
            self.surveying.open(),
            self.debating.open(),
            httpx2.AsyncClient(transport=transport) as http,
        ):
            channels = {
                "wechat": WeChat(http, OFFICIAL),
                "sms": Sms(http, TEXTS),
                "robot": RestlessRobot(http, "http://gateway"),
            }
            allowance = Allowance(
                MemoryAddresses(),
                lambda: self.clock.now().date(),
                lambda: PROFILE.policy.notices.an_address_a_day,
            )
            providers = Providers(channels)
            self._sender = Sender(
                self.notices,
                providers,
                notifying.listener,
                self._is_night,
                allowance=allowance,
                budget=Budget(
                    self.notices, lambda: f"{self.clock.now():%Y-%m}", lambda: self._followers_a_month
                ),
            )
            self._digests = DigestSender(
                self.digests, providers, notifying.listener, self.clock.now, self._is_night
            )
            self._receipts = ReceiptKeeper(self.receipts, notifying.listener)
            self._notifying = notifying
            opening = asyncio.create_task(self.record_desk.run())
            try:
                yield self
            finally:
                opening.cancel()

    def bulletin_door(self, rate_limits: bool = False) -> BulletinDoor:
        """Where bulletins are read and acted on."""
        kept = bulletin_store.MemoryBulletins(self.bulletins, self.figures, self.cells)
        limits = Limits(PROFILE.policy.rates, rate_limits)
        known = record_store.MemoryRecords(self.records)
        return BulletinDoor(
            kept,
            self.bulletin_desk,
            PROFILE,
            self.clock,
            Verifier(PUBLIC),
            limits,
            known.measures,
            lambda: self.score_city,
        )

    def record_door(self, rate_limits: bool = False) -> RecordDoor:
        """Where 问责 records are read and acted on."""
        limits = Limits(PROFILE.policy.rates, rate_limits)
        kept = record_store.MemoryRecords(self.records)
        return RecordDoor(kept, self.record_desk, PROFILE, Verifier(PUBLIC), limits)

    def round_door(self, rate_limits: bool = False) -> RoundDoor:
        """Where rounds of 督查 and 回访 are read and acted on."""
        limits = Limits(PROFILE.policy.rates, rate_limits)
        kept = round_store.MemoryRounds(self.rounds, self.figures)
        return RoundDoor(kept, self.round_desk, PROFILE, self.clock, Verifier(PUBLIC), limits, CALLS)

    def open_data_door(self, bulletins: BulletinDoor) -> OpenDataDoor:
        """Where open data is read."""
        source = MemorySource(self.figures, self.cells)
        figures = stats_store.MemoryFigures(self.figures, self.cells)
        files = Files(source, figures, bulletins.bulletins, PROFILE, self.clock)
        return OpenDataDoor(files, PROFILE, bulletins.limits)

    def beside_figures(self, bulletins: BulletinDoor, records: RecordDoor, rounds: RoundDoor) -> APIRouter:
        """What stats answers beside its figures: bulletins, records, rounds, open data."""
        router = APIRouter()
        take_routes(router, bulletin_web.routes(bulletins))
        take_routes(router, record_web.routes(records))
        figures = stats_store.MemoryFigures(self.figures, self.cells)
        limits, kept = records.limits, bulletins.bulletins
        scores = ScoreDoor(
            figures, records.records, kept, lambda: self.score_city, self.clock, records.verifier, limits
        )
        take_routes(router, score_web.routes(scores))
        sources = counted.MemorySources(self.figures)
        take_routes(
            router, counted.routes(counted.Door(sources, PROFILE, self.clock, records.verifier, limits))
        )
        take_routes(router, round_web.routes(rounds))
        take_routes(router, stats_web.open_data_routes(self.open_data_door(bulletins)))
        return router

    @asynccontextmanager
    async def stats_app(
        self,
        door: BulletinDoor | None = None,
        records: RecordDoor | None = None,
        rounds: RoundDoor | None = None,
    ) -> AsyncIterator[Conforming]:
        """Stats' interface, with somebody who commits what is asked there."""
        api = create_api("stats", "", Metrics(), Probes())
        routes = stats_web.routes(
            stats_web.Door(stats_store.MemoryFigures(self.figures, self.cells), PROFILE, self.clock)
        )
        take_routes(
            routes,
            self.beside_figures(
                door or self.bulletin_door(), records or self.record_door(), rounds or self.round_door()
            ),
        )
        take_routes(api.router, routes)
        async with self.committing():
            yield Conforming(Edge(api, Metrics()), api)

    @asynccontextmanager
    async def committing(self) -> AsyncIterator[None]:
        """Somebody commits what is asked of bulletins and rounds; records are committed as long as the world is open."""
        desks = [asyncio.create_task(desk.run()) for desk in (self.bulletin_desk, self.round_desk)]
        try:
            yield
        finally:
            for task in desks:
                task.cancel()

    @asynccontextmanager
    async def stats_office(self) -> AsyncIterator[httpx2.AsyncClient]:
        """Stats' doors for bulletins and records, over HTTP."""
        async with self.stats_app() as app:
            transport = httpx2.ASGITransport(app=app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://stats") as http:
                yield http

    def _is_night(self) -> bool:
        return PROFILE.policy.notices.is_quiet(self.clock.now().time())

    @staticmethod
    async def _leads() -> bool:
        return True

    async def _oversee(self) -> int:
        """Router's overview sees what was said about city and posts, and tells of topics."""
        for topic, seen in self._overseen.items():
            said = self.bus.log.events(topic)
            self.posts.see(said[seen:])
            self._overseen[topic] = len(said)
        return await self._teller.step()

    async def settle(self) -> None:
        """Until nothing is left to publish, to hear, to ring or to send."""
        while True:
            await self.bus.settle()
            senders = (self._sender, self._digests, self._receipts)
            for sender in senders:
                sender._listener = self._notifying.listener
            sent = [await self._driven(sender.step()) for sender in senders]
            steps = (self._oversee, self.opener.step, self.bell.step)
            if not any(sent) and not [done for step in steps if (done := await step())]:
                return

    async def _driven(self, step: Coroutine[Any, Any, int]) -> int:
        """A step of a sender, while the engine takes in what it hands over."""
        sending = asyncio.create_task(step)
        while not sending.done():
            await asyncio.sleep(0)
            self._notifying.listener.let_time_pass()
            if self._notifying.listener.asked:
                await self._notifying.listener.tick()
        return sending.result()

    async def until(self, instant: str) -> None:
        """Let time pass to an instant; every timer rings at its own."""
        await self.settle()
        goal = at(instant)
        keeper: Any = self.timers.keepers[0]
        while True:
            due = [due_at for due_at, _, _ in keeper.armed.values() if due_at <= goal]
            if not due:
                break
            self.clock.move_to(max(self.clock.now(), min(due) + timedelta(seconds=1)))
            await self.settle()
        self.clock.move_to(max(goal, self.clock.now()))
        await self.settle()

    def said(self, topic: str) -> list[Fact]:
        """The facts of a topic, each once, in order of subject and number."""
        once: dict[tuple[str, int], Event] = {}
        for event in self.bus.log.events(topic):
            once[(event.subject, event.seq)] = event
        return [once[place].fact for place in sorted(once)]

    def names(self, topic: str) -> list[str]:
        """Their names."""
        return [type(fact).__name__ for fact in self.said(topic)]

    async def league(self, month: str) -> dict[str, Any]:
        """The league table."""
        return await league(
            stats_store.MemoryFigures(self.figures, self.cells), PROFILE, Period.read(month), self.clock.now()
        )

    async def assigned_to(self, number: str, department: str) -> None:
        """The supervisor gives the post to a unit, whatever the router thought."""
        await self.settle()
        body = {"department": department, "reason": "职责所在"}
        response = await self.intake.staff("supervisor", "supervision", f"cases/{number}/assignment", body)
        assert response.status_code == 202, response.text
        await self.settle()

    async def act(
        self,
        role: str,
        number: str,
        path: str,
        body: dict[str, Any] | None = None,
        unit: str = "housing",
        person: str = "",
    ) -> dict[str, Any]:
        """An act of staff that succeeds."""
        response = await self.intake.staff(role, unit, f"cases/{number}/{path}", body, person)
        assert response.status_code == 202, response.text
        await self.settle()
        answer: dict[str, Any] = response.json()
        return answer

    async def answered(self, number: str, text: str = "已修复。", person: str = "") -> None:
        """The clerk drafts, the leader approves."""
        await self.answered_by("housing", number, text, person)

    async def answered_by(self, unit: str, number: str, text: str = "已修复。", person: str = "") -> None:
        """As `answered`, by any unit."""
        draft = await self.act("clerk", number, "replies", {"text": text}, unit, person)
        await self.act("leader", number, f"replies/{draft['reply_id']}/approval", unit=unit)


def now(instant: str) -> datetime:
    """An instant of the city."""
    return at(instant)
