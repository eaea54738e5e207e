"""Receipts can be gone back to, and going back sends nothing twice."""

import re
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.fronts.portal.alone import Pages, opened
from tests.fronts.portal.citizens.neighbour import alike

pytestmark = pytest.mark.medium

CODE = re.compile(r'<dd id="code">([0-9A-Z]{10})</dd>')


class Router:
    """A router that tells what the test says is alike."""

    def __init__(self) -> None:
        self.similar: list[dict[str, Any]] = []
        self.app = FastAPI()
        self.app.get("/v1/similar")(lambda: {"posts": self.similar})


async def sent(pages: Pages, **fields: str) -> tuple[httpx2.Response, httpx2.Response]:
    """The answer to the form, and the page it leads to."""
    answer = await pages.send(**fields)
    assert answer.status_code == 303, answer.text
    return answer, await pages.http.get(answer.headers["location"])


async def count(pages: Pages) -> int:
    """Posts that intake has."""
    rows = await pages.intake.staff_get("supervisor", "supervision", "cases?state=all")
    return len(rows.json()["cases"])


async def test_a_post_leads_to_its_receipt_which_can_be_opened_again() -> None:
    async with opened() as pages:
        answer, receipt = await sent(pages)
        again = await pages.http.get(answer.headers["location"])

        code = CODE.search(receipt.text)
        assert code is not None
        assert again.text == receipt.text
        assert receipt.headers["cache-control"] == "no-store"
        assert code[1] not in answer.headers["location"], "a code is never in an address"
        own = await pages.intake.http.get(
            f"/v1/posts/{answer.headers['location'].rpartition('/')[2]}", headers={"X-Query-Code": code[1]}
        )
        assert own.status_code == 200


async def test_the_receipt_stays_on_the_device_for_half_an_hour_and_for_no_script() -> None:
    async with opened() as pages:
        answer, _ = await sent(pages)
        path = answer.headers["location"]
        cookie = next(c for c in answer.headers.get_list("set-cookie") if "wenzheng-receipt" in c)

        assert "Max-Age=1800" in cookie
        assert f"Path={path}" in cookie
        assert all(mark in cookie for mark in ("HttpOnly", "Secure", "SameSite=strict"))
        pages.http.cookies.clear()
        elsewhere = await pages.http.get(path)
        assert (elsewhere.status_code, elsewhere.headers["location"]) == (
            303,
            f"/follow?number={path.rpartition('/')[2]}",
        )


async def test_who_shares_the_device_can_put_the_receipt_away() -> None:
    async with opened() as pages:
        answer, _ = await sent(pages)
        path = answer.headers["location"]
        assert (await pages.http.post(path)).status_code == 303

        assert (await pages.http.get(path)).status_code == 303
        assert not pages.http.cookies


async def test_going_back_and_sending_the_same_again_says_so_and_sends_nothing() -> None:
    async with opened() as pages:
        form = {"private": "on", "phone": "13812345678"}
        answer, _ = await sent(pages, key="a" * 32, **form)
        number = answer.headers["location"].rpartition("/")[2]
        back = await pages.send(key="b" * 32, **form)

        assert back.status_code == 409
        assert number in back.text
        assert f"/receipts/{number}" in back.text
        assert await count(pages) == 1
        assert "幸福路的路灯坏了一周。" in back.text, "what was typed is kept"
        meant = await pages.send(key="b" * 32, again="1", **form)
        assert meant.status_code == 303
        assert await count(pages) == 2


async def test_what_was_changed_after_going_back_is_another_post() -> None:
    async with opened() as pages:
        await sent(pages, key="a" * 32)
        assert (await pages.send(key="b" * 32, text="另一盏路灯。")).status_code == 303
        assert await count(pages) == 2


async def test_a_double_click_leads_to_the_same_receipt_twice() -> None:
    async with opened() as pages:
        first, second = await sent(pages, key="a" * 32), await sent(pages, key="a" * 32)

        assert first[1].text == second[1].text
        assert await count(pages) == 1


async def test_a_slow_double_click_is_offered_nothing_in_the_place_of_the_post_it_sent() -> None:
    router = Router()
    async with opened(router=router.app) as pages:
        form = {"key": "a" * 32, "kind": "complaint", "title": "路灯不亮", "text": "幸福路的路灯坏了一周。"}
        first = await pages.http.post("/post", data=form)
        number = first.headers["location"].rpartition("/")[2]
        router.similar = [alike(number, "路灯不亮")]
        second = await pages.http.post("/post", data=form)
        another = await pages.http.post("/post", data=form | {"key": "b" * 32, "text": "另一盏路灯。"})

        assert (second.status_code, second.headers.get("location")) == (303, first.headers["location"])
        assert "还没有提交" in another.text, "another form is offered what is alike"
        assert await count(pages) == 1


async def test_the_receipt_reads_again_where_it_is_and_intake_is_not_asked_where_that_was_not_said() -> None:
    async with opened() as pages:
        plain, _ = await sent(pages)
        _, receipt = await sent(
            pages, text="幸福路的路灯坏了两周。", longitude="118.275162", latitude="33.963008"
        )

        assert "?" not in plain.headers["location"]
        assert "118.275162" in receipt.text
