"""Who may do what at intake's own door: every act and read by every role, from every side of the case, cell by cell."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.store import Outcome
from chassis.tokens import Staff, sign
from contracts.roles import Role
from services.intake.core.act import Act
from services.intake.core.acts import ACT, ACTS
from services.intake.core.case import Adoption, Case, Draft, Extension, FollowUp, Question, Reply
from services.intake.core.city import CHANGES
from services.intake.core.instruction import Instruction, Report
from services.intake.core.promise import Promise
from services.intake.web import examples
from tests.services.intake.door import PRIVATE, PROFILE, Intake, at
from tests.services.intake.files import PDF

NOW = at("2026-03-02T10:00")
HOLDING, ASSISTING, FORMER, FOREIGN = "housing", "transport", "education", "civil-affairs"
SIDES = {"holding": HOLDING, "assisting": ASSISTING, "former": FORMER, "foreign": FOREIGN}
ROLES: tuple[str, ...] = get_args(Role)

CALLERS = (
    "nobody",
    "author",
    "author of another post",
    "machine",
    *(f"{role}/{side}" for role in ROLES for side in SIDES),
)
"""People with a token are `role/side`; a machine has a token that is no person's role."""

MAY = {
    "author": ("author",),
    "neighbour": ("nobody", "author", "author of another post", "machine", *CALLERS[4:]),
    "clerk/holding": ("clerk/holding",),
    "clerk/assisting": ("clerk/assisting",),
    "leader/holding": ("leader/holding",),
    "unit/holding": ("clerk/holding", "leader/holding"),
    "supervisor/any": tuple(f"supervisor/{side}" for side in SIDES),
    "mayor/any": tuple(f"mayor/{side}" for side in SIDES),
    "operator": tuple(f"operator/{side}" for side in SIDES),
}
"""Written by hand and apart from the table of acts: whoever changes who may must say so twice."""

BY = {
    "author": (
        "follow-up",
        "answer",
        "rating",
        "reopening",
        "withdrawal",
        "appeal",
        "preference",
        "erasure",
    ),
    "neighbour": ("support",),
    "clerk/holding": (
        "acceptance",
        "first-word",
        "question",
        "reply",
        "extension",
        "return",
        "follow-up-answer",
        "follow-through",
    ),
    "clerk/assisting": ("part",),
    "leader/holding": ("approval", "reply-return", "extension-approval", "extension-refusal", "adoption"),
    "unit/holding": ("instruction-reading", "instruction-in-hand", "instruction-report", "promise-report"),
    "supervisor/any": (
        "assignment",
        "ruling",
        "special-report",
        "urging",
        "moderation",
        "group",
        "ungroup",
    ),
    "mayor/any": (
        "instruction",
        "instruction-acceptance",
        "instruction-return",
        "signature",
        "signature-return",
    ),
}


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(NOW)).open() as opened:
        yield opened


def ready(act: Act, case: Case) -> Case:
    """The case at a step where the act is possible, whoever does it."""
    case = replace(
        case,
        step=act.steps[0],
        department=HOLDING,
        assisting=(ASSISTING,),
        questions=(Question("q1", "哪里?", NOW),),
        replies=(Reply("r1", "已修。", HOLDING, "c", NOW),),
    )
    if act.name == "follow-up-answer":
        case = replace(case, follow_ups=(FollowUp("x1", "还没好。", NOW),))
    if act.name in ("approval", "reply-return"):
        case = replace(case, draft=Draft("x1", "稿", "c", NOW))
    if act.name in ("signature", "signature-return"):
        draft = Draft("x1", "稿", "c", NOW, approved_by="l")
        case = replace(case, kind="mailbox", addressee=PROFILE.leaders[0].code, draft=draft)
    if act.name.startswith("instruction-"):
        judged = act.name in ("instruction-acceptance", "instruction-return")
        reports = (Report("已办。", HOLDING, "c", NOW),) if judged else ()
        given = Instruction(
            "请办结。", "", NOW, "x1", "somebody", due=at("2026-03-06T18:00"), reports=reports
        )
        case = replace(case, instructions=(given,))
    if act.name == "promise-report":
        promise = Promise(at("2026-03-31T18:00").date(), at("2026-03-31T18:00"))
        case = replace(case, replies=(Reply("x1", "三月底前修好。", HOLDING, "c", NOW, promise=promise),))
    if act.name in ("adoption", "follow-through"):
        case = replace(case, kind="suggestion")
    if act.name == "follow-through":
        case = replace(case, adoption=Adoption("adopted", "列入计划", HOLDING, NOW))
    if act.name.startswith("extension-"):
        asked = Extension("x1", "等备件", at("2026-03-09T10:00").date(), "已勘察", "c", NOW)
        case = replace(case, extensions=(asked,))
    return case


