"""Who is told of a dialogue: the units that are to answer in it, and whoever has an answer to approve; each once."""

import dataclasses
import json

import httpx2
from msgspec.structs import replace

from contracts.decision import Context
from contracts.dialogues import AnswerPrepared, DialogueOpened, Occasion
from services.notifier.channels import link_of
from services.notifier.channels.robot import Robot
from services.notifier.core.case import Case, Claim
from services.notifier.core.rules import tell
from services.notifier.core.tell import URGENT
from services.notifier.outgoing import Outgoing
from tests.services.deadline.facts import PROFILE, at
from tests.services.notifier.telling import Told

OCCASION = Occasion(
    kind="interview",
    title="公交线路怎么调",
    guest="张建国",
    office="局长",
    department="transport",
    asked_from=at("2026-03-03T09:00"),
    begins=at("2026-03-10T15:00"),
    ends=at("2026-03-10T17:00"),
    invited=("water",),
)
OPENED = DialogueOpened(
    at=at("2026-03-02T10:00"), occasion=OCCASION, by="supervisor-1", units=("transport", "water")
)


def test_each_unit_that_is_to_answer_is_told_what_begins_when() -> None:
    found = Told().hear(OPENED)

    assert found.kinds() == [
        ("clerk", "transport", "to-answer"),
        ("clerk", "water", "to-answer"),
        ("leader", "transport", "to-answer"),
        ("leader", "water", "to-answer"),
    ]
    assert set(found.to("leader")) == {"请参加对话答问,3月10日15:00开始:公交线路怎么调"}


def test_of_dialogues_that_were_announced_before_units_were_told_nobody_hears_again() -> None:
    assert Told().hear(replace(OPENED, units=())).notices == []


PREPARED = AnswerPrepared(at=at("2026-03-10T15:20"), department="water", title="公交线路怎么调", by="clerk-1")
SITE = "https://ask.city.example"


def test_a_units_leader_is_told_at_once_that_a_clerks_answer_waits_and_is_led_to_the_dialogue() -> None:
    found = Told().hear(PREPARED)

    assert found.kinds() == [("leader", "water", "answer-to-approve")]
    assert found.to("leader") == ["对话回答待审核(1条):公交线路怎么调"]
    assert "answer-to-approve" in URGENT
    waits = Outgoing("dialogue:0197-1", found.notices[0], 1, False, {})
    assert link_of(SITE, waits) == f"{SITE}/staff/dialogues/0197-1"
    assert link_of("", waits) == ""


async def test_a_robot_says_where_the_dialogue_is_and_of_a_post_its_number() -> None:
    said: list[str] = []

    def heard(request: httpx2.Request) -> httpx2.Response:
        said.append(json.loads(request.content)["text"]["content"])
        return httpx2.Response(200, json={"errcode": 0})

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(heard)) as http:
        robot = Robot(http, "https://robot.example", site=SITE)
        [about_dialogue] = Told().hear(PREPARED).notices
        about_post = replace(about_dialogue, text="新交办 SQ260302-000001")
        await robot.send(
            [
                Outgoing("dialogue:0197-1", about_dialogue, 1, False, {}),
                Outgoing("post", about_post, 1, False, {}, number="SQ260302-000001"),
            ]
        )

    assert said == [f"{about_dialogue.text} {SITE}/staff/dialogues/0197-1\n新交办 SQ260302-000001"]


def test_the_host_is_told_where_the_unit_has_no_leader() -> None:
    units = tuple(
        replace(unit, leader_role="") if unit.code == "water" else unit for unit in PROFILE.departments
    )
    city = dataclasses.replace(PROFILE, departments=units)

    [effect] = tell(Case(), PREPARED, Context("dialogue:0197-1", "cause", PREPARED.at, city)).effects

    assert isinstance(effect, Claim)
    told = effect.notice
    assert (told.audience, told.department, told.kind) == ("supervisor", "supervision", "answer-to-approve")
    assert told.text == f"{PROFILE.department_name('water')}的对话回答待审核(1条):公交线路怎么调"
