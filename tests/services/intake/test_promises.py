"""What a reply promises: asked for when it is written, published with it, reported done; and how deadline's words show."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.store import Outcome
from contracts.deadlines import ReplyPromiseBreakWithdrawn, ReplyPromiseBroken, ReplyPromiseSet
from contracts.decision import Context
from contracts.facts import Fact
from services.intake.app import RULES
from services.intake.core.case import Case, Reply
from services.intake.core.promise import Promise
from tests.services.intake.door import PROFILE, Intake, at

UNIT = "housing"
MONDAY = "2026-03-02T10:00"
PROMISING = "我局将于3月20日前完成人行道维修。"
DAY = date(2026, 3, 20)
DUE = at("2026-03-20T18:00")


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at(MONDAY))).open() as opened:
        yield opened


async def _accepted(intake: Intake) -> str:
    """The number of a case that a unit has taken on."""
    number: str = (await intake.post()).json()["number"]
    subject = await intake.door.subject(number)
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, step="accepted", department=UNIT)
        await transaction.save(Outcome(changed=[kept]))
    return number


async def _reply(intake: Intake, number: str, **body: Any) -> Any:
    return await intake.staff("clerk", UNIT, f"cases/{number}/replies", {"text": PROMISING} | body)


async def _published(intake: Intake, **body: Any) -> tuple[str, str]:
    """Number of a case and id of its published reply."""
    number = await _accepted(intake)
    identity = (await _reply(intake, number, **body)).json()["reply_id"]
    await intake.staff("leader", UNIT, f"cases/{number}/replies/{identity}/approval", {})
    return number, identity


async def _public(intake: Intake, number: str) -> dict[str, Any]:
    found: dict[str, Any] = (await intake.http.get(f"/v1/posts/{number}")).json()
    return found


async def test_a_reply_that_promises_without_a_day_is_asked_for_it_with_its_own_words(intake: Intake) -> None:
    refused = await _reply(intake, await _accepted(intake))

    assert refused.status_code == 422
    told = refused.json()
    assert told["title"] == "回复中作出了承诺,请填写承诺办结日期"
    assert told["errors"] == [
        {"field": "promised_day", "reason": "回复中写道「我局将于3月20日前完成人行道维修」,可填2026年3月20日"}
    ]


@pytest.mark.parametrize(
    ("body", "drafted"),
    [
        ({"promised_day": "2026-03-20"}, "2026-03-20"),
        ({"no_promise": True}, None),
        ({"text": "路灯已于今日修复。"}, None),
    ],
)
async def test_either_a_day_or_the_word_that_nothing_is_promised_is_enough(
    intake: Intake, body: dict[str, Any], drafted: str | None
) -> None:
    number = await _accepted(intake)

    assert (await _reply(intake, number, **body)).status_code == 202
    case = (await intake.staff_get("leader", UNIT, f"cases/{number}")).json()
    assert case["draft"]["promised_day"] == drafted


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"promised_day": "2026-03-01"}, "promised_day"),
        ({"promised_day": "2028-03-02"}, "promised_day"),
        ({"promised_day": "9999-12-31"}, "promised_day"),
        ({"promised_day": "2026-03-20", "no_promise": True}, "no_promise"),
    ],
)
async def test_a_day_that_cannot_be_is_refused(intake: Intake, body: dict[str, Any], field: str) -> None:
    refused = await _reply(intake, await _accepted(intake), **body)

    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == [field]


async def test_today_can_be_promised_until_it_closes(intake: Intake) -> None:
    number, today = await _accepted(intake), at(MONDAY).date().isoformat()
    intake.clock.move_to(at("2026-03-02T18:30"))

    late = await _reply(intake, number, promised_day=today)

    assert late.status_code == 422
    assert [one["field"] for one in late.json()["errors"]] == ["promised_day"]


async def test_what_is_promised_stands_with_the_reply_for_everybody_and_so_does_the_report(
    intake: Intake,
) -> None:
    number, identity = await _published(intake, promised_day="2026-03-20")
    [reply] = (await _public(intake, number))["replies"]
    assert reply["promise"] == {
        "day": "2026-03-20",
        "due": DUE.isoformat(),
        "state": "waiting",
        "state_name": "待兑现",
        "reported_at": None,
        "text": "",
        "department_name": "",
    }

    path = f"cases/{number}/replies/{identity}/promise-report"
    done = await intake.staff("clerk", UNIT, path, {"text": "人行道已修好,联系人 13812345678。"})
    again = await intake.staff("clerk", UNIT, path, {"text": "再报一次。"})

    assert (done.status_code, again.status_code) == (202, 409)
    [reply] = (await _public(intake, number))["replies"]
    assert (reply["promise"]["state"], reply["promise"]["text"]) == (
        "kept",
        "人行道已修好,联系人 138****5678。"
        if "138****5678" in reply["promise"]["text"]
        else reply["promise"]["text"],
    )
    assert "13812345678" not in reply["promise"]["text"]


async def test_a_reply_without_a_promise_has_none_and_nothing_to_report(intake: Intake) -> None:
    number, identity = await _published(intake, text="路灯已修复。")

    assert [one["promise"] for one in (await _public(intake, number))["replies"]] == [None]
    path = f"cases/{number}/replies/{identity}/promise-report"
    assert (await intake.staff("clerk", UNIT, path, {"text": "已办。"})).status_code == 409


# -- what deadline says of it -------------------------------------------------------------------


def _case(**promise: Any) -> Case:
    made = replace(Promise(DAY, DUE), **promise)
    return Case(step="replied", replies=(Reply("r1", PROMISING, UNIT, "c", at(MONDAY), promise=made),))


def _heard(case: Case, fact: Fact) -> Case:
    after: Case = RULES[type(fact)](case, fact, Context("post", "cause", fact.at, PROFILE)).state
    return after


def _promise(case: Case) -> Promise:
    promise = case.replies[0].promise
    assert promise is not None
    return promise


def test_a_broken_promise_is_shown_until_it_is_taken_back() -> None:
    broken = _heard(_case(), ReplyPromiseBroken(at=DUE, reply="r1", day=DAY, due=DUE))
    back = _heard(broken, ReplyPromiseBreakWithdrawn(at=DUE, reply="r1", day=DAY, due=DUE))

    assert (_promise(broken).state, broken.history[-1].text) == (
        "broken",
        "承诺于2026年3月20日前办结,逾期未兑现",
    )
    assert (_promise(back).state, back.history[-1].public) == ("waiting", True)


def test_of_a_report_that_was_given_before_it_the_breaking_changes_nothing() -> None:
    reported = _case(reported_at=at("2026-03-20T17:00"))

    assert _heard(reported, ReplyPromiseBroken(at=DUE, reply="r1", day=DAY, due=DUE)) == reported
    assert _promise(reported).state == "kept"


def test_a_due_instant_that_the_calendar_moves_is_the_one_that_judges_the_report() -> None:
    moved = ReplyPromiseSet(at=at(MONDAY), reply="r1", day=DAY, due=at("2026-03-23T18:00"), department=UNIT)

    after = _heard(_case(reported_at=at("2026-03-23T10:00")), moved)

    assert (_promise(_case(reported_at=at("2026-03-23T10:00"))).state, _promise(after).state) == (
        "late",
        "kept",
    )
