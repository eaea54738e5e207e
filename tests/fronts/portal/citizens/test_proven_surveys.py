"""A survey for proved numbers on the citizens' pages, before the real services: proved, answered, and nobody's name with it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from chassis.clock import HandClock
from tests.fronts.portal.alone import NOON, Pages, hidden, opened
from tests.fronts.portal.citizens.test_surveys import FILLED
from tests.services.survey.door import Surveying

ANNA = "13900000001"


class Booth(NamedTuple):
    """The pages, and the service behind them."""

    pages: Pages
    surveying: Surveying


@pytest.fixture
async def booth(tmp_path: Path) -> AsyncIterator[Booth]:
    async with (
        Surveying(HandClock(NOON)).open() as surveying,
        opened(tmp_path, survey=surveying.app) as pages,
    ):
        yield Booth(pages, surveying)


async def test_who_proves_a_number_answers_and_the_answers_go_without_the_session(booth: Booth) -> None:
    survey = await booth.surveying.published(proven=True)
    entrance = await booth.pages.http.get(f"/surveys/{survey}")
    assert "entitled_by" not in entrance.text, "no number is asked for that nobody proves"
    assert f'href="/my/surveys/{survey}"' in entrance.text

    begin = await booth.pages.prove(f"/my/surveys/{survey}", ANNA)
    path = f"/my/surveys/{survey}/questions"
    assert f'action="{path}"' in begin.text
    questions = await booth.pages.http.post(path, data={"seed": hidden(begin, "seed")})

    assert f'action="/surveys/{survey}/answers"' in questions.text
    assert ANNA not in questions.text
    token = {name: hidden(questions, name) for name in ("token", "signature")}
    sent = await booth.pages.http.post(f"/surveys/{survey}/answers", data=token | FILLED)
    assert "答卷已收到" in sent.text
    assert "cookie" not in sent.request.headers, "the session is one of /my, and answers go elsewhere"


async def test_a_second_answer_by_the_same_number_is_refused(booth: Booth) -> None:
    survey = await booth.surveying.published(proven=True)
    begin = await booth.pages.prove(f"/my/surveys/{survey}", ANNA)
    path = f"/my/surveys/{survey}/questions"
    await booth.pages.http.post(path, data={"seed": hidden(begin, "seed")})

    again = await booth.pages.http.post(path, data={"seed": "0" * 64})

    assert (again.status_code, "每人只能参与一次" in again.text) == (409, True)


async def test_who_is_not_signed_in_is_asked_for_a_number_and_given_no_questions(booth: Booth) -> None:
    survey = await booth.surveying.published(proven=True)

    asked = await booth.pages.http.post(f"/my/surveys/{survey}/questions", data={"seed": "0" * 64})

    assert "验证码" in asked.text
    assert hidden(asked, "back") == f"/my/surveys/{survey}"


async def test_a_form_that_names_a_number_is_no_way_round(booth: Booth) -> None:
    survey = await booth.surveying.published(proven=True)

    refused = await booth.pages.http.post(
        f"/surveys/{survey}/questions", data={"seed": "0" * 64, "entitled_by": ANNA}
    )

    assert (refused.status_code, "请先用短信验证码验证手机号码" in refused.text) == (422, True)
    assert re.search(rf'href="/my/surveys/{survey}"', refused.text)


@pytest.mark.parametrize("identity", ["none", "01985c3e-0000-7000-8000-000000000000"])
async def test_a_survey_that_is_none_is_not_found(booth: Booth, identity: str) -> None:
    assert (await booth.pages.http.get(f"/my/surveys/{identity}")).status_code == 404
