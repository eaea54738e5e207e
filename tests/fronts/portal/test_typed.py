"""What people type is read as it was meant: numbers, query codes, one-time codes."""

import time

import pytest

from city.typed import one_time_code
from fronts.portal.forms import code_of, number_of
from tests.fronts.portal.alone import opened


@pytest.mark.parametrize(
    "typed",
    [
        "SQ260302-000001",
        " sq260302-000001 ",
        "ＳＱ２６０３０２－０００００１",
        "SQ260302—000001",
        "SQ260302–000001",
        "SQ260302−000001",
        "SQ260302-OOOOOl",
        "SQ260302000001",
        "SQ260302 - 000001",
        "SQ26\u200b0302-000001",
        "SQ26\u00ad0302-000001",
    ],
)
def test_a_number_is_read_however_it_is_typed(typed: str) -> None:
    assert number_of(typed) == "SQ260302-000001"


@pytest.mark.parametrize("typed", ["", "路灯", "../x", "SQ260302-000001/x", "a" * 200, "1", "SQ%00"])
def test_what_cannot_be_a_number_is_none(typed: str) -> None:
    assert number_of(typed) == ""


@pytest.mark.parametrize(
    "typed",
    [
        "0123456ABC",
        "0123456abc",
        "O123456ABC",
        "ol23456abc",
        "０１２３４５６ＡＢＣ",
        "01234-56ABC",
        "0I2 3456 ABC",
        "0123456ABC\u200b",
    ],
)
def test_a_code_is_read_as_crockford_reads_it(typed: str) -> None:
    assert code_of(typed) == "0123456ABC"


@pytest.mark.parametrize("typed", ["", "0123456AB", "0123456ABCD", "查询码", "U123456ABC", "x" * 100_000])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert code_of(typed) == ""


@pytest.mark.parametrize(
    "typed", ["123456", " 123 456 ", "１２３４５６", "١٢٣٤٥٦", "123-456", "123\u200b456"]
)
def test_a_one_time_code_is_read_in_every_script(typed: str) -> None:
    assert one_time_code(typed) == "123456"


def test_a_long_text_takes_no_time() -> None:
    started = time.process_time()
    for evil in ("a" + "\u0344" * 100_000, "\u200b" * 100_000):
        assert number_of(evil) == code_of(evil) == one_time_code(evil) == ""
    assert time.process_time() - started < 0.1


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
