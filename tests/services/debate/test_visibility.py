"""What is shown of a comment: every cell of the table, walked at every door by who asks and how public the comment is."""

import re
from typing import Any, Final

import httpx2
import pytest

from chassis.web.described import operations
from services.debate.core.visibility import READERS, SHOWN, STANDINGS, Part, Reader, Standing
from services.debate.web import examples
from tests.services.debate.conversing import Conversing
from tests.services.debate.door import UNIT, Debating

ANNA, BERT, CARL = "13900000001", "13900000002", "13900000003"
TEXT, ANSWER, REASON = "路口划出停车线", "同意划线的意见", "与议题无关"
READS: Final = ("", "/{id}", "/{id}/comments", "/{id}/comments?order=supported", "/{id}/mine")
"""Every read of debate below `/v1/debates`; the moderators' own is walked by its standings."""


async def _said(debating: Debating, standing: Standing) -> tuple[str, str]:
    """A debate, and in it a comment of this standing, with an answer and a voice where it was ever read."""
    debate = await debating.opened()
    comment = await debating.said(debate, ANNA, TEXT, shown=standing != "held")
    if standing != "held":
        await debating.said(debate, BERT, ANSWER, answers=comment)
        await debating.support(debate, CARL, comment)
    if standing == "hidden":
        await debating.judge(debate, comment, "hide")
    if standing == "withdrawn":
        await debating.withdraw(debate, ANNA, comment)
    return debate, comment


async def _answers(debating: Debating, reader: Reader, debate: str) -> list[httpx2.Response]:
    """What this reader is answered at every door."""
    headers: dict[str, str] = {}
    if reader == "author":
        headers = debating.holding(debate, ANNA)
    if reader == "moderator":
        headers = debating.token("supervisor", "supervision")
    found = []
    for path in READS:
        own = headers if path.endswith("/mine") or reader == "moderator" else {}
        if reader == "moderator" and path.endswith("/mine"):
            continue
        found.append(await debating.http.get("/v1/debates" + path.format(id=debate), headers=own))
    if reader == "moderator":
        for standing in ("held", "shown", "hidden"):
            path = f"/{debate}/moderation?standing={standing}"
            found.append(await debating.staff_get(path))
    return found


def _lines(body: Any) -> list[dict[str, Any]]:
    return body.get("comments", []) if isinstance(body, dict) else []


@pytest.mark.parametrize("standing", STANDINGS)
@pytest.mark.parametrize("reader", [reader for reader in READERS if reader != "unit"])
async def test_each_reader_is_shown_what_the_table_says_and_nothing_else(
    debating: Debating, reader: Reader, standing: Standing
) -> None:
    debate, comment = await _said(debating, standing)

    answers = await _answers(debating, reader, debate)

    told = [answer for answer in answers if answer.status_code == 200]
    lines = [line for answer in told for line in _lines(answer.json()) if line["id"] == comment]
    own = [a for a in told if a.url.path.endswith(("/mine", "/moderation"))]
    figures = (await debating.read(debate))["figures"]
    signs: dict[Part, bool] = {
        "text": any(TEXT in answer.text for answer in told),
        "answers": any(ANSWER in answer.text for answer in told),
        "reason": any(line.get("reason") for line in lines),
        "counted": any(line["supports"] for line in lines),
        "listed": any(line["id"] == comment for answer in own for line in _lines(answer.json())),
    }
    assert {part for part, seen in signs.items() if seen} == SHOWN[reader][standing]
    assert figures["supports"] == ("counted" in SHOWN["anyone"][standing])
    assert figures["people"] == ("counted" in SHOWN["anyone"][standing]) + (standing != "held")


