"""Officials answer a city: whole dialogues under many seeds of the bus, with processes that end in the middle of it."""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from chassis.clock import HandClock
from contracts.codec import Event
from contracts.debates import CommentHidden, CommentReceived, CommentReleased, CommentWithdrawn, StatementMade
from contracts.dialogues import AnswerPrepared, DialogueClosed, DialogueOpened
from services.debate.core.states import COMMENT, DIALOGUE
from services.debate.web import examples
from tests.journeys.staff import People
from tests.journeys.test_debates import PEOPLE, SEEDS, counted, dying, insisting, logged
from tests.journeys.world import World
from tests.services.debate.conversing import Conversing
from tests.services.intake.door import at

UNITS = (examples.OCCASION["department"], *examples.OCCASION["invited"])


def transcript(dialogue: str, events: list[Event]) -> list[tuple[str, list[str]]]:
    """What anyone reads from the log alone: each entry's text and the texts of its answers, in the order of the event."""
    said: dict[str, CommentReceived | StatementMade] = {}
    shown: dict[str, datetime] = {}
    for (subject, _), fact in sorted({(e.subject, e.seq): e.fact for e in events}.items()):
        comment = subject.removeprefix(COMMENT)
        match fact:
            case CommentReceived() | StatementMade() if fact.debate == dialogue:
                said[comment] = fact
                shown |= {} if fact.held else {comment: fact.at}
            case CommentReleased() if comment in said:
                prepared = isinstance(said[comment], StatementMade) and said[comment].held
                shown[comment] = fact.at if prepared else said[comment].at
            case CommentHidden() | CommentWithdrawn():
                shown.pop(comment, None)
    spoken: dict[str, list[tuple[datetime, str]]] = {}
    for comment, fact in said.items():
        if isinstance(fact, StatementMade) and comment in shown:
            spoken.setdefault(fact.answers or comment, []).append((shown[comment], comment))
    rows = []
    for entry, given in sorted(spoken.items(), key=lambda row: min(row[1])):
        answers = [said[one].text for _, one in sorted(given) if one != entry]
        rows.append((said[entry].text if entry in shown else "", answers))
    return rows


async def act(conversing: Conversing, dialogue: str, lots: Random, known: dict[str, list[str]]) -> None:
    """Something that somebody does; it may be refused, as in life."""
    base, post = f"/v1/dialogues/{dialogue}", conversing.http.post
    question = lots.choice(known["question"]) if known["question"] else ""
    prepared = lots.choice(known["prepared"]) if known["prepared"] else ""
    unit = lots.choice(UNITS)
    host = conversing.token("supervisor", "supervision")
    leader, clerk = conversing.token("leader", unit), conversing.token("clerk", unit)
    conversing.clock.move_to(conversing.clock.now() + timedelta(seconds=lots.randrange(3)))
    text = f"第{len(known['question'])}问" if lots.random() < 0.3 else f"第{lots.randrange(1000)}答"
    match lots.choice(("ask", "judge", "prepare", "prepare", "approve", "approve", "answer", "withdraw")):
        case "ask":
            path, who, body = "questions", conversing.holding(dialogue, lots.choice(PEOPLE)), {"text": text}
        case "judge":
            action = lots.choice(("release", "release", "hide"))
            path, who = f"questions/{question}/moderation", host
            body = {"action": action, "reason": "与主题无关"}
        case "prepare" | "answer" as how:
            path, who = "answers", clerk if how == "prepare" else leader
            body = {"text": text, "speaker": "unit", "answers": question if lots.random() < 0.8 else ""}
        case "approve":
            path, who = f"answers/{prepared}/approval", lots.choice((leader, host))
            body = {"action": lots.choice(("approve", "approve", "return")), "reason": "请写明"}
        case _:
            who = conversing.holding(dialogue, lots.choice(PEOPLE))
            path, body = f"questions/{question}/withdrawal", {}
    answer = await insisting(conversing, post, f"{base}/{path}", json=body, headers=who | conversing.key())
    if answer.status_code == 202 and path == "questions":
        known["question"].append(answer.json()["id"])
    if answer.status_code == 202 and path == "answers" and answer.json()["standing"] == "held":
        known["prepared"].append(answer.json()["id"])


