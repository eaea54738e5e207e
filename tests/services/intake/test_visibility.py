"""What is shown of a post: every cell of the table, walked at the door by who asks and how public the post is."""

from collections.abc import AsyncIterator
from dataclasses import replace as replaced
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.store import Outcome
from services.intake.core.case import Adoption, Case, Draft, Entry, FirstWord, Reply
from services.intake.core.instruction import Instruction, Report
from services.intake.core.visibility import READERS, SHOWN, STANDINGS, Part, Reader, Standing, standing
from tests.services.intake.door import PROFILE, Intake, at
from tests.services.intake.files import PDF

pytestmark = pytest.mark.medium

PHONE = "13812345678"
NOW = at("2026-03-02T10:00")
LEAD, ASSISTING = "housing", "transport"
POINT = {"longitude": 118.275162, "latitude": 33.963008, "street_address": "十二号院三栋"}
INNER = ("再修一次的草稿", "内部意见", "内部批示", "内部反馈", "协办方的话")
STAFF: dict[Reader, tuple[str, str]] = {
    "holding": ("clerk", LEAD),
    "assisting": ("clerk", ASSISTING),
    "overseer": ("supervisor", "supervision"),
}


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    async with Intake(HandClock(NOW)).open() as opened:
        yield opened


async def _changed(intake: Intake, number: str, **fields: Any) -> None:
    """The case as a life might have left it."""
    subject = await intake.door.subject(number)
    async with intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, **fields)
        await transaction.save(Outcome(changed=[kept]))


async def _post(intake: Intake, state: Standing) -> dict[str, Any]:
    """A receipt of a post of this standing, with a follow-up, a draft, a part, and a reply unless it is still open."""
    receipt: dict[str, Any] = (
        await intake.post(
            title="路灯不亮",
            text=f"请回电{PHONE}。",
            place="幸福路",
            point=POINT,
            contact={"phone": PHONE},
            public=state != "private",
            attachments=[await _given(intake)],
        )
    ).json()
    _, case = await intake.door.case(receipt["number"])
    file = case.attachments[0].id
    await intake.citizen(receipt, "follow-ups", {"text": f"另一个号码{PHONE}。"})
    _, case = await intake.door.case(receipt["number"])
    reply = Reply("r1", "已经修好了。", LEAD, "c", NOW)
    await _changed(
        intake,
        receipt["number"],
        moderation="",
        department=LEAD,
        assisting=(ASSISTING,),
        step="accepted",
        draft=Draft("d1", "再修一次的草稿", "c", NOW),
        first_words=(FirstWord("已派人到现场查看", LEAD, "c", NOW),),
        replies=() if state == "open" else (reply,),
        adoption=Adoption("partly", "部分列入计划", LEAD, NOW),
        instructions=(
            Instruction("请按时办结", "", NOW),
            Instruction(
                "内部批示",
                "",
                NOW,
                "i1",
                "m",
                published=False,
                due=NOW,
                reports=(Report("内部反馈", LEAD, "c", NOW),),
            ),
        ),
        history=(*case.history, Entry(NOW, "returned", "内部意见", public=False)),
    )
    part = {"text": "协办方的话", "attachments": [await _given(intake)]}
    await intake.staff("clerk", ASSISTING, f"cases/{receipt['number']}/parts", part)
    _, case = await intake.door.case(receipt["number"])
    of_part = case.written_parts[0].attachments[0].id
    if state == "erased":
        await intake.citizen(receipt, "erasure")
    changes: dict[str, dict[str, Any]] = {
        "held": {"moderation": "held"},
        "hidden": {"moderation": "hidden", "step": "hidden"},
        "withdrawn": {"step": "withdrawn"},
    }
    await _changed(intake, receipt["number"], **changes.get(state, {}))
    _, kept = await intake.door.case(receipt["number"])
    assert standing(kept) == state
    return receipt | {"file": file, "of_part": of_part}


async def _given(intake: Intake) -> str:
    """The ticket of a document."""
    ticket: str = (await intake.http.post("/v1/attachments", content=PDF)).json()["attachment"]
    return ticket


async def _file(
    intake: Intake, reader: Reader, receipt: dict[str, Any], which: str = "file"
) -> httpx2.Response:
    """The document, or (`of_part`) that of the assisting unit, as this reader comes to it."""
    path = f"{receipt['number']}/attachments/{receipt[which]}"
    if reader in STAFF:
        return await intake.staff_get(*STAFF[reader], f"cases/{path}")
    headers = {"X-Query-Code": receipt["query_code"]} if reader == "author" else {}
    return await intake.http.get(f"/v1/posts/{path}", headers=headers)


