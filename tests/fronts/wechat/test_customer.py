"""What is refused late is said at once, as WeChat lets an account speak unasked; the fake gateway allows what WeChat does."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from services.notifier.gateway.customer import AFTER_EVENT, Customer
from tests.fronts.wechat.phone import OPENID, Phone, event, opened
from tests.fronts.wechat.test_pictures import SHORT, drafted, sent
from tests.services.intake.files import picture

pytestmark = pytest.mark.medium

GIF = b"GIF89a" + bytes(100)
ADDRESS = "http://wechat/cgi-bin/message/custom/send?access_token=t"
WHY = "只收 JPEG、PNG、WebP 图片"


@pytest.fixture
async def hasty(tmp_path: Path) -> AsyncIterator[Phone]:
    async with opened(tmp_path, seconds=SHORT) as found:
        yield found


async def late(phone: Phone, data: bytes) -> None:
    """A picture that comes when its message was answered long ago."""
    phone.account.script.add("media", 1, {"delay": SHORT + 0.5})
    assert "正在接收" in await phone.show(data)
    await phone.desk.done_afterwards()


async def test_a_picture_that_is_refused_after_the_answer_is_told_of_at_once_and_once(hasty: Phone) -> None:
    await drafted(hasty)

    await late(hasty, GIF)

    [(person, words)] = hasty.account.customer.said
    assert person == OPENID
    assert words.startswith(f"图片没有收下:{WHY}。草稿现有 0 张图片(最多 5 张)。\n")
    assert "确认" in words, "what can be done now stands there as well"
    assert f"有图片没有收下:{WHY}" in await hasty.say("图片")
    assert len(hasty.account.customer.said) == 1


async def test_a_picture_that_comes_late_and_well_and_one_that_is_refused_in_time_are_told_of_in_the_answers(
    hasty: Phone,
) -> None:
    await drafted(hasty)

    await late(hasty, picture())
    assert f"图片没有收下:{WHY}" in await hasty.show(GIF)
    await hasty.desk.done_afterwards()

    assert hasty.account.customer.said == []


async def test_who_left_the_account_or_dropped_the_draft_meanwhile_is_told_nothing(hasty: Phone) -> None:
    await drafted(hasty)
    hasty.account.script.add("media", 1, {"delay": SHORT + 0.5})
    await hasty.show(GIF)
    await hasty.send(event("unsubscribe"))
    await hasty.desk.done_afterwards()

    assert hasty.account.customer.said == []


@pytest.mark.parametrize(
    "step", [{"code": 45015}, {"code": 45047}, {"down": True}], ids=["window over", "five were sent", "away"]
)
async def test_where_wechat_takes_no_message_the_last_look_says_why(
    hasty: Phone, step: dict[str, Any]
) -> None:
    await drafted(hasty)
    hasty.account.script.add("customer", 1, step)

    await late(hasty, GIF)

    assert hasty.account.customer.said == []
    assert f"有图片没有收下:{WHY}" in await hasty.say("公开")
    assert (await sent(hasty))["attachments"] == []


async def test_an_expired_token_is_asked_for_anew_and_a_lost_answer_repeats_nothing(hasty: Phone) -> None:
    await drafted(hasty)
    hasty.account.script.add("customer", 1, {"code": 42001})
    await late(hasty, GIF)
    assert len(hasty.account.customer.said) == 1
    hasty.account.script.add("customer", 1, {"lose": True})
    await late(hasty, GIF)
    assert len(hasty.account.customer.said) == 2


class Seconds:
    """A clock of seconds that a test puts on."""

    def __init__(self) -> None:
        self.now = 0.0


async def _said(customer: Customer, words: str = "您好") -> int:
    """The error code that a message to the person gets."""
    app = Starlette(routes=customer.routes())
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as http:
        body = {"touser": OPENID, "msgtype": "text", "text": {"content": words}}
        code: int = (await http.post(ADDRESS, json=body)).json()["errcode"]
    return code


async def test_the_gateway_takes_five_messages_within_two_days_of_a_persons_own() -> None:
    clock = Seconds()
    customer = Customer(lambda token: 0, now=lambda: clock.now)
    assert await _said(customer) == 45015, "nobody was heard"
    for _ in range(2):
        customer.heard(OPENID)
    assert [await _said(customer) for _ in range(6)] == [0, 0, 0, 0, 0, 45047], "however much they wrote"
    customer.heard(OPENID)
    clock.now += 48 * 3600 - 1
    assert await _said(customer) == 0
    clock.now += 1
    assert await _said(customer) == 45015
    customer.heard(OPENID)
    customer.left(OPENID)
    assert await _said(customer) == 45015


async def test_the_gateway_takes_three_within_a_minute_of_a_click_and_refuses_what_is_empty_or_long() -> None:
    clock = Seconds()
    customer = Customer(lambda token: 0, now=lambda: clock.now)
    customer.heard(OPENID, AFTER_EVENT)
    assert [await _said(customer, words) for words in ("", "长" * 683)] == [44004, 45002]
    assert [await _said(customer) for _ in range(4)] == [0, 0, 0, 45047]
    clock.now += 60
    assert await _said(customer) == 45015
    assert await _said(Customer(lambda token: 40001)) == 40001
