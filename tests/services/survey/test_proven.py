"""Surveys for which a telephone number is proved: who typed another's number answers for nobody."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.passes import LIVES, Passes
from services.survey.web import examples
from tests.services.survey.door import SECRET, Person, Surveying

ANNA, BERT = "citizen-anna", "citizen-bert"
"""By what intake knows two citizens."""
GRADED = {"id": "u1", "kind": "scale", "title": "满意吗?", "required": False, "unit": "市水利局"}


def holder(place: str, citizen: str, seed: int = 1, late: timedelta = timedelta(0)) -> Person:
    """Somebody with a pass that intake gave for a place, some time ago."""
    return Person(Passes(SECRET).give(place, citizen, datetime.now(UTC) - late), bytes([seed]) * 32)


async def test_who_proved_a_number_answers_once_however_many_passes_they_ask_for(
    surveying: Surveying,
) -> None:
    survey = await surveying.published(proven=True)
    await surveying.answered(survey, holder(survey, ANNA))

    again = await surveying.entitle(survey, holder(survey, ANNA, 2, late=timedelta(minutes=1)))

    assert (again.status_code, again.json()["title"]) == (409, "已经参与过")
    await surveying.answered(survey, holder(survey, BERT, 3))


@pytest.mark.parametrize("typed", ["13900000001", "x", "a.1.b", "９", "A" * 26 + ".99999999999." + "A" * 26])
async def test_what_is_typed_is_no_proof(surveying: Surveying, typed: str) -> None:
    survey = await surveying.published(proven=True)

    refused = await surveying.entitle(survey, Person(typed, bytes(32)))

    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert (error["field"], error["reason"]) == ("entitled_by", "请先用短信验证码验证手机号码")


async def test_a_pass_for_another_place_or_of_another_hour_entitles_to_nothing(surveying: Surveying) -> None:
    survey, other = await surveying.published(proven=True), await surveying.published(proven=True)

    for person in (holder(other, ANNA), holder(survey, ANNA, late=LIVES + timedelta(seconds=1))):
        assert (await surveying.entitle(survey, person)).status_code == 422


async def test_a_pass_is_no_telephone_number_where_numbers_are_typed(surveying: Surveying) -> None:
    survey = await surveying.published()

    assert (await surveying.entitle(survey, holder(survey, ANNA))).status_code == 422


async def test_everybody_sees_whether_numbers_are_proved(surveying: Surveying) -> None:
    survey = await surveying.published(proven=True)

    assert (await surveying.http.get(f"/v1/surveys/{survey}")).json()["proven"] is True
    [listed] = (await surveying.http.get("/v1/surveys")).json()["surveys"]
    assert listed["proven"] is True
    await surveying.answered(survey, holder(survey, ANNA))
    assert (await surveying.counted(survey))["proven"] is True


async def test_invitations_are_not_proved_by_a_code(surveying: Surveying) -> None:
    refused = await surveying.staff(
        "", examples.DRAFT | {"audience": "invited", "invitations": 3, "proven": True}
    )

    assert [error["field"] for error in refused.json()["errors"]] == ["proven"]


@pytest.mark.parametrize(("proven", "status"), [(True, 202), (False, 422)])
async def test_units_are_graded_by_who_proved_a_number_and_by_none_who_typed_one(
    surveying: Surveying, proven: bool, status: int
) -> None:
    review = examples.DRAFT | {"review_of": 2025, "questions": [GRADED], "proven": proven}

    assert (await surveying.staff("", review)).status_code == status
