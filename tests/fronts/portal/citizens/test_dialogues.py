"""A dialogue on the citizens' pages, before the real services: found, asked, answered, read as a transcript, and taken on as a post."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import NamedTuple

import pytest

from chassis.clock import HandClock
from fronts.portal.citizens.dialogues import TOLD
from services.debate.web import examples
from tests.fronts.portal.alone import NOON, hidden, opened
from tests.fronts.portal.citizens.test_debates import Square
from tests.services.debate.conversing import Conversing

pytestmark = pytest.mark.medium

ANNA, BERT = "13900000001", "13900000002"


class Hall(NamedTuple):
    """The pages, and the service behind them."""

    square: Square
    conversing: Conversing


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with (
        Conversing(HandClock(NOON)).open() as conversing,
        opened(tmp_path, debate=conversing.app) as pages,
    ):
        assert isinstance(conversing, Conversing)
        yield Hall(Square(pages, conversing), conversing)


async def test_a_dialogue_is_found_asked_and_read_with_who_answered(hall: Hall) -> None:
    square, conversing = hall
    dialogue = await conversing.announced()
    listed = await square.get("/dialogues")
    assert (f"/dialogues/{dialogue}" in listed.text, "在线访谈" in listed.text) == (True, True)
    page = await square.get(f"/dialogues/{dialogue}")
    assert ("张建国,交通运输局局长" in page.text, "广播电视台一号演播厅" in page.text) == (True, True)

    sent = await square.post(
        f"/dialogues/{dialogue}/questions", text="<b>何时延长?", phone=ANNA, key=hidden(page, "key")
    )

    assert sent.headers["location"] == f"/dialogues/{dialogue}?done=held"
    assert "何时延长" not in (await square.get(f"/dialogues/{dialogue}")).text
    headers = conversing.token("supervisor", "supervision")
    path = f"/v1/dialogues/{dialogue}/moderation"
    [waiting] = (await conversing.http.get(path, headers=headers)).json()["comments"]
    await conversing.done(f"/{dialogue}/questions/{waiting['id']}/moderation", {"action": "release"})
    await conversing.answer(dialogue, "", "欢迎大家。", speaker="host")
    await conversing.answer(dialogue, waiting["id"], "四月起。")
    page = await square.get(f"/dialogues/{dialogue}")
    transcript = await square.get(f"/dialogues/{dialogue}/transcript")
    for found in (page, transcript):
        assert "&lt;b&gt;何时延长?" in found.text
        assert "<strong>张建国(交通运输局局长)</strong> 回答" in found.text
        assert "1 人提问 1 个 · 已答 1 个" in found.text
        assert ANNA not in found.text
    assert transcript.text.index("欢迎大家。") < transcript.text.index("何时延长")


async def test_a_long_transcript_is_read_page_by_page(hall: Hall) -> None:
    square, conversing = hall
    dialogue = await conversing.announced()
    words = [f"第{n:03d}句。" for n in range(TOLD + 3)]
    for text in words:
        await conversing.answer(dialogue, "", text, speaker="host")

    first = await square.get(f"/dialogues/{dialogue}/transcript")
    further = re.search(r'<a href="([^"]+)" rel="next">', first.text)
    assert further is not None
    second = await square.get(unescape(further[1]))

    read = [re.findall(r"第\d{3}句。", page.text) for page in (first, second)]
    assert read == [words[:TOLD], words[TOLD:]]
    assert ("回到第一页" in second.text, 'rel="next"' in second.text) == (True, False)
    assert (await square.get(f"/dialogues/{dialogue}/transcript?cursor=x")).status_code == 400


async def test_what_was_left_open_fills_the_form_of_a_post_for_who_asked_it_alone(hall: Hall) -> None:
    square, conversing = hall
    dialogue = await conversing.announced()
    await conversing.asked(dialogue, ANNA, "候车亭修不修?", proven=False)
    own = await square.prove(dialogue, ANNA, "dialogues")
    assert ("我的提问" in own.text, "发成帖子" in own.text) == (True, False), "it may still be answered"
    await conversing.done(f"/{dialogue}/closing", examples.ENDING)

    own = await square.get(f"/my/dialogues/{dialogue}")
    assert "发成帖子" in own.text
    assert "发成帖子" not in (await square.get(f"/dialogues/{dialogue}")).text
    fields = {name: hidden(own, name) for name in ("edit", "kind", "title", "text")}
    form = await square.post("/post", **fields)

    assert (">\n候车亭修不修?</textarea>" in form.text, form.status_code) == (True, 200)
    assert 'value="候车亭修不修?"' in form.text


async def test_who_proves_a_telephone_supports_and_takes_back(hall: Hall) -> None:
    square, conversing = hall
    dialogue = await conversing.announced()
    question = await conversing.asked(dialogue, BERT, "何时延长?")
    await square.prove(dialogue, ANNA, "dialogues")

    done = await square.post(f"/my/dialogues/{dialogue}", act="support", comment=question, key="")
    assert done.headers["location"] == f"/my/dialogues/{dialogue}?done=support"
    await square.post(f"/my/dialogues/{dialogue}", act="comment", text="夜班车?", key="")
    [mine] = (
        await conversing.http.get(
            f"/v1/dialogues/{dialogue}/mine", headers=conversing.holding(dialogue, ANNA)
        )
    ).json()["comments"]
    await square.post(f"/my/dialogues/{dialogue}", act="withdrawal", comment=mine["id"])

    page = await square.get(f"/my/dialogues/{dialogue}")
    assert ("1 人支持" in page.text, "您已支持" in page.text, "已撤回" in page.text) == (True, True, True)


async def test_what_is_wrong_or_too_late_is_named_and_what_was_typed_stays(hall: Hall) -> None:
    square, conversing = hall
    dialogue = await conversing.announced()
    path = f"/dialogues/{dialogue}/questions"

    refused = await square.post(path, text="何时延长?", phone="12", key="k")
    assert (refused.status_code, "手机号码:" in refused.text) == (422, True)
    assert "何时延长?</textarea>" in refused.text
    await conversing.done(f"/{dialogue}/closing", examples.ENDING)
    late = await square.post(path, text="晚了", phone=ANNA, key="k")

    assert (late.status_code, "对话已经结束" in late.text) == (409, True)
    page = await square.get(f"/dialogues/{dialogue}")
    assert (examples.ENDING["summary"] in page.text, "<textarea" in page.text) == (True, False)


@pytest.mark.parametrize("path", ["/dialogues/x", "/dialogues/" + "0" * 36, "/dialogues/x/transcript"])
async def test_what_is_no_dialogue_is_not_found(hall: Hall, path: str) -> None:
    assert (await hall.square.get(path)).status_code == 404
