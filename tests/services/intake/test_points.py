"""Where exactly it is: what is taken, that it lies in a box of its own, who reads it, and that it ends with the post's key."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from chassis.clock import HandClock
from chassis.vault import unseal
from contracts.posts import PostReceived
from services.intake.core.case import Case
from services.intake.web import examples
from tests.services.intake.attaching import said
from tests.services.intake.door import Intake, at

SQUARE = {"longitude": 118.275162, "latitude": 33.963008}
HOME = SQUARE | {"street_address": "幸福路12号院3栋"}
SIGNS = ("118.275", "33.963", "幸福路12号院3栋", "longitude", "street_address")


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


async def _posted(intake: Intake, **point: Any) -> dict[str, Any]:
    answer = await intake.post(point=point, contact={"phone": "13812345678"})
    assert answer.status_code == 202, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


async def _refused(intake: Intake, point: Any) -> dict[str, str]:
    answer = await intake.post(point=point)
    assert answer.status_code == 422, answer.text
    assert not intake.keys.text, "a refused post leaves no key"
    return {error["field"]: error["reason"] for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (HOME, HOME | {"datum": "gcj02"}),
        (HOME | {"datum": "wgs84"}, HOME | {"datum": "wgs84"}),
        (SQUARE | {"longitude": 118.27516249}, SQUARE | {"datum": "gcj02", "street_address": ""}),
        (
            {"longitude": 118, "latitude": 34},
            {"longitude": 118.0, "latitude": 34.0, "datum": "gcj02", "street_address": ""},
        ),
        (
            {"street_address": "幸福路12号"},
            {"longitude": None, "latitude": None, "datum": "", "street_address": "幸福路12号"},
        ),
        (SQUARE | {"street_address": ""}, SQUARE | {"datum": "gcj02", "street_address": ""}),
        (SQUARE | {"street_address": " \u200b "}, SQUARE | {"datum": "gcj02", "street_address": ""}),
        (
            SQUARE | {"street_address": "幸福路\u202e12号\n3栋\x07"},
            SQUARE | {"datum": "gcj02", "street_address": "幸福路12号 3栋"},
        ),
    ],
)
async def test_the_author_reads_the_point_as_it_was_given(
    intake: Intake, given: dict[str, Any], kept: dict[str, Any]
) -> None:
    receipt = await _posted(intake, **given)

    assert (await intake.own(receipt))["point"] == kept


@pytest.mark.parametrize(
    ("point", "field", "reason"),
    [
        (SQUARE | {"latitude": 91}, "point", "不在本市范围内"),
        (SQUARE | {"longitude": -181.5}, "point.longitude", "应不小于 -180"),
        (SQUARE | {"longitude": "118.275162"}, "point.longitude", "应为数"),
        (SQUARE | {"longitude": [118.2]}, "point.longitude", "应为数"),
        (SQUARE | {"longitude": True}, "point.longitude", "应为数"),
        ({"longitude": 118.275162}, "point.latitude", "要一起写"),
        ({"latitude": 33.963008, "street_address": "幸福路"}, "point.longitude", "要一起写"),
        ({"longitude": 116.397, "latitude": 39.909}, "point", "不在本市范围内"),
        ({"longitude": 33.963008, "latitude": 118.275162}, "point", "好像写反了"),
        ({"longitude": 116.4, "latitude": 39.9, "datum": "wgs84"}, "point", "不在本市范围内"),
        (SQUARE | {"datum": "bd09"}, "point.datum", "应为 gcj02、wgs84 之一"),
        (SQUARE | {"street_address": "幸" * 101}, "point.street_address", "最多 100 个字"),
        (SQUARE | {"street_address": "幸" * 10_000}, "point.street_address", "至多 400"),
        (SQUARE | {"street_address": 12}, "point.street_address", "应为文本"),
        (SQUARE | {"altitude": 10}, "point.altitude", "没有这个字段"),
        ({}, "point", "请写经度和纬度,或街道"),
        ({"street_address": "\u200b"}, "point", "请写经度和纬度,或街道"),
        ("118.275162,33.963008", "point", "应为对象"),
        ([118.275162, 33.963008], "point", "应为对象"),
    ],
)
async def test_a_point_that_cannot_be_is_refused_with_its_field_and_the_remedy(
    intake: Intake, point: Any, field: str, reason: str
) -> None:
    assert reason in (await _refused(intake, point)).get(field, "")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "-1e999", "0x76"])
async def test_what_is_no_number_of_json_is_refused(intake: Intake, number: str) -> None:
    body = f'{{"kind":"complaint","title":"t","text":"x","point":{{"longitude":{number},"latitude":33.9}}}}'

    answer = await intake.http.post(
        "/v1/posts", content=body, headers=intake.key() | {"Content-Type": "application/json"}
    )

    assert answer.status_code in (400, 422), answer.text
    assert not intake.keys.text


async def test_all_that_is_wrong_with_a_point_is_said_at_once(intake: Intake) -> None:
    wrong = await _refused(intake, {"longitude": 116.4, "latitude": 39.9, "street_address": "幸" * 101})

    assert wrong.keys() == {"point", "point.street_address"}


async def test_staff_give_a_callers_point_too(intake: Intake) -> None:
    answer = await intake.staff(
        "clerk", "housing", "cases", examples.ENTERED | {"contact": None, "point": HOME}
    )

    assert (await intake.own(answer.json()))["point"] == HOME | {"datum": "gcj02"}


async def test_the_point_lies_in_a_box_of_its_own_under_the_key_of_the_texts(intake: Intake) -> None:
    receipt = await _posted(intake, **HOME)
    subject = await intake.door.subject(receipt["number"])
    case = intake.store.state_of(subject)
    assert isinstance(case, Case)

    assert unseal(intake.keys.text[subject], case.sealed_point, subject) == {
        "longitude": "118.275162",
        "latitude": "33.963008",
        "datum": "gcj02",
        "street_address": "幸福路12号院3栋",
    }
    assert "point" not in str(unseal(intake.keys.text[subject], case.sealed_text, subject))
    [fact] = [each for each in said(intake) if isinstance(each, PostReceived)]
    assert fact.sealed_point == case.sealed_point
    outside = msgspec.json.encode(fact).decode() + msgspec.json.encode(case).decode()
    assert not [sign for sign in SIGNS if sign in outside]


async def test_the_point_is_erased_with_the_key(intake: Intake) -> None:
    receipt = await _posted(intake, **HOME)
    subject = await intake.door.subject(receipt["number"])
    box = intake.store.state_of(subject).sealed_point

    await intake.citizen(receipt, "erasure")

    assert intake.store.state_of(subject).sealed_point == b""
    assert subject not in intake.keys.text, "nothing opens the box on the log any more"
    assert box
    assert (await intake.own(receipt))["point"] is None


async def test_lists_and_public_pages_know_nothing_of_a_point(intake: Intake) -> None:
    receipt = await _posted(intake, **HOME)
    number = receipt["number"]

    read = [
        await intake.http.get("/v1/posts"),
        await intake.http.get("/v1/posts", params={"q": "幸福路12号院3栋"}),
        await intake.http.get("/v1/posts", params={"q": "118.275"}),
        await intake.http.get(f"/v1/posts/{number}"),
        await intake.staff_get("supervisor", "supervision", "cases"),
        await intake.staff_get("supervisor", "supervision", f"cases/{number}"),
    ]

    told = "".join(answer.text for answer in read)
    assert not [sign for sign in SIGNS if sign in told]
    assert read[-1].json()["point"] is None
    assert intake.read_log.reads == []


async def test_a_refusal_tells_no_point_back(intake: Intake) -> None:
    answer = await intake.post(
        point={"longitude": 116.397128, "latitude": 39.909187, "street_address": "长安街"}
    )

    assert not [sign for sign in ("116.397", "39.909", "长安街") if sign in answer.text]


def test_a_fact_from_before_there_were_points_has_none() -> None:
    old = b'{"at":"2026-03-02T10:00:00+08:00","number":"SQ1","kind":"consult","title":"t","text":"x","citizen":"c"}'

    assert msgspec.json.decode(old, type=PostReceived).sealed_point == b""
