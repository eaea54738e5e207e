"""SMS: signed as the provider wants it, and never sent twice."""

import time

import pytest
from msgspec.structs import replace

from services.notifier.channels import Delivery
from services.notifier.channels.aliyun import authorised
from services.notifier.channels.sms import Sms
from tests.services.notifier.outside import SMS, City, outgoing, sent

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


@pytest.mark.parametrize(
    ("characters", "parts"), [(1, 1), (64, 1), (65, 2), (128, 2), (129, 3), (195, 3), (196, 4)]
)
async def test_an_sms_says_as_how_many_messages_it_is_charged(
    city: City, characters: int, parts: int
) -> None:
    """With its signature, 【宿迁问政】, which is six of the seventy characters of one message, or of the 67 of each of many."""
    notice = outgoing("sms", text="路" * characters)

    assert (await sent(Sms(city.http, SMS), notice)).parts == parts


async def test_a_repeat_whose_receipt_says_that_it_arrived_is_charged_as_it_was(city: City) -> None:
    notice = outgoing("sms", text="路" * 80)
    await sent(Sms(city.http, SMS), notice)

    assert (await sent(Sms(city.http, SMS), replace(notice, repeated=True))).parts == 2


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

    assert await sent(channel, outgoing("sms")) == Delivery("unknown", "HTTP 504")
    assert await sent(channel, outgoing("sms", repeated=True)) == Delivery("sent")
    assert city.gateway.arrivals.counts == {"n1": 1}


async def test_a_repeat_without_a_receipt_sends(city: City) -> None:
    assert await sent(Sms(city.http, SMS), outgoing("sms", repeated=True)) == Delivery("sent")
    assert city.gateway.arrivals.counts == {"n1": 1}


async def test_a_receipt_of_another_notice_to_the_same_telephone_is_not_this_ones(city: City) -> None:
    channel, first = Sms(city.http, SMS), outgoing("sms")
    await sent(channel, first)
    other = replace(first, notice=replace(first.notice, id="n2"), repeated=True)

    assert await sent(channel, other) == Delivery("sent")
    assert city.gateway.arrivals.counts == {"n1": 1, "n2": 1}


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
