"""Surveys at their door: who may do what, when; one answer a person; sealed until the end; texts looked at."""

import asyncio
import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from chassis.outbox import unpack
from contracts.codec import decode
from contracts.surveys import SurveyClosed
from contracts.topics import BY_NAME
from services.survey.ending import end_those_over
from services.survey.web import examples
from tests.services.intake.door import at
from tests.services.survey.door import FIRST, Person, Surveying

ANNA, BERT = "13900000001", "13900000002"


def said(surveying: Surveying, kind: type[Any]) -> list[Any]:
    """Facts of a kind, in the order in which they were said."""
    addressed = [one for _, blob in surveying.store.outbox.values() for one in unpack(blob)]
    facts = [
        decode(BY_NAME[topic], record.key, record.value, record.headers).fact
        for topic, _, record in addressed
    ]
    return [fact for fact in facts if isinstance(fact, kind)]


def person(phone: str, seed: int = 1, **fields: Any) -> Person:
    return Person(phone, bytes([seed]) * 32, **fields)


async def test_a_draft_is_seen_by_supervisors_alone(surveying: Surveying) -> None:
    drafted = (await surveying.staff("", surveying_draft())).json()["id"]

    assert (await surveying.http.get(f"/v1/surveys/{drafted}")).status_code == 404
    assert (await surveying.http.get("/v1/surveys")).json()["surveys"] == []
    assert (await surveying.staff_get(f"/{drafted}")).json()["state"] == "draft"
    assert (await surveying.staff_get("", role="clerk")).status_code == 403


@pytest.mark.parametrize("path", ["", "/x/draft", "/x/publication", "/x/closing", "/x/result", "/x/texts"])
async def test_nobody_but_a_supervisor_acts(surveying: Surveying, path: str) -> None:
    for role in ("clerk", "leader", "mayor", "operator"):
        assert (await surveying.staff(path, role=role)).status_code == 403
    assert (await surveying.http.post(f"/v1/surveys{path}", json={})).status_code == 401


async def test_one_person_answers_once(surveying: Surveying) -> None:
    survey = await surveying.published()
    await surveying.answered(survey, person(ANNA))

    second = await surveying.entitle(survey, person(ANNA, seed=2))

    assert (second.status_code, second.json()["title"]) == (409, "已经参与过")
    invented = person(ANNA, token=bytes(32), signature=bytes(256))
    assert (await surveying.cast(survey, invented)).status_code == 403, "a token that nobody signed"


async def test_the_same_request_for_a_token_is_answered_with_the_same_token(surveying: Surveying) -> None:
    survey = await surveying.published()
    first, again = person(ANNA), person(ANNA)

    await surveying.entitle(survey, first)
    await surveying.entitle(survey, again)

    assert first.signature == again.signature
    assert (await surveying.cast(survey, first)).status_code == 202
    assert (await surveying.cast(survey, again)).json()["type"] == "urn:wenzheng:problem:already-counted"
    assert (await surveying.counted(survey))["answers"] == 1


async def test_a_token_of_one_survey_is_worth_nothing_in_another(surveying: Surveying) -> None:
    here, there = await surveying.published(), await surveying.published()
    anna = person(ANNA)
    await surveying.entitle(here, anna)

    assert (await surveying.cast(there, anna)).status_code == 403