@pytest.mark.medium
@pytest.mark.parametrize("seed", SEEDS)
async def test_transcript_and_figures_are_what_anyone_reads_from_the_log_whatever_was_killed(
    seed: int,
) -> None:
    lots = Random(seed)
    clock = HandClock(at("2026-03-02T10:00"))
    async with Conversing(clock, kept=dying).open() as conversing:
        assert isinstance(conversing, Conversing)
        dialogue = await conversing.announced()
        mortal: Any = conversing.store
        mortal.lots = Random(seed + 100)
        known: dict[str, list[str]] = {"question": [], "prepared": []}
        for _ in range(240):
            await act(conversing, dialogue, lots, known)
        assert mortal.deaths > 5
        mortal.lots = None
        await conversing.kill()
        kept = mortal.state_of(DIALOGUE + dialogue)
        waiting = {unit: await conversing.door.debates.waiting([dialogue], unit) for unit in UNITS}
        assert kept.waiting == {unit: count[dialogue] for unit, count in waiting.items() if count}

        events = await logged(conversing, seed)
        pages, address = [], f"/v1/dialogues/{dialogue}/transcript?limit=3"
        while address:
            answer = await conversing.http.get(address)
            pages += answer.json()["said"]
            address = answer.links.get("next", {}).get("url", "")
        read = [(row["text"], [each["text"] for each in row["answers"]]) for row in pages]
        assert read == transcript(dialogue, events)
        assert len(read) > 5
        assert (await conversing.told(dialogue))["figures"] == counted(dialogue, events)


@pytest.mark.parametrize("seed", SEEDS)
async def test_units_are_told_once_answer_together_and_what_is_left_open_gets_a_number(
    seed: int, tmp_path: Path
) -> None:
    async with World(seed, "2026-03-02T10:00", tmp_path).open() as world:
        debating = world.debating
        staff = People(debating.http, "/v1/dialogues")
        host = ("supervisor", "supervision")
        dialogue = (await staff.does(*host, "", examples.OCCASION))["id"]
        await staff.does(*host, f"/{dialogue}/publication")
        await world.settle()
        robots = [row for row in world.gateway.arrivals.since(0) if row["channel"] == "robot"]
        told = sorted(
            (row["recipient"], line.split(",")[0]) for row in robots for line in row["text"].splitlines()
        )
        assert told == sorted(
            (unit, words) for unit in UNITS for words in ("请准备对话答问", "请参加对话答问")
        )

        questions = []
        for phone, text in zip(PEOPLE, ("何时延长?", "候车亭修不修?"), strict=False):
            path = f"/v1/dialogues/{dialogue}/questions"
            headers = debating.holding(dialogue, phone) | debating.key()
            asked = await debating.http.post(path, json={"text": text}, headers=headers)
            questions.append(asked.json()["id"])
            judged = {"action": "release"}
            await staff.does(*host, f"/{dialogue}/questions/{questions[-1]}/moderation", judged)
        for unit in UNITS:
            body = {"text": f"{unit}的回答", "speaker": "unit", "answers": questions[0]}
            for _ in range(2):
                answer = (await staff.does("clerk", unit, f"/{dialogue}/answers", body))["id"]
            await world.settle()
            robots = [row for row in world.gateway.arrivals.since(0) if row["channel"] == "robot"]
            lines = [line for row in robots if row["recipient"] == unit for line in row["text"].splitlines()]
            assert [line for line in lines if line.startswith("对话回答待审核")] == [
                f"对话回答待审核(1条):{examples.OCCASION['title']}"
            ]
            await staff.does("leader", unit, f"/{dialogue}/answers/{answer}/approval", examples.APPROVAL)
        await staff.does(*host, f"/{dialogue}/closing", examples.ENDING)
        entered = f"/{dialogue}/questions/{questions[1]}/post"
        await staff.does(*host, entered, examples.ENTERED)
        await world.settle()

        said = (await debating.http.get(f"/v1/dialogues/{dialogue}/transcript")).json()["said"]
        assert [[each["speaker"] for each in row["answers"]] for row in said] == [
            [debating.profile.department_name(unit) for unit in UNITS]
        ]
        assert [type(fact) for fact in world.said("dialogues")] == [
            DialogueOpened,
            *[AnswerPrepared] * len(UNITS),
            DialogueClosed,
        ]
        everything = str([*world.said("dialogues"), *world.said("comments")])
        assert not any(phone in everything for phone in PEOPLE)
        assert [row for row in world.gateway.arrivals.since(0) if row["channel"] == "robot"] == robots
