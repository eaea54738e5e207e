"""What people type into a form of their own post is read as it was meant."""

import pytest

from tests.fronts.portal.alone import opened


async def test_ones_own_post_opens_with_a_code_typed_from_paper() -> None:
    async with opened() as pages:
        receipt = await pages.receipt(public=False, title="私事", text="不公开的内容")
        number, code = receipt["number"], receipt["query_code"]
        wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
        for typed in (
            wide,
            code.replace("0", "O").replace("1", "l"),
            f"{code[:5]} {code[5:]}\u200b",
            code.lower(),
        ):
            page = await pages.follow({"number": number.replace("-", "—"), "code": typed})
            assert page.status_code == 200, typed
            assert "不公开的内容" in page.text


@pytest.mark.parametrize("typed", ["错误的查询码", "AAAAAAAAAA", "１２３", "é" * 10, "\u200b"])
async def test_a_code_that_cannot_be_one_is_wrong_and_not_an_outage(typed: str) -> None:
    async with opened() as pages:
        receipt = await pages.receipt(public=False, title="私事", text="不公开的内容")
        page = await pages.follow({"number": receipt["number"], "code": typed})

        assert page.status_code == 403
        assert "查询码不正确" in page.text
