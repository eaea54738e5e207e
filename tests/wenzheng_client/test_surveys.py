"""Surveys from Python: a token that nobody can follow, an answer, a result."""

import pytest

from chassis.blind import is_signed, new_signing_key, sign_blindly
from services.survey.web import examples
from tests.services.survey.door import FIRST
from tests.wenzheng_client.conftest import Clients
from wenzheng_client import Problem, Wenzheng
from wenzheng_client.blind import hide, signature_of

pytestmark = pytest.mark.medium


def test_what_is_hidden_is_signed_unseen_and_the_signature_fits_the_token() -> None:
    private, public = new_signing_key()
    hidden = hide(public.decode())

    signature = signature_of(public.decode(), hidden, sign_blindly(private, hidden.blinded))

    assert is_signed(public, hidden.token, signature)
    assert hidden.token not in hidden.blinded
    other, _ = new_signing_key()
    with pytest.raises(ValueError, match="did not sign"):
        signature_of(public.decode(), hidden, sign_blindly(other, bytes(255) + b"\x07"))


def test_somebody_answers_once_and_reads_the_result(city: Wenzheng, staff: Clients) -> None:
    supervisor = staff("supervisor")
    survey = supervisor.surveys.open(**examples.DRAFT)["id"]
    supervisor.surveys.act(survey, "draft", **examples.DRAFT | {"title": "公园问卷"})
    supervisor.surveys.act(survey, "publication")
    hidden = city.surveys.hidden_token(survey)

    token = city.surveys.token(survey, "13900005678", hidden)
    assert city.surveys.token(survey, "13900005678", hidden) == token, (
        "an answer that was lost is asked for again"
    )
    with pytest.raises(Problem) as another:
        city.surveys.token(survey, "13900005678", city.surveys.hidden_token(survey))
    city.surveys.answer(survey, token, FIRST)
    with pytest.raises(Problem) as twice:
        city.surveys.answer(survey, token, FIRST)
    with pytest.raises(Problem) as early:
        city.surveys.result(survey)

    supervisor.surveys.act(survey, "closing", reason="提前结束")
    (text,) = (one for one in supervisor.surveys.texts(survey, limit="1") if one["question"] == "q4")
    supervisor.surveys.act(
        survey, "texts", ballot=text["ballot"], question="q4", shown=False, reason="与问题无关"
    )
    supervisor.surveys.act(survey, "result")

    result = city.surveys.result(survey)
    assert (another.value.status, twice.value.kind, early.value.kind) == (409, "already-counted", "sealed")
    assert (result["tokens"], result["answers"], result["title"]) == (1, 1, "公园问卷")
    assert result["figures"][3]["texts"] == []
    assert "您常去公园吗?" in city.surveys.result_table(survey).decode("utf-8-sig")
    assert [one["state"] for one in city.surveys.all() if one["id"] == survey] == ["counted"]


def test_who_is_invited_answers_by_a_code(city: Wenzheng, staff: Clients) -> None:
    supervisor = staff("supervisor")
    survey = supervisor.surveys.open(**examples.DRAFT | {"audience": "invited", "invitations": 2})["id"]
    supervisor.surveys.act(survey, "publication")
    first, second = supervisor.surveys.invitations(survey)

    city.surveys.answer(survey, city.surveys.token(survey, first, city.surveys.hidden_token(survey)), FIRST)
    with pytest.raises(Problem) as guessed:
        city.surveys.token(survey, f"{second[:-1]}*", city.surveys.hidden_token(survey))

    assert supervisor.surveys.one(survey)["answers"] == 1
    assert guessed.value.errors[0].field == "entitled_by"
