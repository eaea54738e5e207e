"""A telephone is proved by the code that was sent there; then all its posts are listed, and lost query codes come back."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from chassis.clock import HandClock
from services.intake.core.proving import (
    KEPT_LONGEST,
    NETWORK_AN_HOUR,
    NUMBER_A_DAY,
    NUMBER_HERE_A_DAY,
    REST,
    Sent,
    Session,
    holds,
    wait,
)
from tests.services.intake.door import Intake, at
from tests.services.notifier.telephones import Telephones

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
MINE, YOURS = "13900005678", "13800001234"


class Town:
    """Intake with a real clock moved by hand, and telephones."""

    def __init__(self, intake: Intake, telephones: Telephones) -> None:
        self.intake = intake
        self.telephones = telephones
        self.now = NOW
        intake.door.real_now = lambda: self.now

    async def ask(self, phone: str = MINE) -> httpx2.Response:
        """A code for a telephone, on its way to it when intake gave one."""
        answer = await self.intake.http.post("/v1/codes", json={"phone": phone})
        if answer.status_code == 202:
            assert (await self.telephones.carry(answer.json()["letter"])).status_code == 202
        return answer

    async def type(self, sign_in: str, code: str, kept: bool = False) -> httpx2.Response:
        """A code typed back."""
        body = {"sign_in": sign_in, "code": code, "kept": kept}
        return await self.intake.http.post("/v1/sessions", json=body)

    async def sign_in(self, phone: str = MINE, kept: bool = False) -> dict[str, str]:
        """The header of a session."""
        asked = await self.ask(phone)
        assert asked.status_code == 202, asked.text
        typed = await self.type(asked.json()["sign_in"], self.telephones.code(phone), kept)
        assert typed.status_code == 201, typed.text
        return {"Authorization": f"Bearer {typed.json()['token']}"}

    async def posts(self, session: dict[str, str], path: str = "/v1/my/posts") -> httpx2.Response:
        """What the session is shown."""
        return await self.intake.http.get(path, headers=session)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as intake:
        yield Town(intake, Telephones(intake, tmp_path))


async def test_who_types_the_code_sees_every_post_of_the_number_and_its_query_code(town: Town) -> None:
    web = (await town.intake.post(contact={"phone": MINE})).json()
    wechat = (
        await town.intake.post(title="积水", contact={"phone": "+86 139-0000-5678", "openid": "oA"})
    ).json()
    await town.intake.post(contact={"phone": YOURS})

    answer = await town.posts(await town.sign_in())

    rows = {row["number"]: row for row in answer.json()["posts"]}
    assert set(rows) == {web["number"], wechat["number"]}
    assert rows[web["number"]]["query_code"] == web["query_code"]
    assert (await town.intake.own(rows[wechat["number"]]))["title"] == "积水"
    assert "no-store" in answer.headers["cache-control"]


async def test_a_code_may_be_typed_in_full_width_and_with_blanks(town: Town) -> None:
    sign_in = (await town.ask()).json()["sign_in"]
    code = town.telephones.code(MINE).translate({ord("0") + n: 0xFF10 + n for n in range(10)})

    assert (await town.type(sign_in, f" {code[:3]} {code[3:]} ")).status_code == 201


@pytest.mark.parametrize("what", ["no code", "another's code", "used", "too late", "sixth try", "no sign-in"])
async def test_what_is_wrong_with_a_code_is_not_said(town: Town, what: str) -> None:
    sign_in = (await town.ask()).json()["sign_in"]
    code = town.telephones.code(MINE)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    match what:
        case "another's code":
            await town.ask(YOURS)
            theirs = town.telephones.code(YOURS)
            code = wrong if theirs == code else theirs
        case "used":
            assert (await town.type(sign_in, code)).status_code == 201
        case "too late":
            town.now += timedelta(minutes=5)
        case "sixth try":
            for _ in range(5):
                await town.type(sign_in, wrong)
        case "no sign-in":
            sign_in = "01985c3e-0000-7000-8000-000000000000"
        case _:
            code = "不知道"

    answer = await town.type(sign_in, code)

    assert answer.status_code == 403
    assert answer.json()["title"] == "验证码不正确或已过期"


async def test_a_number_nobody_posted_with_is_treated_like_one_that_is_known(town: Town) -> None:
    await town.intake.post(contact={"phone": MINE})

    known, unknown = await town.ask(MINE), await town.ask(YOURS)
    shown = await town.posts(await _signed_in_with(town, unknown, YOURS))

    assert {known.status_code, unknown.status_code} == {202}
    assert known.json().keys() == unknown.json().keys()
    assert len(known.json()["letter"]) == len(unknown.json()["letter"])
    assert shown.json() == {"posts": []}


async def _signed_in_with(town: Town, asked: httpx2.Response, phone: str) -> dict[str, str]:
    typed = await town.type(asked.json()["sign_in"], town.telephones.code(phone))
    return {"Authorization": f"Bearer {typed.json()['token']}"}


async def test_a_second_code_within_a_minute_is_refused_and_says_when_to_come_again(town: Town) -> None:
    await town.ask()

    again = await town.ask()
    town.now += REST + timedelta(seconds=1)

    assert again.status_code == 429
    assert int(again.headers["retry-after"]) == 61
    assert (await town.ask()).status_code == 202
    assert len(town.telephones.texts(MINE)) == 2


@pytest.mark.parametrize("phone", ["0527-84351234", "+1 650 253 0000", "12345", "十三"])
async def test_only_a_mobile_of_this_country_is_sent_a_code(town: Town, phone: str) -> None:
    answer = await town.ask(phone)

    assert answer.status_code == 422
    assert [error["field"].rpartition(".")[2] for error in answer.json()["errors"]] == ["phone"]


async def test_nothing_of_number_code_or_token_is_kept_as_it_is(town: Town) -> None:
    session = await town.sign_in()

    kept = repr((town.intake.proofs.codes, town.intake.proofs.sessions))

    for secret in (MINE, town.telephones.code(MINE), session["Authorization"].split()[1]):
        assert secret not in kept


async def test_a_letter_goes_out_once_and_opens_for_nobody_else(town: Town) -> None:
    letter = (await town.ask()).json()["letter"]
    assert (await town.telephones.carry(letter)).status_code == 202
    assert len(town.telephones.texts(MINE)) == 1

    other = (await town.ask(YOURS)).json()["letter"]
    moved = f"{other.partition('.')[0]}.{letter.partition('.')[2]}"
    for wrong in (moved, "x.AAAA", letter.partition(".")[0], f"{letter[:-8]}é"):
        assert (await town.telephones.carry(wrong)).status_code == 404


async def test_a_provider_that_refuses_is_told_to_the_person_and_the_letter_can_go_later(town: Town) -> None:
    town.telephones.gateway.script.add("sms", 1, {"code": "isv.BUSINESS_LIMIT_CONTROL"})
    letter = (await town.intake.http.post("/v1/codes", json={"phone": MINE})).json()["letter"]

    first, second = await town.telephones.carry(letter), await town.telephones.carry(letter)

    assert (first.status_code, first.json()["title"]) == (503, "短信暂时发不出")
    assert second.status_code == 202
    assert len(town.telephones.texts(MINE)) == 1


async def test_a_code_whose_answer_was_lost_is_not_sent_twice(town: Town) -> None:
    town.telephones.gateway.script.add("sms", 1, {"lose": True})
    letter = (await town.intake.http.post("/v1/codes", json={"phone": MINE})).json()["letter"]

    answers = [(await town.telephones.carry(letter)).status_code for _ in range(2)]

    assert answers == [202, 202]
    assert len(town.telephones.texts(MINE)) == 1


async def test_without_a_session_nothing_is_listed_and_signing_out_ends_it(town: Town) -> None:
    session = await town.sign_in()

    ended = await town.intake.http.delete("/v1/sessions/mine", headers=session)

    assert ended.status_code == 200
    for headers in ({}, session, {"Authorization": "Bearer x"}):
        assert (await town.posts(headers)).status_code == 401


async def test_a_session_ends_after_two_hours_unused_or_after_months_on_ones_own_device(town: Town) -> None:
    borrowed = await town.sign_in()
    own = await town.sign_in(YOURS, kept=True)

    town.now += timedelta(hours=2)

    assert (await town.posts(borrowed)).status_code == 401
    assert (await town.posts(own)).status_code == 200
    assert not holds(Session("c", True, NOW, NOW + KEPT_LONGEST), NOW + KEPT_LONGEST)


async def test_what_was_erased_is_listed_no_more(town: Town) -> None:
    receipt = (await town.intake.post(contact={"phone": MINE})).json()
    await town.intake.citizen(receipt, "erasure")

    assert (await town.posts(await town.sign_in())).json() == {"posts": []}


async def test_a_long_list_comes_page_by_page(town: Town) -> None:
    numbers = [(await town.intake.post(contact={"phone": MINE})).json()["number"] for _ in range(5)]
    session, path, seen = await town.sign_in(), "/v1/my/posts?limit=2", []

    while path:
        page = await town.posts(session, path)
        seen += [row["number"] for row in page.json()["posts"]]
        path = page.links["next"]["url"] if "next" in page.links else ""

    assert seen == numbers[::-1]


def test_a_number_is_sent_ten_codes_a_day_and_five_of_one_network() -> None:
    hourly = [NOW - timedelta(hours=n) for n in range(1, NUMBER_A_DAY + 1)]

    assert wait([Sent(at, False) for at in hourly], [], True, NOW) == timedelta(hours=14)
    assert not wait([Sent(at, False) for at in hourly[1:]], [], True, NOW)
    here = [Sent(at, True) for at in hourly[:NUMBER_HERE_A_DAY]]
    assert wait(here, [], True, NOW) == timedelta(hours=19)
    assert not wait(here, [], False, NOW), "where one machine is every client, networks are not counted"


def test_a_network_asks_for_twenty_codes_an_hour() -> None:
    asked = [NOW - timedelta(minutes=n) for n in range(1, NETWORK_AN_HOUR + 1)]

    assert wait([], asked, True, NOW) == timedelta(minutes=40)
    assert not wait([], asked[1:], True, NOW)
