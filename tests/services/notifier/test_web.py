"""The list of notices and the operator's outbox, on a real database: who may look, in which order, in city time."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import httpx2
import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.memory.bus import Quiet
from chassis.metrics import Metrics
from chassis.store import Applied
from chassis.tokens import Staff, Verifier, sign
from chassis.vault import MemoryKeys
from chassis.web.api import create_api, take_routes
from chassis.web.edge import Edge
from chassis.web.limits import Limits
from chassis.web.probes import Probes
from contracts.identity import PARTITIONS
from services.notifier import store, web
from services.notifier.app import build
from services.notifier.core.case import Case, Claim, Notice, Settle
from services.notifier.lookup import Lookup
from tests.conforming import ANSWERED, Conforming
from tests.postgres import migrated
from tests.services.deadline.facts import PROFILE, at
from tests.services.intake.door import PRIVATE, PUBLIC

pytestmark = pytest.mark.real

NOW = at("2026-03-02T10:00")


class Office:
    """Notifier's door on a database with one post of water's."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self._claims = store.Claims()
        self.notices = store.PostgresNotices(pool, MemoryKeys(), self._claims)
        api = create_api("notifier", "…", Metrics(), Probes())
        take_routes(
            api.router,
            web.routes(
                Lookup(pool, PROFILE.zone),
                Verifier(PUBLIC),
                Limits(PROFILE.policy.rates, False),
                self.notices.again,
                lambda: PROFILE.policy,
                HandClock(NOW),
            ),
        )
        transport = httpx2.ASGITransport(app=Conforming(Edge(api, Metrics()), api))
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://notifier")

    async def claim(self, n: int, channel: str = "sms", minutes: int = 0, follower: str = "") -> str:
        """A notice about the post; `minutes` after the first hour, city time."""
        identity = f"0195a000-0000-7000-8000-{n:012d}"
        audience = "clerk" if channel == "robot" else "citizen"
        notice = Notice(
            identity,
            "c",
            f"kind-{n}",
            audience,
            channel,
            "water",
            "已回复",
            at=NOW + timedelta(minutes=minutes),
            follower=follower,
        )
        await self._apply(Claim(notice))
        return identity

    async def settle(self, identity: str, state: str, reason: str = "", parts: int = 1) -> None:
        await self._apply(Settle(identity, state, 1, reason, parts=parts))

    async def _apply(self, effect: Any) -> None:
        async with self.pool.acquire() as connection:
            await self._claims.apply(connection, [Applied("post", 0, "c", NOW, effect)])

    async def get(
        self, path: str, role: str = "operator", department: str = "supervision"
    ) -> httpx2.Response:
        token = sign(PRIVATE, Staff("p", department, role))
        return await self.http.get(path, headers={"Authorization": f"Bearer {token}"})

    async def resend(self, *notices: str, role: str = "operator") -> httpx2.Response:
        token = sign(PRIVATE, Staff("p", "supervision", role))
        headers = {"Authorization": f"Bearer {token}"}
        return await self.http.post("/v1/outbox/resend", json={"notices": notices}, headers=headers)


@pytest.fixture
async def office(dsn: str) -> AsyncIterator[Office]:
    async with migrated(dsn, "notifier") as (_, pool):
        kept = store.postgres(pool, store.Claims())
        async with kept.transaction() as transaction:
            remembered = (await transaction.load(["post"], lock=True))["post"]
        case = replace(remembered.state, number="SQ1", department="water")
        assert isinstance(case, Case)
        remembered.state = case
        await pool.execute(
            "update subject set number = 'SQ1', remembered = $1::bytea where subject = 'post'",
            kept.packing.pack(remembered),
        )
        await kept.close()
        opened = Office(pool)
        async with opened.http:
            yield opened


async def test_the_notices_of_a_post_are_in_order_of_what_they_tell_in_city_time(office: Office) -> None:
    await office.claim(1, minutes=30)
    await office.claim(2, minutes=10)

    listed = (await office.get("/v1/notices/SQ1")).json()["notices"]

    assert [notice["kind"] for notice in listed] == ["kind-2", "kind-1"]
    assert [notice["at"] for notice in listed] == ["2026-03-02T10:10:00+08:00", "2026-03-02T10:30:00+08:00"]


