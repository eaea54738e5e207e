"""What is said of a message after it was sent: the notice is marked, or has failed once and goes another way; store and twin."""

import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx2
import pytest
from msgspec.structs import replace

from chassis.metrics import Metrics
from chassis.store import Applied
from chassis.vault import MemoryKeys
from chassis.web.api import create_api, take_routes
from chassis.web.limits import Limits
from chassis.web.probes import Probes
from contracts.identity import PARTITIONS
from services.notifier import receipt_web, store
from services.notifier.channels.wechat import WeChat
from services.notifier.core.case import Claim, Notice, Receipt, Settle
from services.notifier.core.inboxes import Inbox
from services.notifier.digest_store import MemoryDigests, _Kept
from services.notifier.gateway.app import FIRST_NUMBER
from services.notifier.receipts import MemoryReceipts, PostgresReceipts, Receipts
from tests.postgres import migrated
from tests.services.deadline.facts import PROFILE, at
from tests.services.notifier.outside import TOKEN, WECHAT, City, outgoing, sent
from tests.services.notifier.test_bounces import POSTFIX

NOW = at("2026-03-02T10:00")


class Kept:
    """Notices that were sent, and what is said of them later."""

    def __init__(
        self, receipts: Receipts, pool: asyncpg.Pool | None, claims: store.MemoryClaims | None
    ) -> None:
        self.receipts = receipts
        self._pool = pool
        self._claims = claims

    async def apply(self, effect: Any, partition: int = 0) -> None:
        applied = [Applied("post", partition, "c", NOW, effect)]
        if self._claims is not None:
            self._claims.apply(applied)
        else:
            assert self._pool is not None
            async with self._pool.acquire() as connection:
                await store.Claims().apply(connection, applied)

    async def claim(self, n: int, channel: str = "wechat", partition: int = 0) -> str:
        identity = f"0195a000-0000-7000-8000-{n:012d}"
        notice = Notice(identity, "c", f"kind-{n}", "citizen", channel, "water", "已回复", at=NOW)
        await self.apply(Claim(notice), partition)
        return identity

    async def sent(self, n: int, message: str = "", channel: str = "wechat", partition: int = 0) -> str:
        identity = await self.claim(n, channel, partition)
        await self.apply(Settle(identity, "sent", 1, message=message))
        return identity

    async def digest(self, n: int, *notices: str) -> str:
        """A mail that these notices went out with."""
        identity = f"0195a000-0000-7000-9000-{n:012d}"
        if self._claims is not None:
            digests = self.receipts._digests  # type: ignore[attr-defined]
            digests.digests[identity] = _digest(notices)
            self._claims.rows |= {one: replace(self._claims.rows[one], digest=identity) for one in notices}
        else:
            assert self._pool is not None
            await self._pool.execute(
                "insert into digest (id, partition, department, audience, channel, hour, state) "
                "values ($1::uuid, 0, 'water', 'clerk', 'mail', now(), 'sent')",
                identity,
            )
            await self._pool.execute(
                "update notice set digest = $1::uuid where id = any($2::uuid[])", identity, list(notices)
            )
        return identity

    async def digest_state(self, identity: str) -> str:
        if self._claims is not None:
            return str(self.receipts._digests.digests[identity].state)  # type: ignore[attr-defined]
        assert self._pool is not None
        return str(await self._pool.fetchval("select state from digest where id = $1::uuid", identity))

    async def arrived(self, identity: str) -> bool:
        if self._claims is not None:
            return self._claims.rows[identity].arrived
        assert self._pool is not None
        return bool(
            await self._pool.fetchval(
                "select arrived_at is not null from notice where id = $1::uuid", identity
            )
        )

    async def failed(self, *partitions: int) -> list[tuple[str, str]]:
        """What a keeper would hand to the engine: kind and reason of each notice."""
        await self.receipts.mark()
        found = await self.receipts.failed("instance", partitions or range(PARTITIONS), 10)
        return sorted((outcome.notice.kind, outcome.reason) for _, outcome, _ in found)

    async def taken_in(self, *partitions: int) -> None:
        """The engine has taken in what the keeper of these partitions, or of all, found."""
        for _, outcome, _ in await self.receipts.failed("instance", partitions or range(PARTITIONS), 10):
            await self.apply(Settle(outcome.notice.id, "failed", 1, outcome.reason))

    async def ended(self, *partitions: int) -> None:
        """And the keeper went on."""
        await self.taken_in(*partitions)
        await self.receipts.close()


