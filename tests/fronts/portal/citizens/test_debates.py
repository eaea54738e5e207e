"""A debate on the citizens' pages, before the real services: found, talked over by who types a number and who proves one."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest
from fastapi import FastAPI

from chassis.clock import HandClock
from fronts.portal.citizens.debates import by_topic
from services.debate.web import examples
from tests.fronts.portal.alone import NOON, Pages, hidden, opened
from tests.services.debate.door import UNIT, Debating

pytestmark = pytest.mark.medium

ANNA, BERT = "13900000001", "13900000002"


class Square(NamedTuple):
    """The pages, and the service behind them."""

    pages: Pages
    debating: Debating

    async def get(self, path: str) -> httpx2.Response:
        return await self.pages.http.get(path)

    async def post(self, path: str, **fields: str) -> httpx2.Response:
        return await self.pages.http.post(path, data=fields)

    async def prove(self, debate: str, phone: str, kind: str = "debates") -> httpx2.Response:
        """Signed in by the form to which one is led from a debate or dialogue; returns the page one is led back to."""
        return await self.pages.prove(f"/my/{kind}/{debate}", phone)


@pytest.fixture
async def square(tmp_path: Path) -> AsyncIterator[Square]:
    async with Debating(HandClock(NOON)).open() as debating, opened(tmp_path, debate=debating.app) as pages:
        yield Square(pages, debating)


async def test_a_debate_is_found_and_talked_over_with_a_number_that_is_typed(square: Square) -> None:
    debate = await square.debating.opened()
    assert f"/debates/{debate}" in (await square.get("/debates")).text
    page = await square.get(f"/debates/{debate}")

    sent = await square.post(
        f"/debates/{debate}/comments", text="<b>路口划线", phone=ANNA, key=hidden(page, "key"), answers=""
    )

    assert sent.headers["location"] == f"/debates/{debate}?done=held"
    assert "审核后公开" in (await square.get(sent.headers["location"])).text
    [waiting] = (await square.debating.staff_get(f"/{debate}/moderation")).json()["comments"]
    assert "路口划线" not in (await square.get(f"/debates/{debate}")).text
    await square.debating.judge(debate, waiting["id"])
    page = await square.get(f"/debates/{debate}")
    assert "&lt;b&gt;路口划线" in page.text
    assert "1 人发言 1 条" in page.text
    assert ANNA not in page.text


async def test_a_form_that_is_sent_twice_is_one_comment(square: Square) -> None:
    debate = await square.debating.opened()
    key = hidden(await square.get(f"/debates/{debate}"), "key")

    for _ in range(2):
        await square.post(f"/debates/{debate}/comments", text="路口划线", phone=ANNA, key=key, answers="")

    assert len((await square.debating.mine(debate, ANNA))["comments"]) == 1


async def test_who_proves_a_telephone_is_led_back_supports_and_takes_back(square: Square) -> None:
    debate = await square.debating.opened()
    comment = await square.debating.said(debate, BERT, "装车架")

    page = await square.prove(debate, ANNA)
    assert 'name="phone"' not in page.text
    for _ in range(2):
        done = await square.post(f"/my/debates/{debate}", act="support", comment=comment, key="")
        assert done.headers["location"] == f"/my/debates/{debate}?done=support"
    page = await square.get(f"/my/debates/{debate}")
    assert ("1 人支持" in page.text, "您已支持" in page.text) == (True, True)

    said = await square.post(f"/my/debates/{debate}", act="comment", text="同意", answers=comment, key="")
    assert said.headers["location"].endswith("?done=held")
    page = await square.get(f"/my/debates/{debate}")
    assert ("我的发言" in page.text, "待审核" in page.text) == (True, True)
    [own] = (await square.debating.mine(debate, ANNA))["comments"]
    await square.post(f"/my/debates/{debate}", act="withdrawal", comment=own["id"])
    assert "已撤回" in (await square.get(f"/my/debates/{debate}")).text
    assert own["proven"]


async def test_what_a_moderator_hides_is_read_by_its_author_alone_with_the_reason(square: Square) -> None:
    debate = await square.debating.opened()
    comment = await square.debating.said(debate, ANNA, "卖车架找我")
    await square.debating.said(debate, BERT, "别打广告", answers=comment)
    await square.debating.judge(debate, comment, "hide")

    others = await square.get(f"/debates/{debate}")
    own = await square.prove(debate, ANNA)

    assert "卖车架找我" not in others.text
    assert ("不予公开" in others.text, "别打广告" in others.text) == (True, True)
    assert ("卖车架找我" in own.text, "与议题无关" in own.text) == (True, True)


async def test_one_comment_is_answered_from_its_link(square: Square) -> None:
    debate = await square.debating.opened()
    comment = await square.debating.said(debate, BERT, "装车架")

    page = await square.get(f"/debates/{debate}?answer={comment}")

    assert hidden(page, "answers") == comment
    assert "回应网民" in page.text


async def test_what_is_wrong_is_named_and_what_was_typed_stays(square: Square) -> None:
    debate = await square.debating.opened()

    refused = await square.post(f"/debates/{debate}/comments", text="装车架", phone="12", key="k", answers="")

    assert refused.status_code == 422
    assert ("手机号码:" in refused.text, "装车架</textarea>" in refused.text) == (True, True)
    own = await square.prove(debate, ANNA)
    refused = await square.post(
        f"/my/debates/{debate}", act="comment", text=" ", answers="", key=hidden(own, "key")
    )
    assert (refused.status_code, "发言:不能为空" in refused.text) == (422, True)


async def test_a_closed_debate_says_what_was_decided_and_takes_nothing_in(square: Square) -> None:
    debate = await square.debating.opened()
    await square.debating.does(f"/{debate}/statements", examples.STATEMENT, role="leader", unit=UNIT)
    await square.debating.does(f"/{debate}/closing", examples.CLOSING)

    page = await square.get(f"/debates/{debate}")

    assert examples.CLOSING["decision"] in page.text
    assert examples.CLOSING["summary"] in page.text
    assert "官方回应" in page.text
    assert "<textarea" not in page.text
    late = await square.post(f"/debates/{debate}/comments", text="晚了", phone=ANNA, key="k", answers="")
    assert (late.status_code, "评议已经结束" in late.text) == (409, True)


async def test_a_hot_topic_leads_to_the_debate_that_was_opened_from_it_and_back(square: Square) -> None:
    topic = {"id": "t-1", "name": "电动车乱停", "posts": ["SQ260213-000017"]}
    debate = await square.debating.opened(topic=topic)

    page = await square.get(f"/debates/{debate}")
    listed = (await square.debating.http.get("/v1/debates")).json()

    assert "来自热点“电动车乱停”" in page.text
    assert 'href="/posts/SQ260213-000017"' in page.text
    assert by_topic(listed)["t-1"]["id"] == debate
    assert by_topic({}) == {}


async def test_the_front_page_and_the_board_show_the_debate_beside_its_topic(tmp_path: Path) -> None:
    topic = {
        "topic": "t-1",
        "words": ["电动车"],
        "size": 7,
        "why": "",
        "area_name": "",
        "place": "",
        "posts": [],
    }
    router = FastAPI()
    router.get("/v1/topics")(lambda: {"topics": [topic]})
    async with (
        Debating(HandClock(NOON)).open() as debating,
        opened(tmp_path, debate=debating.app, router=router) as pages,
    ):
        debate = await debating.opened(topic={"id": "t-1", "name": "电动车"})

        for path in ("/", "/boards/debates"):
            page = await pages.http.get(path)
            assert f'发起评议:<a href="/debates/{debate}">{examples.DRAFT["title"]}</a>' in page.text, path


@pytest.mark.parametrize("path", ["/debates/x", "/debates/..%2Fposts", "/debates/" + "0" * 36])
async def test_what_is_no_debate_is_not_found(square: Square, path: str) -> None:
    assert (await square.get(path)).status_code == 404


async def test_nobody_is_led_elsewhere_by_the_form(square: Square) -> None:
    wrong = ("https://evil.example", "//evil.example", "/my/debates/../../staff")
    for back in wrong:
        sent = await square.post("/my", act="send", phone="", back=back)
        assert hidden(sent, "back") == ""


async def test_a_session_that_is_over_is_asked_for_again(square: Square) -> None:
    debate = await square.debating.opened()
    square.pages.http.cookies.set("wenzheng-mine", "made-up", path="/my")

    page = await square.get(f"/my/debates/{debate}")

    assert "登录已过期" in page.text
    assert hidden(page, "back") == f"/my/debates/{debate}"


async def test_without_the_service_the_page_says_so() -> None:
    async with opened() as pages:
        assert (await pages.http.get("/debates")).status_code == 503
