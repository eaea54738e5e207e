"""Dialogues from the announcement to the transcript, before the real routes, rules and desk."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.debate.web import examples
from tests.services.debate.conversing import UNIT, Conversing
from tests.services.intake.door import at

ANNA, BERT, CARL = "13900000001", "13900000002", "13900000003"
TIMES = {
    "asked_from": "2026-03-02T12:00:00+08:00",
    "begins": "2026-03-03T15:00:00+08:00",
    "ends": "2026-03-03T17:00:00+08:00",
}
GUEST = "张建国(交通运输局局长)"


async def test_people_ask_before_and_during_and_the_transcript_tells_who_answered_in_what_order(
    conversing: Conversing,
) -> None:
    dialogue = await conversing.announced(**TIMES)
    stages = [(await conversing.told(dialogue))["state"]]
    conversing.clock.move_to(at("2026-03-03T14:00"))
    stages.append((await conversing.told(dialogue))["state"])
    early = await conversing.asked(dialogue, ANNA, "一路车何时延长?")
    later = await conversing.asked(dialogue, BERT, "夜班车几点收车?", proven=False)
    conversing.clock.move_to(at("2026-03-03T15:00"))
    await conversing.answer(dialogue, "", "欢迎各位网民。", speaker="host")
    await conversing.answer(dialogue, later, "十点半。")
    stages.append((await conversing.told(dialogue))["state"])
    conversing.clock.move_to(at("2026-03-03T15:10"))
    await conversing.answer(dialogue, early, "四月起。")
    await conversing.answer(dialogue, early, "站点名单见本局公告。", speaker="unit")
    left = await conversing.asked(dialogue, CARL, "候车亭修不修?")
    conversing.clock.move_to(at("2026-03-03T17:00"))
    stages.append((await conversing.told(dialogue))["state"])
    assert (await conversing.ask(dialogue, CARL, "晚了")).status_code == 409
    await conversing.done(f"/{dialogue}/closing", {"summary": "答了两题。"}, role="leader", unit=UNIT)

    said = (await conversing.told(dialogue, "/transcript"))["said"]
    whole = await conversing.told(dialogue)

    assert [(row["text"], row["official"]) for row in said] == [
        ("欢迎各位网民。", True),
        ("夜班车几点收车?", False),
        ("一路车何时延长?", False),
    ]
    assert said[0]["speaker"] == "主持人"
    assert [[answer["speaker"] for answer in row["answers"]] for row in said] == [
        [],
        [GUEST],
        [GUEST, conversing.profile.department_name("supervision")],
    ]
    assert stages == ["announced", "asking", "held", "ended"]
    assert (whole["state"], whole["summary"]) == ("closed", "答了两题。")
    figures = whole["figures"]
    assert (figures["people"], figures["comments"], figures["answered"]) == (3, 3, 2)
    still_open = (await conversing.told(dialogue, "/questions", which="open"))["comments"]
    assert [row["id"] for row in still_open] == [left]


@pytest.mark.parametrize(
    ("instant", "before", "then"),
    [
        (TIMES["asked_from"], "announced", "asking"),
        (TIMES["begins"], "asking", "held"),
        (TIMES["ends"], "held", "ended"),
    ],
)
async def test_a_dialogue_stands_where_its_times_say_from_the_very_moment_on(
    conversing: Conversing, instant: str, before: str, then: str
) -> None:
    dialogue = await conversing.announced(**TIMES)
    moment = datetime.fromisoformat(instant)

    conversing.clock.move_to(moment - timedelta(seconds=1))
    assert (await conversing.told(dialogue))["state"] == before
    conversing.clock.move_to(moment)
    assert (await conversing.told(dialogue))["state"] == then
    assert (await conversing.ask(dialogue, ANNA, "现在?")).status_code == (409 if then == "ended" else 202)


async def test_nobody_asks_before_its_time_and_nobody_answers_after_the_closing(
    conversing: Conversing,
) -> None:
    dialogue = await conversing.announced(**TIMES)
    early = await conversing.ask(dialogue, ANNA, "太早")
    assert (early.status_code, "还没有开始" in early.text) == (409, True)
    conversing.clock.move_to(at("2026-03-02T12:00"))
    question = await conversing.asked(dialogue, ANNA, "准时")
    assert (await conversing.on_dialogues(f"/{dialogue}/closing", {"summary": "完"})).status_code == 422
    await conversing.done(f"/{dialogue}/closing", examples.ENDING)

    late = await conversing.on_dialogues(f"/{dialogue}/answers", examples.ANSWER | {"answers": question})

    assert late.status_code == 409
    assert (await conversing.on_dialogues(f"/{dialogue}/closing", examples.ENDING)).status_code == 409


async def test_a_question_waits_for_a_moderator_is_masked_and_supported_once(conversing: Conversing) -> None:
    dialogue = await conversing.announced()
    question = await conversing.asked(dialogue, ANNA, "请打 13912345678 告诉我", shown=False)
    assert (await conversing.told(dialogue, "/questions"))["comments"] == []
    held = (
        await conversing.http.get(
            f"/v1/dialogues/{dialogue}/moderation", headers=conversing.token("supervisor", "supervision")
        )
    ).json()["comments"]
    assert (held[0]["id"], held[0]["reason"]) == (question, "对话先审后发")
    unread = await conversing.on_dialogues(f"/{dialogue}/answers", examples.ANSWER | {"answers": question})
    assert unread.status_code == 404, "nobody answers what nobody reads"
    await conversing.done(f"/{dialogue}/questions/{question}/moderation", {"action": "release"})

    path = f"/v1/dialogues/{dialogue}/questions/{question}/support"
    for status in (202, 409):
        headers = conversing.key() | conversing.holding(dialogue, BERT)
        assert (await conversing.http.post(path, json={}, headers=headers)).status_code == status

    [row] = (await conversing.told(dialogue, "/questions", order="supported"))["comments"]
    assert (row["text"], row["supports"]) == ("请打 *********** 告诉我", 1)


async def test_a_question_left_open_becomes_a_post_whose_number_everybody_reads(
    conversing: Conversing,
) -> None:
    dialogue = await conversing.announced()
    question = await conversing.asked(dialogue, ANNA, "候车亭修不修?")
    path = f"/{dialogue}/questions/{question}/post"
    assert (await conversing.on_dialogues(path, examples.ENTERED)).status_code == 409, "it can be answered"
    await conversing.done(f"/{dialogue}/closing", examples.ENDING)

    await conversing.done(path, examples.ENTERED, role="leader", unit=UNIT)

    assert (await conversing.on_dialogues(path, examples.ENTERED)).status_code == 409, "once"
    [row] = (await conversing.told(dialogue, "/questions"))["comments"]
    assert row["post"] == examples.ENTERED["number"]
    mine = await conversing.http.get(
        f"/v1/dialogues/{dialogue}/mine", headers=conversing.holding(dialogue, ANNA)
    )
    assert mine.json()["comments"][0]["post"] == examples.ENTERED["number"]


async def test_of_a_hidden_question_nobody_but_its_author_is_told_as_which_post_it_goes_on(
    conversing: Conversing,
) -> None:
    dialogue = await conversing.announced()
    question = await conversing.asked(dialogue, ANNA, "候车亭修不修?")
    await conversing.answer(dialogue, question, "由住建局另行答复。")
    [before] = (await conversing.told(dialogue, "/questions"))["comments"]
    await conversing.done(f"/{dialogue}/closing", examples.ENDING)
    await conversing.done(f"/{dialogue}/questions/{question}/post", examples.ENTERED)
    hidden = {"action": "hide", "reason": "写有姓名"}

    await conversing.done(f"/{dialogue}/questions/{question}/moderation", hidden)

    [row] = (await conversing.told(dialogue, "/questions"))["comments"]
    assert (row["text"], "post" in row, "post" in before) == ("", False, False)
    mine = await conversing.http.get(
        f"/v1/dialogues/{dialogue}/mine", headers=conversing.holding(dialogue, ANNA)
    )
    assert mine.json()["comments"][0]["post"] == examples.ENTERED["number"]


async def test_what_a_guest_answered_is_no_question_that_becomes_a_post(conversing: Conversing) -> None:
    dialogue = await conversing.announced()
    question = await conversing.asked(dialogue, ANNA, "候车亭修不修?")
    answer = await conversing.answer(dialogue, question, "下月修。")
    await conversing.done(f"/{dialogue}/closing", examples.ENDING)

    taken_on = await conversing.on_dialogues(f"/{dialogue}/questions/{answer}/post", examples.ENTERED)

    assert taken_on.status_code == 409


async def test_a_dialogue_is_no_debate_and_a_debate_no_dialogue(conversing: Conversing) -> None:
    dialogue, debate = await conversing.announced(), await conversing.opened()
    question = await conversing.asked(dialogue, ANNA, "候车亭修不修?")

    listed = (await conversing.http.get("/v1/dialogues")).json()["dialogues"]

    assert [one["id"] for one in listed] == [dialogue]
    assert [one["id"] for one in (await conversing.http.get("/v1/debates")).json()["debates"]] == [debate]
    for path in (f"debates/{dialogue}", f"debates/{dialogue}/comments", f"dialogues/{debate}/transcript"):
        assert (await conversing.http.get(f"/v1/{path}")).status_code == 404, path
    assert (await conversing.support(dialogue, BERT, question)).status_code == 404
    assert (await conversing.staff(f"/{dialogue}/closing", examples.CLOSING)).status_code == 404
    assert (await conversing.ask(debate, BERT, "这里问?")).status_code == 404
    assert (await conversing.comment(dialogue, BERT, "这里说")).status_code == 404


async def test_a_unit_speaks_for_its_own_guest_alone_and_a_supervisor_is_the_host(
    conversing: Conversing,
) -> None:
    dialogue = await conversing.announced()
    question = await conversing.asked(dialogue, ANNA, "候车亭修不修?")
    body = examples.ANSWER | {"answers": question}

    other = await conversing.on_dialogues(f"/{dialogue}/answers", body, role="leader", unit="education")
    host = await conversing.on_dialogues(
        f"/{dialogue}/answers", body | {"speaker": "host"}, role="leader", unit=UNIT
    )

    assert (other.status_code, host.status_code) == (403, 403)
    await conversing.done(f"/{dialogue}/answers", body, role="leader", unit=UNIT)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "party"}, "kind"),
        ({"guest": " "}, "guest"),
        ({"office": "长" * 101}, "office"),
        ({"department": "no-such-unit"}, "department"),
        ({"begins": "2026-02-01T00:00:00+08:00"}, "begins"),
        ({"ends": "2099-03-10T15:00:00+08:00"}, "begins"),
        ({"asked_from": "9999-12-31T23:59:59-12:00"}, "asked_from"),
    ],
)
async def test_what_cannot_be_a_dialogue_is_refused_by_its_field(
    conversing: Conversing, fields: dict[str, Any], field: str
) -> None:
    refused = await conversing.on_dialogues("", examples.OCCASION | fields)

    assert refused.status_code == 422, refused.text
    assert [error["field"] for error in refused.json()["errors"]] == [field]


async def test_nobody_asks_more_than_the_policy_takes(conversing: Conversing) -> None:
    dialogue = await conversing.announced()
    for n in range(conversing.profile.policy.debates.a_person):
        assert (await conversing.ask(dialogue, ANNA, f"第{n}问")).status_code == 202

    assert (await conversing.ask(dialogue, ANNA, "又一问")).status_code == 409
    assert (await conversing.ask(dialogue, BERT, "别人可以")).status_code == 202


async def test_a_dialogue_is_nothing_under_the_address_of_debates_and_stays_what_it_is(
    conversing: Conversing,
) -> None:
    draft = await conversing.done("", examples.OCCASION)
    dialogue = await conversing.announced(**TIMES)
    question = {"text": "一路车何时延长?", "phone": ANNA}
    for one in (f"dialogue:{draft}", f"dialogue:{dialogue}"):
        acts = {
            "draft": examples.DRAFT,
            "publication": {},
            "statements": examples.STATEMENT,
            "closing": examples.CLOSING,
        }
        answers = [await conversing.staff(f"/{one}/{act}", body) for act, body in acts.items()]
        answers += [await conversing.http.get(f"/v1/debates/{one}{part}") for part in ("", "/comments")]
        answers += [
            await conversing.http.post(
                f"/v1/debates/{one}/comments", json=question, headers=conversing.key()
            ),
            await conversing.staff_get(f"/{one}"),
            await conversing.http.get(f"/v1/dialogues/{one}"),
        ]

        assert {answer.status_code for answer in answers} == {404}
    listed = (await conversing.http.get("/v1/dialogues")).json()["dialogues"]
    assert [line["id"] for line in listed] == [dialogue]
    assert (await conversing.told(dialogue))["figures"]["comments"] == 0


@pytest.mark.parametrize("field", ["asked_from", "begins", "ends"])
@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
async def test_a_dialogue_at_a_time_that_no_page_could_show_is_refused_by_its_field(
    conversing: Conversing, field: str, instant: str
) -> None:
    refused = await conversing.on_dialogues("", examples.OCCASION | {field: instant})

    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]