async def test_an_invitation_is_good_for_one_answer(surveying: Surveying) -> None:
    survey = await surveying.published(audience="invited", invitations=2)
    codes = (await surveying.staff_get(f"/{survey}/invitations")).text.removeprefix("\ufeff").split()[1:]

    assert len(codes) == 2
    await surveying.answered(survey, person(codes[0]))
    assert (await surveying.entitle(survey, person(codes[0], 2))).status_code == 409
    assert (await surveying.entitle(survey, person("00003-AAAAAAAAAA", 3))).status_code == 422
    assert (await surveying.entitle(survey, person(ANNA, 4))).status_code == 422
    await surveying.answered(survey, person(codes[1].lower(), 5))


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " － ") + "\u200b",
        lambda code: code.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)}),
        lambda code: code.translate(str.maketrans("01", "Ol")),
    ],
    ids=["without hyphen", "other hyphen", "full width", "letters for digits"],
)
async def test_an_invitation_is_read_as_people_type_it(
    surveying: Surveying, typed: Callable[[str], str]
) -> None:
    survey = await surveying.published(audience="invited", invitations=1)
    [code] = (await surveying.staff_get(f"/{survey}/invitations")).text.removeprefix("\ufeff").split()[1:]

    await surveying.answered(survey, person(typed(code)))
    assert (await surveying.entitle(survey, person(code, 2))).status_code == 409, "it is the same one"


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (FIRST[2:], "q1"),
        ([*FIRST[:2], {"question": "q3", "value": 6}], "q3"),
        ([{"question": "q1", "choices": [2]}, *FIRST[1:]], "q2"),
        ([FIRST[0], {"question": "q2", "choices": [0, 1, 2]}, FIRST[2]], "q2"),
        ([FIRST[0], {"question": "q2", "choices": [0], "text": "遛鸟"}, FIRST[2]], "q2"),
        ([*FIRST[:3], {"question": "q4", "text": "长" * 2001}], "q4"),
        ([*FIRST, {"question": "q9", "text": "?"}], "q9"),
    ],
)
async def test_what_is_no_answer_is_refused_by_its_question(
    surveying: Surveying, answers: list[dict[str, Any]], field: str
) -> None:
    survey = await surveying.published()
    anna = person(ANNA)
    await surveying.entitle(survey, anna)

    refused = await surveying.cast(survey, anna, answers=answers)

    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert (await surveying.cast(survey, anna)).status_code == 202, "the token is not used up"


async def test_nothing_is_told_before_the_result_is_published(surveying: Surveying) -> None:
    survey = await surveying.published()
    await surveying.answered(survey, person(ANNA))

    for path in ("result", "result.csv"):
        assert (await surveying.http.get(f"/v1/surveys/{survey}/{path}")).status_code == 409
    assert (await surveying.staff_get(f"/{survey}/texts")).status_code == 409
    assert (await surveying.staff(f"/{survey}/result")).status_code == 409
    assert "answers" not in (await surveying.http.get(f"/v1/surveys/{survey}")).json()
    stored = b"".join(packed for _, _, packed in surveying.store.subject.values())
    stored += b"".join(blob for _, blob in surveying.store.outbox.values())
    assert "多些座椅".encode() not in stored
    assert "遛鸟".encode() not in stored


async def test_after_its_end_nothing_is_taken_in(surveying: Surveying) -> None:
    survey = await surveying.published(ends="2026-03-03T18:00:00+08:00")
    anna, bert = person(ANNA), person(BERT, 2)
    await surveying.entitle(survey, anna)
    surveying.clock.move_to(at("2026-03-03T18:00"))

    assert (await surveying.cast(survey, anna)).json()["title"] == "问卷已经结束"
    assert (await surveying.entitle(survey, bert)).status_code == 409
    assert (await surveying.http.get(f"/v1/surveys/{survey}")).json()["state"] == "ended"
    assert (await surveying.staff(f"/{survey}/closing")).status_code == 202, "no reason is needed now"


async def test_how_many_answered_is_told_to_staff_at_once_and_to_everybody_from_the_end_on(
    surveying: Surveying,
) -> None:
    survey = await surveying.published(ends="2026-03-03T18:00:00+08:00")
    await surveying.answered(survey, person(ANNA))

    async def everybody() -> list[Any]:
        [line] = (await surveying.http.get("/v1/surveys")).json()["surveys"]
        return [
            line.get("answers"),
            (await surveying.http.get(f"/v1/surveys/{survey}")).json().get("answers"),
        ]

    assert await everybody() == [None, None]
    assert (await surveying.staff_get(f"/{survey}")).json()["answers"] == 1

    surveying.clock.move_to(at("2026-03-03T18:00"))

    assert await everybody() == [1, 1]


