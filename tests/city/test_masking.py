"""What is personal goes, what is not stays, and offsets hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.masking import find_personal, mask
from city.normal import normal_form, unstorable


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "电话13812345678。",
        "联系我 138 1234 5678",
        "138-1234-5678",
        "+86 13812345678",
        "0527-84359000",
        "(0527)84359000",
        "身份证321302199003074518",
        "32130219900307451X",
        "老证321302900307451号",
        "苏N12345停在路口",
        "苏N·D12345",
        "卡号6222021234567890123",
        "6222 0212 3456 7890 123",
        "写信到 someone.x@example.com",
        "openid oABCD1234efgh5678IJKL9012mno",
    ],
)
def test_personal_data_is_found_and_masked_in_place(text: str) -> None:
    masked = mask(text)

    assert len(masked) == len(text)
    assert "*" in masked
    assert find_personal(masked) == []


@pytest.mark.parametrize(
    "text",
    [
        "SQ261124-000123",
        "2026-02-25T18:00:00+08:00",
        "0195a000-0000-7000-8000-000000000001",
        "二〇二六年2月25日共1380000元",
        "1352/1373",
        "S249省道K12+300处",
        "8f14e45fceea167a5a36dedd4bea2543",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "每平方米12345.67元",
        "offset 13812345678901",
        "幸福路138号",
        "苏北大桥",
        "international-organizations-x",
        "18.4.2026",
    ],
)
def test_what_is_not_personal_survives(text: str) -> None:
    assert mask(text) == text


@given(st.text(max_size=400))
def test_masking_keeps_the_length_and_is_done_once(text: str) -> None:
    once = mask(text)

    assert len(once) == len(text)
    assert mask(once) == once


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    text = "1" * 60_000 + "@" * 1000 + " 0" * 1000

    assert len(mask(text)) == len(text)


def test_full_width_numbers_are_plain_after_the_normal_form() -> None:
    assert mask(normal_form("電話:１３８１２３４５６７８")) == "电话:***********"


def test_what_postgresql_refuses_is_named() -> None:
    assert unstorable("a\0b")
    assert unstorable("a\ud800b")
    assert unstorable("普通文字") == ""
