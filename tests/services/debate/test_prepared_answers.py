"""Units that are invited to a dialogue answer in it; what their clerks prepare is read once somebody has approved it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.outbox import unpack
from chassis.store import Outcome
from contracts.codec import decode
from contracts.debates import CommentReleased, StatementMade
from contracts.dialogues import AnswerPrepared, DialogueOpened
from contracts.facts import Fact
from contracts.topics import BY_NAME
from services.debate.core.states import DIALOGUE
from services.debate.reminding import remind_those_waited_for
from services.debate.web import examples
from services.debate.web.staff import WAITS
from tests.services.debate.conversing import UNIT, Conversing
from tests.services.intake.door import at

ANNA = "13900000001"
INVITED, OTHER = "urban-management", "education"
CLERK = {"role": "clerk", "unit": INVITED}
LEADER = {"role": "leader", "unit": INVITED}
TEXT, REASON = "车架四月装好。", "请写明街道"
BODY = {"text": TEXT, "speaker": "unit"}


def said(conversing: Conversing) -> list[Fact]:
    """The facts that were said, in their order."""
    records = [(t, record) for _, blob in conversing.store.outbox.values() for t, _, record in unpack(blob)]
    return [decode(BY_NAME[topic], each.key, each.value, each.headers).fact for topic, each in records]


async def _prepared(conversing: Conversing, dialogue: str, question: str = "", **who: str) -> str:
    return await conversing.done(f"/{dialogue}/answers", BODY | {"answers": question}, **(who or CLERK))


async def _waiting(conversing: Conversing, dialogue: str, standing: str = "held", **who: str) -> list[Any]:
    headers = conversing.token(**(who or CLERK))
    path = f"/v1/dialogues/{dialogue}/answers?standing={standing}"
    answer = await conversing.http.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["answers"]
    return found


async def test_a_clerks_answer_is_read_when_its_leader_has_approved_it_and_stands_where_it_was_said(
    conversing: Conversing,
) -> None:
    dialogue = await conversing.announced()
    question = await conversing.asked(dialogue, ANNA, "车架何时装?")
    answer = await _prepared(conversing, dialogue, question)
    for path in ("", "/questions", "/transcript"):
        assert TEXT not in str(await conversing.told(dialogue, path)), path
    assert (await conversing.told(dialogue))["figures"]["answered"] == 0
    [waits] = await _waiting(conversing, dialogue)
    assert (waits["id"], waits["text"], waits["asked"], waits["reason"]) == (
        answer,
        TEXT,
        "车架何时装?",
        WAITS,
    )
    conversing.clock.move_to(at("2026-03-02T10:30"))

    await conversing.done(f"/{dialogue}/answers/{answer}/approval", examples.APPROVAL, **LEADER)

    [row] = (await conversing.told(dialogue, "/transcript"))["said"]
    [read] = row["answers"]
    assert (read["text"], read["speaker"]) == (TEXT, conversing.profile.department_name(INVITED))
    assert read["at"].startswith("2026-03-02T10:30")
    assert await _waiting(conversing, dialogue) == []
    assert (await conversing.told(dialogue))["figures"]["answered"] == 1
    stated, released = said(conversing)[-2:]
    assert isinstance(stated, StatementMade)
    assert (stated.held, stated.by) == (WAITS, f"clerk-{INVITED}")
    assert isinstance(released, CommentReleased)
    assert released.by == f"leader-{INVITED}"


async def test_what_was_approved_can_be_hidden_like_any_answer(conversing: Conversing) -> None:
    dialogue = await conversing.announced()
    question = await conversing.asked(dialogue, ANNA, "车架何时装?")
    answer = await _prepared(conversing, dialogue, question)
    await conversing.done(f"/{dialogue}/answers/{answer}/approval", examples.APPROVAL, **LEADER)
    assert TEXT in str(await conversing.told(dialogue, "/transcript"))

    await conversing.done(
        f"/{dialogue}/questions/{answer}/moderation", {"action": "hide", "reason": "写错了街道"}
    )

    assert TEXT not in str(await conversing.told(dialogue, "/transcript"))


async def test_what_is_sent_back_is_read_by_its_unit_alone_and_for_good(conversing: Conversing) -> None:
    dialogue = await conversing.announced()
    question = await conversing.asked(dialogue, ANNA, "车架何时装?")
    answer = await _prepared(conversing, dialogue, question)
    path = f"/{dialogue}/answers/{answer}/approval"
    unsaid = await conversing.on_dialogues(path, {"action": "return"}, **LEADER)
    assert (unsaid.status_code, unsaid.json()["errors"][0]["field"]) == (422, "reason")

    await conversing.done(path, {"action": "return", "reason": REASON}, **LEADER)

    [back] = await _waiting(conversing, dialogue, "hidden")
    assert (back["text"], back["reason"]) == (TEXT, REASON)
    assert await _waiting(conversing, dialogue, "hidden", role="clerk", unit=UNIT) == []
    again = await conversing.on_dialogues(path, examples.APPROVAL, **LEADER)
    assert again.status_code == 409, "its clerk prepares another"
    judged = f"/{dialogue}/questions/{answer}/moderation"
    assert (await conversing.on_dialogues(judged, {"action": "release"})).status_code == 409
    assert (await conversing.told(dialogue, "/transcript"))["said"] == []
    other = await _prepared(conversing, dialogue, question)
    await conversing.done(f"/{dialogue}/answers/{other}/approval", examples.APPROVAL)
    assert TEXT in str(await conversing.told(dialogue, "/transcript")), "the host may approve it, too"


async def test_a_moderator_does_not_publish_what_nobody_of_the_unit_approved(conversing: Conversing) -> None:
    dialogue = await conversing.announced()
    answer = await _prepared(conversing, dialogue)

    for action in ("release", "hide"):
        body = {"action": action, "reason": REASON}
        path = f"/{dialogue}/questions/{answer}/moderation"
        assert (await conversing.on_dialogues(path, body)).status_code == 409


async def test_each_unit_sees_and_approves_its_own_the_host_all(conversing: Conversing) -> None:
    dialogue = await conversing.announced()
    guests = await _prepared(conversing, dialogue, role="clerk", unit=UNIT)
    others = await _prepared(conversing, dialogue)

    host = await _waiting(conversing, dialogue, role="supervisor", unit="supervision")
    assert [row["id"] for row in host] == [guests, others]
    assert [row["id"] for row in await _waiting(conversing, dialogue)] == [others]
    assert [row["id"] for row in await _waiting(conversing, dialogue, role="leader", unit=UNIT)] == [guests]
    for answer, unit in ((guests, INVITED), (others, UNIT)):
        path = f"/{dialogue}/answers/{answer}/approval"
        refused = await conversing.on_dialogues(path, examples.APPROVAL, "leader", unit)
        assert refused.status_code == 403


async def test_nothing_is_approved_after_the_closing_or_when_its_question_is_hidden(
    conversing: Conversing,
) -> None:
    dialogue = await conversing.announced()
    question = await conversing.asked(dialogue, ANNA, "车架何时装?")
    under, to_all = await _prepared(conversing, dialogue, question), await _prepared(conversing, dialogue)
    hidden = {"action": "hide", "reason": "与主题无关"}
    await conversing.done(f"/{dialogue}/questions/{question}/moderation", hidden)
    approval = f"/{dialogue}/answers/{{}}/approval"
    assert (await conversing.on_dialogues(approval.format(under), examples.APPROVAL)).status_code == 404
    [row, _] = await _waiting(conversing, dialogue)
    assert (row["question"], row["asked"]) == (question, ""), "a unit does not read what was hidden"

    await conversing.done(f"/{dialogue}/closing", examples.ENDING)

    assert (await conversing.on_dialogues(approval.format(to_all), examples.APPROVAL)).status_code == 409
    assert (await conversing.on_dialogues(f"/{dialogue}/answers", BODY, **CLERK)).status_code == 409
    assert (await conversing.told(dialogue, "/transcript"))["said"] == []


async def test_an_approval_is_of_an_answer_of_this_dialogue(conversing: Conversing) -> None:
    dialogue, other = await conversing.announced(), await conversing.announced()
    question = await conversing.asked(dialogue, ANNA, "车架何时装?")
    elsewhere = await _prepared(conversing, other)

    for identity in (question, elsewhere, "none"):
        path = f"/{dialogue}/answers/{identity}/approval"
        assert (await conversing.on_dialogues(path, examples.APPROVAL)).status_code == 404


async def test_who_was_invited_is_said_and_read_by_everybody(conversing: Conversing) -> None:
    dialogue = await conversing.announced()

    told = await conversing.told(dialogue)

    assert told["invited"] == [INVITED]
    assert told["invited_names"] == [conversing.profile.department_name(INVITED)]
    opened = said(conversing)[-1]
    assert isinstance(opened, DialogueOpened)
    assert (opened.occasion.invited, opened.units) == ((INVITED,), (UNIT, INVITED))


@pytest.mark.parametrize(
    "invited", [["no-such-unit"], [UNIT], [INVITED, INVITED], [""], [f"u{n}" for n in range(11)]]
)
async def test_whoever_cannot_be_invited_is_named(conversing: Conversing, invited: list[str]) -> None:
    refused = await conversing.on_dialogues("", examples.OCCASION | {"invited": invited})

    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"].startswith("invited")


def _told_of(conversing: Conversing) -> list[tuple[str, str]]:
    """Whose leader was told that an answer waits, and by whom it was prepared."""
    return [(fact.department, fact.by) for fact in said(conversing) if isinstance(fact, AnswerPrepared)]


async def test_whoever_may_approve_is_told_of_the_first_answer_that_waits_and_again_when_none_waited(
    conversing: Conversing,
) -> None:
    dialogue = await conversing.announced()
    first, second = await _prepared(conversing, dialogue), await _prepared(conversing, dialogue)
    await conversing.done(f"/{dialogue}/answers", BODY, **LEADER)
    assert _told_of(conversing) == [(INVITED, f"clerk-{INVITED}")], "once, however many follow"
    await _prepared(conversing, dialogue, role="clerk", unit=UNIT)
    assert [unit for unit, _ in _told_of(conversing)] == [INVITED, UNIT], "each unit for itself"

    await conversing.done(f"/{dialogue}/answers/{first}/approval", examples.APPROVAL, **LEADER)
    await _prepared(conversing, dialogue)
    assert len(_told_of(conversing)) == 2, "one of them waits still"
    for answer in (second, (await _waiting(conversing, dialogue))[-1]["id"]):
        back = {"action": "return", "reason": REASON}
        await conversing.done(f"/{dialogue}/answers/{answer}/approval", back, **LEADER)

    await _prepared(conversing, dialogue)
    assert [unit for unit, _ in _told_of(conversing)] == [INVITED, UNIT, INVITED]


def _counts(conversing: Conversing) -> list[tuple[str, int]]:
    """Each telling: by whom the answer was prepared, and how many wait."""
    return [(fact.by, fact.waiting) for fact in said(conversing) if isinstance(fact, AnswerPrepared)]


async def test_who_leaves_an_answer_unjudged_is_told_of_those_that_join_it_once_an_hour(
    conversing: Conversing,
) -> None:
    clerk, dialogue = f"clerk-{INVITED}", await conversing.announced()
    for minute in ("10:00", "10:20", "10:59"):
        conversing.clock.move_to(at(f"2026-03-02T{minute}"))
        await _prepared(conversing, dialogue)
    assert _counts(conversing) == [(clerk, 1)]

    for minute in ("11:00", "11:01"):
        conversing.clock.move_to(at(f"2026-03-02T{minute}"))
        await _prepared(conversing, dialogue)

    assert _counts(conversing) == [(clerk, 1), (clerk, 4)]


async def _looks(conversing: Conversing, start: datetime, *hours: float) -> list[int]:
    """How many are told at each look, so many hours after the start; two instances look at once."""
    found, door = [], conversing.door
    for hour in hours:
        conversing.clock.move_to(start + timedelta(hours=hour))
        before = len(_counts(conversing))
        await asyncio.gather(
            *(remind_those_waited_for(door.debates, door.desk, conversing.clock) for _ in "ab")
        )
        found.append(len(_counts(conversing)) - before)
    return found


async def test_who_judges_nothing_is_reminded_each_hour_of_the_event_and_else_once_a_day(
    conversing: Conversing,
) -> None:
    occasion = examples.OCCASION
    begins, ends = datetime.fromisoformat(occasion["begins"]), datetime.fromisoformat(occasion["ends"])
    dialogue = await conversing.announced()
    await conversing.announced()
    prepared = begins - timedelta(days=1, hours=2)
    conversing.clock.move_to(prepared)
    answer = await _prepared(conversing, dialogue)

    before = await _looks(conversing, prepared, 1, 23, 24, 24.5)
    during = await _looks(conversing, begins, 0, 0.2, 1)
    after = await _looks(conversing, ends, 1, 20, 25, 26)
    await conversing.done(f"/{dialogue}/answers/{answer}/approval", examples.APPROVAL, **LEADER)
    judged = await _looks(conversing, ends, 60, 90)
    await _prepared(conversing, dialogue)
    await conversing.done(f"/{dialogue}/closing", examples.ENDING)
    closed = await _looks(conversing, ends, 200, 300)

    assert (before, during, after) == ([0, 0, 1, 0], [1, 0, 1], [0, 0, 1, 0])
    assert (judged, closed) == ([0, 0], [0, 0])
    assert _counts(conversing)[1:] == [("", 1)] * 4 + [(f"clerk-{INVITED}", 1)]


async def test_what_waited_before_tellings_were_dated_is_told_of_at_the_next_look(
    conversing: Conversing,
) -> None:
    dialogue = await conversing.announced()
    await _prepared(conversing, dialogue)
    async with conversing.store.transaction() as transaction:
        [row] = (await transaction.load([DIALOGUE + dialogue], lock=True)).values()
        row.state = replace(row.state, told={})
        await transaction.save(Outcome(changed=[row]))

    assert await _looks(conversing, at("2026-03-02T10:00"), 0, 0.1) == [1, 0]


async def test_an_answer_that_is_refused_tells_nobody_and_a_second_judgement_counts_for_nothing(
    conversing: Conversing,
) -> None:
    dialogue = await conversing.announced()
    refused = await conversing.on_dialogues(f"/{dialogue}/answers", BODY | {"text": " "}, **CLERK)
    assert (refused.status_code, _told_of(conversing)) == (422, [])
    first, _ = await _prepared(conversing, dialogue), await _prepared(conversing, dialogue)
    path = f"/{dialogue}/answers/{first}/approval"
    await conversing.done(path, examples.APPROVAL, **LEADER)
    assert (await conversing.on_dialogues(path, examples.APPROVAL, **LEADER)).status_code == 409

    await _prepared(conversing, dialogue)

    assert len(_told_of(conversing)) == 1


async def _listed(conversing: Conversing, role: str, unit: str, **query: str) -> list[tuple[str, Any]]:
    headers = conversing.token(role, unit) if role else {}
    answer = await conversing.http.get("/v1/dialogues", params=query, headers=headers)
    return [(row["id"], row.get("to_approve")) for row in answer.json()["dialogues"]]


async def test_the_list_says_how_many_answers_wait_for_whom_and_to_nobody_else(
    conversing: Conversing,
) -> None:
    quiet, dialogue = await conversing.announced(), await conversing.announced()
    for _ in range(2):
        await _prepared(conversing, dialogue)
    await _prepared(conversing, dialogue, role="clerk", unit=UNIT)
    await conversing.asked(dialogue, ANNA, "车架何时装?", shown=False)

    for role, unit, count in (
        ("leader", INVITED, 2),
        ("clerk", INVITED, 2),
        ("leader", UNIT, 1),
        ("supervisor", "supervision", 3),
    ):
        assert set(await _listed(conversing, role, unit)) == {(dialogue, count), (quiet, None)}
        assert await _listed(conversing, role, unit, waiting="true") == [(dialogue, count)]
    for role, unit in (("leader", OTHER), ("", "")):
        assert {count for _, count in await _listed(conversing, role, unit)} == {None}
        assert await _listed(conversing, role, unit, waiting="true") == []

    await conversing.done(f"/{dialogue}/closing", examples.ENDING)
    assert await _listed(conversing, "supervisor", "supervision", waiting="true") == []
