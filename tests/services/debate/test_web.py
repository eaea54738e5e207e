"""Debates at their door: who opens them, who is heard, once each; one level of answers; what was decided."""

from typing import Any

import pytest

from contracts.city_facts import PolicyChanged
from contracts.codec import Event
from contracts.identity import city_subject
from services.debate.web import examples
from tests.services.debate.door import UNIT, Debating
from tests.services.intake.door import at

ANNA, BERT, CARL = "13900000001", "13900000002", "13900000003"


async def test_a_debate_is_written_published_talked_over_and_closed_with_what_was_decided(
    debating: Debating,
) -> None:
    debate = await debating.opened()
    first = await debating.said(debate, ANNA, "路口划线")
    await debating.said(debate, BERT, "同意,再装车架", answers=first)
    stated = await debating.does(
        f"/{debate}/statements", examples.STATEMENT | {"answers": first}, role="leader", unit=UNIT
    )
    assert (await debating.support(debate, CARL, first)).json() == {"id": first, "supports": 1}

    await debating.does(f"/{debate}/closing", examples.CLOSING, role="leader", unit=UNIT)

    whole = await debating.read(debate)
    assert (whole["state"], whole["decision"]) == ("closed", examples.CLOSING["decision"])
    assert whole["figures"] == {
        "people": 2,
        "proven": 2,
        "comments": 2,
        "answered": 1,
        "supports": 1,
        "statements": 1,
    }
    [comment] = await debating.comments(debate)
    assert (comment["text"], comment["supports"], comment["official"]) == ("路口划线", 1, False)
    assert [(a["official"], a["text"]) for a in comment["answers"]] == [
        (False, "同意,再装车架"),
        (True, examples.STATEMENT["text"]),
    ]
    assert comment["answers"][1]["id"] == stated["id"]
    assert comment["answers"][1]["speaker"] == whole["department_name"]


async def test_a_draft_is_seen_by_those_alone_who_may_change_it(debating: Debating) -> None:
    draft = (await debating.does("", examples.DRAFT))["id"]

    assert (await debating.http.get(f"/v1/debates/{draft}")).status_code == 404
    assert (await debating.http.get(f"/v1/debates/{draft}/comments")).status_code == 404
    assert (await debating.http.get("/v1/debates")).json()["debates"] == []
    assert (await debating.staff_get(f"/{draft}")).json()["state"] == "draft"
    assert (await debating.staff_get(f"/{draft}", "leader", UNIT)).status_code == 200
    assert (await debating.staff_get(f"/{draft}", "leader", "education")).status_code == 404
    assert (await debating.staff_get("", "leader", "education")).json()["debates"] == []
    assert (await debating.comment(draft, ANNA, "我说")).status_code == 404


async def test_what_is_published_does_not_change(debating: Debating) -> None:
    debate = await debating.opened()

    assert (await debating.staff(f"/{debate}/draft", examples.DRAFT)).status_code == 409
    assert (await debating.staff(f"/{debate}/publication")).status_code == 409


async def test_one_person_is_heard_once_however_much_they_say(debating: Debating) -> None:
    debate = await debating.opened()

    await debating.said(debate, ANNA, "第一条", proven=False)
    await debating.said(debate, "+86 139-0000-0001", "第二条", proven=False)
    await debating.said(debate, ANNA, "第三条")
    await debating.said(debate, BERT, "另一个人", proven=False)

    figures = (await debating.read(debate))["figures"]
    assert (figures["people"], figures["proven"], figures["comments"]) == (2, 1, 4)
    assert len({comment["speaker"] for comment in await debating.comments(debate)}) == 2


async def test_a_person_is_another_one_in_another_debate(debating: Debating) -> None:
    here, there = await debating.opened(), await debating.opened()
    await debating.said(here, ANNA, "这里")
    await debating.said(there, ANNA, "那里")

    people = [
        kept.person
        for one in (here, there)
        for _, kept in await debating.door.debates.page(one, False, None, 9)
    ]

    assert len(set(people)) == 2
    assert debating.secrets.citizen(ANNA) not in people
    assert (
        await debating.http.get(f"/v1/debates/{there}/mine", headers=debating.holding(here, ANNA))
    ).status_code == 401


async def test_nobody_supports_what_was_said_under_the_own_number_before_it_was_proved(
    debating: Debating,
) -> None:
    debate = await debating.opened()
    comment = await debating.said(debate, ANNA, "路口划线", proven=False)

    own = await debating.support(debate, ANNA, comment)

    assert (own.status_code, own.json()["detail"]) == (409, "不能支持自己的发言。")


async def test_a_voice_counts_once_by_a_proved_telephone_and_never_for_oneself(debating: Debating) -> None:
    debate = await debating.opened()
    comment = await debating.said(debate, ANNA, "路口划线")
    path = f"/v1/debates/{debate}/comments/{comment}/support"

    assert (await debating.support(debate, BERT, comment)).status_code == 202
    again = await debating.support(debate, BERT, comment)
    own = await debating.support(debate, ANNA, comment)
    typed = await debating.http.post(path, json={"phone": CARL}, headers=debating.key())

    assert (again.status_code, again.json()["title"]) == (409, "已经支持过")
    assert own.json()["detail"] == "不能支持自己的发言。"
    assert typed.status_code == 401
    assert (await debating.comments(debate))[0]["supports"] == 1
    assert (await debating.mine(debate, BERT))["supported"] == [comment]


