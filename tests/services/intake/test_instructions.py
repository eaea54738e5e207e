"""A city leader's instruction is followed: a day, read, in hand, reported back, accepted or sent back."""

from collections.abc import AsyncIterator
from dataclasses import replace as replaced
from datetime import date
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.store import Outcome
from chassis.tokens import Staff, sign
from contracts.assignments import PostReassigned
from contracts.deadlines import InstructionOverdue, InstructionOverdueWithdrawn
from contracts.decision import Context
from contracts.replies import InstructionGiven
from services.intake.app import RULES
from services.intake.core.case import Case
from services.intake.core.instruction import Instruction, Report
from tests.services.intake.attaching import said
from tests.services.intake.door import PRIVATE, PROFILE, Intake, at

UNIT, OTHER_UNIT = "housing", "transport"
OWN = replaced(PROFILE, leaders=(replace(PROFILE.leaders[0], account="wang"), *PROFILE.leaders[1:]))
"""A city in which the mayor's own account is known."""
MONDAY = "2026-03-02T10:00"
DUE = at("2026-03-09T18:00")


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(at(MONDAY)), OWN).open() as opened:
        yield opened


async def _case(intake: Intake) -> str:
    """The number of a case that a unit has taken on."""
    number: str = (await intake.post()).json()["number"]
    subject = await intake.door.subject(number)
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, step="accepted", department=UNIT)
        await transaction.save(Outcome(changed=[kept]))
    return number


async def _give(intake: Intake, number: str, person: str = "wang", **body: Any) -> httpx2.Response:
    path = f"cases/{number}/instructions"
    return await intake.staff("mayor", "government-office", path, {"text": "请查明原因。"} | body, person)


async def _given(intake: Intake, number: str) -> dict[str, Any]:
    """The last instruction, as the supervisor reads it."""
    case = (await intake.staff_get("supervisor", "supervision", f"cases/{number}")).json()
    found: dict[str, Any] = case["instructions_given"][-1]
    return found


async def _do(intake: Intake, number: str, path: str, body: dict[str, Any] | None = None) -> int:
    """A clerk of the unit follows the last instruction."""
    identity = (await _given(intake, number))["instruction_id"]
    place = f"cases/{number}/instructions/{identity}/{path}"
    return (await intake.staff("clerk", UNIT, place, body or {})).status_code


async def _judge(
    intake: Intake, number: str, path: str, body: dict[str, Any] | None = None, person: str = "wang"
) -> httpx2.Response:
    identity = (await _given(intake, number))["instruction_id"]
    place = f"cases/{number}/instructions/{identity}/{path}"
    return await intake.staff("mayor", "government-office", place, body or {}, person)


async def test_the_fact_names_the_leader_whose_account_it_is_and_the_day(intake: Intake) -> None:
    number = await _case(intake)

    await _give(intake, number, due_day="2026-03-09")

    fact = said(intake)[-1]
    assert isinstance(fact, InstructionGiven)
    assert (fact.leader, fact.by, fact.due_day) == (PROFILE.leaders[0].code, "wang", date(2026, 3, 9))


async def test_two_leaders_whose_programs_number_their_requests_alike_have_each_given_one(
    intake: Intake,
) -> None:
    number = await _case(intake)

    for person in ("wang", "li", "wang"):
        token = sign(PRIVATE, Staff(person, "government-office", "mayor"))
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "1"}
        given = await intake.http.post(
            f"/v1/cases/{number}/instructions", json={"text": "请查明原因。"}, headers=headers
        )
        assert given.status_code == 202

    case = (await intake.staff_get("supervisor", "supervision", f"cases/{number}")).json()
    assert len(case["instructions_given"]) == 2, "one of each; the third was a repeat"


async def test_without_a_day_the_policys_stands_and_is_counted_in_working_days(intake: Intake) -> None:
    number = await _case(intake)
    assert (await _give(intake, number)).status_code == 202

    given = await _given(intake, number)
    assert (given["due"], given["state"], given["state_name"]) == (DUE.isoformat(), "given", "待签收")


async def test_the_leader_may_name_a_day(intake: Intake) -> None:
    number = await _case(intake)
    await _give(intake, number, due_day="2026-03-04")

    assert (await _given(intake, number))["due"] == at("2026-03-04T18:00").isoformat()


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2026-03-01", "应在今天至 365 天以内"),
        ("2027-03-03", "应在今天至 365 天以内"),
        ("9999-12-31", "应在今天至 365 天以内"),
        ("2026-03-07", "2026年3月7日不上班(周末),可选2026年3月9日"),
    ],
)
async def test_a_day_that_cannot_be_is_refused_with_what_can(intake: Intake, day: str, reason: str) -> None:
    number = await _case(intake)

    refused = await _give(intake, number, due_day=day)

    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"field": "due_day", "reason": reason}]


