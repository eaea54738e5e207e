"""A debate at the desk: written by a unit's leader, looked through by a supervisor, answered, closed; before the real service."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

from chassis.clock import HandClock
from chassis.tokens import Verifier
from fronts.portal.application import create
from tests.fronts.portal.alone import NOON
from tests.fronts.portal.staff.alone import Portal, running
from tests.services.debate.door import Debating

FIELDS = {
    "title": "城区停车",
    "question": "电动车停在哪里?",
    "background": "路口停车混乱。",
    "ends": "2026-03-31T18:00",
}
ANNA, BERT = "13900000001", "13900000002"
TOPIC = {
    "topic": "t-1",
    "words": ["电动车", "乱停"],
    "size": 7,
    "why": "都提到乱停",
    "posts": [{"number": "SQ260213-000017", "title": "乱停"}],
}


class Behind(httpx2.AsyncBaseTransport):
    """Debate, and a router with one hot topic; nobody else."""

    def __init__(self, debating: Debating) -> None:
        self._debate = httpx2.ASGITransport(app=debating.app)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "router":
            return httpx2.Response(200, json={"topics": [TOPIC]}, request=request)
        return await self._debate.handle_async_request(request)


@pytest.fixture
def demo(dsn: str, tmp_path: Path) -> Iterator[Portal]:
    with running(dsn, tmp_path, demo_sign_in=True) as found:
        yield found


class Desk(NamedTuple):
    """Somebody at the staff pages, and the service behind them."""

    http: httpx2.AsyncClient
    debating: Debating
    verifier: Verifier
    """Knows the portal's key; until somebody sits down, the service knows the tests' own."""

    async def send(self, page: httpx2.Response, path: str, **fields: str) -> httpx2.Response:
        """A form of the page, sent."""
        token = re.search(r'name="form" value="([^"]+)"', page.text)
        assert token is not None, page.text
        return await self.http.post(path, data={"form": token[1]} | fields)

    async def sit_down(self, seat: str, unit: str) -> httpx2.Response:
        """As somebody of a unit."""
        self.debating.door.verifier = self.verifier
        page = await self.http.get("/staff/sign-in")
        return await self.send(page, "/staff/demo", seat=seat, department=unit)


@pytest.fixture
async def desk(demo: Portal, tmp_path: Path) -> AsyncIterator[Desk]:
    async with Debating(HandClock(NOON)).open() as debating:
        services = '{"debate": "http://debate", "router": "http://router"}'
        settings = demo.settings.model_copy(update={"services": services})
        app = create(settings, demo.now, Behind(debating))
        transport = httpx2.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url=demo.address, follow_redirects=True) as http,
        ):
            yield Desk(http, debating, Verifier((tmp_path / "public.pem").read_bytes()))


@pytest.mark.real
async def test_a_leader_opens_a_debate_from_a_hot_topic(desk: Desk) -> None:
    await desk.sit_down("leader", "urban-management")
    assert "/staff/debates/new?topic=t-1" in (await desk.http.get("/staff/debates")).text
    page = await desk.http.get("/staff/debates/new?topic=t-1")
    assert '<option value="t-1" selected>电动车、乱停' in page.text

    refused = await desk.send(page, "/staff/debates", **(FIELDS | {"question": "问" * 201}))
    assert (refused.status_code, "问题:最多 200 个字" in refused.text) == (422, True)
    page = await desk.send(refused, "/staff/debates", topic="t-1", **FIELDS)
    debate = str(page.url).rpartition("/")[2]
    assert "草稿" in page.text
    page = await desk.send(
        page, f"/staff/debates/{debate}/draft", topic="t-1", **(FIELDS | {"title": "停车"})
    )
    page = await desk.send(page, f"/staff/debates/{debate}/act", act="publication")
    assert "进行中" in page.text
    assert "待审核" not in page.text, "a unit does not look through what is said of it"
    told = await desk.http.get(f"/debates/{debate}")
    assert 'href="/posts/SQ260213-000017"' in told.text
    assert "电动车、乱停" in told.text


@pytest.mark.real
async def test_a_supervisor_looks_through_answers_and_closes_with_what_was_decided(desk: Desk) -> None:
    debate = await desk.debating.opened(ends="2026-03-31T18:00:00+08:00")
    act = f"/staff/debates/{debate}/act"
    held = await desk.debating.said(debate, ANNA, "路口划线", shown=False)
    shown = await desk.debating.said(debate, BERT, "装车架")
    await desk.sit_down("supervisor", "transport")
    page = await desk.http.get(f"/staff/debates/{debate}")

    judged = {"comment": held, "action": "hide", "reason": ""}
    refused = await desk.send(page, act, act="moderation", **judged)
    assert (refused.status_code, "原因:请说明原因" in refused.text) == (422, True)
    page = await desk.send(page, act, act="moderation", **(judged | {"action": "release"}))
    assert "没有待审核的发言" in page.text
    page = await desk.send(page, act, act="statements", text="本周试划。", answers=shown)
    said = {"summary": "划线、装车架。", "decision": "四月底前划线。", "reason": ""}
    refused = await desk.send(page, act, act="closing", **said)
    assert (refused.status_code, "划线、装车架。</textarea>" in refused.text) == (422, True)
    page = await desk.send(page, act, act="closing", **(said | {"reason": "已集中"}))
    assert "已公布结论" in page.text

    told = (await desk.http.get(f"/debates/{debate}")).text
    for words in ("四月底前划线。", "本周试划。", "2 人发言 2 条"):
        assert words in told
