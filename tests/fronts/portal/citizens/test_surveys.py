"""A survey on the citizens' pages, before the real service: found, answered once, counted, read."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx2
import pytest

from chassis.clock import HandClock
from fronts.portal.application import create
from fronts.portal.settings import PortalSettings
from tests.fronts.portal.alone import ADDRESS, NOON, hidden
from tests.services.intake.door import CITY
from tests.services.survey.door import Surveying

pytestmark = pytest.mark.medium


class Pages(NamedTuple):
    """The pages, and the service behind them."""

    http: httpx2.AsyncClient
    surveying: Surveying

    async def entered(self, survey: str, phone: str = "13900000001") -> httpx2.Response:
        """The page of questions, by way of the entrance."""
        seed = hidden(await self.http.get(f"/surveys/{survey}"), "seed")
        form = {"seed": seed, "entitled_by": phone}
        return await self.http.post(f"/surveys/{survey}/questions", data=form)

    async def answered(self, survey: str, questions: httpx2.Response, **fields: object) -> httpx2.Response:
        """The page's form, filled in and sent."""
        token = {name: hidden(questions, name) for name in ("token", "signature")}
        return await self.http.post(f"/surveys/{survey}/answers", data=token | fields)  # type: ignore[arg-type]


@pytest.fixture
async def pages() -> AsyncIterator[Pages]:
    async with Surveying(HandClock(NOON)).open() as surveying:
        settings = PortalSettings(
            city=CITY, services='{"survey": "http://survey"}', portal_address=ADDRESS, _env_file=None
        )
        app = create(settings, transport=httpx2.ASGITransport(app=surveying.app))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ADDRESS) as http:
            yield Pages(http, surveying)


FILLED = {"c-q1": "0", "c-q2": ["1", "3"], "t-q2": "遛鸟", "c-q3": "5", "t-q4": "<b>多些座椅。"}


async def test_a_survey_is_found_answered_and_its_result_read(pages: Pages) -> None:
    survey = await pages.surveying.published()
    assert f"/surveys/{survey}" in (await pages.http.get("/surveys")).text

    sent = await pages.answered(survey, await pages.entered(survey), **FILLED)

    assert (sent.status_code, "答卷已收到" in sent.text) == (200, True)
    assert (await pages.http.get(f"/surveys/{survey}/result")).status_code == 409
    await pages.surveying.counted(survey)
    result = (await pages.http.get(f"/surveys/{survey}/result")).text
    assert "1 份答卷" in result
    assert "&lt;b&gt;多些座椅。" in result
    assert '<rect width="100.0"' in result
    assert (await pages.http.get(f"/surveys/{survey}/result.csv")).content.startswith(b"\xef\xbb\xbf")


async def test_the_form_with_the_answers_names_nobody(pages: Pages) -> None:
    survey = await pages.surveying.published()

    questions = await pages.entered(survey, "13900000001")

    assert "13900000001" not in questions.text
    assert "set-cookie" not in questions.headers


async def test_what_is_missing_is_named_and_what_was_filled_in_stays(pages: Pages) -> None:
    survey = await pages.surveying.published()
    fields = {"c-q1": "0", "c-q2": "0", "t-q4": "多些座椅。"}

    refused = await pages.answered(survey, await pages.entered(survey), **fields)

    assert refused.status_code == 422
    assert "请回答这一题" in refused.text
    assert "多些座椅。" in refused.text
    sent = await pages.answered(survey, refused, **fields, **{"c-q3": "4"})
    assert "答卷已收到" in sent.text


async def test_a_question_that_does_not_come_up_may_stay_filled_in(pages: Pages) -> None:
    survey = await pages.surveying.published()

    sent = await pages.answered(survey, await pages.entered(survey), **(FILLED | {"c-q1": "2"}))

    assert "答卷已收到" in sent.text
    assert (await pages.surveying.counted(survey))["figures"][1]["asked"] == 0


@pytest.mark.parametrize("typed", ["9" * 5_000, "-1", "²", "１", "1e3", ""])
async def test_a_choice_that_is_none_is_missing_and_not_a_failure(pages: Pages, typed: str) -> None:
    survey = await pages.surveying.published()

    refused = await pages.answered(survey, await pages.entered(survey), **(FILLED | {"c-q1": typed}))

    assert (refused.status_code, "请回答这一题" in refused.text) == (422, True)


async def test_a_second_answer_is_told_so(pages: Pages) -> None:
    survey = await pages.surveying.published()
    questions = await pages.entered(survey)
    await pages.answered(survey, questions, **FILLED)

    again = await pages.answered(survey, questions, **FILLED)
    second = await pages.entered(survey)

    assert "以第一次提交的为准" in again.text
    assert (second.status_code, "每人只能参与一次" in second.text) == (409, True)


async def test_a_form_whose_answer_was_lost_is_sent_again_and_leads_on(pages: Pages) -> None:
    survey = await pages.surveying.published()
    form = {"seed": "ab" * 32, "entitled_by": "13900000001"}

    first, again = [await pages.http.post(f"/surveys/{survey}/questions", data=form) for _ in range(2)]

    assert hidden(first, "token") == hidden(again, "token")


@pytest.mark.parametrize(
    "path", ["/surveys/x", "/surveys/..%2Fposts", "/surveys/x/result", "/surveys/x/result.csv"]
)
async def test_what_is_no_survey_is_not_found(pages: Pages, path: str) -> None:
    assert (await pages.http.get(path)).status_code == 404


async def test_without_the_service_the_page_says_so(pages: Pages) -> None:
    settings = PortalSettings(city=CITY, services="{}", portal_address=ADDRESS, _env_file=None)
    app = create(settings)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ADDRESS) as http:
        assert (await http.get("/surveys")).status_code == 503
