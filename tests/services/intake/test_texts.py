"""What becomes of the texts and contacts that people send, from the door to what others see."""

import json
import threading
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.outbox import unpack
from chassis.store import Outcome
from services.intake.bodies import cleaned
from services.intake.core.case import Reply
from services.intake.core.requests import TextOnly
from services.intake.web.door import LONG, made_ready
from tests.services.intake.door import PROFILE, Intake, at

OFFICE = next(each.value for each in PROFILE.listed_contacts if each.kind == "phone")
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


def errors(response: Any) -> dict[str, str]:
    return {each["field"]: each["reason"] for each in response.json()["errors"]}


@pytest.mark.parametrize(
    "text",
    ["乾安县氾水镇於某", "網絡問政２０２６", "10²米、1½小时、共3①2", f"一家三口{FAMILY}", "第一段\n第二段"],
)
async def test_a_text_is_shown_to_all_as_it_was_written(intake: Intake, text: str) -> None:
    receipt = (await intake.post(title=text, text=text, place=text, contact={"name": text})).json()

    own = await intake.own(receipt)
    stranger = (await intake.http.get(f"/v1/posts/{receipt['number']}")).json()

    line = text.replace("\n", " ")
    assert (own["title"], own["text"], own["contact"]["name"]) == (line, text, line)
    assert (stranger["title"], stranger["text"]) == (line, text)


@pytest.mark.parametrize("point", [0x3164, 0x2800, 0xAD, 0x2066, 0x34F, 0xE0020, 0x90, 0xFFFC])
@pytest.mark.parametrize("field", ["title", "text"])
async def test_a_text_that_shows_nothing_is_refused(intake: Intake, field: str, point: int) -> None:
    response = await intake.post(**{field: chr(point) * 2})

    assert response.status_code == 422
    assert errors(response) == {field: "不能为空"}


async def test_a_rating_may_come_with_an_empty_field_for_words(intake: Intake) -> None:
    receipt = (await intake.post()).json()
    subject = await intake.door.subject(receipt["number"])
    reply = Reply("r1", "已修。", "transport", "clerk-1", at("2026-03-02T09:30"))
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, step="replied", department="transport", replies=(reply,))
        await transaction.save(Outcome(changed=[kept]))

    answer = await intake.citizen(receipt, "ratings", {"grade": 4, "text": ""})

    assert (answer.status_code, answer.json()["status"]) == (202, "rated")


async def test_what_would_turn_a_text_around_is_taken_out(intake: Intake) -> None:
    receipt = (await intake.post(title="\u2067工资拖欠\u2066(已解决)")).json()

    assert (await intake.own(receipt))["title"] == "工资拖欠(已解决)"


async def test_a_title_has_one_line(intake: Intake) -> None:
    receipt = (await intake.post(title="路灯\n督查催办 SQ261127-000001:速办")).json()

    assert (await intake.own(receipt))["title"] == "路灯 督查催办 SQ261127-000001:速办"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("路" * 10_000, "as many characters as there may be"),
        ("\r\n".join(["路" * 49] * 200), "a line end is one character, however it is sent"),
        ("👍🏽" * 10_000, "a picture is one character"),
        ("\ufdfa" * 10_000, "one character that compatibility would make eighteen"),
    ],
)
async def test_a_text_up_to_the_limit_is_taken(intake: Intake, text: str, why: str) -> None:
    assert (await intake.post(text=text)).status_code == 202, why


@pytest.mark.parametrize(
    "text",
    ["路" * 10_001, "路灯" + "\u0301" * 40_000, "a\u0301" * 10_001],
)
async def test_a_text_beyond_the_limit_is_refused(intake: Intake, text: str) -> None:
    response = await intake.post(text=text)

    assert response.status_code == 422
    assert intake.store.subject == {}


async def test_what_is_stored_is_bounded_by_the_limit(intake: Intake) -> None:
    receipt = (await intake.post(title="\ufdfa" * 100, text="\ufdfa" * 10_000)).json()

    own = await intake.own(receipt)

    assert (len(own["title"]), len(own["text"])) == (100, 10_000)


@pytest.mark.parametrize(
    ("contact", "kept"),
    [
        ({"phone": "１３９－００００－１２３４"}, {"phone": "13900001234"}),
        ({"phone": "\u202d13900001234\u202c"}, {"phone": "13900001234"}),
        ({"phone": "0527-84351234转801"}, {"phone": "052784351234转801"}),
        ({"mail": " name＠example.com "}, {"mail": "name@example.com"}),
        ({"name": "李昇\u200b"}, {"name": "李昇"}),
    ],
)
async def test_a_contact_that_reaches_a_person_is_taken_and_made_normal(
    intake: Intake, contact: dict[str, str], kept: dict[str, str]
) -> None:
    receipt = (await intake.post(contact=contact)).json()

    assert (await intake.own(receipt))["contact"] == kept


