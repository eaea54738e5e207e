"""Which groups of digits, with which marks between them, look like a number of a person: each bound from both sides."""

import re

import pytest

from city.shapes import is_card, is_id, is_landline, is_mobile, several


def _read(text: str) -> tuple[str, tuple[int, ...], list[str]]:
    """Digits, lengths of their groups and the marks between them; `_` stands for nothing between two classes of digits."""
    groups = re.findall(r"\d+", text)
    return "".join(groups), tuple(map(len, groups)), [mark.strip("_") for mark in re.findall(r"\D", text)]


@pytest.mark.parametrize(
    "text",
    [
        "13900001234",
        "8613900001234",
        "008613900001234",
        "013900001234",
        "139 0000 1234",
        "139,0000,1234",
        "139-0000 1234",
        "1390001 1234",
        "139-00001234",
        "1390,0001,234",
        "1390-001-1234",
        "139_0000_1234",
        "13 900 001 234",
        "139 00 00 12 34",
        "13 9 00 00 12 34",
        "1390.0001.234",
        "139*0000*1234",
        "1390-0001 234",
        "1390.0001~234",
        "13900-00-1234",
        "139-00-00-12-34",
        "1-3-9-0-0-0-0-1-2-3-4",
        "1 3 9-0 0 0 0-1 2 3 4",
        "13-90-00-01-234",
        "139点0000点1234",
        "1,3,9,0,0,0,0,1,2,3,4",
        "86 13900001234",
        "86-139-0000-1234",
        "0086(139)0000)1234",
        "86_13900001234",
        "0 139 0000 1234",
        "86139 0000 1234",
        "0139-0000-1234",
        "1390 1000 010",
        "86139,0000,1234",
        "139-000-01-234",
        "13 900 201234",
        "13 900 100 234",
        "13 045 678 901",
    ],
)
def test_a_mobile_number_is_known_as_people_write_it(text: str) -> None:
    assert is_mobile(*_read(text))


@pytest.mark.parametrize(
    "text",
    [
        "12900001234",
        "1 3-9 0-0 0-0 1-2 3-4",
        "1 3 9-0 0 0 0,1 2 3 4",
        "139点00001234",
        "1390000123",
        "139000012345",
        "8713900001234",
        "86,13900001234",
        "86*139*0000*1234",
        "139-0000,12.34",
        "13 900-001.234",
        "1390,0001-234",
        "1390-0001-23~4",
        "139,00001234",
        "1390000/1234",
        "139*00001234",
        "1390000.1234",
        "13 9 0 00 0 12 34",
        "13-9000-01234",
        "139-0-0-0-01234",
        "1390 2000 300",
        "1390-2000-300",
        "13 45 678 9012",
        "13-45-678-9012",
    ],
)
def test_what_is_written_as_no_mobile_number_is(text: str) -> None:
    """Among them lists: groups that are all round, or one larger than the other."""
    assert not is_mobile(*_read(text))


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",
        "110105 19491231 0021",
        "110105,1949,12,31,002,1",
        "1101,05194,91231,0021",
        "110,105,194,912,310,021",
        "110 105 1949 12 31 0021",
        "110105-1949 12310021",
        "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 1",
        "1 1 0 1 0 5-1 9 4 9 1 2 3 1-0 0 2 1",
        "110105491231002",
        "110105 491231 002",
        "110105-491231002",
        "110105491231 002",
    ],
)
def test_an_identity_card_is_known_as_people_write_it(text: str) -> None:
    assert is_id(*_read(text))


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002",
        "1101051949123100212",
        "160105194912310021",
        "110105194913310021",
        "110105210012310021",
        "1101,0519,4912,31002,1",
        "110,105,194,912,310-021",
        "110 105 194 912 31 00 21",
        "110105-1949 1231,0021",
        "110-105-194-912-31 002-1",
        "1 1-0 1-0 5-1 9-4 9-1 2-3 1-0 0-2 1",
        "1 1 0 1 0 5-1 9 4 9,1 2 3 1 0 0 2 1",
        "110105491331002",
        "110105,491231002",
        "110105.491231.002",
        "11010 54912 31002",
        "1101054912 31002",
        "11010549123100",
        "1101054912310021",
    ],
)
def test_what_is_written_as_no_identity_card_is(text: str) -> None:
    assert not is_id(*_read(text))


