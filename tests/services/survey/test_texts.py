"""What people wrote, as a moderator looks through it: what waits by itself, page by page, and how much there is of each."""

from typing import Any

import pytest

from tests.services.survey.door import FIRST, Person, Surveying

HELD = "有人想自杀"
PLAIN = "多些座椅。"


async def written(surveying: Surveying, texts: list[str]) -> str:
    """A survey that is counted, in which each of these was written by somebody."""
    survey = await surveying.published()
    for n, text in enumerate(texts):
        answers = [FIRST[0], {"question": "q2", "choices": [1]}, FIRST[2], {"question": "q4", "text": text}]
        await surveying.answered(survey, Person(f"139{n:08d}", bytes([n]) * 32, answers))
    await surveying.counted(survey)
    return survey


async def page(surveying: Surveying, survey: str, **query: Any) -> tuple[dict[str, Any], str]:
    """A page of texts, and the address of the next one."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = await surveying.staff_get(f"/{survey}/texts?{asked}")
    assert answer.status_code == 200, answer.text
    return answer.json(), answer.links.get("next", {}).get("url", "")


async def judged(surveying: Surveying, survey: str, text: dict[str, Any], shown: bool) -> None:
    body = {"ballot": text["ballot"], "question": "q4", "shown": shown, "reason": "与问题无关"}
    assert (await surveying.staff(f"/{survey}/texts", body)).status_code == 202


async def test_what_waits_is_found_by_itself_and_goes_when_it_is_judged(surveying: Surveying) -> None:
    survey = await written(surveying, [PLAIN, HELD, PLAIN, HELD])

    waiting, _ = await page(surveying, survey, standing="held")
    assert [one["text"] for one in waiting["texts"]] == [HELD, HELD]
    assert (waiting["held"], waiting["shown"], waiting["hidden"]) == (2, 2, 0)

    first, second = waiting["texts"]
    await judged(surveying, survey, first, shown=True)
    await judged(surveying, survey, second, shown=False)
    shown, _ = await page(surveying, survey, standing="shown")
    hidden, _ = await page(surveying, survey, standing="hidden")
    every, _ = await page(surveying, survey)

    assert sorted(one["text"] for one in shown["texts"]) == sorted([PLAIN, PLAIN, HELD])
    assert [(one["ballot"], one["standing"], one["held"]) for one in hidden["texts"]] == [
        (second["ballot"], "hidden", True)
    ]
    assert (every["held"], every["shown"], every["hidden"], len(every["texts"])) == (0, 3, 1, 4)
    result = (await surveying.http.get(f"/v1/surveys/{survey}/result")).json()["figures"][3]
    assert (sorted(result["texts"]), result["written"]) == (sorted([PLAIN, PLAIN, HELD]), 4)


@pytest.mark.parametrize("standing", ["", "shown"])
async def test_every_text_is_met_once_page_by_page(surveying: Surveying, standing: str) -> None:
    survey = await written(surveying, [f"建议之{n}" for n in range(5)])
    only = {"standing": standing} if standing else {}
    met: list[str] = []
    found, further = await page(surveying, survey, limit=2, **only)
    while True:
        met += [one["text"] for one in found["texts"]]
        if not further:
            break
        found, further = await page(
            surveying, survey, limit=2, cursor=further.partition("cursor=")[2].partition("&")[0], **only
        )

    assert sorted(met) == [f"建议之{n}" for n in range(5)]


async def test_the_last_page_leads_nowhere_even_when_it_is_full(surveying: Surveying) -> None:
    survey = await written(surveying, [PLAIN, PLAIN])

    found, further = await page(surveying, survey, limit=2)

    assert (len(found["texts"]), further) == (2, "")


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "99999999"])
async def test_a_cursor_of_nobodys_is_refused(surveying: Surveying, cursor: str) -> None:
    survey = await written(surveying, [PLAIN])

    assert (await surveying.staff_get(f"/{survey}/texts?cursor={cursor}")).status_code == 400


async def test_a_standing_that_there_is_not_is_refused_with_those_there_are(surveying: Surveying) -> None:
    survey = await written(surveying, [PLAIN])

    refused = await surveying.staff_get(f"/{survey}/texts?standing=none")

    assert refused.status_code == 422
    assert refused.json()["errors"] == [{"field": "standing", "reason": "应为 held、shown、hidden 之一"}]
