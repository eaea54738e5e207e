"""A transcript is whole however long it is: it is read page by page, and each entry stands on one page."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.store import Outcome, Remembered
from contracts.identity import derived, partition_of
from services.debate.core.states import COMMENT, Comment
from tests.services.debate.conversing import UNIT, Conversing
from tests.services.intake.door import at

pytestmark = pytest.mark.medium

QUESTIONS = 1203
START = at("2026-03-02T10:00")


async def _held(conversing: Conversing) -> tuple[str, list[str]]:
    """A dialogue with more than a thousand questions, each answered five hundred seconds after it was asked but for every
    tenth, which was answered at once; and the questions in the order of their answers."""
    dialogue = await conversing.announced()
    rows: dict[str, Comment] = {}
    spoken: list[tuple[Any, str, str]] = []
    for n in range(QUESTIONS):
        question, answer = derived("question", str(n)), derived("answer", str(n))
        asked = START + timedelta(seconds=n)
        said = asked if n % 10 == 0 else asked + timedelta(seconds=500)
        rows[question] = Comment(dialogue, "shown", f"第{n}问", at=asked, person=f"p{n}")
        rows[answer] = Comment(dialogue, "shown", f"第{n}答", question, said, department=UNIT)
        spoken.append((said, answer, question))
    saved = [Remembered(s := COMMENT + one, partition_of(s), comment) for one, comment in rows.items()]
    async with conversing.store.transaction() as transaction:
        await transaction.save(Outcome(changed=saved))
    return dialogue, [question for _, _, question in sorted(spoken)]


async def _walked(conversing: Conversing, dialogue: str, limit: int) -> list[list[dict[str, Any]]]:
    pages, address = [], f"/v1/dialogues/{dialogue}/transcript?limit={limit}"
    while address:
        answer = await conversing.http.get(address)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()["said"])
        address = answer.links.get("next", {}).get("url", "")
    return pages


async def test_every_answered_question_is_read_once_in_the_order_of_the_answers(
    conversing: Conversing,
) -> None:
    dialogue, questions = await _held(conversing)

    for limit in (100, 500, 9_999):
        pages = await _walked(conversing, dialogue, limit)
        assert [row["id"] for page in pages for row in page] == questions
        assert max(map(len, pages)) == min(limit, 500)
    assert all(len(row["answers"]) == 1 for page in pages for row in page)


async def test_what_is_answered_meanwhile_stands_on_a_later_page(conversing: Conversing) -> None:
    dialogue, questions = await _held(conversing)
    conversing.clock.move_to(START + timedelta(hours=2))
    first = await conversing.http.get(f"/v1/dialogues/{dialogue}/transcript?limit=500")
    await conversing.answer(dialogue, "", "感谢大家。", speaker="host")

    second = await conversing.http.get(first.links["next"]["url"])
    third = await conversing.http.get(second.links["next"]["url"])

    read = [row for answer in (first, second, third) for row in answer.json()["said"]]
    assert [row["id"] for row in read[:-1]] == questions
    assert read[-1]["text"] == "感谢大家。"


async def test_a_mark_of_another_list_or_of_nobodys_is_refused(conversing: Conversing) -> None:
    dialogue, _ = await _held(conversing)
    base = f"/v1/dialogues/{dialogue}"
    told, asked = [
        (await conversing.http.get(f"{base}/{path}?limit=1")).links["next"]["url"].partition("cursor=")[2]
        for path in ("transcript", "questions")
    ]

    for path, mark in (("transcript", asked), ("questions", told), ("transcript", "x"), ("questions", "x")):
        refused = await conversing.http.get(f"{base}/{path}?cursor={mark}")
        assert refused.status_code == 400, path