@pytest.mark.parametrize(
    ("contact", "field"),
    [
        ({"mail": "nl@example.com\n"}, "contact.mail"),
        ({"mail": "a@b.com,c.com"}, "contact.mail"),
        ({"mail": "a@b.com>x"}, "contact.mail"),
        ({"mail": "a@b..com"}, "contact.mail"),
        ({"mail": "a:b@c.de"}, "contact.mail"),
        ({"openid": "abc\n"}, "contact.openid"),
        ({"phone": "13900001234\n13900005678"}, "contact.phone"),
        ({"phone": "13900001234/13900005678"}, "contact.phone"),
        ({"name": "名" * 51}, "contact.name"),
    ],
)
async def test_a_contact_that_reaches_nobody_or_two_is_refused(
    intake: Intake, contact: dict[str, str], field: str
) -> None:
    response = await intake.post(contact=contact)

    assert response.status_code == 422
    assert field in errors(response)


@pytest.mark.parametrize("asked", ["網絡問政", "网络问政", "２０２６", "2026", "网络\u200b问政", "①"])
async def test_a_search_meets_a_title_however_either_was_typed(intake: Intake, asked: str) -> None:
    await intake.post(title="網絡問政２０２６①", kind="debate")

    found = await intake.staff_get("supervisor", "supervision", f"cases?state=all&q={quote(asked)}")

    assert [case["title"] for case in found.json()["cases"]] == ["網絡問政２０２６①"]


def test_a_reply_shows_the_offices_own_telephone_and_no_private_one() -> None:
    text = f"您好!已于3月2日修复。联系电话:{OFFICE},或找李工13900001234。"

    reply, unmasked = cleaned(TextOnly(text), PROFILE.published)

    assert reply.text == f"您好!已于3月2日修复。联系电话:{OFFICE},或找李工***********。"
    assert unmasked == {"text": text}


async def test_a_citizens_own_mention_of_the_office_stays_too(intake: Intake) -> None:
    receipt = (await intake.post(text=f"打了{OFFICE}没人接,我的电话13900001234")).json()

    seen = (await intake.http.get(f"/v1/posts/{receipt['number']}")).json()

    assert seen["text"] == f"打了{OFFICE}没人接,我的电话***********"


async def test_foul_words_are_starred_where_others_read_and_not_where_the_author_does(intake: Intake) -> None:
    foul = min(PROFILE.words.mask)
    receipt = (await intake.post(title=f"{foul}路灯", text=f"这{foul}路灯", place=f"{foul}路")).json()

    seen = (await intake.http.get(f"/v1/posts/{receipt['number']}")).json()

    assert (seen["title"], seen["text"]) == (f"{'*' * len(foul)}路灯", f"这{'*' * len(foul)}路灯")
    assert (await intake.own(receipt))["text"] == f"这{foul}路灯"


async def test_a_number_begun_in_the_title_and_ended_in_the_text_is_read_by_nobody_else(
    intake: Intake,
) -> None:
    receipt = (await intake.post(title="打电话1390000", text="1234找我")).json()

    seen = (await intake.http.get(f"/v1/posts/{receipt['number']}")).json()

    assert (seen["title"], seen["text"]) == ("打电话*******", "****找我")


@pytest.mark.parametrize(("length", "aside"), [(100, False), (LONG + 1, True)])
async def test_a_long_text_is_made_ready_where_nobody_waits_for_it(
    intake: Intake, length: int, aside: bool
) -> None:
    here = threading.get_ident()

    there = await made_ready(intake.door, b"x" * length, lambda publish: threading.get_ident(), "somebody")

    assert (there != here) is aside


@pytest.mark.parametrize(
    ("contact", "channels"),
    [
        ({"phone": "13900001234"}, ["sms"]),
        ({"phone": "0527-84351234"}, []),
        ({"phone": "0527-84351234转801", "mail": "name@example.com"}, ["mail"]),
    ],
)
async def test_only_a_telephone_that_receives_text_messages_is_sent_any(
    intake: Intake, contact: dict[str, str], channels: list[str]
) -> None:
    await intake.post(contact=contact)

    said = [record for _, blob in intake.store.outbox.values() for _, _, record in unpack(blob)]

    assert json.loads(said[0].value).get("channels", []) == channels