@pytest.mark.parametrize(
    ("role", "department", "status"),
    [
        ("clerk", "water", 200),
        ("clerk", "housing", 403),
        ("leader", "housing", 403),
        ("supervisor", "supervision", 200),
        ("mayor", "government-office", 200),
        ("operator", "supervision", 200),
    ],
)
async def test_the_notices_of_a_post_are_for_its_unit_and_those_who_see_all(
    office: Office, role: str, department: str, status: int
) -> None:
    assert (await office.get("/v1/notices/SQ1", role, department)).status_code == status


async def test_an_unknown_number_is_not_found_and_one_that_cannot_be_is_refused(office: Office) -> None:
    assert (await office.get("/v1/notices/SQ9")).status_code == 404
    assert (await office.get("/v1/notices/SQ1%00")).status_code == 400


async def test_the_outbox_shows_what_waits_longest_first_and_what_failed_newest_first(office: Office) -> None:
    first, second = await office.claim(1), await office.claim(2, "robot")
    await office.pool.execute(
        "update notice set next_at = next_at - interval '1 hour' where id = $1::uuid", second
    )
    for n, minutes in ((3, 0), (4, 5)):
        await office.settle(await office.claim(n, "wechat", minutes), "failed", "用户未订阅")
    await office.settle(await office.claim(5), "sent")

    waiting = (await office.get("/v1/outbox")).json()
    failed = (await office.get("/v1/outbox?state=failed")).json()

    assert [notice["notice"] for notice in waiting["notices"]] == [second, first]
    assert waiting["waiting"] == {"sms": 1, "robot": 1}
    assert [(notice["kind"], notice["reason"]) for notice in failed["notices"]] == [
        ("kind-4", "用户未订阅"),
        ("kind-3", "用户未订阅"),
    ]
    assert failed["notices"][0]["number"] == "SQ1"
    assert {name for notice in failed["notices"] for name in notice}.isdisjoint(
        {"phone", "openid", "mail", "text"}
    )


async def test_the_outbox_shows_what_was_sent_on_a_day_of_the_city_by_channel(office: Office) -> None:
    evening, midnight = (14 * 60) - 1, 14 * 60
    for n, channel, minutes in ((1, "sms", 0), (2, "mail", evening), (3, "sms", midnight)):
        await office.settle(await office.claim(n, channel, minutes), "sent")
    await office.settle(await office.claim(4), "failed")

    async def kinds(query: str) -> list[str]:
        answer = await office.get(f"/v1/outbox?state=sent&{query}")
        return [notice["kind"] for notice in answer.json()["notices"]]

    assert await kinds("day=2026-03-02") == ["kind-2", "kind-1"]
    assert await kinds("day=2026-03-02&channel=sms") == ["kind-1"]
    assert await kinds("day=2026-03-03") == ["kind-3"]
    assert await kinds("") == ["kind-2", "kind-1"], "of today, where no day is named"


async def test_what_waits_or_failed_is_shown_of_one_channel(office: Office) -> None:
    for n, channel in ((1, "sms"), (2, "mail"), (3, "robot")):
        await office.claim(n, channel)
        await office.settle(await office.claim(n + 3, channel), "failed")

    for channel, n in (("sms", 1), ("mail", 2), ("robot", 3)):
        for state, kind in (("waiting", f"kind-{n}"), ("failed", f"kind-{n + 3}")):
            answer = await office.get(f"/v1/outbox?state={state}&channel={channel}")
            assert [notice["kind"] for notice in answer.json()["notices"]] == [kind]


async def test_what_waits_says_why_it_was_put_back(office: Office) -> None:
    notice = await office.claim(1)
    await store.PostgresNotices(office.pool, MemoryKeys(), store.Claims()).later(
        [store.Delay(notice, 60.0, lost=False, reason="ConnectError")]
    )

    [waits] = (await office.get("/v1/outbox")).json()["notices"]

    assert (waits["reason"], waits["state"]) == ("ConnectError", "pending")


