"""A dialogue at the desk: announced by a unit's leader, looked through and closed by a supervisor, and what was left open written
down as a post; before the real services."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

from chassis.clock import HandClock
from chassis.tokens import Verifier
from fronts.portal.application import create
from services.debate.web import examples
from tests.fronts.portal.alone import NOON
from tests.fronts.portal.staff.alone import Portal
from tests.fronts.portal.staff.test_debates import Desk
from tests.fronts.portal.staff.test_debates import demo as demo  # a fixture
from tests.services.debate.conversing import UNIT, Conversing
from tests.services.intake.door import Intake

pytestmark = pytest.mark.real

ANNA, BERT = "13900000001", "13900000002"
FIELDS = {
    "kind": "interview",
    "title": "公交怎么调",
    "guest": "张建国",
    "office": "局长",
    "asked_from": "2026-03-02T09:00",
    "begins": "2026-03-09T15:00",
    "ends": "2026-03-09T17:00",
    "place": "",
    "introduction": "线网调整。",
}


class Behind(httpx2.AsyncBaseTransport):
    """Debate and intake; nobody else."""

    def __init__(self, conversing: Conversing, intake: Intake) -> None:
        self._apps = {
            "debate": httpx2.ASGITransport(app=conversing.app),
            "intake": httpx2.ASGITransport(app=intake.app),
        }

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self._apps[request.url.host].handle_async_request(request)


class Room(NamedTuple):
    """Somebody at the staff pages, and the services behind them."""

    desk: Desk
    conversing: Conversing
    intake: Intake

    async def sit_down(self, seat: str, unit: str) -> None:
        """As somebody of a unit; intake knows the portal's key from now on."""
        self.intake.door.verifier = self.desk.verifier
        await self.desk.sit_down(seat, unit)


@pytest.fixture
async def room(demo: Portal, tmp_path: Path) -> AsyncIterator[Room]:
    async with (
        Conversing(HandClock(NOON)).open() as conversing,
        Intake(HandClock(NOON)).open() as intake,
    ):
        assert isinstance(conversing, Conversing)
        services = '{"debate": "http://debate", "intake": "http://intake"}'
        settings = demo.settings.model_copy(update={"services": services})
        app = create(settings, demo.now, Behind(conversing, intake))
        transport = httpx2.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url=demo.address, follow_redirects=True) as http,
        ):
            verifier = Verifier((tmp_path / "public.pem").read_bytes())
            yield Room(Desk(http, conversing, verifier), conversing, intake)


async def test_a_leader_writes_a_dialogue_announces_it_and_answers_for_the_guest(room: Room) -> None:
    desk = room.desk
    await room.sit_down("leader", UNIT)
    page = await desk.http.get("/staff/dialogues/new")
    refused = await desk.send(page, "/staff/dialogues", **(FIELDS | {"begins": "2026-03-10T15:00"}))
    assert (refused.status_code, "开始:应不早于开始提问" in refused.text) == (422, True)
    page = await desk.send(page, "/staff/dialogues", **FIELDS)
    assert 'value="2026-03-09T15:00"' in page.text
    dialogue = str(page.url).rpartition("/")[2]
    page = await desk.send(page, f"/staff/dialogues/{dialogue}/act", act="publication")
    assert ("征集提问" in page.text, "主持人" in page.text, "待审核" in page.text) == (True, False, False)
    listed = await desk.http.get("/staff/dialogues")
    assert f"/staff/dialogues/{dialogue}" in listed.text

    body = {"text": "欢迎提问。", "answers": "", "speaker": "guest"}
    await desk.send(page, f"/staff/dialogues/{dialogue}/act", act="answers", **body)

    told = await desk.http.get(f"/dialogues/{dialogue}/transcript")
    assert ("欢迎提问。" in told.text, "张建国(局长)" in told.text) == (True, True)


async def test_a_clerk_of_an_invited_unit_prepares_an_answer_and_its_leader_lets_it_be_read(
    room: Room,
) -> None:
    desk, conversing = room.desk, room.conversing
    dialogue = await conversing.announced()
    question = await conversing.asked(dialogue, ANNA, "车架何时装?")
    address, unit = f"/staff/dialogues/{dialogue}", examples.OCCASION["invited"][0]
    await room.sit_down("clerk", unit)
    home = await desk.http.get("/staff/dialogues")
    assert (address in home.text, "写新对话" in home.text) == (True, False)
    page = await desk.http.get(address)
    assert ("送审" in page.text, "结束对话" in page.text, 'value="guest"' in page.text) == (
        True,
        False,
        False,
    )
    assert (await desk.http.get("/staff/dialogues/new")).status_code == 403
    body = {"text": "四月装好。", "answers": question, "speaker": "unit"}
    refused = await desk.send(page, f"{address}/act", act="answers", **(body | {"text": " "}))
    assert (refused.status_code, "回答:不能为空" in refused.text) == (422, True)
    page = await desk.send(page, f"{address}/act", act="answers", **body)
    assert ("四月装好。" in page.text, "待分管领导或主持人审核" in page.text) == (True, True)
    assert "四月装好。" not in (await desk.http.get(f"/dialogues/{dialogue}/transcript")).text

    await room.sit_down("leader", unit)
    home = await desk.http.get("/staff/approvals")
    assert (f'<a href="{address}">' in home.text, "1 条回答待审核" in home.text) == (True, True)
    assert "没有待审批的事项" not in home.text
    assert "待审回答 1 条" in (await desk.http.get("/staff/dialogues")).text
    page = await desk.http.get(address)
    [answer] = re.findall(r'value="approval"><input type="hidden" name="comment" value="([^"]+)"', page.text)
    judged = {"act": "approval", "comment": answer, "reason": ""}
    refused = await desk.send(page, f"{address}/act", **judged, action="return")
    assert (refused.status_code, "原因:请说明原因" in refused.text) == (422, True)
    page = await desk.send(page, f"{address}/act", **judged, action="approve")
    assert "没有待审的回答" in page.text
    home = await desk.http.get("/staff/approvals")
    assert ("对话答问" in home.text, "没有待审批的事项" in home.text) == (False, True)

    told = (await desk.http.get(f"/dialogues/{dialogue}")).text
    name = conversing.profile.department_name(unit)
    assert (f"<dd>{name}</dd>" in told, f"<strong>{name}</strong> 回答" in told) == (True, True)