async def _read(intake: Intake, reader: Reader, receipt: dict[str, Any]) -> httpx2.Response:
    if reader in STAFF:
        return await intake.staff_get(*STAFF[reader], f"cases/{receipt['number']}")
    headers = {"X-Query-Code": receipt["query_code"]} if reader == "author" else {}
    return await intake.http.get(f"/v1/posts/{receipt['number']}", headers=headers)


async def _seen(intake: Intake, reader: Reader, receipt: dict[str, Any]) -> set[Part]:
    """The parts that really reach a reader, by looking for what only they hold."""
    response = await _read(intake, reader, receipt)
    text, view = response.text, response.json()
    listed = (await intake.http.get("/v1/posts", params={"q": "路灯"})).text
    signs: dict[Part, bool] = {
        "standing": view["number"] == receipt["number"],
        "attachments": receipt["file"] in text,
        "words": "路灯不亮" in text and "幸福路" in text and "请回电" in text,
        "history": any(line["kind"] == "received" for line in view["history"]),
        "replies": "部分列入计划" in text
        and "请按时办结" in text
        and "已派人到现场查看" in text
        and ("已经修好了" in text or view["replies"] == []),
        "said": "另一个号码" in text,
        "boxes": PHONE in text and view["point"] == POINT | {"datum": "gcj02"},
        "inner": all(words in text for words in INNER),
    }
    if reader == "anyone":
        signs["listed"] = receipt["number"] in listed
        path = f"/v1/posts/{receipt['number']}/supports"
        signs["support"] = (await intake.http.post(path, json={}, headers=intake.key())).status_code == 202
    assert signs["replies"] or "已派人到现场查看" not in text
    inner = (*INNER, receipt["of_part"])
    assert signs["inner"] or not any(words in text for words in inner), "a part of what is inner is shown"
    assert signs["boxes"] or not any(sign in text for sign in ("118.275", "33.963", "十二号院", PHONE))
    with_files = signs["inner"] and not view["erased"]
    assert (receipt["of_part"] in text) == with_files
    return {part for part, seen in signs.items() if seen}


@pytest.mark.parametrize("state", STANDINGS)
@pytest.mark.parametrize("reader", READERS)
async def test_each_reader_is_shown_what_the_table_says_and_nothing_else(
    intake: Intake, reader: Reader, state: Standing
) -> None:
    receipt = await _post(intake, state)
    subject = await intake.door.subject(receipt["number"])
    role, department = STAFF.get(reader, ("author", ""))
    read = (f"{role}-{department}" if reader in STAFF else "", department, role, subject)

    assert await _seen(intake, reader, receipt) == SHOWN[reader][state]
    opened = "boxes" in SHOWN[reader][state]
    assert intake.read_log.reads == ([read] if opened else []), (
        "an opening of boxes is logged, nothing else is"
    )


@pytest.mark.parametrize("state", STANDINGS)
@pytest.mark.parametrize("reader", READERS)
async def test_a_file_is_read_by_those_whom_the_table_shows_it_and_staff_are_logged_where_not_everybody_may(
    intake: Intake, reader: Reader, state: Standing
) -> None:
    receipt = await _post(intake, state)

    answer = await _file(intake, reader, receipt)

    seen = "attachments" in SHOWN[reader][state]
    assert (answer.status_code, PDF in answer.content) == ((200, True) if seen else (404, False))
    for_anyone = "attachments" in SHOWN["anyone"][state]
    logged = seen and reader in STAFF and not for_anyone
    assert [role for _, _, role, _ in intake.read_log.reads] == ([STAFF[reader][0]] if logged else [])


@pytest.mark.parametrize("state", STANDINGS)
@pytest.mark.parametrize("reader", READERS)
async def test_a_file_of_a_part_is_read_by_those_who_read_the_part_and_by_nobody_after_the_erasure(
    intake: Intake, reader: Reader, state: Standing
) -> None:
    receipt = await _post(intake, state)

    answer = await _file(intake, reader, receipt, "of_part")

    seen = "inner" in SHOWN[reader][state] and state != "erased"
    assert (answer.status_code, PDF in answer.content) == ((200, True) if seen else (404, False))
    assert [role for _, _, role, _ in intake.read_log.reads] == ([STAFF[reader][0]] if seen else [])


@pytest.mark.parametrize(("unit", "role"), [("education", "clerk"), ("education", "leader")])
async def test_a_unit_that_neither_holds_nor_assists_is_refused(intake: Intake, unit: str, role: str) -> None:
    receipt = await _post(intake, "published")

    response = await intake.staff_get(role, unit, f"cases/{receipt['number']}")

    assert response.status_code == 403
    assert "路灯" not in response.text
    for which in ("file", "of_part"):
        path = f"cases/{receipt['number']}/attachments/{receipt[which]}"
        assert (await intake.staff_get(role, unit, path)).status_code == 403


