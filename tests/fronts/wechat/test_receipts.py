"""What WeChat says later became of a notice is heard at the callback: it is marked, or goes out by text message, once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from wechatpy import parse_message

from fronts.wechat.messages import Unreadable
from fronts.wechat.receipts import MOST, Receipt, receipts_of
from services.notifier.gateway.account import Account, Callback
from services.notifier.gateway.phone import Phones
from tests.fronts.wechat.phone import ACCOUNT, OPENID, Phone, event, opened

ALL_THREE = ["success", "failed:user block", "failed: system failed"]


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Phone]:
    """A telephone whose owner follows the account; the providers bring what became of notices to the callback."""
    async with opened(tmp_path) as found:
        gateway = found.world.gateway
        told = Account(found.http, Callback("http://wechat/callback", ACCOUNT.app_id, ACCOUNT.token))
        gateway.phones = Phones(gateway.arrivals, told, gateway.consents, gateway.media, gateway.customer)
        yield found


def finished(status: str, number: str = "200163836") -> str:
    """A template message's receipt, as WeChat's document shows it."""
    return event("TEMPLATESENDJOBFINISH", f"<MsgID>{number}</MsgID><Status><![CDATA[{status}]]></Status>")


def told_of(phone: Phone, channel: str) -> list[str]:
    """What came by a channel, oldest first."""
    return [row["text"] for row in phone.world.gateway.arrivals.since(0) if row["channel"] == channel]


def said(phone: Phone) -> set[tuple[str, str, str]]:
    """What notifier says of the notices to the post's author: fact, channel, reason. Blobs are published in any order."""
    return {
        (type(each.fact).__name__, each.fact.channel, getattr(each.fact, "reason", ""))
        for each in phone.world.bus.log.events("notices")
        if each.fact.audience == "citizen"
    }


# -- what an event says ----------------------------------------------------------------------------


@pytest.mark.parametrize("status", ALL_THREE)
def test_a_receipt_of_a_template_message_says_what_the_stock_library_reads(status: str) -> None:
    body = finished(status)
    theirs = parse_message(body)

    [ours] = receipts_of(body.encode())

    assert (ours.message, ours.reason or "success") == (str(theirs.id), theirs.status)
    assert ours.arrived == (status == "success")


def test_an_event_about_several_subscription_messages_has_a_receipt_of_each() -> None:
    each = "<List><TemplateId>t</TemplateId><MsgID>{0}</MsgID><ErrorCode>{1}</ErrorCode><ErrorStatus>{2}</ErrorStatus></List>"
    inside = each.format("1700827132819554304", 0, "success") + each.format("2", 43101, "user block")
    body = event("subscribe_msg_sent_event", f"<SubscribeMsgSentEvent>{inside}</SubscribeMsgSentEvent>")

    assert receipts_of(body.encode()) == (
        Receipt("1700827132819554304", True),
        Receipt("2", False, "user block"),
    )


@pytest.mark.parametrize("number", ["", "x", "-1", "１２", "1" * 33])
def test_a_receipt_without_a_number_that_could_be_wechats_is_passed_over(number: str) -> None:
    assert receipts_of(finished("success", number).encode()) == ()


def test_an_event_of_more_messages_than_any_has_is_cut_and_one_that_cannot_be_read_is_refused() -> None:
    many = "".join(f"<List><MsgID>{n}</MsgID><ErrorCode>0</ErrorCode></List>" for n in range(MOST + 1))
    body = event("subscribe_msg_sent_event", f"<SubscribeMsgSentEvent>{many}</SubscribeMsgSentEvent>")

    assert len(receipts_of(body.encode())) == MOST
    with pytest.raises(Unreadable):
        receipts_of(b"<xml>")


# -- what follows ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["failed:user block", "failed: system failed"])
async def test_a_notice_that_wechat_could_not_deliver_goes_out_by_text_message_once(
    phone: Phone, status: str
) -> None:
    await phone.bind()
    phone.world.gateway.script.add("wechat", 1, {"receipt": status})

    number = await phone.post()

    [by_wechat], [by_text] = told_of(phone, "wechat"), told_of(phone, "sms")
    assert number in by_wechat
    assert number in by_text
    assert said(phone) == {
        ("NoticeSent", "wechat", ""),
        ("NoticeFailed", "wechat", status),
        ("NoticeSent", "sms", ""),
    }


async def test_the_same_receipt_brought_three_times_tells_nobody_twice(phone: Phone) -> None:
    await phone.bind()
    await phone.post()
    [row] = [row for row in phone.world.notices.rows.values() if row.notice.channel == "wechat"]
    for _ in range(3):
        assert (await phone.deliver(finished("failed:user block", row.message))).text == "success"
        await phone.world.settle()

    assert len(told_of(phone, "sms")) == 1


async def test_a_notice_that_arrived_is_marked_and_goes_out_by_nothing_else(phone: Phone) -> None:
    await phone.bind()
    phone.world.gateway.script.add("wechat", 1, {"receipt": "success"})

    await phone.post()

    [row] = [row for row in phone.world.notices.rows.values() if row.notice.channel == "wechat"]
    assert (row.state, row.arrived) == ("sent", True)
    assert told_of(phone, "sms") == []


async def test_a_receipt_that_notifier_does_not_take_is_not_answered_and_is_taken_when_it_is_brought_again(
    phone: Phone,
) -> None:
    await phone.bind()
    await phone.post()
    [row] = [row for row in phone.world.notices.rows.values() if row.notice.channel == "wechat"]
    body = finished("failed:user block", row.message)
    phone.behind.away.add("notifier")
    refused = await phone.deliver(body)
    phone.behind.away.clear()

    taken = await phone.deliver(body)
    await phone.world.settle()

    assert (refused.status_code, taken.status_code) == (503, 200)
    assert len(told_of(phone, "sms")) == 1


async def test_receipts_begin_no_conversation_and_disturb_none(phone: Phone) -> None:
    stranger = finished("success").replace(OPENID, "oZZZZ1234efgh5678IJKL9012mno")
    assert (await phone.deliver(stranger)).text == "success"
    await phone.bind()
    await phone.say("发帖")
    await phone.deliver(finished("success"))

    kept: Any = phone.store
    assert len(kept._conversations) == 1
    assert "请写内容" in await phone.say("投诉")


async def test_who_wants_to_be_told_nothing_any_more_is_told_by_no_other_way(phone: Phone) -> None:
    """A post whose author wants to be told nothing any more: what came back goes no other way."""
    await phone.bind()
    number = await phone.post()
    [row] = [row for row in phone.world.notices.rows.values() if row.notice.channel == "wechat"]
    code = phone.world.intake.links.stop_token(number)
    stopped = await phone.world.intake.http.post(
        "/v1/unsubscriptions", json={"number": number, "token": code}, headers={"Idempotency-Key": "stop"}
    )
    assert stopped.status_code < 300, stopped.text
    await phone.world.settle()

    await phone.deliver(finished("failed:user block", row.message))
    await phone.world.settle()

    assert told_of(phone, "sms") == []
    assert said(phone) == {("NoticeSent", "wechat", ""), ("NoticeFailed", "wechat", "failed:user block")}