async def test_who_is_not_invited_reads_a_dialogue_at_the_desk_and_finds_nothing_to_do(room: Room) -> None:
    dialogue = await room.conversing.announced()
    await room.conversing.asked(dialogue, ANNA, "车架何时装?")
    body = {"text": "与我无关。", "answers": "", "speaker": "unit"}
    for seat in ("clerk", "leader"):
        await room.sit_down(seat, "education")
        page = await room.desk.http.get(f"/staff/dialogues/{dialogue}")
        assert ("车架何时装?" in page.text, "<textarea" in page.text) == (True, False)
        sent = await room.desk.send(page, f"/staff/dialogues/{dialogue}/act", act="answers", **body)
        assert (sent.status_code, "这是其他单位的对话" in sent.text) == (403, True)


async def test_invited_units_are_named_on_the_form_and_a_name_that_nobody_has_is_shown_again(
    room: Room,
) -> None:
    await room.sit_down("supervisor", "supervision")
    page = await room.desk.http.get("/staff/dialogues/new")
    name = room.conversing.profile.department_name("education")
    fields = FIELDS | {"department": UNIT}
    refused = await room.desk.send(page, "/staff/dialogues", **fields, invited="没有的局")
    assert (refused.status_code, "受邀单位:没有这个单位" in refused.text) == (422, True)
    assert 'value="没有的局"' in refused.text

    page = await room.desk.send(refused, "/staff/dialogues", **fields, invited=name)

    assert f'name="invited" list="units" autocomplete="off" maxlength="64" value="{name}"' in page.text
    dialogue = str(page.url).rpartition("/")[2]
    await room.desk.send(page, f"/staff/dialogues/{dialogue}/act", act="publication")
    assert (await room.conversing.told(dialogue))["invited"] == ["education"]


async def test_a_supervisor_closes_it_and_what_was_left_open_is_written_down_as_a_post(room: Room) -> None:
    desk, conversing = room.desk, room.conversing
    dialogue = await conversing.announced()
    held = await conversing.asked(dialogue, ANNA, "何时延长?", shown=False)
    left = await conversing.asked(dialogue, BERT, "候车亭修不修?")
    await room.sit_down("supervisor", "supervision")
    act = f"/staff/dialogues/{dialogue}/act"
    page = await desk.http.get(f"/staff/dialogues/{dialogue}")

    judged = {"act": "moderation", "comment": held, "reason": ""}
    refused = await desk.send(page, act, **judged, action="hide")
    assert (refused.status_code, "原因:请说明原因" in refused.text) == (422, True)
    page = await desk.send(page, act, **judged, action="release")
    page = await desk.send(page, act, act="answers", text="四月起。", answers=held, speaker="guest")
    assert "已答 1 个" in page.text
    refused = await desk.send(page, act, act="closing", summary="答了一题。", reason="")
    assert (refused.status_code, "答了一题。</textarea>" in refused.text) == (422, True)
    page = await desk.send(page, act, act="closing", summary="答了一题。", reason="答完")
    assert "代录为帖子" in page.text

    fields = {"edit": "1", "kind": "consult", "title": "候车亭", "text": "候车亭修不修?"}
    fields |= {"origin": "dialogue", "dialogue": dialogue, "question": left}
    form = await desk.send(page, "/staff/entry", **fields)
    carried = dict(re.findall(r'name="(dialogue|question|key)" value="([^"]*)"', form.text))
    assert (carried["question"], "候车亭修不修?</textarea>" in form.text) == (left, True)
    fields.pop("edit")
    done = await desk.send(form, "/staff/entry", **(fields | carried))

    number = re.search(r'id="number">([^<]+)<', done.text)
    assert number is not None, done.text
    told = await desk.http.get(f"/dialogues/{dialogue}")
    assert f'已转为帖子 <a href="/posts/{number[1]}">' in told.text
    assert (await room.intake.http.get(f"/v1/posts/{number[1]}")).status_code == 200