async def test_a_unit_that_gave_the_case_away_reads_it_no_more(intake: Intake) -> None:
    receipt = await _post(intake, "open")
    await _changed(intake, receipt["number"], department="education", assisting=())

    assert (await intake.staff_get("clerk", LEAD, f"cases/{receipt['number']}")).status_code == 403


async def test_what_is_private_stays_in_no_cache_and_what_is_public_is_asked_for_again(
    intake: Intake,
) -> None:
    receipt = await _post(intake, "published")

    for reader in READERS:
        headers = (await _read(intake, reader, receipt)).headers
        assert {"authorization", "x-query-code"} <= set(headers["vary"].lower().split(", ")), reader
        assert headers["cache-control"] == ("no-cache" if reader == "anyone" else "private, no-store"), reader
    assert "no-store" in (await intake.staff_get("clerk", LEAD, "cases")).headers["cache-control"]
    assert (await intake.http.get("/v1/posts")).headers["cache-control"] == "no-cache"


async def test_what_a_citizen_answers_or_gives_as_a_reason_is_not_published(intake: Intake) -> None:
    receipt = await _post(intake, "open")
    number = receipt["number"]
    await _changed(intake, number, draft=None)
    await intake.staff("clerk", LEAD, f"cases/{number}/questions", {"text": "请问在哪里?"})
    await intake.citizen(receipt, "answers", {"text": "我叫李四,住金色家园5栋。"})
    draft = (await intake.staff("clerk", LEAD, f"cases/{number}/replies", {"text": "已修。"})).json()
    await intake.staff("leader", LEAD, f"cases/{number}/replies/{draft['reply_id']}/approval")
    assert (await intake.citizen(receipt, "reopenings", {"reason": "李四家门口仍不亮"})).status_code == 202

    public = (await _read(intake, "anyone", receipt)).json()
    own = (await _read(intake, "author", receipt)).text

    lines = {line["kind"]: line["text"] for line in public["history"]}
    assert (lines["answered"], lines["reopened"]) == ("网民已补充", "网民申请重新办理")
    assert "李四" not in str(public)
    assert "我叫李四" in own
    assert "李四家门口" in own


async def test_every_door_that_reads_posts_is_one_that_is_walked_here(intake: Intake) -> None:
    paths = (await intake.http.get("/openapi.json")).json()["paths"]
    doors = {path for path, methods in paths.items() if "get" in methods}

    lists_of_the_city = {"/v1/kinds", "/v1/areas", "/v1/departments", "/v1/leaders", "/v1/duties"}
    own_posts_after_a_proof = {"/v1/my/posts"}  # tests/services/intake/test_proving.py reads it
    # No word of any post: tests/services/intake/test_roles.py and tests/services/intake/test_lists.py read them.
    counts = {"/v1/instructions/figures", "/v1/shown"}
    assert doors - counts - lists_of_the_city - own_posts_after_a_proof == {
        "/v1/posts",
        "/v1/posts/{number}",
        "/v1/cases",
        "/v1/cases/{number}",
        "/v1/posts/{number}/attachments/{file}",
        "/v1/cases/{number}/attachments/{file}",
    }, "a new door needs its cells in core/visibility.py, and its reading in this file"


def test_a_case_nobody_wrote_shows_nothing() -> None:
    assert SHOWN.keys() == set(READERS)
    assert all(row.keys() == set(STANDINGS) for row in SHOWN.values())
    assert not Case().exists


async def test_a_post_of_a_kind_that_is_never_shown_is_its_authors_and_the_staffs_whatever_was_asked() -> (
    None
):
    city = replaced(PROFILE, policy=PROFILE.policy.changed({"kinds.consult": {"public": False}}))
    async with Intake(HandClock(at("2026-03-02T10:00")), city).open() as intake:
        receipt = (await intake.post(kind="consult", public=True)).json()
        other = (await intake.post(kind="complaint", public=True)).json()

        # Only what anyone may see has neighbours.
        supported = [
            await intake.http.post(f"/v1/posts/{one['number']}/supports", json={}, headers=intake.key())
            for one in (receipt, other)
        ]
        read = (await intake.http.get(f"/v1/posts/{receipt['number']}")).json()

    assert [answer.status_code for answer in supported] == [409, 202]
    assert (read["title"], read.get("text", "")) == ("", "")
