"""However a number, a code or a word is typed, it meets what is stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.normal import normal_form
from city.typed import (
    LONGEST,
    LONGEST_SEARCH,
    case_number,
    code_of,
    number_of,
    one_time_code,
    query_code,
    search_words,
)


@pytest.mark.parametrize(
    "typed",
    [
        "SQ261127-000001",
        "sq261127-000001",
        "ＳＱ２６１１２７－０００００１",
        "SQ261127—000001",
        "SQ261127－000001",
        "SQ261127\u2011000001",
        "SQ261127–000001",
        "SQ261127−000001",
        "SQ26\u00ad1127-000001",
        "SQ261127000001",
        " SQ 261127 - 000001 ",
        "SQ261127-OOOOOl",
        "SQ26ll27-000001",
        "SQ261127\u200b-000001\ufeff",
        "编号:SQ261127-000001。",
    ],
)
def test_the_number_of_a_post_is_known_however_it_is_typed(typed: str) -> None:
    assert case_number(typed) == number_of(typed) == "SQ261127-000001"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("TO261127-000001", "TO261127-000001"),
        ("NJIL261127000001", "NJIL261127-000001"),
        ("SQ261127-1000001", "SQ261127-1000001"),
    ],
)
def test_a_prefix_may_end_in_a_letter_that_looks_like_a_digit(typed: str, number: str) -> None:
    assert case_number(typed) == number_of(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["", "路灯", "%00", "\0", "../x", "1", "SQ", "SQ261127", "SQ261127-000001/x", "SQ%00", "x" * 100_000],
)
def test_what_is_no_number_matches_none_and_is_short_and_plain(typed: str) -> None:
    number = case_number(typed)

    assert number_of(typed) == ""
    assert "-" not in number
    assert len(number) <= 64
    assert number.isascii()
    assert number.isprintable()


@pytest.mark.parametrize(
    "typed",
    [
        "0123456789",
        "O1234567B9",
        "ABCDEFGHJK",
        "７Ｋ０ＭＸ２ＱＡ９１",
        "7K0M-X2QA 91",
        "7k0mx2qa91",
        "7K0MX2QA91\u200b",
        "7KOMX2QA9l",
    ],
)
def test_a_query_code_is_read_as_crockford_reads_it(typed: str) -> None:
    plain = "".join(c for c in normal_form(typed).upper() if c.isalnum())

    assert query_code(typed) == plain.replace("O", "0").replace("L", "1").replace("I", "1")
    assert query_code(query_code(typed)) == query_code(typed) == code_of(typed)


@pytest.mark.parametrize("typed", ["", "0123456AB", "0123456ABCD", "查询码", "U123456ABC", "x" * 100_000])
def test_what_cannot_be_a_query_code_is_none(typed: str) -> None:
    assert code_of(typed) == ""


@given(st.text())
def test_a_query_code_can_always_be_sent_in_a_header(typed: str) -> None:
    assert query_code(typed).isascii()


@pytest.mark.parametrize(
    "typed",
    ["123456", "１２３４５６", "123 456", "123-456", " 123456\n", "١٢٣٤٥٦", "123\u200b456", "123\u00a0456"],
)
def test_a_one_time_code_is_six_digits_however_they_are_typed(typed: str) -> None:
    assert one_time_code(typed) == "123456"


@pytest.mark.parametrize("typed", ["", "12345a", "一二三四五六", "½½"])
def test_what_is_no_code_is_nothing(typed: str) -> None:
    assert one_time_code(typed) == ""


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("網絡問政２０２６", "網絡問政"),
        ("網絡問政２０２６", "网络问政"),
        ("網絡問政２０２６", "２０２６"),
        ("共3①2", "①"),
        ("网络问政", "网络\u200b问政"),
        ("网络问政", " 网络问政\n"),
        ("面积十㎡", "m2"),
    ],
)
def test_a_search_meets_the_text_however_either_was_typed(stored: str, asked: str) -> None:
    assert search_words(asked) in normal_form(stored)


def test_a_search_is_cut_and_never_refused() -> None:
    assert len(search_words("路" * 100_000)) == LONGEST_SEARCH


@pytest.mark.parametrize("evil", ["a" + "\u0344" * 100_000, "\u200b" * 100_000])
def test_a_long_text_is_looked_at_no_further_than_a_number_reaches(evil: str) -> None:
    assert number_of(evil) == code_of(evil) == one_time_code(evil) == ""
    assert case_number(evil + "SQ261127-000001") == case_number(evil[:LONGEST])
