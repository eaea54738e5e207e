"""A supervisor's survey from the first line to the published result, on the pages, before the real service."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from chassis.clock import HandClock
from chassis.tokens import Verifier
from fronts.portal.application import create
from fronts.portal.staff.surveys import drafted
from tests.fronts.portal.alone import NOON
from tests.fronts.portal.staff.alone import Portal, running
from tests.services.survey.door import Person, Surveying

FIELDS = {
    "title": "公园开放时间",
    "intro": "约两分钟。",
    "ends": "2026-03-31T18:00",
    "audience": "phone",
    "title-0": "您常去公园吗?",
    "kind-0": "single",
    "options-0": "每周\n偶尔\n从不",
    "title-1": "去做什么?",
    "kind-1": "multiple",
    "options-1": "散步\n健身",
    "other-1": "1",
    "most-1": "2",
    "if-1": "1",
    "choices-1": "1,2",
    "title-2": "满意吗?",
    "kind-2": "scale",
    "title-4": "还有什么建议?",
    "kind-4": "text",
    "optional-4": "1",
}
ANSWERS = [
    {"question": "q1", "choices": [0]},
    {"question": "q2", "choices": [2], "text": "遛鸟"},
    {"question": "q3", "value": 5},
]


def test_a_form_becomes_a_questionnaire() -> None:
    made = drafted(FIELDS)

    assert [question["id"] for question in made["questions"]] == ["q1", "q2", "q3", "q4"]
    assert made["questions"][1]["only_if"] == {"question": "q1", "choices": [0, 1]}
    assert made["questions"][1]["other"] is True
    assert (made["questions"][2]["steps"], made["questions"][3]["required"]) == (5, False)


@pytest.mark.parametrize(
    ("chosen", "audience", "proven"),
    [
        ("", "phone", True),
        ("proven", "phone", True),
        ("phone", "phone", False),
        ("invited", "invited", False),
    ],
)
def test_numbers_are_proved_unless_a_supervisor_wants_it_otherwise(
    chosen: str, audience: str, proven: bool
) -> None:
    made = drafted({"audience": chosen} if chosen else {})

    assert (made["audience"], made["proven"]) == (audience, proven)


def test_each_unit_of_a_review_becomes_a_scale_that_nobody_must_answer() -> None:
    typed = {"review_of": "2026", "units": "市水利局\n\n 市教育局 ", "title-0": "还有什么?"}

    made = drafted(typed)

    assert made["review_of"] == 2026
    assert [(one["id"], one.get("unit")) for one in made["questions"]] == [
        ("q1", None),
        ("u1", "市水利局"),
        ("u2", "市教育局"),
    ]
    graded = made["questions"][1]
    assert (graded["kind"], graded["steps"], graded["required"]) == ("scale", 5, False)


@pytest.fixture
def demo(dsn: str, tmp_path: Path) -> Iterator[Portal]:
    with running(dsn, tmp_path, demo_sign_in=True) as found:
        yield found


@pytest.mark.real
async def test_a_survey_is_written_seen_published_ended_judged_and_told(demo: Portal, tmp_path: Path) -> None:
    async with Surveying(HandClock(NOON)).open() as surveying:
        surveying.door.verifier = Verifier((tmp_path / "public.pem").read_bytes())
        settings = demo.settings.model_copy(update={"services": '{"survey": "http://survey"}'})
        app = create(settings, demo.now, httpx2.ASGITransport(app=surveying.app))
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app=app), base_url=demo.address, follow_redirects=True
            ) as http,
        ):

            async def send(page: httpx2.Response, path: str, **fields: str) -> httpx2.Response:
                token = re.search(r'name="form" value="([^"]+)"', page.text)
                assert token is not None, page.text
                return await http.post(path, data={"form": token[1]} | fields)

            page = await http.get("/staff/sign-in")
            await send(page, "/staff/demo", seat="supervisor", department="transport")
            page = await http.get("/staff/surveys/new")
            refused = await send(page, "/staff/surveys", **(FIELDS | {"options-0": "每周"}))
            assert (refused.status_code, "应有 2 到 30 个选项" in refused.text) == (422, True)

            page = await send(refused, "/staff/surveys", **FIELDS)
            survey = str(page.url).rpartition("/")[2]
            assert "预览" in page.text
            assert "只有上面“您常去公园吗?”选了“每周”或“偶尔”才需要回答" in page.text
            page = await send(page, f"/staff/surveys/{survey}/draft", **(FIELDS | {"title": "公园"}))
            page = await send(page, f"/staff/surveys/{survey}/act", act="publication")
            assert "进行中" in page.text
            await surveying.answered(survey, Person("13900000001", bytes(32), ANSWERS))
            page = await send(page, f"/staff/surveys/{survey}/act", act="closing", reason="提前结束")
            assert "遛鸟" in page.text
            ballot = re.search(r'name="ballot" value="([^"]+)"', page.text)
            assert ballot is not None
            judged = {"ballot": ballot[1], "question": "q2", "shown": "0", "reason": "无关"}
            assert ("待审核 0" in page.text, "展示 1" in page.text) == (True, True)
            page = await send(page, f"/staff/surveys/{survey}/act", act="texts", seen="shown", **judged)
            assert ("没有展示的文字" in page.text, "不展示 1" in page.text) == (True, True)
            assert str(page.url).endswith("?texts=shown"), "one goes on where one was"
            page = await http.get(f"/staff/surveys/{survey}?texts=hidden")
            assert "遛鸟" in page.text
            page = await send(page, f"/staff/surveys/{survey}/act", act="result")
            assert "已公布结果" in page.text
            told = (await http.get(f"/surveys/{survey}/result")).text
            assert ("1 份答卷" in told, "遛鸟" in told) == (True, False)

            page = await http.get("/staff/surveys/new")
            review = FIELDS | {"review_of": "2026", "units": "市水利局\n没有的局"}
            refused = await send(page, "/staff/surveys", **review)
            assert "没有这个单位" in refused.text
            assert "市水利局\n没有的局</textarea>" in refused.text, "what was typed is still there"
            review |= {"units": "市水利局", "audience": "invited", "invitations": "30"}
            page = await send(refused, "/staff/surveys", **review)
            assert "您对市水利局的政风行风满意吗?" in page.text
            assert "市水利局</textarea>" in page.text
            survey = str(page.url).rpartition("/")[2]
            page = await send(page, f"/staff/surveys/{survey}/act", act="publication")
            assert "2026 年的政行风评议" in (await http.get(f"/surveys/{survey}")).text