def _digest(notices: tuple[str, ...]) -> Any:
    return _Kept(Inbox("water", "clerk"), "mail", NOW, list(notices), state="sent")


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def kept(request: pytest.FixtureRequest) -> AsyncIterator[Kept]:
    if request.param == "memory":
        _, claims = store.memory(MemoryKeys())
        yield Kept(MemoryReceipts(claims, MemoryDigests(claims)), None, claims)
        return
    async with migrated(request.getfixturevalue("dsn"), "notifier") as (_, pool):
        await pool.execute("update position set owner = 'instance'")
        yield Kept(PostgresReceipts(pool), pool, None)


async def test_a_message_that_arrived_is_marked_and_one_that_was_refused_has_failed_with_the_reason(
    kept: Kept,
) -> None:
    arrived, refused = await kept.sent(1, "41"), await kept.sent(2, "42")
    await kept.receipts.take_in(
        [Receipt("wechat", "41", True), Receipt("wechat", "42", False, "failed:user block")]
    )

    assert await kept.failed() == [("kind-2", "failed:user block")]
    assert (await kept.arrived(arrived), await kept.arrived(refused)) == (True, False)


async def test_a_notice_fails_once_however_often_the_receipt_is_brought(kept: Kept) -> None:
    await kept.sent(1, "41")
    for _ in range(3):
        await kept.receipts.take_in([Receipt("wechat", "41", False, "failed:user block")])
    assert len(await kept.failed()) == 1
    await kept.taken_in()
    assert await kept.failed() == [], "a keeper that died before it went on finds nothing to do"
    await kept.receipts.close()

    await kept.receipts.take_in([Receipt("wechat", "41", False, "failed:user block")])

    assert await kept.failed() == []
    assert not await kept.receipts.mark(), "nothing waits any more"


async def test_the_first_word_about_a_message_stands(kept: Kept) -> None:
    notice = await kept.sent(1, "41")
    await kept.receipts.take_in([Receipt("wechat", "41", True)])
    await kept.receipts.take_in([Receipt("wechat", "41", False, "failed: system failed")])

    assert await kept.failed() == []
    assert await kept.arrived(notice)


async def test_a_receipt_that_comes_before_the_notice_is_known_to_be_sent_waits_for_it(kept: Kept) -> None:
    notice = await kept.claim(1)
    await kept.receipts.take_in([Receipt("wechat", "41", False, "failed:user block")])
    assert await kept.failed() == []
    await kept.receipts.close()

    await kept.apply(Settle(notice, "sent", 1, message="41"))

    assert await kept.failed() == [("kind-1", "failed:user block")]


async def test_a_receipt_of_another_systems_message_is_about_nobody_here(kept: Kept) -> None:
    await kept.sent(1, "41")
    await kept.sent(2, "", channel="sms")
    await kept.receipts.take_in([Receipt("wechat", "99", False, "failed:user block")])

    assert await kept.failed() == []


async def test_what_is_said_of_a_text_message_says_nothing_of_a_mail(kept: Kept) -> None:
    mail = await kept.sent(1, channel="mail")
    digest = await kept.digest(1, await kept.sent(2, channel="mail"))

    await kept.receipts.take_in([Receipt("sms", named, False, "UNDELIV") for named in (mail, digest)])

    assert await kept.failed() == []
    assert await kept.digest_state(digest) == "sent"


