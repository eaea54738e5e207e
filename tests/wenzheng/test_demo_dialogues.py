"""Dialogues and pictures of the demonstration are what the services take from anybody."""

import io
from datetime import datetime

import msgspec
import pytest
from PIL import Image

from chassis.clock import HandClock
from contracts.dialogues import Occasion
from services.debate.core.requests import COMMENT
from tests.services.debate.conversing import Conversing
from tests.services.intake.door import PRIVATE, PROFILE, at
from wenzheng.demo.calls import Calls
from wenzheng.demo.dialogue import INTERVIEW, MEETING, UNANSWERED, Conversation, Dialogue
from wenzheng.demo.month import ENDS
from wenzheng.demo.pictures import SCENES, Scene, lamp, road, rubbish, scene_of
from wenzheng.posts_file import SAMPLE, read_posts


@pytest.mark.parametrize("said", [INTERVIEW, MEETING], ids=["interview", "meeting"])
def test_a_dialogue_of_the_demonstration_is_one_that_staff_may_open(said: Conversation) -> None:
    occasion = msgspec.convert(said.occasion | {"department": said.unit}, Occasion)

    assert occasion.asked_from <= occasion.begins < occasion.ends
    assert PROFILE.working_time.is_working_day(occasion.begins.date())
    assert said.unit in {unit.code for unit in PROFILE.departments}
    texts = (*said.asked, *said.answered, *(one.text for one in said.joined))
    assert all(len(text) <= COMMENT for text in texts)
    assert PROFILE.words.judge("\n".join((*texts, said.summary))).outcome == "pass"


async def test_invited_units_answer_in_the_demonstration_and_one_answer_waits_for_its_leader() -> None:
    async with Conversing(HandClock(at("2011-06-01T09:00"))).open() as conversing:
        assert isinstance(conversing, Conversing)

        async def until(instant: datetime) -> None:
            conversing.clock.move_to(max(conversing.clock.now(), instant))

        calls = Calls(conversing.http, {"debate": ""}, PRIVATE)
        for said in (INTERVIEW, MEETING):
            await Dialogue(calls, until, said).live(len(said.asked))

        assert not calls.tally.refused
        assert conversing.clock.now() < at(ENDS), "nothing keeps the demonstration from ending in the morning"
        listed = (await conversing.http.get("/v1/dialogues")).json()["dialogues"]
        [held] = [one["id"] for one in listed if one["state"] == "closed"]
        rows = (await conversing.told(held, "/transcript"))["said"]
        spoke = {answer["speaker"] for row in rows for answer in row["answers"]}
        assert spoke >= {PROFILE.department_name(unit) for unit in INTERVIEW.occasion["invited"]}
        headers = conversing.token("leader", MEETING.unit)
        waiting = await conversing.http.get("/v1/dialogues", params={"waiting": "true"}, headers=headers)
        assert [one["to_approve"] for one in waiting.json()["dialogues"]] == [1]


def test_of_the_interview_one_question_is_left_open_and_the_others_have_their_answers() -> None:
    assert len(INTERVIEW.answered) == len(INTERVIEW.asked)
    assert UNANSWERED - 1 < len(INTERVIEW.asked) < 2 * UNANSWERED - 1


def test_a_picture_shows_what_its_post_tells_of_and_most_posts_have_none() -> None:
    told = [line.body["title"] for line in read_posts(SAMPLE) if line.body is not None]
    pictured = [text for text in told if scene_of(text)]

    assert 0 < len(pictured) < len(told) / 20
    assert {scene_of(text) for text in pictured} == {scene for _, scene in SCENES}


@pytest.mark.parametrize("scene", [lamp, road, rubbish])
def test_a_scene_is_a_small_picture_that_shows_whether_the_work_is_done(scene: Scene) -> None:
    before, after = (scene(done) for done in (False, True))

    assert before != after
    for drawn in (before, after):
        assert len(drawn) < 60_000
        assert Image.open(io.BytesIO(drawn)).format == "JPEG"
