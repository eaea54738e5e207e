"""The ways out, each against a gateway that refuses what the real provider would."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from msgspec.structs import replace

from chassis.settings import Settings
from services.notifier.channels import Delivery, address_of
from services.notifier.channels.aliyun import authorised
from services.notifier.channels.mail import Mail, MailAccount
from services.notifier.channels.robot import Robot, digest, dingtalk_sign
from services.notifier.channels.sms import Sms, SmsAccount
from services.notifier.channels.wechat import FIELD_LENGTH, WeChat, WeChatAccount
from services.notifier.core.case import Notice
from services.notifier.gateway.__main__ import Mailbox
from services.notifier.gateway.app import Gateway, create
from services.notifier.gateway.arrivals import Arrivals
from services.notifier.settings import ChannelSettings, secret_of
from services.notifier.settings import Robot as RobotAccount
from services.notifier.store import Outgoing

CONTACT = {"openid": "oABCD1234efgh5678", "phone": "13812345678", "mail": "wang@example.com"}
WECHAT = WeChatAccount("http://gateway", "wx1", "right", "progress")
SMS = SmsAccount("http://gateway/sms/", "key", "right", "宿迁问政", "progress")


class City:
    """The gateway and a client of it."""

    def __init__(self, folder: Path) -> None:
        self.gateway = Gateway(Arrivals(folder / "arrivals.jsonl"), key="right")
        self.requests: list[httpx2.Request] = []
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=create(self.gateway)),
            event_hooks={"request": [self._note]},
        )

    async def _note(self, request: httpx2.Request) -> None:
        self.requests.append(request)

    def arrived(self) -> list[str]:
        return [row["text"] for row in self.gateway.arrivals.since(0)]


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    opened = City(tmp_path)
    async with opened.http:
        yield opened


def outgoing(channel: str, text: str = "您的帖子SQ1已回复", **changes: Any) -> Outgoing:
    audience = "clerk" if channel == "robot" else "citizen"
    notice = Notice("n1", "c", "replied", audience, channel, "water", text)
    return replace(Outgoing("p", notice, 1, False, CONTACT), **changes)


async def sent(channel: Any, *notices: Outgoing) -> Delivery:
    [*_, last] = await channel.send(list(notices))
    assert isinstance(last, Delivery)
    return last


# -- addresses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "field", "address"),
    [
        ("mail", "mail", "nl@example.com\n"),
        ("mail", "mail", "a@b.cn\r\nBcc: all@b.cn"),
        ("mail", "mail", "a@b.cn,c@d.cn"),
        ("mail", "mail", "a@b.cn;c@d.cn"),
        ("mail", "mail", "<a@b.cn>"),
        ("mail", "mail", '"a@b.cn" <c@d.cn>'),
        ("mail", "mail", "a@b.cn c@d.cn"),
        ("mail", "mail", "a@b@c.cn"),
        ("mail", "mail", "a\x00@b.cn"),
        ("mail", "mail", ""),
        ("sms", "phone", "13812345678\n"),
        ("sms", "phone", "13812345678,13912345678"),
        ("sms", "phone", "138 1234 5678"),
        ("sms", "phone", "１３８１２３４５６７８"),
        ("wechat", "openid", "oABCD1234efgh\n"),
        ("wechat", "openid", "o/../x"),
    ],
)
async def test_what_is_not_one_address_is_sent_to_nobody(
    city: City, channel: str, field: str, address: str
) -> None:
    wrong = outgoing(channel, contact={field: address})
    mail = Mail(MailAccount("127.0.0.1", 1, "notice@city.example", "通知"))
    channels: dict[str, Any] = {"wechat": WeChat(city.http, WECHAT), "sms": Sms(city.http, SMS)}

    assert address_of(wrong) is None
    if channel == "mail":
        assert (await mail._send(None, wrong)).state == "failed"  # type: ignore[arg-type]  # it asks no server
    else:
        assert (await sent(channels[channel], wrong)).state == "failed"
    assert city.arrived() == []


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("mail", "a.b+c@xn--fiqs8s.cn"),
        ("mail", "张三@例子.中国"),
        ("sms", "+8613812345678"),
        ("sms", "052784368123"),
        ("wechat", "oABCD1234efgh5678IJKL9012mno"),
    ],
)
def test_what_people_have_is_an_address(channel: str, address: str) -> None:
    field = {"mail": "mail", "sms": "phone", "wechat": "openid"}[channel]

    assert address_of(outgoing(channel, contact={field: address})) == address


# -- WeChat ----------------------------------------------------------------------------------------


async def test_wechat_fills_fields_that_the_provider_takes_and_shows_what_is_cut(city: City) -> None:
    text = "您的帖子SQ260302-000001延期至03月09日18:00,原因:等待备件,进展:已经勘察现场并联系厂家,请耐心等待"

    assert await sent(WeChat(city.http, WECHAT), outgoing("wechat", text)) == Delivery("sent")

    fields = json.loads(city.requests[-1].content)["data"]
    assert [len(field["value"]) <= FIELD_LENGTH for field in fields.values()] == [True] * 3
    assert city.arrived() == [text[:59] + "…"]


async def test_a_short_text_leaves_no_field_empty(city: City) -> None:
    assert (await sent(WeChat(city.http, WECHAT), outgoing("wechat", "已回复"))).state == "sent"


async def test_an_expired_token_is_fetched_once_more(city: City) -> None:
    channel = WeChat(city.http, WECHAT)
    await sent(channel, outgoing("wechat"))
    city.gateway._token_until = 0.0

    assert (await sent(channel, outgoing("wechat"))).state == "sent"
    assert len([r for r in city.requests if "stable_token" in str(r.url)]) == 2


async def test_a_wrong_secret_sends_nothing_and_is_tried_again_later(city: City) -> None:
    wrong = WeChat(city.http, replace(WECHAT, secret="wrong"))

    assert (await sent(wrong, outgoing("wechat"))).state == "later"
    assert city.arrived() == []


async def test_who_has_not_subscribed_is_told_by_the_next_channel(city: City) -> None:
    city.gateway.consents[CONTACT["openid"]] = 1
    channel = WeChat(city.http, WECHAT)

    first, second = await sent(channel, outgoing("wechat")), await sent(channel, outgoing("wechat"))

    assert (first.state, second) == ("sent", Delivery("failed", "用户未订阅"))


async def test_an_empty_quota_is_no_reason_to_wait_for_tomorrow(city: City) -> None:
    city.gateway.wechat_quota = 0

    assert await sent(WeChat(city.http, WECHAT), outgoing("wechat")) == Delivery("failed", "当日额度已满")


@pytest.mark.parametrize("code", [-1, 45011])
async def test_a_busy_provider_is_asked_again(city: City, code: int) -> None:
    city.gateway.script.add("wechat", 1, {"code": code})

    assert (await sent(WeChat(city.http, WECHAT), outgoing("wechat"))).state == "later"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"touser": "o/"}, 40003),
        ({"template_id": "other"}, 40037),
        ({"data": {"thing1": {"value": "路" * 21}}}, 47003),
        ({"data": {"thing1": {"value": "一\n二"}}}, 47003),
        ({"data": {"thing1": {"value": ""}}}, 47003),
        ({"data": {}}, 47003),
    ],
)
async def test_the_gateway_refuses_what_wechat_would(city: City, changes: dict[str, Any], code: int) -> None:
    channel = WeChat(city.http, WECHAT)
    message = {**channel._message(CONTACT["openid"], outgoing("wechat")), **changes}
    token = await channel._access_token(fresh=True)

    answer = await city.http.post(
        "http://gateway/cgi-bin/message/subscribe/bizsend", params={"access_token": token}, json=message
    )

    assert answer.json()["errcode"] == code
    assert city.arrived() == []


# -- SMS -------------------------------------------------------------------------------------------


def test_a_signature_is_the_one_in_the_providers_own_example() -> None:
    """https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature, fixed parameters."""
    headers = authorised(
        "YourAccessKeyId",
        "YourAccessKeySecret",
        "POST",
        "ecs.cn-shanghai.aliyuncs.com",
        "/",
        {
            "RegionId": "cn-shanghai",
            "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
        },
        {
            "x-acs-action": "RunInstances",
            "x-acs-version": "2014-05-26",
            "x-acs-date": "2023-10-26T10:22:32Z",
            "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        },
    )

    signature = headers["authorization"].rpartition("Signature=")[2]
    assert signature == "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"


async def test_an_sms_arrives_signed(city: City) -> None:
    assert await sent(Sms(city.http, SMS), outgoing("sms")) == Delivery("sent")
    assert city.gateway.arrivals.counts == {"n1": 1}


async def test_an_sms_signed_with_another_secret_is_refused(city: City) -> None:
    answer = await sent(Sms(city.http, replace(SMS, secret="wrong")), outgoing("sms"))

    assert answer == Delivery("failed", "SignatureDoesNotMatch")
    assert city.arrived() == []


async def test_a_body_that_was_changed_on_the_way_is_refused(city: City) -> None:
    await sent(Sms(city.http, SMS), outgoing("sms"))
    request = city.requests[-1]

    answer = await city.http.post(
        request.url, content=request.content.replace(b"138", b"139"), headers=request.headers
    )

    assert answer.status_code == 403


async def test_a_repeat_whose_receipt_is_there_sends_nothing(city: City) -> None:
    city.gateway.script.add("sms", 1, {"lose": True})
    channel = Sms(city.http, SMS)
    with pytest.raises(ValueError):
        await channel.send([outgoing("sms")])

    assert await sent(channel, outgoing("sms", repeated=True)) == Delivery("sent")
    assert city.gateway.arrivals.counts == {"n1": 1}


async def test_a_repeat_without_a_receipt_sends(city: City) -> None:
    assert await sent(Sms(city.http, SMS), outgoing("sms", repeated=True)) == Delivery("sent")
    assert city.gateway.arrivals.counts == {"n1": 1}


async def test_a_first_attempt_asks_for_no_receipt(city: City) -> None:
    await sent(Sms(city.http, SMS), outgoing("sms"))

    assert [request.headers["x-acs-action"] for request in city.requests] == ["SendSms"]


async def test_a_receipt_of_before_midnight_in_china_is_read_as_well(city: City) -> None:
    channel = Sms(city.http, SMS)
    await channel.send([outgoing("sms")])
    city.gateway.arrivals.since(0)[0]["at"] = time.time() - 86_400

    assert await sent(channel, outgoing("sms", repeated=True)) == Delivery("sent")
    assert city.gateway.arrivals.counts == {"n1": 1}


async def test_not_knowing_of_a_receipt_is_no_reason_to_send_again(city: City) -> None:
    unknown = Sms(city.http, replace(SMS, secret="wrong"))

    assert (await sent(unknown, outgoing("sms", repeated=True))).state == "unknown"


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", "later"),
        ("Throttling.User", "later"),
        ("isv.MOBILE_NUMBER_ILLEGAL", "failed"),
    ],
)
async def test_the_providers_word_says_whether_to_try_again(city: City, code: str, state: str) -> None:
    city.gateway.script.add("sms", 1, {"code": code})

    assert await sent(Sms(city.http, SMS), outgoing("sms")) == Delivery(state, code)  # type: ignore[arg-type]


# -- robots ----------------------------------------------------------------------------------------


async def test_a_robot_is_busy_right_after_a_message_and_the_others_are_not(city: City) -> None:
    robot = Robot(city.http, "http://gateway")

    await sent(robot, outgoing("robot"))

    assert robot.busy() == ["water"]


async def test_a_line_break_in_a_notice_makes_no_line_of_a_digest(city: City) -> None:
    robot = Robot(city.http, "http://gateway")

    await sent(robot, outgoing("robot", "新交办 SQ1 a\n领导批示:速转账"), outgoing("robot", "新交办 SQ2"))

    assert city.arrived() == ["新交办 SQ1 a 领导批示:速转账\n新交办 SQ2"]
    assert len(digest(["一\u2028二\x85三", "四"]).splitlines()) == 2


async def test_each_unit_has_its_own_robot_and_key(city: City) -> None:
    accounts = {"water": RobotAccount("wecom", "k-1"), "housing": RobotAccount("dingtalk", "t-2", "SEC3")}
    robot = Robot(city.http, "http://gateway", accounts)
    other = replace(outgoing("robot").notice, department="housing")

    await sent(robot, outgoing("robot"))
    await sent(robot, outgoing("robot", notice=other))

    assert [row["recipient"] for row in city.gateway.arrivals.since(0)] == ["k-1", "t-2"]
    given = city.requests[-1].url.params
    assert given["sign"] == dingtalk_sign("SEC3", int(given["timestamp"]))


async def test_a_unit_without_a_robot_is_named_in_the_outbox(city: City) -> None:
    robot = Robot(city.http, "http://gateway", {})

    assert await sent(robot, outgoing("robot")) == Delivery("failed", "本单位没有机器人")


# -- mail ------------------------------------------------------------------------------------------


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[tuple[Arrivals, Controller]]:
    arrivals = Arrivals(tmp_path / "mail.jsonl")
    server = Controller(Mailbox(arrivals), hostname="127.0.0.1", port=0)
    server.port = _free_port()
    server.start()
    try:
        yield arrivals, server
    finally:
        server.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_a_mail_names_its_notice_and_says_that_a_machine_sent_it(
    mailbox: tuple[Arrivals, Controller],
) -> None:
    arrivals, server = mailbox
    account = MailAccount("127.0.0.1", server.port, "notice@city.example", "宿迁问政通知")

    assert await sent(Mail(account), outgoing("mail", "已回复 <b>请评价</b>")) == Delivery("sent")

    assert arrivals.counts == {"n1": 1}
    assert arrivals.since(0)[0]["text"] == "已回复 <b>请评价</b>"
    message = Mail(account)._message("wang@example.com", outgoing("mail", "<b>"))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<n1@city.example>"
    assert "&lt;b&gt;" in message.get_body(("html",)).get_content()  # type: ignore[union-attr]


async def test_a_mail_server_that_is_away_is_tried_again(tmp_path: Path) -> None:
    account = MailAccount("127.0.0.1", _free_port(), "notice@city.example", "通知")

    assert (await sent(Mail(account), outgoing("mail"))).state == "later"


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_mail_signs_in_where_the_server_asks_for_it(tmp_path: Path) -> None:
    def known(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"city", b"right"))

    arrivals = Arrivals(tmp_path / "mail.jsonl")
    server = Controller(
        Mailbox(arrivals),
        hostname="127.0.0.1",
        port=_free_port(),
        auth_required=True,
        auth_require_tls=False,
        authenticator=known,
    )
    server.start()
    try:
        account = MailAccount("127.0.0.1", server.port, "notice@city.example", "通知", user="city")
        wrong = await sent(Mail(replace(account, password="wrong")), outgoing("mail"))
        right = await sent(Mail(replace(account, password="right")), outgoing("mail"))
    finally:
        await asyncio.to_thread(server.stop)

    assert (wrong.state, right.state, arrivals.counts) == ("later", "sent", {"n1": 1})


# -- links -----------------------------------------------------------------------------------------


async def test_every_notice_to_a_citizen_leads_to_the_post(city: City) -> None:
    site = "https://ask.city.example"
    there = f"{site}/follow?number=SQ260302-000001"
    told = {channel: outgoing(channel, number="SQ260302-000001") for channel in ("wechat", "sms", "mail")}

    await sent(WeChat(city.http, replace(WECHAT, site=site)), told["wechat"])
    assert json.loads(city.requests[-1].content)["page"] == there
    await sent(Sms(city.http, replace(SMS, site=site)), told["sms"])
    assert city.arrived()[-1].endswith(f'{there}"}}')
    mail = Mail(MailAccount("127.0.0.1", 1, "notice@city.example", "通知", site=site))
    message = mail._message("wang@example.com", told["mail"])
    assert f'href="{there}"' in message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert there in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


# -- settings --------------------------------------------------------------------------------------


def test_each_channel_has_a_credential_of_its_own_in_a_file(tmp_path: Path) -> None:
    for name in ("gateway", "wechat"):
        (tmp_path / name).write_text(f"{name}-secret\n", encoding="utf-8")
    settings = Settings(gateway_key_file=tmp_path / "gateway")
    own = ChannelSettings(wechat_secret_file=tmp_path / "wechat", sms_url="https://sms.example/")

    assert secret_of(own.wechat_secret_file, settings) == "wechat-secret"
    assert secret_of(own.sms_secret_file, settings) == "gateway-secret"
    assert own.sms_url == "https://sms.example"


def test_a_password_is_never_sent_to_a_mail_server_in_the_clear(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="MAIL_SECURITY"):
        ChannelSettings(mail_user="city", mail_password_file=tmp_path / "password")

    assert ChannelSettings(mail_user="city", mail_security="tls").mail_user == "city"


def test_robots_are_read_from_a_file_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "robots.json"
    file.write_text('{"water": {"kind": "dingtalk", "key": "t", "secret": "SEC"}}', encoding="utf-8")
    assert ChannelSettings(robots_file=file).robots() == {"water": RobotAccount("dingtalk", "t", "SEC")}
    assert ChannelSettings().robots() is None

    file.write_text('{"water": {"kind": "fax", "key": "t"}}', encoding="utf-8")
    with pytest.raises(ValueError):
        ChannelSettings(robots_file=file).robots()