async def test_each_instance_fails_the_notices_of_its_own_partitions(kept: Kept) -> None:
    await kept.sent(1, "41", partition=3)
    await kept.receipts.take_in([Receipt("wechat", "41", False, "failed:user block")])

    assert await kept.failed(4, 5) == []
    assert await kept.failed(3) == [("kind-1", "failed:user block")]


@pytest.mark.parametrize("channel", ["mail", "sms"])
async def test_what_did_not_arrive_has_failed_and_sent_once_more_it_may(kept: Kept, channel: str) -> None:
    notice = await kept.sent(1, channel=channel)
    await kept.receipts.take_in([Receipt(channel, notice, False, "5.1.1")])
    assert await kept.failed() == [("kind-1", "5.1.1")]
    await kept.ended()

    again: Any = kept._claims or store.PostgresNotices(kept._pool, MemoryKeys(), store.Claims())  # type: ignore[arg-type]
    assert await again.again([notice]) == [notice]
    await kept.apply(Settle(notice, "sent", 1))

    assert await kept.failed() == [], "what came back was the first one"
    await kept.receipts.take_in([Receipt(channel, notice, False, "5.2.2")])
    assert await kept.failed() == [("kind-1", "5.2.2")], "and now the second one has"


async def test_every_notice_of_a_digest_that_came_back_has_failed_whoever_owns_it(kept: Kept) -> None:
    digest = await kept.digest(
        1,
        await kept.sent(1, channel="mail", partition=1),
        await kept.sent(2, channel="mail", partition=2),
    )
    await kept.receipts.take_in([Receipt("mail", digest, False, "5.2.2")])

    assert await kept.failed(1) == [("kind-1", "5.2.2")]
    await kept.ended(1)
    assert await kept.failed(2) == [("kind-2", "5.2.2")], "one owner does not end it for the other"
    assert await kept.digest_state(digest) == "failed"


@pytest.mark.real
async def test_a_receipt_waits_an_hour_for_its_notice_and_is_kept_for_a_month(dsn: str) -> None:
    async with migrated(dsn, "notifier") as (_, pool):
        receipts = PostgresReceipts(pool)
        await receipts.take_in([Receipt("wechat", "41", True), Receipt("wechat", "42", True)])
        assert await receipts.mark()
        await pool.execute("update receipt set at = at - interval '61 minutes'")
        assert not await receipts.mark()
        await pool.execute("update receipt set at = at - interval '31 days' where message = '41'")
        await receipts.forget()

        assert await pool.fetchval("select array_agg(message) from receipt") == ["42"]


# -- the number of a message ----------------------------------------------------------------------


async def test_the_number_that_wechat_gives_a_message_is_kept_of_either_kind(city: City) -> None:
    for way in ("subscription", "template"):
        delivery = await sent(WeChat(city.http, replace(WECHAT, way=way)), outgoing("wechat"))

        assert delivery.state == "sent"
        assert delivery.message == str(FIRST_NUMBER + len(city.arrived()))
    template = json.loads(city.requests[-1].content)
    assert "client_msg_id" in template
    assert [
        request.url.path.rpartition("message/")[2]
        for request in city.requests
        if "message" in request.url.path
    ] == [
        "subscribe/bizsend",
        "template/send",
    ]


async def test_a_template_message_needs_no_consent(city: City) -> None:
    city.gateway.consents["oABCD1234efgh5678"] = 0
    refused = await sent(WeChat(city.http, WECHAT), outgoing("wechat"))
    taken = await sent(WeChat(city.http, replace(WECHAT, way="template")), outgoing("wechat"))

    assert (refused.state, taken.state) == ("failed", "sent")


# -- the door ---------------------------------------------------------------------------------------