async def test_a_survey_whose_end_has_come_is_closed_by_itself_and_once(surveying: Surveying) -> None:
    over = await surveying.published(ends="2026-03-03T18:00:00+08:00")
    later = await surveying.published(ends="2026-03-04T18:00:00+08:00")
    await surveying.answered(over, person(ANNA))
    door = surveying.door

    async def look() -> int:
        return await end_those_over(door.surveys, door.desk, door.clock)

    assert await look() == 0
    surveying.clock.move_to(at("2026-03-03T18:00"))
    assert await look() == 1
    assert await look() == 0

    assert (await surveying.http.get(f"/v1/surveys/{later}")).json()["state"] == "open"
    assert (await surveying.staff(f"/{over}/result")).status_code == 202
    result = (await surveying.http.get(f"/v1/surveys/{over}/result")).json()
    assert result["answers"] == 1
    (closed,) = said(surveying, SurveyClosed)
    assert (closed.opening_key, closed.by) == (surveying.keys.kept[over][1], ""), "anyone may count"


async def test_a_survey_that_cannot_be_closed_does_not_keep_the_others_open(surveying: Surveying) -> None:
    broken = await surveying.published(ends="2026-03-03T18:00:00+08:00")
    fine = await surveying.published(ends="2026-03-03T18:00:00+08:00")
    surveying.clock.move_to(at("2026-03-03T18:00"))
    del surveying.keys.kept[broken]

    door = surveying.door
    looks = [await end_those_over(door.surveys, door.desk, door.clock) for _ in range(2)]

    assert looks == [1, 0]
    assert (await surveying.staff(f"/{fine}/result")).status_code == 202


async def test_two_instances_that_close_at_once_close_once(surveying: Surveying) -> None:
    survey = await surveying.published(ends="2026-03-03T18:00:00+08:00")
    surveying.clock.move_to(at("2026-03-03T18:00"))
    door = surveying.door

    closed = await asyncio.gather(*(end_those_over(door.surveys, door.desk, door.clock) for _ in range(2)))

    assert sorted(closed) == [0, 1]
    assert (await surveying.staff(f"/{survey}/closing")).status_code == 409


async def test_the_result_counts_what_was_answered(surveying: Surveying) -> None:
    survey = await surveying.published()
    await surveying.answered(survey, person(ANNA))
    never = [{"question": "q1", "choices": [2]}, {"question": "q3", "value": 2}]
    await surveying.answered(survey, person(BERT, 2, answers=never))

    result = await surveying.counted(survey)

    assert (result["answers"], result["tokens"]) == (2, 2)
    q1, q2, q3, q4 = result["figures"]
    assert [choice["count"] for choice in q1["choices"]] == [1, 0, 1]
    assert (q2["asked"], q2["answered"], [choice["share"] for choice in q2["choices"]]) == (
        1,
        1,
        [0, 1, 0, 1],
    )
    assert (q3["mean"], q2["texts"], q4["texts"], q4["written"]) == (3.5, ["遛鸟"], ["多些座椅。"], 1)


async def test_texts_are_masked_and_the_listed_words_wait_for_a_moderator(surveying: Surveying) -> None:
    survey = await surveying.published()
    told = [*FIRST[:3], {"question": "q4", "text": "打我电话 13812345678,有人想自杀"}]
    await surveying.answered(survey, person(ANNA, answers=told))
    result = await surveying.counted(survey)
    assert (result["figures"][3]["texts"], result["figures"][3]["written"]) == ([], 1)
    (bird, text) = (await surveying.staff_get(f"/{survey}/texts")).json()["texts"]
    assert (bird["shown"], text["held"], text["shown"]) == (True, True, False)
    assert "13812345678" not in text["text"]

    for one, shown, reason in ((text, True, ""), (bird, False, "与问题无关")):
        body = {"ballot": one["ballot"], "question": one["question"], "shown": shown, "reason": reason}
        assert (await surveying.staff(f"/{survey}/texts", body)).status_code == 202
    assert (await surveying.staff(f"/{survey}/texts", body | {"reason": ""})).status_code == 422

    after = (await surveying.http.get(f"/v1/surveys/{survey}/result")).json()["figures"]
    assert (after[1]["texts"], after[3]["texts"]) == ([], [text["text"]])
    assert after[3]["written"] == 1, "the figures stay as they are"


