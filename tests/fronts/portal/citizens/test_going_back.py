"""Following leads to a page of its own: going back and loading again repeat nothing, and no code stands in an address."""

import uuid

import httpx2
import pytest

from tests.fronts.portal.alone import Pages, opened

pytestmark = pytest.mark.medium


async def sent(pages: Pages, receipt: dict[str, str], **fields: str) -> httpx2.Response:
    """A form of the case, sent from its author's browser."""
    form = {"number": receipt["number"], "code": receipt["query_code"], "key": uuid.uuid4().hex}
    return await pages.http.post("/follow", data=form | fields)


async def test_a_case_can_be_gone_back_to_and_loaded_again_without_the_form() -> None:
    async with opened() as pages:
        receipt = await pages.receipt(public=False, title="私事", text="不公开的内容")

        answer = await sent(pages, receipt)
        looks = [await pages.http.get(answer.headers["location"]) for _ in range(2)]

        assert (answer.status_code, answer.headers["location"]) == (303, f"/follow/{receipt['number']}")
        assert all("不公开的内容" in page.text and page.status_code == 200 for page in looks)
        assert looks[0].headers["cache-control"] == "no-store"


async def test_what_was_done_is_said_once_and_loading_again_does_nothing() -> None:
    async with opened() as pages:
        receipt = await pages.receipt()

        answer = await sent(pages, receipt, act="follow-ups", text="又黑了一盏灯")
        first = await pages.http.get(answer.headers["location"])
        again = await pages.http.get(answer.headers["location"])

        assert answer.status_code == 303
        assert "已追问,承办单位会看到。" in first.text
        assert "已追问,承办单位会看到。" not in again.text
        assert again.text.count("又黑了一盏灯") == first.text.count("又黑了一盏灯") > 0


async def test_what_cannot_be_undone_is_asked_about_at_an_address_that_does_nothing() -> None:
    async with opened() as pages:
        receipt = await pages.receipt()

        answer = await sent(pages, receipt, act="withdrawal")
        sure = await pages.http.get(answer.headers["location"])
        done = await sent(pages, receipt, act="withdrawal", sure="on")
        case = await pages.http.get(done.headers["location"])
        back = await pages.http.get(answer.headers["location"])

        assert answer.headers["location"] == f"/follow/{receipt['number']}/withdrawal"
        assert "不能恢复" in sure.text
        assert "已撤回" in case.text
        assert back.status_code == 200, "going back asks once more, and does nothing by itself"


async def test_no_code_stands_in_an_address_and_no_script_reads_it() -> None:
    async with opened() as pages:
        receipt = await pages.receipt()
        for fields in ({}, {"act": "erasure"}, {"act": "follow-ups", "text": "再说"}):
            answer = await sent(pages, receipt, **fields)

            assert receipt["query_code"] not in answer.headers["location"]
            [kept, *_] = [c for c in answer.headers.get_list("set-cookie") if receipt["query_code"] in c]
            assert f"Path=/follow/{receipt['number']}" in kept
            assert "Max-Age=1800" in kept
            assert all(mark in kept for mark in ("HttpOnly", "Secure", "SameSite=strict"))


async def test_another_browser_is_asked_for_the_code() -> None:
    async with opened() as pages:
        receipt = await pages.receipt(public=False, title="私事", text="不公开的内容")
        await sent(pages, receipt)
        other = await pages.receipt(public=False, title="别人的私事")

        elsewhere = await pages.http.get(f"/follow/{other['number']}")
        pages.http.cookies.clear()
        case = await pages.http.get(f"/follow/{receipt['number']}")
        sure = await pages.http.get(f"/follow/{receipt['number']}/erasure")

        for page in (elsewhere, case, sure):
            assert page.status_code == 403
            assert "请输入查询码" in page.text
            assert "私事" not in page.text


async def test_who_shares_the_device_can_leave_and_the_code_is_forgotten() -> None:
    async with opened() as pages:
        receipt = await pages.receipt()
        await sent(pages, receipt)

        left = await pages.http.post("/follow", data={"number": receipt["number"], "act": "leave"})

        assert (left.status_code, left.headers["location"]) == (303, "/follow")
        assert not pages.http.cookies
        assert (await pages.http.get(f"/follow/{receipt['number']}")).status_code == 403


async def test_what_is_refused_keeps_what_was_typed() -> None:
    async with opened() as pages:
        receipt = await pages.receipt()

        refused = await sent(pages, receipt, act="ratings", grade="5", text="还没有答复就评价")

        assert refused.status_code == 409
        assert 'role="alert"' in refused.text


@pytest.mark.parametrize("path", ["/follow/SQ1/nothing", "/follow/x", "/follow/x/erasure"])
async def test_an_address_that_is_no_case_is_none(path: str) -> None:
    async with opened() as pages:
        assert (await pages.http.get(path)).status_code == 404