async def test_an_answer_is_not_answered_and_nobody_answers_what_is_not_read(debating: Debating) -> None:
    debate = await debating.opened()
    comment = await debating.said(debate, ANNA, "路口划线")
    answer = await debating.said(debate, BERT, "同意", answers=comment)
    held = await debating.said(debate, CARL, "还没看过", shown=False)

    deeper = await debating.comment(debate, CARL, "再说", answers=answer)
    unread = await debating.comment(debate, ANNA, "回应", answers=held)
    elsewhere = await debating.comment(await debating.opened(), ANNA, "回应", answers=comment)

    assert (deeper.status_code, unread.status_code, elsewhere.status_code) == (422, 404, 404)
    assert (
        await debating.staff(f"/{debate}/statements", {"text": "回应", "answers": answer})
    ).status_code == 422


async def test_nobody_says_more_than_the_policy_takes(debating: Debating) -> None:
    debate = await debating.opened()
    most = debating.profile.policy.debates.a_person
    for n in range(most):
        assert (await debating.comment(debate, ANNA, f"第{n}条")).status_code == 202

    refused = await debating.comment(debate, ANNA, "还有一条")

    assert (refused.status_code, refused.json()["title"]) == (409, f"一人在一个议题中最多发言 {most} 条")
    assert (await debating.comment(debate, BERT, "别人可以")).status_code == 202


def amended(seq: int, partition: int = 0, **tables: dict[str, int | bool]) -> Event:
    """The city's policy changes, as it is said to a partition."""
    subject = city_subject(partition)
    fact = PolicyChanged(at=at("2026-03-02T09:00"), part=tables, by="operator-1")
    return Event(f"{subject}-{seq}", "city", subject, seq, fact, "intake")


async def test_a_change_of_the_policy_is_in_force_from_then_on(debating: Debating) -> None:
    debate = await debating.opened()
    few = amended(1, debates={"a_person": 1})
    more = amended(2, debates={"a_person": 2}, kinds={"debate": {"moderated": False}})

    async def says(n: int) -> int:
        return (await debating.comment(debate, ANNA, f"第{n}条")).status_code

    debating.door.learn([few, amended(1, 1, debates={"a_person": 9})])
    first = [await says(n) for n in range(2)]
    debating.door.learn([few, more, few])
    second = [await says(n) for n in range(2, 4)]
    [shown] = (await debating.http.get(f"/v1/debates/{debate}/comments")).json()["comments"]

    assert (first, second) == ([202, 409], [202, 409])
    assert shown["text"] == "第2条", "what is said now waits for no moderator any more"


async def test_who_types_somebody_elses_number_does_not_use_up_what_that_person_may_say(
    debating: Debating,
) -> None:
    debate = await debating.opened()
    for n in range(debating.profile.policy.debates.a_person):
        assert (await debating.comment(debate, ANNA, f"冒名第{n}条", proven=False)).status_code == 202

    assert (await debating.comment(debate, ANNA, "又一条", proven=False)).status_code == 409
    assert (await debating.comment(debate, ANNA, "这才是我")).status_code == 202


async def test_a_repeat_of_a_request_is_one_comment(debating: Debating) -> None:
    debate = await debating.opened()
    headers = debating.key() | debating.holding(debate, ANNA)
    path = f"/v1/debates/{debate}/comments"

    first, again = [
        await debating.http.post(path, json={"text": "路口划线"}, headers=headers) for _ in range(2)
    ]

    assert first.json() == again.json()
    assert len((await debating.mine(debate, ANNA))["comments"]) == 1


async def test_after_its_end_people_are_heard_no_more_and_units_until_it_is_closed(
    debating: Debating,
) -> None:
    debate = await debating.opened(ends="2026-03-03T18:00:00+08:00")
    comment = await debating.said(debate, ANNA, "路口划线")
    debating.clock.move_to(at("2026-03-03T18:00"))

    assert (await debating.read(debate))["state"] == "ended"
    assert (await debating.comment(debate, BERT, "晚了")).json()["title"] == "评议已经结束"
    assert (await debating.support(debate, BERT, comment)).status_code == 409
    await debating.does(f"/{debate}/statements", examples.STATEMENT, role="leader", unit="transport")
    await debating.does(f"/{debate}/closing", examples.CLOSING | {"reason": ""})
    assert (await debating.staff(f"/{debate}/statements", examples.STATEMENT)).status_code == 409
    assert (await debating.read(debate))["statements"][0]["official"] is True


async def test_who_closes_before_the_end_says_why(debating: Debating) -> None:
    debate = await debating.opened()

    refused = await debating.staff(f"/{debate}/closing", examples.CLOSING | {"reason": " "})

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "reason"
    assert (
        await debating.staff(f"/{debate}/closing", examples.CLOSING | {"decision": " "})
    ).status_code == 422


