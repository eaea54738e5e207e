"""How an author chooses to be told, on the pages; and the link that ends the notices, opened by programs and people."""

import pytest

from tests.fronts.portal.alone import Pages, opened

pytestmark = pytest.mark.medium

NONE = 'value="none" selected'


async def _chosen(pages: Pages, receipt: dict[str, str]) -> str:
    """What the author's page says is chosen."""
    form = {"number": receipt["number"], "code": receipt["query_code"]}
    return (await pages.http.post("/follow", data=form, follow_redirects=True)).text


async def test_an_author_chooses_on_the_page_of_the_case_and_reads_it_there() -> None:
    async with opened() as pages:
        receipt = await pages.receipt(contact={"phone": "13812345678"})
        form = {"number": receipt["number"], "code": receipt["query_code"], "act": "preference", "key": "k1"}

        answer = await pages.http.post(
            "/follow", data=form | {"channel": "sms", "at_night": "1"}, follow_redirects=True
        )

        assert "通知方式已更改" in answer.text
        assert 'value="sms" selected' in answer.text
        assert 'name="at_night" value="1" checked' in answer.text
        refused = await pages.http.post("/follow", data=form | {"key": "k2", "channel": "pigeon"})
        assert refused.status_code == 422


async def test_the_receipt_has_the_choice_too() -> None:
    async with opened() as pages:
        answer = await pages.send()
        receipt = await pages.http.get(answer.headers["location"])

        assert 'name="act" value="preference"' in receipt.text


async def test_a_link_that_a_program_opens_changes_nothing_and_one_click_ends_the_notices() -> None:
    async with opened() as pages:
        receipt = await pages.receipt(contact={"mail": "wang@example.com"})
        link = f"/stop/{receipt['number']}/{pages.intake.links.stop_token(receipt['number'])}"

        assert (await pages.http.get(link)).status_code == 200
        assert NONE not in await _chosen(pages, receipt)
        clicked = await pages.http.post(link, data={"List-Unsubscribe": "One-Click"})

        assert clicked.status_code == 200
        assert NONE in await _chosen(pages, receipt)


@pytest.mark.parametrize("token", ["0123456789ABCDEF", "x", "汉", "A" * 500, "%00"])
async def test_a_wrong_link_reads_like_a_right_one(token: str) -> None:
    async with opened() as pages:
        receipt = await pages.receipt()
        right = f"/stop/{receipt['number']}/{pages.intake.links.stop_token(receipt['number'])}"
        wrong = f"/stop/{receipt['number']}/{token}"
        said = [await pages.http.post(wrong), await pages.http.post(right)]

        if token == "%00":
            assert said[0].status_code == 400
            return
        assert said[0].text == said[1].text
        unknown = await pages.http.post(f"/stop/SQ990101-000001/{token}")
        assert unknown.status_code == 200