@pytest.mark.parametrize("standing", ["shown", "held", "hidden"])
async def test_of_its_own_answers_a_unit_is_shown_what_the_table_says_and_others_as_anyone(
    conversing: Conversing, standing: Standing
) -> None:
    """A statement is never withdrawn."""
    dialogue = await conversing.announced()
    unit = examples.OCCASION["invited"][0]
    body = {"text": ANSWER, "speaker": "unit"}
    answer = await conversing.done(f"/{dialogue}/answers", body, role="clerk", unit=unit)
    if standing != "held":
        body = {"action": "approve" if standing == "shown" else "return", "reason": REASON}
        await conversing.done(f"/{dialogue}/answers/{answer}/approval", body)

    for role, department, reader in (
        ("clerk", unit, "unit"),
        ("leader", unit, "unit"),
        ("supervisor", "supervision", "moderator"),
        ("leader", examples.OCCASION["department"], "anyone"),
        ("", "", "anyone"),
    ):
        told, own = [], []
        headers = conversing.token(role, department) if role else {}
        for path in ("", "/questions", "/transcript", "/answers?standing=held", "/answers?standing=hidden"):
            found = await conversing.http.get(f"/v1/dialogues/{dialogue}{path}", headers=headers)
            told.append(found)
            own += found.json().get("answers", []) if "/answers" in path else []
        shown = SHOWN[reader][standing]
        assert any(ANSWER in found.text for found in told) == ("text" in shown), (role, department)
        if reader != "moderator":  # The host reads of what is shown in the transcript.
            assert [row["id"] for row in own] == [answer] * ("listed" in shown)
        assert any(row.get("reason") for row in own) == ("reason" in shown)


@pytest.mark.parametrize("standing", ["held", "hidden", "withdrawn"])
async def test_what_is_not_shown_speaks_through_no_door(debating: Debating, standing: Standing) -> None:
    """Every operation that the description names is asked, by a neighbour and by a unit's leader."""
    debate, comment = await _said(debating, standing)
    document = (await debating.http.get("/openapi.json")).json()
    leader, neighbour = debating.token("leader", UNIT), debating.holding(debate, CARL)
    asked = 0

    for path, method, _ in operations(document):
        address = re.sub(r"{comment}", comment, re.sub(r"{id}", debate, path))
        for who in ({}, leader, neighbour):
            answer = await debating.http.request(
                method, address, json=None if method == "get" else {}, headers=who | debating.key()
            )
            assert TEXT not in answer.text, (method, path)
            assert REASON not in answer.text, (method, path)
            asked += 1

    assert asked == 3 * len(list(operations(document)))
    assert (await debating.support(debate, BERT, comment)).status_code == 404
    assert (await debating.comment(debate, BERT, "回应", answers=comment)).status_code == 404


async def test_an_answer_that_is_hidden_is_gone_from_under_its_comment(debating: Debating) -> None:
    debate = await debating.opened()
    comment = await debating.said(debate, ANNA, TEXT)
    answer = await debating.said(debate, BERT, ANSWER, answers=comment)

    await debating.judge(debate, answer, "hide")

    assert ANSWER not in str(await debating.comments(debate))
    await debating.judge(debate, comment, "hide")
    assert await debating.comments(debate) == [], "nothing is left that keeps its place"


async def test_an_official_statement_can_be_hidden_too(debating: Debating) -> None:
    debate = await debating.opened()
    stated = (await debating.does(f"/{debate}/statements", examples.STATEMENT, role="leader", unit=UNIT))[
        "id"
    ]

    await debating.judge(debate, stated, "hide")

    whole = await debating.read(debate)
    assert examples.STATEMENT["text"] not in str(whole)
    assert whole["figures"]["statements"] == 0


async def test_what_people_read_names_no_telephone_and_no_hash(debating: Debating) -> None:
    debate = await debating.opened()
    comment = await debating.said(debate, ANNA, TEXT)
    kept = await debating.door.debates.comment(comment)
    assert kept is not None

    for reader in READERS:
        for answer in await _answers(debating, reader, debate):
            assert ANNA not in answer.text
            assert kept.person not in answer.text
    stored = b"".join(packed for _, _, packed in debating.store.subject.values())
    said = b"".join(blob for _, blob in debating.store.outbox.values())
    assert ANNA.encode() not in stored + said
    assert debating.secrets.citizen(ANNA).encode() not in stored + said
