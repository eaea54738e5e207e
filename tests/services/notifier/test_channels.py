"""The ways out, each against a gateway that refuses what the real provider would."""

import json
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from city.templates import FIELD_LENGTH
from services.notifier.channels import Delivery, address_of, link_of, stop_link_of
from services.notifier.channels.mail import Mail, MailAccount
from services.notifier.channels.robot import Robot, digest, dingtalk_sign
from services.notifier.channels.sms import Sms
from services.notifier.channels.wechat import WeChat
from services.notifier.core.case import Outcome
from services.notifier.delivery import LONGEST_DELAY, sort
from services.notifier.gateway.app import FIRST_NUMBER
from services.notifier.outgoing import Delay, Outgoing
from services.notifier.settings import Robot as RobotAccount
from tests.services.notifier.outside import CONTACT, SMS, WECHAT, City, outgoing, sent

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
    text = "您的帖子SQ260302-000001延期至3月9日18:00,原因:等待备件,进展:已经勘察现场并联系厂家,请您耐心等待"

    assert await sent(WeChat(city.http, WECHAT), outgoing("wechat", text)) == Delivery(
        "sent", message=str(FIRST_NUMBER + 1)
    )

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


async def test_an_empty_quota_waits_for_the_providers_next_day(city: City) -> None:
    city.gateway.wechat_quota = 0

    found = await sent(WeChat(city.http, WECHAT), outgoing("wechat"))

    assert (found.state, found.reason) == ("later", "当日额度已满")
    assert 60 < found.seconds <= 24 * 3600 + 60


def test_an_empty_quota_is_no_reason_to_wait_where_there_is_another_channel() -> None:
    """Shortly before the provider's midnight the wait would be short; here it is as long as on most of a day."""
    notice = outgoing("wechat")
    found = Delivery("later", "当日额度已满", LONGEST_DELAY + 1)
    only_wechat = replace(notice, contact={"openid": CONTACT["openid"]})
    ended: list[tuple[Outgoing, Outcome]] = []
    later: list[Delay] = []

    sort(notice, found, ended, later)
    sort(only_wechat, found, ended, later)

    assert [(end.state, end.reason) for _, end in ended] == [("failed", "当日额度已满")]
    assert [delay.seconds for delay in later] == [found.seconds]


@pytest.mark.parametrize("channel", ["wechat", "sms", "robot"])
@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (503, b"", "later"),
        (429, b"{}", "later"),
        (502, b'{"message": "bad gateway"}', "unknown"),
        (504, b"<html>", "unknown"),
        (200, b"{}", "unknown"),
        (200, b"[]", "unknown"),
    ],
)
async def test_what_a_machine_on_the_way_answers_is_not_taken_for_the_providers_word(
    channel: str, status: int, body: bytes, state: str
) -> None:
    def between(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("stable_token"):
            return httpx2.Response(200, json={"access_token": "t", "expires_in": 7200})
        return httpx2.Response(status, content=body)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(between)) as http:
        channels = {"wechat": WeChat(http, WECHAT), "sms": Sms(http, SMS), "robot": Robot(http, "http://g")}
        found = await sent(channels[channel], outgoing(channel))

    assert found == Delivery(state, f"HTTP {status}")  # type: ignore[arg-type]


PROGRAM = replace(WECHAT, site="https://city.example", way="mini-program", page="pages/case/case")


@pytest.mark.parametrize(
    ("changes", "page"),
    [
        ({"number": "SQ1"}, "pages/case/case?number=SQ1"),
        ({"number": "SQ1", "stop_token": "T"}, "pages/case/case?number=SQ1"),
        ({"number": ""}, "pages/case/case"),
    ],
)
async def test_a_mini_program_is_told_by_its_own_interface_and_leads_to_a_page_of_its_own(
    city: City, changes: dict[str, Any], page: str
) -> None:
    city.gateway.consents[CONTACT["openid"]] = 1
    notice = outgoing("wechat", **changes)

    assert (await sent(WeChat(city.http, PROGRAM), notice)).state == "sent"

    request = city.requests[-1]
    assert request.url.path == "/cgi-bin/message/subscribe/send"
    assert json.loads(request.content)["page"] == page
    again = await sent(WeChat(city.http, PROGRAM), notice)
    assert (again.state, again.reason) == ("failed", "用户未订阅"), "one consent, one message"


async def test_a_follower_in_a_mini_program_finds_on_the_page_what_ends_it(city: City) -> None:
    plain = outgoing("wechat", number="SQ1", stop_token="T")
    follower = replace(plain, notice=replace(plain.notice, follower="F"))

    await sent(WeChat(city.http, PROGRAM), follower)

    assert json.loads(city.requests[-1].content)["page"] == "pages/case/case?number=SQ1&stop=T"


async def test_a_page_that_a_mini_program_does_not_have_is_said_as_the_reason(city: City) -> None:
    """A page of the web is none of a mini-program's."""
    wrong = replace(PROGRAM, page="https://city.example/follow")

    found = await sent(WeChat(city.http, wrong), outgoing("wechat", number="SQ1"))

    assert (found.state, found.reason) == ("failed", "小程序没有这个页面")


@pytest.mark.parametrize("code", [-1, 45011])
async def test_a_busy_provider_is_asked_again(city: City, code: int) -> None:
    city.gateway.script.add("wechat", 1, {"code": code})

    assert (await sent(WeChat(city.http, WECHAT), outgoing("wechat"))).state == "later"


RIGHT = {f"thing{n}": {"value": "一"} for n in (1, 2, 3)}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"touser": "o/"}, 40003),
        ({"template_id": "other"}, 40037),
        ({"data": RIGHT | {"thing1": {"value": "路" * 21}}}, 47003),
        ({"data": RIGHT | {"thing1": {"value": "一\n二"}}}, 47003),
        ({"data": RIGHT | {"thing1": {"value": ""}}}, 47003),
        ({"data": RIGHT | {"thing4": {"value": "一"}}}, 47003),
        ({"data": {"thing1": {"value": "一"}}}, 47003),
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


# -- robots ----------------------------------------------------------------------------------------


async def test_a_robot_is_busy_right_after_a_message_and_the_others_are_not(city: City) -> None:
    robot = Robot(city.http, "http://gateway")

    await sent(robot, outgoing("robot"))

    assert robot.busy() == ["water"]


@pytest.mark.parametrize(
    ("code", "state"), [(45009, "later"), (130101, "later"), (660026, "later"), (93000, "failed")]
)
async def test_a_robot_that_was_asked_too_often_is_asked_again_and_one_that_is_unknown_is_not(
    city: City, code: int, state: str
) -> None:
    city.gateway.script.add("robot", 1, {"code": code})

    assert (await sent(Robot(city.http, "http://gateway"), outgoing("robot"))).state == state


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


def test_a_follower_is_led_to_the_public_page_and_in_wechat_to_the_end_of_the_news_from_there() -> None:
    about = {"number": "SQ1", "stop_token": "TOKEN"}
    told = {channel: outgoing(channel, **about) for channel in ("wechat", "sms")}
    told = {name: replace(each, notice=replace(each.notice, follower="F1")) for name, each in told.items()}

    assert link_of("https://city", told["sms"]) == "https://city/posts/SQ1"
    assert stop_link_of("https://city", told["sms"]) == "https://city/stop/SQ1/TOKEN"
    assert link_of("https://city", told["wechat"]) == "https://city/posts/SQ1?stop=TOKEN"