async def case_for(intake: Intake, act: Act | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Receipts of the case at hand and of another post."""
    mine = (await intake.post(contact={"phone": "13812345678"})).json()
    other = (await intake.post()).json()
    subject = await intake.door.subject(mine["number"])
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = ready(act or ACTS[0], kept.state)
        await transaction.save(Outcome(changed=[kept]))
    return mine, other


def headers_of(caller: str, mine: dict[str, Any], other: dict[str, Any]) -> dict[str, str]:
    if caller == "nobody":
        return {}
    if caller.startswith("author"):
        return {"X-Query-Code": (mine if caller == "author" else other)["query_code"]}
    role, _, side = caller.partition("/")
    staff = Staff("somebody", SIDES.get(side, "gateway"), role)
    return {"Authorization": f"Bearer {sign(PRIVATE, staff)}"}


def _cells() -> Iterator[tuple[Act, str]]:
    return ((act, who) for who, names in BY.items() for act in ACTS if act.name in names)


def test_the_cells_name_every_act_once() -> None:
    assert sorted(act.name for act, _ in _cells()) == sorted(act.name for act in ACTS)


@pytest.mark.medium
@pytest.mark.parametrize(
    ("act", "who"), [cell for cell in _cells() if cell[0].path], ids=lambda cell: getattr(cell, "name", "")
)
async def test_an_act_is_done_by_whoever_may_and_by_nobody_else(intake: Intake, act: Act, who: str) -> None:
    mine, other = await case_for(intake, act)
    place = "posts" if act.public else "cases"
    path = f"/v1/{place}/{mine['number']}/{act.path.format(id='x1')}"
    subject = await intake.door.subject(mine["number"])
    before = intake.store.subject[subject]
    written = len((await intake.door.case(mine["number"]))[1].history)
    body = dict(act.example)
    if act.name == "return":
        body = body | {"duty_item": PROFILE.duties[0].code}

    told: dict[str, int] = {}
    for caller in CALLERS:
        intake.store.subject[subject] = before
        intake.voices.kept.clear()
        headers = headers_of(caller, mine, other) | intake.key()
        told[caller] = (await intake.http.post(path, json=body, headers=headers)).status_code
        if caller not in MAY[who]:
            assert intake.store.subject[subject] == before, f"{caller} left something behind"
        lines = (await intake.door.case(mine["number"]))[1].history[written:]
        assert {line.by for line in lines} <= {"somebody" if "/" in caller else ""}, f"{caller} did it"

    assert {caller for caller, status in told.items() if status == 202} == set(MAY[who])
    refused = {status for caller, status in told.items() if caller not in MAY[who]}
    assert refused <= {401, 403}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
async def test_the_city_is_changed_by_operators_only(intake: Intake, change: Any) -> None:
    mine, other = await case_for(intake)
    told = {}
    for caller in CALLERS:
        headers = headers_of(caller, mine, other) | intake.key()
        body = examples.CHANGES[change.name]
        told[caller] = (
            await intake.http.post(f"/v1/city/{change.name}", json=body, headers=headers)
        ).status_code

    assert {caller for caller, status in told.items() if status == 202} == set(MAY["operator"])


async def test_posts_are_grouped_and_taken_out_by_supervisors_only(intake: Intake) -> None:
    told: dict[str, tuple[int, int]] = {}
    for caller in CALLERS:
        mine, other = await case_for(intake)
        body = {"numbers": [mine["number"], other["number"]], "lead": mine["number"]}
        grouped = await intake.staff("supervisor", "supervision", "groups", body)
        member = f"/v1/groups/{grouped.json()['group']}/members/{other['number']}"
        taken = await intake.http.delete(member, headers=headers_of(caller, mine, other))
        free = [(await intake.post()).json()["number"] for _ in range(2)]
        headers = headers_of(caller, mine, other) | intake.key()
        again = await intake.http.post("/v1/groups", json={"numbers": free, "lead": free[0]}, headers=headers)
        told[caller] = (taken.status_code, again.status_code)

    assert {caller for caller, both in told.items() if both == (202, 202)} == set(MAY["supervisor/any"])
    assert all(202 not in both for caller, both in told.items() if caller not in MAY["supervisor/any"])


READ_BY = {f"{role}/{side}" for role in ("clerk", "leader") for side in ("holding", "assisting")} | {
    f"{role}/{side}" for role in ("supervisor", "mayor") for side in SIDES
}


async def test_a_case_is_read_by_its_units_the_supervisor_and_the_city_leaders(intake: Intake) -> None:
    mine, other = await case_for(intake)

    told = {
        caller: await intake.http.get(f"/v1/cases/{mine['number']}", headers=headers_of(caller, mine, other))
        for caller in CALLERS
    }

    assert {caller for caller, response in told.items() if response.status_code == 200} == READ_BY
    opened = {caller for caller, response in told.items() if "13812345678" in response.text}
    assert opened == {"clerk/holding", "leader/holding"}


async def test_a_file_of_a_private_post_is_read_by_its_author_and_by_those_who_read_the_case(
    intake: Intake,
) -> None:
    _, other = await case_for(intake)
    ticket = (await intake.http.post("/v1/attachments", content=PDF)).json()["attachment"]
    mine = (await intake.post(public=False, attachments=[ticket])).json()
    subject = await intake.door.subject(mine["number"])
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, department=HOLDING, assisting=(ASSISTING,))
        await transaction.save(Outcome(changed=[kept]))
    file = f"{mine['number']}/attachments/{kept.state.attachments[0].id}"

    told = {
        (place, caller): (
            await intake.http.get(f"/v1/{place}/{file}", headers=headers_of(caller, mine, other))
        ).status_code
        for place in ("posts", "cases")
        for caller in CALLERS
    }

    read = {cell for cell, status in told.items() if status == 200}
    assert read == {("posts", "author")} | {("cases", caller) for caller in READ_BY}
    assert set(told.values()) == {200, 401, 403, 404}


async def test_a_list_of_cases_holds_what_its_reader_may_read(intake: Intake) -> None:
    mine, other = await case_for(intake)

    listed = set()
    for caller in CALLERS:
        response = await intake.http.get("/v1/cases?state=all", headers=headers_of(caller, mine, other))
        if response.status_code == 200 and mine["number"] in response.text:
            listed.add(caller)
        else:
            assert response.status_code == 200 or mine["number"] not in response.text

    assert listed == READ_BY


async def test_instructions_are_counted_for_supervisor_and_city_leaders(intake: Intake) -> None:
    mine, other = await case_for(intake)

    told = {
        caller: await intake.http.get("/v1/instructions/figures", headers=headers_of(caller, mine, other))
        for caller in CALLERS
    }

    assert {caller for caller, response in told.items() if response.status_code == 200} == {
        f"{role}/{side}" for role in ("supervisor", "mayor") for side in SIDES
    }


@pytest.mark.parametrize("role", ["clerk", "leader"])
async def test_a_unit_s_people_cannot_ask_for_another_unit_s_list(intake: Intake, role: str) -> None:
    await case_for(intake)

    response = await intake.staff_get(role, FOREIGN, f"cases?department={HOLDING}")

    assert response.status_code == 403


async def test_a_clerk_sees_of_a_group_only_the_members_of_the_own_unit(intake: Intake) -> None:
    mine, other = await case_for(intake)
    body = {"numbers": [mine["number"], other["number"]], "lead": mine["number"]}
    await intake.staff("supervisor", "supervision", "groups", body)

    clerk = (await intake.staff_get("clerk", HOLDING, f"cases/{mine['number']}")).json()["group"]
    supervisor = (await intake.staff_get("supervisor", "supervision", f"cases/{mine['number']}")).json()[
        "group"
    ]

    assert [member["number"] for member in clerk["members"]] == [mine["number"]]
    assert len(supervisor["members"]) == clerk["size"] == 2


async def test_whoever_is_too_late_reads_what_is_left_for_them_and_not_what_is_left_for_others(
    intake: Intake,
) -> None:
    mine, other = await case_for(intake, ACT["acceptance"])
    number = mine["number"]

    async def refused(caller: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await intake.http.post(
            path, json=body, headers=headers_of(caller, mine, other) | intake.key()
        )
        assert answer.status_code == 409
        problem: dict[str, Any] = answer.json()
        return problem

    acceptance = f"/v1/cases/{number}/acceptance"
    await intake.http.post(
        acceptance, json={}, headers=headers_of("clerk/holding", mine, other) | intake.key()
    )
    clerk = await refused("clerk/holding", acceptance, {})
    author = await refused("author", f"/v1/posts/{number}/ratings", {"grade": 5})

    assert clerk["detail"] == "目前可以:初步回复、请网民补充、拟写回复、申请延期、退回。"
    assert author["detail"] == "目前可以:追问、撤回。"
    assert "urging" in clerk["allowed"], "what is possible at all is told to programs"


async def test_a_role_that_may_not_is_told_who_may(intake: Intake) -> None:
    mine, other = await case_for(intake, ACT["acceptance"])
    headers = headers_of("mayor/holding", mine, other) | intake.key()

    answer = await intake.http.post(
        f"/v1/cases/{mine['number']}/urgings", json={"text": "快"}, headers=headers
    )

    assert (answer.status_code, answer.json().get("detail")) == (403, "此操作由督查员办理。"), answer.text