async def test_where_nobody_wrote_anything_there_is_nothing_to_judge(surveying: Surveying) -> None:
    survey = await surveying.published()
    await surveying.answered(
        survey, person(ANNA, answers=[FIRST[0], {"question": "q2", "choices": [1]}, FIRST[2]])
    )
    await surveying.counted(survey)

    judged = {"ballot": "ballot:x", "question": "q4", "shown": True, "reason": ""}
    assert (await surveying.staff(f"/{survey}/texts", judged)).status_code == 404


@pytest.mark.parametrize("begins", ["=", "＝", "＋1", "－1", "＠"])
async def test_the_table_for_spreadsheets_calculates_nothing(surveying: Surveying, begins: str) -> None:
    survey = await surveying.published()
    formula = [*FIRST[:3], {"question": "q4", "text": begins + 'HYPERLINK("http://evil.example","点")'}]
    await surveying.answered(survey, person(ANNA, answers=formula))
    await surveying.counted(survey)

    table = await surveying.http.get(f"/v1/surveys/{survey}/result.csv")

    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(table.text.removeprefix("\ufeff"))))
    assert rows[1] == ["q1", "您常去公园吗?", "每周", "1", "1.0000", "1", "1"]
    assert not [
        cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", *"＝＋－＠"))
    ]
    assert any(cell.startswith(f"'{begins}HYPERLINK") for row in rows for cell in row)


async def test_a_published_survey_does_not_change(surveying: Surveying) -> None:
    survey = await surveying.published()

    assert (await surveying.staff(f"/{survey}/draft", surveying_draft())).status_code == 409
    assert (await surveying.staff(f"/{survey}/publication")).status_code == 409
    assert (await surveying.staff(f"/{survey}/closing")).status_code == 422, "before its time: a reason"


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ({"kind": "single", "options": ["一"]}, "questions.0.options"),
        ({"kind": "multiple", "options": ["一", "一"]}, "questions.0.options"),
        ({"kind": "scale", "steps": 1}, "questions.0.steps"),
        ({"kind": "text", "only_if": {"question": "q0", "choices": [0]}}, "questions.0.only_if"),
        ({"kind": "text", "title": "  "}, "questions.0.title"),
        ({"kind": "text", "id": "  "}, "questions.0.id"),
        ({"kind": "multiple", "options": ["一", "二"], "most": -1}, "questions.0.most"),
        ({"kind": "multiple", "options": ["一", "二"], "most": 3}, "questions.0.most"),
    ],
)
async def test_a_questionnaire_that_cannot_be_answered_is_refused(
    surveying: Surveying, question: dict[str, Any], field: str
) -> None:
    body = surveying_draft() | {"questions": [{"id": "q1", "title": "题"} | question]}

    refused = await surveying.staff("", body)

    assert refused.status_code == 422
    assert field in [error["field"] for error in refused.json()["errors"]]


@pytest.mark.parametrize(
    "ends",
    ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59"],
)
async def test_an_end_that_no_clock_of_the_city_shows_is_refused_by_its_field(
    surveying: Surveying, ends: str
) -> None:
    refused = await surveying.staff("", surveying_draft() | {"ends": ends})

    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["ends"]


def surveying_draft() -> dict[str, Any]:
    return dict(examples.DRAFT)