@pytest.mark.parametrize(
    "text",
    [
        "6222021234567890",
        "6222 0212 3456 7890",
        "62220 2123 456 7890",
        "62220-2123 4-567890",
        "6222 0212 345 678 90",
        "6222,0212,3456,7890",
        "62220212345678901",
        "6222021 234 5678901 23",
        "6222021234567890123",
        "4111111111111111",
        "4111 1111 1111 1111",
        "4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1",
        "4 1 1 1-1 1 1 1-1 1 1 1-1 1 1 1",
        "6 2 2 2-0 2 0 2-1 2 3 4-5 6 7 8-9 0 1",
        "3782 822463 10005",
        "5555 5555 5555 4444",
        "9999 9999 9999 9995",
    ],
)
def test_a_bank_card_is_known_as_people_write_it(text: str) -> None:
    assert is_card(*_read(text))


@pytest.mark.parametrize(
    "text",
    [
        "622202123456789",
        "62220212345678901234",
        "62220,2123,456,7890",
        "62220 2123 4567 8901 2",
        "6222 02 12 34 56 7890",
        "4111111111111112",
        "4111-1111 1111-1111",
        "411 11111 1111 1111",
        "41111111 11111111",
        "4 1-1 1-1 1-1 1-1 1-1 1-1 1-1 1",
        "378282246310005",
        "37828224631000",
        "2111111111111118",
        "1111111111111117",
        "0000000000000000",
    ],
)
def test_what_is_written_as_no_bank_card_is(text: str) -> None:
    """Fifteen digits in one piece are more often something else, whatever their check digit says."""
    assert not is_card(*_read(text))


@pytest.mark.parametrize(
    "text",
    [
        "052784389998",
        "05278438999",
        "01084389998",
        "02584389998",
        "0527-84389998",
        "0527-8438999",
        "010-84389998",
        "025 8438 9998",
        "0527 8438-9998",
        "0527:84389998",
        "0527/84389998",
        "0527|84389998",
        "0527-84-38-99-98",
        "0-5-2-7-8-4-3-8-9-9-9-8",
        "0 5 2 7-8 4 3 8 9 9 9 8",
    ],
)
def test_a_landline_is_known_as_people_write_it(text: str) -> None:
    assert is_landline(*_read(text))


@pytest.mark.parametrize(
    "text",
    [
        "152784389998",
        "052718438999",
        "0108438999",
        "0527843899",
        "0527843899980",
        "010-8438999",
        "0527-843899",
        "0527-08438999",
        "0127-8438999",
        "527-84389998",
        "0527,84389998",
        "0527/8438999",
        "0527/8438/9998",
        "0527-84 38.9998",
        "0527 8 43 89 99 8",
        "0 5-2 7-8 4-3 8-9 9-9 8",
        "0-5-2-7-1-4-3-8-9-9-9-8",
    ],
)
def test_what_is_written_as_no_landline_is(text: str) -> None:
    assert not is_landline(*_read(text))


MOBILE, ABROAD, CARD = "13900001234", "8613900001234", "110105194912310021"


@pytest.mark.parametrize(
    ("digits", "whole"),
    [
        (MOBILE * 2, True),
        (MOBILE + ABROAD, True),
        (CARD + MOBILE, True),
        (MOBILE + CARD, True),
        (f"0{MOBILE}00{ABROAD}", True),
        (f"086{MOBILE}{MOBILE}", True),
        (MOBILE * 2 + "1", False),
        (f"1{MOBILE}{MOBILE}", False),
        (MOBILE + "12900001234", False),
        (MOBILE[:-1] * 2, False),
        ("1", False),
    ],
)
def test_digits_run_together_are_numbers_where_each_is_in_full(digits: str, whole: bool) -> None:
    assert (several(digits) is not None) is whole