async def test_texts_are_masked_foul_words_refused_and_everything_waits_for_a_moderator(
    debating: Debating,
) -> None:
    debate = await debating.opened()
    answer = await debating.comment(debate, ANNA, "打我电话 13812345678,有人想自杀")

    assert answer.json()["standing"] == "held"
    [waiting] = (await debating.staff_get(f"/{debate}/moderation")).json()["comments"]
    assert "13812345678" not in waiting["text"]
    assert "需人工查看" in waiting["reason"]
    assert await debating.comments(debate) == []
    refused = await debating.comment(debate, ANNA, "‎ ")
    assert refused.status_code == 422
    assert (await debating.comment(debate, ANNA, "长" * 1001)).status_code == 422
    assert (await debating.comment(debate, "", "我说", proven=False)).status_code == 422
    assert (await debating.comment(debate, "12", "我说", proven=False)).status_code == 422


async def test_hiding_needs_a_reason_which_the_author_reads(debating: Debating) -> None:
    debate = await debating.opened()
    comment = await debating.said(debate, ANNA, "广告")
    path = f"/{debate}/comments/{comment}/moderation"

    unsaid = await debating.staff(path, {"action": "hide"})
    assert (unsaid.status_code, [error["field"] for error in unsaid.json()["errors"]]) == (422, ["reason"])
    await debating.judge(debate, comment, "hide")

    [own] = (await debating.mine(debate, ANNA))["comments"]
    assert (own["standing"], own["text"], own["reason"]) == ("hidden", "广告", "与议题无关")
    assert (await debating.read(debate))["figures"]["people"] == 0


async def test_what_its_author_takes_back_is_kept_nowhere_and_only_its_author_can(debating: Debating) -> None:
    debate = await debating.opened()
    comment = await debating.said(debate, ANNA, "说错了的话")

    assert (await debating.withdraw(debate, BERT, comment)).status_code == 403
    assert (await debating.withdraw(debate, ANNA, comment)).status_code == 202
    assert (await debating.withdraw(debate, ANNA, comment)).status_code == 202

    assert (await debating.read(debate))["figures"]["comments"] == 0
    stored = b"".join(packed for _, _, packed in debating.store.subject.values())
    assert "说错了的话".encode() not in stored
    assert (
        await debating.staff(f"/{debate}/comments/{comment}/moderation", {"action": "release"})
    ).status_code == 409


async def test_a_debate_names_the_hot_topic_from_which_it_was_opened(debating: Debating) -> None:
    topic = {"id": "t-1", "name": "电动车乱停", "posts": ["SQ260213-000017"]}
    debate = await debating.opened(topic=topic)

    assert (await debating.read(debate))["topic"] == topic
    [line] = (await debating.http.get("/v1/debates")).json()["debates"]
    assert (line["id"], line["topic"]) == (debate, "t-1")
    wrong = examples.DRAFT | {"topic": topic | {"posts": ["../x"]}}
    assert (await debating.staff("", wrong)).status_code == 422


async def test_pages_follow_each_other_in_both_orders(debating: Debating) -> None:
    debate = await debating.opened()
    said = [await debating.said(debate, ANNA, f"第{n}条") for n in range(5)]
    for phone in (BERT, CARL):
        await debating.support(debate, phone, said[1])
    await debating.support(debate, BERT, said[3])

    async def walked(order: str) -> list[str]:
        found: list[str] = []
        path: str | None = f"/v1/debates/{debate}/comments?order={order}&limit=2"
        while path:
            page = await debating.http.get(path)
            found += [comment["id"] for comment in page.json()["comments"]]
            path = page.links.get("next", {}).get("url")
        return found

    assert await walked("newest") == said[::-1]
    assert await walked("supported") == [said[n] for n in (1, 3, 4, 2, 0)]
    assert (await debating.http.get(f"/v1/debates/{debate}/comments?cursor=x")).status_code == 400


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " "}, "title"),
        ({"question": "问" * 201}, "question"),
        ({"background": "长" * 4001}, "background"),
        ({"department": "no-such-unit"}, "department"),
        ({"ends": "9999-12-31T23:59:59-12:00"}, "ends"),
        ({"ends": "9999-12-31T23:59:59"}, "ends"),
        ({"ends": "0001-01-01T00:00:00"}, "ends"),
    ],
)
async def test_what_cannot_be_a_debate_is_refused_by_its_field(
    debating: Debating, fields: dict[str, Any], field: str
) -> None:
    refused = await debating.staff("", examples.DRAFT | fields)

    assert refused.status_code == 422, refused.text
    assert [error["field"] for error in refused.json()["errors"]] == [field]


async def test_a_debate_whose_end_is_over_is_not_published(debating: Debating) -> None:
    draft = (await debating.does("", examples.DRAFT | {"ends": "2026-03-01T18:00:00+08:00"}))["id"]

    assert (await debating.staff(f"/{draft}/publication")).status_code == 422
