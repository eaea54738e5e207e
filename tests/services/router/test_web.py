"""What router tells to whom: assignments, posts alike, topics and models, through its own routes."""

from collections.abc import AsyncIterator
from datetime import datetime
from hashlib import sha256
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.engine.desk import Desk
from chassis.engine.publisher import Publisher
from chassis.memory.bus import Quiet
from chassis.memory.store import MemoryStore
from chassis.metrics import Metrics
from chassis.outbox import unpack
from chassis.store import Remembered
from chassis.tokens import Staff, Verifier, sign
from chassis.web.api import create_api, take_routes
from chassis.web.edge import Edge
from chassis.web.probes import Probes
from contracts.identity import partition_of
from contracts.posts import PostHeld
from services.router import store
from services.router.app import build_talk
from services.router.core.case import Case
from services.router.core.topics.city_posts import CityPosts
from services.router.core.topics.talk import Talk
from services.router.store import Topics
from services.router.teller import Teller
from services.router.web import Door, routes
from tests.conforming import Conforming
from tests.places import STREETS
from tests.services.intake.door import PRIVATE, PROFILE, PUBLIC, at
from tests.services.router.test_city_posts import BUS, received, said
from wenzheng.training import Row, fit

UNITS = ("transport", "housing")


class Router:
    """Router's web half in memory."""

    def __init__(self) -> None:
        self.clock = HandClock(at("2026-03-02T18:30"))
        self.store: MemoryStore = store.memory()
        self.models = store.MemoryModels(self.store)
        self.talk = store.memory_talk()
        self.topics = store.MemoryTopics(self.talk)
        self.posts = CityPosts(PROFILE)
        door = Door(
            profile=PROFILE,
            cases=store.MemoryCases(self.store),
            models=self.models,
            topics=self.topics,
            posts=self.posts,
            verifier=Verifier(PUBLIC),
            clock=self.clock,
        )
        api = create_api("router", "", Metrics(), Probes())
        take_routes(api.router, routes(door))
        transport = httpx2.ASGITransport(app=Conforming(Edge(api, Metrics()), api))
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://router")
        self.leads = True
        desk = Desk(build_talk(), self.talk, Publisher(self.talk, Quiet()), self.clock)
        self.teller = Teller(self.posts, self.topics, self.clock, self._leads, desk)

    async def _leads(self) -> bool:
        return self.leads

    @property
    def offered(self) -> list[Any]:
        """The records of facts about topics, as they lie in the outbox."""
        return [record for _, blob in self.talk.outbox.values() for record in unpack(blob)]

    def remember(self, post: str, case: Case) -> None:
        partition = partition_of(post)
        packed = self.store.packing.pack(Remembered(post, partition, case))
        self.store.subject[post] = (partition, 0, packed)

    async def get(self, path: str, role: str = "", unit: str = "transport", **query: str) -> httpx2.Response:
        headers = {}
        if role:
            headers["Authorization"] = f"Bearer {sign(PRIVATE, Staff(f'{role}-1', unit, role))}"
        return await self.http.get(path, params=query, headers=headers)

    async def put(self, data: bytes, checksum: str = "", role: str = "operator") -> httpx2.Response:
        token = sign(PRIVATE, Staff("operator-1", "supervision", role))
        path = f"/v1/models/{checksum or sha256(data).hexdigest()}"
        return await self.http.put(path, content=data, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
async def router() -> AsyncIterator[Router]:
    found = Router()
    async with found.http:
        yield found


def rows() -> list[Row]:
    """Enough labelled posts of two units for a model that is sure."""
    bus = [Row("", f"{road}路公交车停运,路口红绿灯坏了,请交通部门处理", "transport") for road in STREETS]
    lift = [Row("", f"{road}花园物业不修电梯,业主维修基金被挪用", "housing") for road in STREETS]
    return bus + lift


async def test_posts_alike_say_how_they_stand(router: Router) -> None:
    router.posts.see([received("p1"), received("p2", BUS + "请恢复。")])
    router.remember("p1", Case(number="SQ-p1", department="transport", answered=True))
    router.remember("p2", Case(number="SQ-p2", department="transport", supports=12))

    found = (await router.get("/v1/similar", text=BUS)).json()["posts"]

    assert [(one["number"], one["state"], one["supports"]) for one in found] == [
        ("SQ-p1", "answered", 0),
        ("SQ-p2", "open", 12),
    ]
    assert found[0]["department_name"] == PROFILE.department_name("transport")


async def test_nobody_is_shown_what_is_held(router: Router) -> None:
    router.posts.see([received("p1"), said("p1", 2, PostHeld(at=at("2026-03-02T18:10"), reason="核实"))])
    assert (await router.get("/v1/similar", text=BUS)).json() == {"posts": []}


async def test_an_empty_question_is_refused_and_a_long_one_is_cut(router: Router) -> None:
    router.posts.see([received("p1")])
    assert (await router.get("/v1/similar", text=" ")).status_code == 422
    assert (await router.get("/v1/similar", text=BUS * 60, limit="99")).status_code == 200


def campaign(count: int, first: int = 0, public: bool = True) -> list[Any]:
    return [
        received(f"t{n}", f"桑墟镇12路公交车停运了,第{n}个邻居来问,什么时候恢复12路公交?", public, minutes=n)
        for n in range(first, first + count)
    ]


async def test_a_topic_is_told_once_by_who_leads_and_counts_its_public_posts_only(router: Router) -> None:
    router.leads = False
    router.posts.see([*campaign(6), *campaign(2, 6, public=False)])
    assert await router.teller.step() == 0
    router.leads = True
    assert await router.teller.step() == 1
    assert await router.teller.step() == 0

    answer = (await router.get("/v1/topics")).json()
    [topic] = answer["topics"]
    assert topic["size"] == 6
    assert {post["number"] for post in topic["posts"]} == {f"SQ-t{n}" for n in range(6)}
    assert "桑墟" in topic["why"]
    assert len(router.offered) == 1


class Spoilt:
    """Topics of which one is remembered so that no rule can bear it."""

    def __init__(self, topics: Topics, topic: str) -> None:
        self._topics, self._topic = topics, topic

    async def told(self, since: datetime) -> dict[str, Talk]:
        told = await self._topics.told(since)
        return told | {self._topic: replace(told[self._topic], words=None)}  # type: ignore[arg-type]


async def test_a_topic_that_no_rule_can_bear_does_not_silence_the_others(router: Router) -> None:
    router.posts.see(campaign(6))
    await router.teller.step()
    [known] = (await router.get("/v1/topics")).json()["topics"]
    spoilt = Spoilt(router.topics, known["topic"])
    desk = Desk(build_talk(), router.talk, Publisher(router.talk, Quiet()), router.clock)
    teller = Teller(router.posts, spoilt, router.clock, router._leads, desk)

    lifts = [received(f"l{n}", f"幸福小区电梯坏了,第{n}户来问,电梯什么时候修?") for n in range(6)]
    router.posts.see(lifts)

    assert await teller.step() == 1
    assert len(router.offered) == 2


async def test_a_topic_leaves_the_list_when_the_window_has_passed(router: Router) -> None:
    router.posts.see(campaign(6))
    await router.teller.step()
    router.clock.move_to(at("2026-03-06T18:30"))
    assert (await router.get("/v1/topics")).json()["topics"] == []


async def test_why_a_post_was_given_to_a_unit_is_told_to_those_who_have_it_now(router: Router) -> None:
    router.remember(
        "p1",
        Case(number="SQ-p1", department="housing", holders=("transport", "housing"), assisting=("water",)),
    )

    for role, unit, status in (
        ("clerk", "housing", 200),
        ("clerk", "transport", 403),
        ("leader", "transport", 403),
        ("leader", "water", 200),
        ("clerk", "education", 403),
        ("supervisor", "supervision", 200),
        ("", "", 401),
    ):
        assert (await router.get("/v1/assignments/SQ-p1", role, unit)).status_code == status, (role, unit)
    assert (await router.get("/v1/assignments/SQ-none", "supervisor")).status_code == 404


async def test_staff_are_shown_how_posts_like_it_were_decided(router: Router) -> None:
    router.posts.see(
        [received("p1"), received("p2", BUS + "请恢复。", public=False), received("p3", BUS + "急。")]
    )
    router.remember("p1", Case(number="SQ-p1", held=True))
    router.remember("p2", Case(number="SQ-p2", department="transport"))
    router.remember("p3", Case(number="SQ-p3", held=True))

    found = (await router.get("/v1/assignments/SQ-p1", "supervisor")).json()["similar"]
    assert [(one["number"], one["department"]) for one in found] == [("SQ-p2", "transport")]


@pytest.mark.medium
async def test_a_model_is_kept_by_its_checksum_and_listed(router: Router) -> None:
    data = fit(rows(), seed=1)
    first = await router.put(data)
    again = await router.put(data)

    assert (first.status_code, again.status_code) == (201, 201)
    listed = (await router.get("/v1/models", "operator")).json()["models"]
    assert [(one["checksum"], one["classes"]) for one in listed] == [(sha256(data).hexdigest(), 2)]
    whole = await router.get(f"/v1/models/{sha256(data).hexdigest()}", "operator")
    assert whole.content == data


async def test_what_is_no_model_or_another_citys_is_refused(router: Router) -> None:
    data = fit(rows(), seed=1)
    foreign = fit([Row(row.title, row.text, f"x-{row.label}") for row in rows()], seed=1)

    assert (await router.put(data, checksum="0" * 64)).status_code == 422
    assert (await router.put(data[:-1])).status_code == 422
    assert "x-housing" in (await router.put(foreign)).text
    assert (await router.put(data, role="supervisor")).status_code == 403
    assert (await router.get("/v1/models", "clerk")).status_code == 403
    assert (await router.get("/v1/models")).status_code == 401
    assert (await router.get("/v1/models/abc", "operator")).status_code == 404