async def test_each_channel_is_counted_by_month_with_its_quota_and_cost(office: Office) -> None:
    for n, (channel, state) in enumerate([("sms", "sent"), ("sms", "sent"), ("wechat", "failed")]):
        await office.settle(await office.claim(n, channel), state)

    quota, price = PROFILE.policy.quotas.sms, PROFILE.policy.prices.sms
    assert quota
    assert price
    assert (await office.get("/v1/outbox")).json()["months"] == [
        {"month": "2026-03", "channel": "sms", "sent": 2, "quota": quota, "cost": round(2 * price, 2)},
        {"month": "2026-03", "channel": "wechat", "failed": 1, "quota": 0, "cost": 0.0},
    ]


async def test_a_long_text_costs_what_the_provider_charges_and_what_followers_cost_is_said(
    office: Office,
) -> None:
    await office.settle(await office.claim(1, "sms"), "sent", parts=3)
    await office.settle(await office.claim(2, "sms", follower="F"), "sent", parts=2)
    await office.settle(await office.claim(3, "sms", follower="F"), "failed", parts=2)

    [month] = (await office.get("/v1/outbox")).json()["months"]

    price = PROFILE.policy.prices.sms
    assert (month["sent"], month["failed"], month["extra"], month["to_followers"]) == (2, 1, 3, 2)
    assert month["cost"] == round(5 * price, 2)
    notices = store.PostgresNotices(office.pool, MemoryKeys(), store.Claims())
    assert (await notices.to_followers("2026-03"), await notices.to_followers("2026-04")) == (2, 0)


@pytest.mark.parametrize("role", ["clerk", "leader", "supervisor", "mayor"])
async def test_the_outbox_is_the_operators_alone(office: Office, role: str) -> None:
    assert (await office.get("/v1/outbox", role)).status_code == 403
    assert (await office.http.get("/v1/outbox")).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        "state=rumour",
        "state=",
        "limit=0",
        "limit=201",
        "limit=x",
        "channel=pigeon",
        "day=x",
        "day=2026-02-29",
        "day=2026-W10-1",
        "day=20260302",
    ],
)
async def test_a_wrong_question_to_the_outbox_is_told_what_would_be_right(office: Office, query: str) -> None:
    answer = await office.get(f"/v1/outbox?{query}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize("state", ["waiting", "failed", "sent"])
async def test_a_day_names_the_notices_of_it_alone_and_every_day_there_is_can_be_asked_for(
    office: Office, state: str
) -> None:
    for n, minutes in ((1, 0), (2, 14 * 60)):
        notice = await office.claim(n, minutes=minutes)
        if state != "waiting":
            await office.settle(notice, state)

    for day, expected in (("2026-03-03", ["kind-2"]), ("0001-01-01", []), ("9999-12-31", [])):
        answer = await office.get(f"/v1/outbox?state={state}&day={day}")
        assert [notice["kind"] for notice in answer.json()["notices"]] == expected


async def test_a_notice_that_failed_is_sent_again_whichever_process_the_operator_reaches(
    office: Office,
) -> None:
    """This one owns no post at all: another one sends it."""
    failed, other = await office.claim(1), await office.claim(2)
    await office.settle(failed, "failed", "isv.OUT_OF_SERVICE")
    kept = store.postgres(office.pool, store.Claims())
    listener = Listener(build(PROFILE), kept, Publisher(kept, Quiet()), HandClock(NOW), "another")
    await listener.take_over(range(PARTITIONS))
    sender = store.PostgresNotices(office.pool, MemoryKeys(), store.Claims())
    await sender.take("another", range(PARTITIONS), [], 10)

    answer = await office.resend(failed, other, failed)

    assert answer.json() == {"notices": [failed], "state": "pending"}
    assert ("wenzheng notifier", "post", "/v1/outbox/resend") in ANSWERED
    [again] = await sender.take("another", range(PARTITIONS), [], 10)
    assert (again.notice.id, again.attempts, again.repeated) == (failed, 1, True)
    assert (await office.resend(other)).status_code == 404
    await kept.close()


async def test_nobody_but_the_operator_sends_again(office: Office) -> None:
    failed = await office.claim(1)
    await office.settle(failed, "failed")

    assert (await office.resend(failed, role="supervisor")).status_code == 403
    assert (await office.resend("none")).status_code == 422
    assert (await office.resend()).status_code == 422
    assert (await office.get("/v1/outbox?state=failed")).json()["notices"][0]["notice"] == failed
