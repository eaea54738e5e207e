"""What the pages show of a post: every page, by how public the post is; a line of the table for each page."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.store import Outcome
from services.intake.core.case import Entry, Extension, Reply
from services.intake.core.visibility import STANDINGS, Standing, standing
from tests.fronts.portal.alone import NOON, Pages, opened

pytestmark = pytest.mark.medium

TITLE, TEXT, PLACE = "玫瑰庄园的路灯", "三号楼王小明家门口,请回电13812345678。", "玫瑰庄园东门"
REPLY, INNER, ADDED = "已经换了新灯泡", "内部意见请勿外传", "我叫王小明,住在五单元"
REASON, PROGRESS = "等王小明家开门", "已到玫瑰庄园看过"
PHONE, NAME = "13812345678", "王小明本人"

SHOWN: dict[str, tuple[Standing, ...]] = {
    "/posts/{number}": ("published", "open"),
    "/follow?number={number}": (),
    "/boards/all": ("published",),
    "/boards/service": ("published",),
    "/boards/suggestions": (),
    "/boards/all?q=玫瑰庄园": ("published",),
    "/boards/all?department=housing": ("published",),
    "/": ("published",),
    "/post": (),
    "/wall": (),
}
"""Page to the standings in which it shows the words of a post; in the others none of them."""


async def _changed(pages: Pages, number: str, **fields: Any) -> None:
    """The case as a life might have left it."""
    subject = await pages.intake.door.subject(number)
    async with pages.intake.store.transaction() as transaction:
        [kept] = (await transaction.load([subject], lock=True)).values()
        kept.state = replace(kept.state, **fields)
        await transaction.save(Outcome(changed=[kept]))


async def _post(pages: Pages, state: Standing) -> dict[str, Any]:
    """A receipt of a post of this standing, with a follow-up, an inner line, an extension, and a reply unless open."""
    receipt = await pages.receipt(
        title=TITLE,
        text=TEXT,
        place=PLACE,
        contact={"phone": PHONE, "name": NAME},
        public=state != "private",
    )
    number = receipt["number"]
    await pages.intake.citizen(receipt, "follow-ups", {"text": ADDED})
    _, case = await pages.intake.door.case(number)
    await _changed(
        pages,
        number,
        department="housing",
        step="accepted" if state == "open" else "replied",
        replies=() if state == "open" else (Reply("r1", REPLY, "housing", "c", NOON),),
        history=(*case.history, Entry(NOON, "returned", INNER, public=False)),
    )
    if state == "erased":
        await pages.intake.citizen(receipt, "erasure")
    changes: dict[str, dict[str, Any]] = {
        "held": {"moderation": "held"},
        "hidden": {"moderation": "hidden", "step": "hidden"},
        "withdrawn": {"step": "withdrawn"},
    }
    await _changed(pages, number, **changes.get(state, {}))
    _, kept = await pages.intake.door.case(number)
    assert standing(kept) == state
    pages.deadlines[number] = _deadline(number)
    return receipt


def _deadline(number: str) -> dict[str, Any]:
    at = NOON.isoformat()
    return {
        "number": number,
        "start": at,
        "due": at,
        "first_due": at,
        "provisional": False,
        "stopped": None,
        "in_time": None,
        "counted": [],
        "pauses": [],
        "extensions": [
            {
                "extension": "e1",
                "reason": REASON,
                "progress": PROGRESS,
                "new_date": "2026-03-09",
                "at": at,
                "promise_broken": False,
            }
        ],
        "lines": [f"延期:{REASON}"],
    }


@pytest.mark.parametrize("state", STANDINGS)
async def test_each_page_shows_what_the_table_says_and_nothing_else(state: Standing) -> None:
    async with opened() as pages:
        receipt = await _post(pages, state)
        for path, standings in SHOWN.items():
            page = await pages.http.get(path.format(number=receipt["number"]))
            assert page.status_code == 200, path
            shown = state in standings
            assert (TITLE in page.text) == shown, path
            if path.startswith("/posts/"):
                assert (PLACE in page.text, REASON in page.text) == (shown, shown)
            if not shown:
                for words in ("玫瑰庄园", "王小明", REPLY, REASON, PROGRESS):
                    found = page.text.replace('value="玫瑰庄园"', "")
                    assert words not in found, f"{words} on {path} of a post that is {state}"
            for never in (PHONE, INNER, ADDED, NAME):
                assert never not in page.text, f"{never} on {path}"


@pytest.mark.parametrize("state", STANDINGS)
async def test_nobody_supports_what_nobody_is_shown(state: Standing) -> None:
    async with opened() as pages:
        receipt = await _post(pages, state)
        answer = await pages.http.post(f"/posts/{receipt['number']}/support")

        assert (answer.status_code == 303) == (state in SHOWN["/posts/{number}"])


@pytest.mark.parametrize("state", STANDINGS)
async def test_the_author_reads_everything_and_a_number_that_was_erased_no_more(state: Standing) -> None:
    async with opened() as pages:
        receipt = await _post(pages, state)
        form = {"number": receipt["number"], "code": receipt["query_code"]}
        page = await pages.follow(form)

        assert page.status_code == 200
        assert TITLE in page.text
        assert (PHONE in page.text) == (state != "erased")
        assert ADDED in page.text
        assert INNER not in page.text
        assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("private", "此帖不公开"),
        ("held", "此帖不公开"),
        ("withdrawn", "此帖已撤回"),
        ("hidden", "此帖不再显示"),
    ],
)
async def test_why_a_post_is_not_shown_is_said(state: Standing, sentence: str) -> None:
    async with opened() as pages:
        receipt = await _post(pages, state)
        assert sentence in (await pages.http.get(f"/posts/{receipt['number']}")).text


async def test_who_does_not_want_to_be_named_sees_that_it_was_heard() -> None:
    async with opened() as pages:
        for hide, heard in ((True, True), (False, False)):
            receipt = await pages.receipt(title=f"{hide}", contact={"name": NAME}, hide_name=hide)
            form = {"number": receipt["number"], "code": receipt["query_code"]}
            assert ("不公开姓名" in (await pages.follow(form)).text) == heard


async def test_what_becomes_of_an_answer_is_said_where_it_is_typed() -> None:
    async with opened() as pages:
        receipt = await pages.receipt()
        form = {"number": receipt["number"], "code": receipt["query_code"]}
        page = (await pages.follow(form)).text
        assert "只有承办单位和您能看到,不公开。" in page
        sure = (await pages.follow(form | {"act": "erasure"})).text
        assert "您的其他帖子不受影响" in sure


async def test_why_more_time_was_granted_for_a_private_post_is_told_to_its_author_alone() -> None:
    async with opened() as pages:
        receipt = await _post(pages, "private")
        number = receipt["number"]
        [granted] = pages.deadlines[number]["extensions"]
        pages.deadlines[number]["extensions"] = [granted | {"reason": "", "progress": ""}]
        pages.deadlines[number]["lines"] = []
        asked = Extension("e1", REASON, date(2026, 3, 9), PROGRESS, "clerk", NOON, state="approved")
        await _changed(pages, number, extensions=(asked,))

        form = {"number": number, "code": receipt["query_code"]}
        own = (await pages.follow(form)).text
        public = (await pages.http.get(f"/posts/{number}")).text

        assert (REASON in own, PROGRESS in own) == (True, True)
        assert "延期到 2026年3月9日" in public
        assert (REASON in public, PROGRESS in public) == (False, False)
