"""Staff choose how they are told: each kind of address has its own check, and is theirs when a code came back from it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from aiosmtpd.controller import Controller

from chassis.clock import HandClock
from chassis.metrics import Metrics
from chassis.tokens import Staff, Verifier, sign
from chassis.web.api import create_api, take_routes
from chassis.web.edge import Edge
from chassis.web.limits import Limits
from chassis.web.probes import Probes
from services.notifier import inbox_web
from services.notifier.channels.mail import Mail, MailAccount
from services.notifier.channels.robot import Robot
from services.notifier.channels.sms import Sms
from services.notifier.core.inboxes import Inbox
from services.notifier.core.staff_addresses import Wrong, read
from services.notifier.delivery import Providers
from services.notifier.gateway.__main__ import Mailbox
from services.notifier.inboxes import Boxes, Inboxes, MemoryInboxes, PostgresInboxes
from services.notifier.settings import Robot as Account
from tests.conforming import Conforming
from tests.fronts.portal.staff.alone import free_port
from tests.postgres import migrated
from tests.services.deadline.facts import PROFILE, at
from tests.services.intake.door import PRIVATE, PUBLIC
from tests.services.notifier.outside import SMS, City

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa".replace(
    "xxx", "abc"
).replace("sifa5aaa", "1fa5aaa1")
DINGTALK = f"https://oapi.dingtalk.com/robot/send?access_token={'0a' * 32}"
SECRET = f"SEC{'1b' * 32}"


# -- the checks of each kind -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "text", "secret", "fields", "shown"),
    [
        ("sms", "138 1234-5678", "", {"phone": "13812345678"}, "138****5678"),
        ("sms", "+8613812345678", "", {"phone": "13812345678"}, "138****5678"),
        ("sms", "１３８１２３４５６７８", "", {"phone": "13812345678"}, "138****5678"),
        ("mail", " zhiban@suqian.gov.cn", "", {"mail": "zhiban@suqian.gov.cn"}, "z***@suqian.gov.cn"),
        ("mail", "zhiban@Suqian.GOV.CN", "", {"mail": "zhiban@suqian.gov.cn"}, "z***@suqian.gov.cn"),
        (
            "robot",
            WECOM,
            "",
            {"kind": "wecom", "key": WECOM.rpartition("=")[2], "secret": ""},
            "企业微信机器人 …aaa1",
        ),
        (
            "robot",
            DINGTALK,
            SECRET,
            {"kind": "dingtalk", "key": "0a" * 32, "secret": SECRET},
            "钉钉机器人 …0a0a",
        ),
    ],
)
def test_an_address_is_read_in_the_form_its_channel_takes_and_shown_by_its_ends(
    channel: Any, text: str, secret: str, fields: dict[str, str], shown: str
) -> None:
    given = read(channel, text, secret)

    assert (given.fields, given.shown) == (fields, shown)


@pytest.mark.parametrize(
    ("channel", "text", "secret", "said"),
    [
        ("sms", "0527-84368123", "", "11 位手机号码"),
        ("sms", "12812345678", "", "11 位手机号码"),
        ("sms", "138123456789", "", "11 位手机号码"),
        ("mail", "zhiban", "", "邮箱"),
        ("mail", "a@b.cn,c@d.cn", "", "邮箱"),
        ("mail", "a@b.cn\nBcc: c@d.cn", "", "邮箱"),
        ("mail", "zhiban@suqian", "", "邮箱"),
        ("sms", "13812345678 13912345678", "", "11 位手机号码"),
        ("mail", f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}", "", "邮箱"),
        ("robot", "https://evil.example/cgi-bin/webhook/send?key=1", "", "企业微信"),
        ("robot", "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", "", "企业微信"),
        ("robot", WECOM.replace("qyapi", "user@qyapi"), "", "企业微信"),
        ("robot", WECOM.replace(".com/", ".com:8443/"), "", "企业微信"),
        ("robot", WECOM[:-3], "", "不完整"),
        ("robot", WECOM, SECRET, "没有加签密钥"),
        ("robot", DINGTALK, "", "加签"),
        ("robot", DINGTALK[:-1], SECRET, "不完整"),
        ("robot", "https://[", "", "企业微信"),
    ],
)
def test_what_cannot_be_an_address_is_refused_with_what_would_be_one(
    channel: Any, text: str, secret: str, said: str
) -> None:
    with pytest.raises(Wrong, match=said):
        read(channel, text, secret)


# -- the door --------------------------------------------------------------------------------------


class Desk:
    """Notifier's door before one of the two stores; codes are drawn by the test."""

    def __init__(self, inboxes: Inboxes, city: City, mail_port: int, pool: asyncpg.Pool | None) -> None:
        self.inboxes, self.city, self.pool = inboxes, city, pool
        self.code = "246810"
        mail = Mail(MailAccount("127.0.0.1", mail_port, "notice@wenzheng.example", "问政"))
        robots = {"water": Account("wecom", "water-robot")}
        robot = Robot(city.http, "http://gateway", robots)
        codes = inbox_web.Codes(
            b"secret", Sms(city.http, SMS), Providers({"mail": mail, "robot": robot}), robot.has
        )
        api = create_api("notifier", "…", Metrics(), Probes())
        limits = Limits(PROFILE.policy.rates, False)
        take_routes(api.router, inbox_web.routes(inboxes, codes, Verifier(PUBLIC), limits, lambda: self.code))
        transport = httpx2.ASGITransport(app=Conforming(Edge(api, Metrics()), api))
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://notifier")

    async def ask(
        self,
        path: str = "",
        body: Any = None,
        role: str = "clerk",
        unit: str = "water",
        person: str = "zhang",
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {sign(PRIVATE, Staff(person, unit, role))}"}
        if body is None:
            return await self.http.get(f"/v1/inbox{path}", headers=headers)
        return await self.http.post(f"/v1/inbox/{path}", json=body, headers=headers)

    async def proved(self, channel: str, address: str, secret: str = "") -> None:
        given = {"channel": channel, "address": address, "secret": secret}
        assert (await self.ask("addresses", given)).status_code == 202
        assert (await self.ask("proofs", {"code": self.code})).status_code == 202
        await self.pass_by(timedelta(minutes=2))

    async def pass_by(self, time: timedelta) -> None:
        if isinstance(self.inboxes, MemoryInboxes):
            self.inboxes.passed += time
        else:
            assert self.pool is not None
            await self.pool.execute(
                "update inbox_trial set asked_at = asked_at - $1::interval, begun_at = begun_at - $1::interval",
                time,
            )


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    city = City(tmp_path)
    mail = Controller(Mailbox(city.gateway.arrivals), hostname="127.0.0.1", port=free_port())
    mail.start()
    try:
        if request.param == "memory":
            yield Desk(MemoryInboxes(), city, mail.port, None)
        else:
            async with migrated(request.getfixturevalue("dsn"), "notifier") as (_, pool):
                clock = HandClock(at("2026-03-02T10:00"))
                yield Desk(PostgresInboxes(pool, Boxes(b"secret"), clock), city, mail.port, pool)
    finally:
        mail.stop()


async def test_who_chose_nothing_is_told_at_once_by_the_units_robot(desk: Desk) -> None:
    inbox = (await desk.ask()).json()

    assert (inbox["channel"], inbox["pace"], inbox["by"]) == ("robot", "at-once", "")
    assert (inbox["unit_robot"], inbox["addresses"], inbox["trial"]) == (True, [], None)


@pytest.mark.parametrize(
    ("channel", "address", "secret"),
    [
        ("sms", "13812345678", ""),
        ("mail", "zhiban@suqian.gov.cn", ""),
        ("robot", WECOM, ""),
        ("robot", DINGTALK, SECRET),
    ],
)
async def test_an_address_may_be_chosen_when_the_code_that_came_to_it_was_typed(
    desk: Desk, channel: str, address: str, secret: str
) -> None:
    choice = {"channel": channel, "pace": "hourly"}
    if channel != "robot":
        refused = await desk.ask("choice", choice)
        assert refused.json()["errors"][0]["field"] == "channel"
    given = await desk.ask("addresses", {"channel": channel, "address": address, "secret": secret})
    assert given.json()["trial"]["channel"] == channel
    [arrived] = desk.city.gateway.arrivals.since(0)
    assert (arrived["channel"], arrived["notices"]) == (channel, []), "a code is no notice"
    assert desk.code in arrived["text"]

    proved = (await desk.ask("proofs", {"code": desk.code}, person="li")).json()
    chosen = (await desk.ask("choice", choice, person="li")).json()

    assert ([one["channel"] for one in proved["addresses"]], proved["trial"]) == ([channel], None)
    assert (chosen["channel"], chosen["pace"], chosen["by"]) == (channel, "hourly", "li")
    for told in (given, await desk.ask()):
        assert "13812345678" not in told.text
        assert "zhiban@" not in told.text


async def test_a_code_is_good_for_five_tries_ten_minutes_and_once(desk: Desk) -> None:
    given = {"channel": "sms", "address": "13812345678"}
    await desk.ask("addresses", given)
    for _ in range(5):
        assert (await desk.ask("proofs", {"code": "000000"})).status_code == 422
    assert (await desk.ask("proofs", {"code": desk.code})).status_code == 422, "five tries"

    await desk.pass_by(timedelta(minutes=2))
    await desk.ask("addresses", given)
    await desk.pass_by(timedelta(minutes=11))
    assert (await desk.ask("proofs", {"code": desk.code})).status_code == 422, "ten minutes"

    await desk.ask("addresses", given)
    assert (await desk.ask("proofs", {"code": desk.code})).status_code == 202
    assert (await desk.ask("proofs", {"code": desk.code})).status_code == 422, "once"


async def test_a_code_is_read_however_it_is_typed(desk: Desk) -> None:
    await desk.ask("addresses", {"channel": "sms", "address": "13812345678"})
    typed = " ".join(chr(ord(digit) + 0xFEE0) for digit in desk.code)

    assert (await desk.ask("proofs", {"code": "六位数字"})).status_code == 422
    assert (await desk.ask("proofs", {"code": typed})).status_code == 202


async def test_an_inbox_has_one_code_a_minute_and_ten_a_day_sent(desk: Desk) -> None:
    given = {"channel": "sms", "address": "13812345678"}
    assert (await desk.ask("addresses", given)).status_code == 202
    soon = await desk.ask("addresses", given)
    assert (soon.status_code, soon.headers["retry-after"]) == (429, "60")
    for _ in range(9):
        await desk.pass_by(timedelta(minutes=2))
        assert (await desk.ask("addresses", given)).status_code == 202
    await desk.pass_by(timedelta(minutes=2))
    assert (await desk.ask("addresses", given)).status_code == 429
    assert (await desk.ask("addresses", given, unit="housing")).status_code == 202, "others have their own"
    await desk.pass_by(timedelta(days=1))
    assert (await desk.ask("addresses", given)).status_code == 202


async def test_an_inbox_is_shared_by_those_who_read_it_and_is_nobody_elses(desk: Desk) -> None:
    await desk.proved("sms", "13812345678")
    await desk.ask("choice", {"channel": "sms", "pace": "hourly"})

    for role, unit, channel in (
        ("clerk", "water", "sms"),
        ("leader", "water", "robot"),
        ("clerk", "housing", "robot"),
    ):
        assert (await desk.ask(role=role, unit=unit, person="li")).json()["channel"] == channel
    assert (await desk.ask(role="supervisor", unit="water")).json()["department"] == "supervision"
    assert (await desk.ask(role="mayor", unit="supervision")).json()["department"] == "government-office"
    assert (await desk.ask(role="operator", unit="supervision")).status_code == 403
    assert (await desk.http.get("/v1/inbox")).status_code == 401


async def test_a_unit_without_a_robot_cannot_choose_it(desk: Desk) -> None:
    choice = {"channel": "robot", "pace": "at-once"}

    assert (await desk.ask("choice", choice, unit="housing")).status_code == 422
    assert (await desk.ask("choice", choice)).status_code == 202


async def test_a_code_that_cannot_be_sent_is_told(desk: Desk) -> None:
    desk.city.gateway.script.turn("sms", "down")

    answer = await desk.ask("addresses", {"channel": "sms", "address": "13812345678"})

    assert (answer.status_code, answer.json()["title"]) == (503, "验证码发不出")


async def test_an_address_is_stored_sealed(desk: Desk) -> None:
    if desk.pool is None:
        return
    await desk.proved("mail", "zhiban@suqian.gov.cn")

    [row] = await desk.pool.fetch("select * from inbox_address")
    assert b"zhiban" not in row["sealed"]
    assert Boxes(b"secret").opened(Inbox("water", "clerk"), "mail", row["sealed"]) == {
        "mail": "zhiban@suqian.gov.cn"
    }
    assert Boxes(b"other").opened(Inbox("water", "clerk"), "mail", row["sealed"]) == {}
    assert Boxes(b"secret").opened(Inbox("water", "leader"), "mail", row["sealed"]) == {}
    assert (await desk.pool.fetch("select * from inbox_trial where sealed <> ''")) == []
