"""Staff write a post down for a caller: it is the caller's, says who wrote it, and opens to nobody who did."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from chassis.clock import HandClock
from services.intake.web import examples
from tests.services.intake.door import Intake, at
from tests.services.intake.test_roles import CALLERS, headers_of

MOBILE, LANDLINE = "13812345678", "0527-84350000"


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at("2026-03-02T10:00"))).open() as opened:
        yield opened


async def _entered(intake: Intake, role: str = "clerk", **fields: Any) -> dict[str, Any]:
    answer = await intake.staff(role, "housing", "cases", examples.ENTERED | fields)
    assert answer.status_code == 202, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


async def _case(intake: Intake, number: str) -> dict[str, Any]:
    case: dict[str, Any] = (await intake.staff_get("supervisor", "supervision", f"cases/{number}")).json()
    return case


@pytest.mark.parametrize(
    ("origin", "name"), [("telephone", "电话"), ("counter", "窗口"), ("letter", "来信"), ("dialogue", "对话")]
)
async def test_a_case_says_by_which_way_it_came_and_to_staff_who_wrote_it_down(
    intake: Intake, origin: str, name: str
) -> None:
    receipt = await _entered(intake, origin=origin, contact=None)
    case = await _case(intake, receipt["number"])
    public = await intake.http.get(f"/v1/posts/{receipt['number']}")

    assert (case["origin"], case["origin_name"], case["entered_by"]) == (origin, name, "clerk-housing")
    assert case["history"][0] == case["history"][0] | {"by": "clerk-housing", "text": f"已受理({name}代录)"}
    assert f"已受理({name}代录)" in public.text
    assert "clerk-housing" not in public.text, "by whom is nobody else's business"


async def test_a_post_that_its_author_sent_was_written_down_by_nobody(intake: Intake) -> None:
    case = await _case(intake, (await intake.post()).json()["number"])

    assert (case["origin"], case["entered_by"], case["history"][0]["text"]) == ("online", "", "已受理")


@pytest.mark.parametrize("contact", [None, {"phone": LANDLINE}, {"mail": "wang@example.com"}])
async def test_a_caller_without_a_mobile_is_handed_the_query_code_of_a_post_that_is_theirs(
    intake: Intake, contact: dict[str, str] | None
) -> None:
    receipt = await _entered(intake, contact=contact)

    assert receipt["proved_by"] == "code"
    assert (await intake.citizen(receipt, "follow-ups", {"text": "还有一盏。"})).status_code == 202
    assert receipt["query_code"] not in str(await _case(intake, receipt["number"])), "it is told once"


async def test_of_a_caller_with_a_mobile_staff_learn_no_query_code_neither_then_nor_by_asking_again(
    intake: Intake,
) -> None:
    body, headers = examples.ENTERED | {"contact": {"phone": MOBILE}}, headers_of("clerk/holding", {}, {})
    headers |= intake.key()
    first, again = [await intake.http.post("/v1/cases", json=body, headers=headers) for _ in range(2)]
    number = first.json()["number"]

    assert first.json() == again.json() == first.json() | {"query_code": "", "proved_by": "telephone"}
    code = intake.secrets.query_code(await intake.door.subject(number))
    assert code not in first.text
    assert (await intake.own({"number": number, "query_code": code}))["contact"] == {"phone": MOBILE}


@pytest.mark.parametrize("act", ["follow-ups", "withdrawal", "erasure"])
async def test_who_wrote_it_down_cannot_act_for_the_caller_afterwards(intake: Intake, act: str) -> None:
    receipt = await _entered(intake, contact={"phone": MOBILE})

    answer = await intake.staff("clerk", "housing", f"posts/{receipt['number']}/{act}", {"text": "算了"})

    assert answer.status_code == 401
    assert (await _case(intake, receipt["number"]))["status"] == "received"


async def test_the_contact_is_sealed_and_the_words_masked_as_in_any_other_post(intake: Intake) -> None:
    receipt = await _entered(intake, text=f"请回电{MOBILE}。", contact={"phone": MOBILE, "name": "王小明"})
    subject = await intake.door.subject(receipt["number"])

    kept = str(intake.store.subject[subject])
    assert MOBILE not in kept
    assert "王小明" not in kept
    read = await intake.staff_get("clerk", "housing", f"cases/{receipt['number']}")
    assert read.status_code == 403, "who wrote it down holds it no more than anybody"


async def test_only_clerks_and_supervisors_write_down(intake: Intake) -> None:
    mine, other = (await intake.post()).json(), (await intake.post()).json()
    told: dict[str, httpx2.Response] = {
        caller: await intake.http.post(
            "/v1/cases", json=examples.ENTERED, headers=headers_of(caller, mine, other) | intake.key()
        )
        for caller in CALLERS
    }

    may = {caller for caller, answer in told.items() if answer.status_code == 202}
    assert may == {caller for caller in CALLERS if caller.partition("/")[0] in ("clerk", "supervisor")}
    assert {answer.status_code for caller, answer in told.items() if caller not in may} <= {401, 403}


@pytest.mark.parametrize("origin", ["online", "", "fax"])
async def test_nobody_writes_down_what_came_online_and_nobody_posts_as_if_called(
    intake: Intake, origin: str
) -> None:
    entered = await intake.staff("clerk", "housing", "cases", examples.ENTERED | {"origin": origin})
    posted = await intake.post(origin="telephone")

    assert (entered.status_code, posted.status_code) == (422, 422)
