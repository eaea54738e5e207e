"""Debates and dialogues from Python: with a number typed, with a telephone that was proved, and as staff."""

import pytest

from services.debate.web import examples
from services.survey.web.examples import DRAFT as SURVEY
from tests.interfaces import Served
from tests.services.survey.door import FIRST
from tests.wenzheng_client.conftest import Clients, session
from wenzheng_client import Addresses, Contact, Problem, Wenzheng

pytestmark = pytest.mark.medium

PHONE = "13900005678"


def test_whoever_proves_a_telephone_sees_its_posts_and_signs_out(
    served: Served, city: Wenzheng, addresses: Addresses
) -> None:
    receipt = city.post("complaint", "路灯不亮", "幸福路的路灯坏了。", contact=Contact(phone="13900005671"))
    with Wenzheng(addresses, session(served, city, "13900005671")) as mine:
        found = [(post["number"], post["query_code"]) for post in mine.my_posts()]
        mine.sign_out()
        with pytest.raises(Problem) as over:
            list(mine.my_posts())

    assert found == [(receipt.number, receipt.query_code)]
    assert over.value.status == 401


def test_a_code_that_is_wrong_opens_nothing(city: Wenzheng) -> None:
    with pytest.raises(Problem) as wrong:
        city.sign_in(city.send_code("13900005672"), "no")

    assert wrong.value.kind == "wrong-code"


def test_a_proved_telephone_answers_a_survey_that_asks_for_it(
    served: Served, city: Wenzheng, addresses: Addresses, staff: Clients
) -> None:
    supervisor = staff("supervisor")
    survey = supervisor.surveys.open(**SURVEY | {"proven": True})["id"]
    supervisor.surveys.act(survey, "publication")
    with Wenzheng(addresses, session(served, city, "13900005673")) as mine:
        entitled = mine.pass_for(survey)

    token = city.surveys.token(survey, entitled, city.surveys.hidden_token(survey))
    city.surveys.answer(survey, token, FIRST)

    assert supervisor.surveys.one(survey)["answers"] == 1


def test_people_talk_something_over(
    served: Served, city: Wenzheng, addresses: Addresses, staff: Clients
) -> None:
    supervisor = staff("supervisor")
    debate = supervisor.debates.open(**examples.DRAFT)["id"]
    supervisor.debates.act(debate, "draft", **examples.DRAFT | {"title": "停车"})
    supervisor.debates.act(debate, "publication")
    with Wenzheng(addresses, session(served, city, PHONE)) as mine:
        holder = mine.pass_for(debate)

    typed = city.debates.comment(debate, "路口划线。", phone="13900005679")
    supervisor.debates.act(debate, f"comments/{typed.id}/moderation", action="release")
    proved = city.debates.comment(debate, "再装车架。", holder=holder, answers=typed.id)
    supervisor.debates.act(debate, f"comments/{proved.id}/moderation", action="release")
    supports = city.debates.support(debate, typed.id, holder)
    own = city.debates.mine(debate, holder)
    other = city.debates.comment(debate, "先问商户。", phone="13900005680")
    supervisor.debates.act(debate, f"comments/{other.id}/moderation", action="release")
    shown = list(city.debates.comments(debate, order="supported", limit="1"))
    withdrawn = city.debates.withdraw(debate, proved.id, holder)
    staff("leader").debates.act(debate, "statements", **examples.STATEMENT)
    supervisor.debates.act(debate, "closing", **examples.CLOSING)

    assert supports == 1
    assert [said["text"] for said in own["comments"]] == ["再装车架。"]
    assert own["supported"] == [typed.id]
    assert [one["text"] for one in shown] == ["路口划线。", "先问商户。"]
    assert [one["text"] for one in shown[0]["answers"]] == ["再装车架。"]
    assert withdrawn.standing == "withdrawn"
    assert [one["id"] for one in supervisor.debates.to_moderate(debate, "shown")] != []
    whole = city.debates.one(debate)
    assert (whole["state"], whole["title"]) == ("closed", "停车")
    assert whole["statements"][0]["text"] == examples.STATEMENT["text"]
    assert debate in [one["id"] for one in city.debates.all()]


def test_somebody_asks_and_the_guest_answers(
    served: Served, city: Wenzheng, addresses: Addresses, staff: Clients
) -> None:
    supervisor, clerk = staff("supervisor"), staff("clerk")
    occasion = examples.OCCASION | {
        "asked_from": "2026-03-01T09:00:00+08:00",
        "begins": "2026-03-02T09:30:00+08:00",
    }
    dialogue = supervisor.dialogues.open(**occasion)["id"]
    supervisor.dialogues.act(dialogue, "draft", **occasion | {"title": "公交线路"})
    supervisor.dialogues.act(dialogue, "publication")
    with Wenzheng(addresses, session(served, city, "13900005674")) as mine:
        holder = mine.pass_for(dialogue)

    asked = city.dialogues.ask(dialogue, "一路何时延长?", phone="13900005675")
    open_still = city.dialogues.ask(dialogue, "二路呢?", holder=holder)
    for said in (asked, open_still):
        supervisor.dialogues.act(dialogue, f"questions/{said.id}/moderation", action="release")
    supervisor.dialogues.act(dialogue, "answers", **examples.ANSWER | {"answers": asked.id})
    clerk.dialogues.act(dialogue, "answers", text="网管部门同意。", answers=asked.id, speaker="unit")
    (prepared,) = supervisor.dialogues.to_approve(dialogue)
    supervisor.dialogues.act(dialogue, f"answers/{prepared['id']}/approval", action="approve")
    assert city.dialogues.support(dialogue, asked.id, holder) == 1
    own = city.dialogues.mine(dialogue, holder)
    unanswered = [one["id"] for one in city.dialogues.questions(dialogue, which="open")]
    told = [one["text"] for one in city.dialogues.transcript(dialogue)]
    third = city.dialogues.ask(dialogue, "三路呢?", holder=holder)
    city.dialogues.withdraw(dialogue, third.id, holder)
    supervisor.dialogues.act(dialogue, "closing", **examples.ENDING)
    entered = supervisor.enter("dialogue", "consult", "二路公交", "二路公交何时延长?")
    supervisor.dialogues.act(dialogue, f"questions/{open_still.id}/post", number=entered.number)

    assert [one["id"] for one in own["comments"]] == unanswered == [open_still.id]
    assert "一路何时延长?" in told
    assert entered.query_code, "a caller without a mobile is handed the code"
    assert city.dialogues.one(dialogue)["title"] == "公交线路"
    assert dialogue in [one["id"] for one in city.dialogues.all()]
    assert [one["id"] for one in supervisor.dialogues.to_moderate(dialogue, "shown")] != []