async def test_receipts_and_mail_are_taken_in_of_whoever_has_the_token(door: Any) -> None:
    http, receipts = door
    body = {
        "channel": "wechat",
        "receipts": [
            {"message": "41", "arrived": True},
            {"message": "42", "arrived": False, "reason": "failed:user block\n"},
        ],
    }

    handed = await http.post("/v1/receipts", json=body)
    came_back = await http.post(
        "/v1/receipts/mail", content=POSTFIX, headers={"Content-Type": "message/rfc822"}
    )
    away = await http.post("/v1/receipts/mail", content=b"Subject: away\n\nI am away.")

    assert [(answer.status_code, answer.json()) for answer in (handed, came_back, away)] == [
        (202, {"receipts": 2}),
        (202, {"receipts": 1}),
        (202, {"receipts": 0}),
    ]
    assert list(receipts.kept.values()) == [
        Receipt("wechat", "41", True),
        Receipt("wechat", "42", False, "failed:user block"),
        Receipt("mail", "0195a000-0000-7000-8000-000000000001", False, "5.1.1"),
    ]


@pytest.mark.medium
@pytest.mark.parametrize("path", ["/v1/receipts", "/v1/receipts/sms", "/v1/receipts/mail"])
async def test_nobody_else_is_let_in_and_who_goes_on_guessing_is_told_to_wait(door: Any, path: str) -> None:
    http, receipts = door
    answers = [
        (await http.post(path, content=POSTFIX, headers={"Authorization": given})).status_code
        for given in ("", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", "Bearer 令牌".encode()) * 40  # type: ignore[operator]
    ]

    assert set(answers) == {401, 429}
    assert receipts.kept == {}


async def test_without_a_token_of_its_own_the_door_lets_nobody_in() -> None:
    receipts = MemoryReceipts(store.memory(MemoryKeys())[1])
    api = create_api("notifier", "…", Metrics(), Probes())
    take_routes(api.router, receipt_web.routes(receipts, "", Limits(PROFILE.policy.rates, True)))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=api), base_url="http://n") as http:
        answer = await http.post("/v1/receipts/mail", content=POSTFIX, headers={"Authorization": "Bearer "})

    assert (answer.status_code, receipts.kept) == (401, {})


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"channel": "sms", "receipts": [{"message": "1", "arrived": True}]}, 422),
        ({"channel": "wechat", "receipts": []}, 422),
        ({"channel": "wechat", "receipts": [{"message": "0 or 1", "arrived": True}]}, 422),
        ({"channel": "wechat", "receipts": [{"message": "1\n", "arrived": True}]}, 422),
        ({"channel": "wechat", "receipts": [{"message": "1", "arrived": True, "openid": "o"}]}, 422),
        ([], 400),
    ],
)
async def test_a_receipt_that_none_can_be_is_refused(door: Any, body: Any, status: int) -> None:
    http, _ = door

    assert (await http.post("/v1/receipts", json=body)).status_code == status


async def test_a_mail_that_is_longer_than_any_report_is_refused(door: Any) -> None:
    http, _ = door
    answer = await http.post("/v1/receipts/mail", content=b"x" * (receipt_web.MAIL_LIMIT + 1))

    assert answer.status_code == 413


async def test_what_did_not_reach_a_follower_goes_to_the_follower_by_another_way_and_to_no_author(
    kept: Kept,
) -> None:
    identity, ways = "0195a000-0000-7000-8000-000000000077", ("wechat", "sms")
    notice = Notice(
        identity, "c", "news-replied", "citizen", "wechat", "water", "…", follower="F1", others=ways
    )
    await kept.apply(Claim(notice))
    await kept.apply(Settle(identity, "sent", 1, message="77"))
    await kept.receipts.take_in([Receipt("wechat", "77", False, "failed:user block")])
    await kept.receipts.mark()

    [(_, outcome, _)] = await kept.receipts.failed("instance", [0], 10)

    assert (outcome.notice.follower, outcome.notice.others) == ("F1", ways)