async def test_today_is_over_when_work_is() -> None:
    async with Intake(HandClock(at("2026-03-02T18:00")), OWN).open() as intake:
        number = await _case(intake)

        assert (await _give(intake, number, due_day="2026-03-02")).status_code == 422
        assert (await _give(intake, number, due_day="2026-03-03")).status_code == 202


async def test_it_is_read_taken_in_hand_reported_and_accepted(intake: Intake) -> None:
    number = await _case(intake)
    await _give(intake, number)

    states = []
    for path, body in (("reading", {}), ("in-hand", {}), ("reports", {"text": "原因已查明。"})):
        assert await _do(intake, number, path, body) == 202
        states.append((await _given(intake, number))["state"])
    assert (await _judge(intake, number, "acceptance")).status_code == 202

    assert states == ["read", "in_hand", "reported"]
    given = await _given(intake, number)
    assert (given["state"], given["accepted_at"]) == ("accepted", at(MONDAY).isoformat())
    assert [(one["text"], one["in_time"], one["returned_at"]) for one in given["reports"]] == [
        ("原因已查明。", True, None)
    ]
    case = (await intake.staff_get("clerk", UNIT, f"cases/{number}")).json()
    assert [line["kind"] for line in case["history"]][-5:] == [
        "instructed",
        "instruction-read",
        "instruction-in-hand",
        "instruction-reported",
        "instruction-accepted",
    ]
    assert not {name for name in case["allowed"] if name.startswith("instruction-")}


async def test_whoever_reports_at_once_has_read_it_and_worked_on_it(intake: Intake) -> None:
    number = await _case(intake)
    await _give(intake, number)

    assert await _do(intake, number, "reports", {"text": "已办。"}) == 202

    given = await _given(intake, number)
    assert given["read_at"] == given["in_hand_at"] == at(MONDAY).isoformat()
    assert await _do(intake, number, "reading") == 409
    assert await _do(intake, number, "reports", {"text": "再报。"}) == 409


async def test_a_report_that_is_sent_back_is_written_anew_by_another_day(intake: Intake) -> None:
    number = await _case(intake)
    await _give(intake, number)
    await _do(intake, number, "reports", {"text": "已办。"})

    body = {"remark": "写明责任。", "due_day": "2026-03-05"}
    assert (await _judge(intake, number, "return", body)).status_code == 202

    given = await _given(intake, number)
    assert (given["state"], given["due"]) == ("in_hand", at("2026-03-05T18:00").isoformat())
    assert given["reports"][0]["remark"] == "写明责任。"
    assert await _do(intake, number, "reports", {"text": "责任已明确。"}) == 202
    assert (await _judge(intake, number, "acceptance")).status_code == 202
    assert len((await _given(intake, number))["reports"]) == 2


async def test_a_report_is_judged_by_whoever_gave_the_instruction_and_by_no_other_leader(
    intake: Intake,
) -> None:
    number = await _case(intake)
    await _give(intake, number)
    await _do(intake, number, "reports", {"text": "已办。"})

    refused = await _judge(intake, number, "acceptance", person="li")

    assert (refused.status_code, refused.json()["title"]) == (403, "不是您的批示")
    assert (await _judge(intake, number, "return", {"remark": "再报"}, "li")).status_code == 403
    assert (await _judge(intake, number, "acceptance")).status_code == 202


async def test_an_unknown_one_is_not_found_and_one_in_another_state_says_in_which(intake: Intake) -> None:
    number = await _case(intake)
    await _give(intake, number)
    await _give(intake, number)
    await _do(intake, number, "reading")

    unknown = await intake.staff("clerk", UNIT, f"cases/{number}/instructions/none/reading")
    identity = (await _given(intake, number))["instruction_id"]
    again = await intake.staff("clerk", UNIT, f"cases/{number}/instructions/{identity}/reading")

    assert unknown.status_code == 404
    assert (again.status_code, again.json()["detail"]) == (409, "它的状态是:已签收。")


async def test_what_staff_do_with_it_is_read_by_no_citizen(intake: Intake) -> None:
    receipt = (await intake.post()).json()
    number = receipt["number"]
    subject = await intake.door.subject(number)
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, step="accepted", department=UNIT)
        await transaction.save(Outcome(changed=[kept]))
    await _give(intake, number, published=True)
    await _give(intake, number, text="内部核查。")
    await _do(intake, number, "reports", {"text": "责任人已谈话,电话13812345678。"})

    public = (await intake.http.get(f"/v1/posts/{number}")).text
    own = str(await intake.own(receipt))

    for page in (public, own):
        assert "请查明原因" in page
        assert "内部核查" not in page
        assert "谈话" not in page
    staff = (await _given(intake, number))["reports"][0]["text"]
    assert staff == "责任人已谈话,电话***********。"


