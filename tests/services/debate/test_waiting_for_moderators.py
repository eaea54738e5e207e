"""A supervisor reads in the lists where words wait to be looked through, without opening each debate and dialogue."""

from typing import Any

import pytest

from services.debate.web import examples
from tests.services.debate.conversing import Conversing

ANNA, BERT = "13900000001", "13900000002"
SUPERVISOR, LEADER, CLERK = (
    ("supervisor", "supervision"),
    ("leader", "transport"),
    ("clerk", "transport"),
)


async def listed(
    served: Conversing, name: str, who: tuple[str, str] | None, what: str = "to_moderate"
) -> dict[str, Any]:
    """Id to how many words wait there, as `who` reads it."""
    headers = served.token(*who) if who else {}
    answer = await served.http.get(f"/v1/{name}", headers=headers)
    assert answer.status_code == 200, answer.text
    return {row["id"]: row.get(what) for row in answer.json()[name]}


async def test_the_list_of_debates_says_to_supervisors_how_many_comments_wait(conversing: Conversing) -> None:
    quiet, debate = await conversing.opened(), await conversing.opened()
    held = await conversing.said(debate, ANNA, "路口划线", shown=False)
    await conversing.said(debate, BERT, "装车架", shown=False)
    await conversing.said(debate, BERT, "已公开的发言")
    await conversing.staff(f"/{debate}/statements", {"text": "本周试划。"})

    assert await listed(conversing, "debates", SUPERVISOR) == {quiet: None, debate: 2}
    for who in (LEADER, None):
        assert await listed(conversing, "debates", who) == {quiet: None, debate: None}

    await conversing.staff(
        f"/{debate}/comments/{held}/moderation", {"action": "hide", "reason": "与议题无关"}
    )
    assert await listed(conversing, "debates", SUPERVISOR) == {quiet: None, debate: 1}


async def test_the_list_of_dialogues_says_to_supervisors_how_many_questions_wait(
    conversing: Conversing,
) -> None:
    quiet, dialogue = await conversing.announced(), await conversing.announced()
    held = await conversing.asked(dialogue, ANNA, "车架何时装?", shown=False)
    shown = await conversing.asked(dialogue, BERT, "路口何时划线?")
    prepared = {"text": "四月。", "answers": shown}
    await conversing.done(f"/{dialogue}/answers", prepared, role="clerk", unit="transport")

    assert await listed(conversing, "dialogues", SUPERVISOR) == {quiet: None, dialogue: 1}
    for who in (LEADER, CLERK, None):
        assert await listed(conversing, "dialogues", who) == {quiet: None, dialogue: None}

    await conversing.done(f"/{dialogue}/closing", examples.ENDING)
    assert await listed(conversing, "dialogues", SUPERVISOR) == {quiet: None, dialogue: 1}, "it still waits"
    await conversing.done(f"/{dialogue}/questions/{held}/moderation", {"action": "release"})
    assert await listed(conversing, "dialogues", SUPERVISOR) == {quiet: None, dialogue: None}


async def test_the_list_says_to_supervisors_what_a_closed_dialogue_left_open_until_it_is_a_post(
    conversing: Conversing,
) -> None:
    dialogue = await conversing.announced()
    answered = await conversing.asked(dialogue, ANNA, "车架何时装?")
    first = await conversing.asked(dialogue, BERT, "路口何时划线?")
    await conversing.asked(dialogue, ANNA, "没有公开的提问", shown=False)
    await conversing.asked(dialogue, BERT, "一路车何时延长?")
    await conversing.answer(dialogue, answered, "四月。")

    async def left(who: tuple[str, str] | None) -> Any:
        return (await listed(conversing, "dialogues", who, "left_open"))[dialogue]

    assert await left(SUPERVISOR) is None, "it can still be answered"
    await conversing.done(f"/{dialogue}/closing", examples.ENDING)
    assert (await left(SUPERVISOR), await left(LEADER), await left(None)) == (2, None, None)
    await conversing.done(f"/{dialogue}/questions/{first}/post", {"number": "SQ260302-000001"})
    assert await left(SUPERVISOR) == 1


@pytest.mark.parametrize("name", ["debates", "dialogues"])
async def test_where_nothing_was_said_nothing_waits(conversing: Conversing, name: str) -> None:
    assert await listed(conversing, name, SUPERVISOR) == {}