async def test_the_ledger_finds_instructions_by_how_they_stand_and_who_gave_them(intake: Intake) -> None:
    numbers = [await _case(intake) for _ in range(3)]
    await _give(intake, numbers[0], due_day="2026-03-06")
    await _give(intake, numbers[1], due_day="2026-03-04")
    await _give(intake, numbers[2], "li")
    await _do(intake, numbers[2], "reports", {"text": "已办。"})

    async def found(query: str, role: str = "mayor", unit: str = "government-office") -> list[str]:
        answer = await intake.staff_get(role, unit, f"cases?{query}")
        assert answer.status_code == 200, answer.text
        return [case["number"] for case in answer.json()["cases"]]

    assert await found("state=instructed") == [numbers[1], numbers[0]], "what is due first comes first"
    assert await found("state=instructed&instructed_by=wang&limit=1") == [numbers[1]]
    assert await found("state=instructed&instructed_by=li") == []
    assert await found("state=instruction_reported&instructed_by=li") == [numbers[2]]
    assert await found("state=instruction_accepted") == []
    assert await found("state=instructed", "clerk", UNIT) == [numbers[1], numbers[0]]
    assert await found("state=instructed", "clerk", OTHER_UNIT) == []


async def test_the_ledger_counts_instructions_and_those_reported_on_in_time(intake: Intake) -> None:
    numbers = [await _case(intake) for _ in range(2)]
    await _give(intake, numbers[0])
    await _give(intake, numbers[0])
    await _give(intake, numbers[1], "li")
    await _do(intake, numbers[1], "reports", {"text": "已办。"})

    async def counted(query: str = "") -> dict[str, int]:
        answer = await intake.staff_get("mayor", "government-office", f"instructions/figures{query}")
        found: dict[str, int] = answer.json()
        return found

    none = dict.fromkeys(("waiting", "overdue", "reported", "accepted", "on_time"), 0)
    assert await counted() == none | {"waiting": 2, "reported": 1, "on_time": 1}
    assert await counted("?instructed_by=wang") == none | {"waiting": 2}
    assert await counted("?instructed_by=nobody") == none


@pytest.mark.parametrize("query", ["state=open&instructed_by=wang", "state=instructed&instructed_by=a%0Ab"])
async def test_the_ledger_refuses_what_it_does_not_understand(intake: Intake, query: str) -> None:
    refused = await intake.staff_get("mayor", "government-office", f"cases?{query}")

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "instructed_by")


# -- what deadline and the router say -------------------------------------------------------------


def _heard(case: Case, fact: Any) -> Case:
    state: Case = RULES[type(fact)](case, fact, Context("post", "cause", fact.at, PROFILE)).state
    return state


def _overdue(day: date = DUE.date()) -> InstructionOverdue:
    return InstructionOverdue(at=DUE, instruction="i1", due_day=day, due=DUE)


def _instructed(**fields: Any) -> Case:
    one = Instruction("请办结。", "", at(MONDAY), "i1", "wang", due=DUE)
    return Case(number="SQ1", step="accepted", department=UNIT, instructions=(replace(one, **fields),))


def test_deadline_says_that_nothing_was_reported_and_takes_it_back() -> None:
    case = _heard(_instructed(), _overdue())
    assert case.instructions[0].overdue
    assert not case.history[-1].public

    gone = InstructionOverdueWithdrawn(at=DUE, instruction="i1", due_day=DUE.date(), due=DUE)
    assert not _heard(case, gone).instructions[0].overdue


@pytest.mark.parametrize(
    "case",
    [
        _instructed(reports=(Report("已办。", UNIT, "c", DUE),)),
        _instructed(due=at("2026-03-12T18:00")),
        Case(number="SQ1"),
    ],
    ids=["reported in time", "sent back with another day", "unknown"],
)
def test_what_is_heard_too_late_of_an_instruction_changes_nothing(case: Case) -> None:
    assert _heard(case, _overdue()) == case


def test_another_unit_has_to_read_it_anew() -> None:
    before = _instructed(read_at=at(MONDAY), in_hand_at=at(MONDAY))
    moved = PostReassigned(at=at(MONDAY), number="SQ1", department="transport", previous=UNIT, cause="chosen")

    assert _heard(before, moved).instructions[0].state == "given"
