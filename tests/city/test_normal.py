"""One form for what people type in many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC  # type: ignore[import-untyped, unused-ignore]

from city.masking import mask
from city.normal import normal_form, unstorable

TRADITIONAL = OpenCC("t2s")


@pytest.mark.parametrize(
    ("typed", "normal", "why"),
    [
        ("１３８ＡＢ", "138AB", "full width"),
        ("電話：無人接聽", "电话：无人接听", "traditional; the colon stays Chinese"),
        ("一目瞭然,乾隆年間的乾坤灣", "一目了然,乾隆年间的乾坤湾", "phrases decide what a character becomes"),
        (" a\u3000 \tb ", "a b", "runs of blanks"),
        ("一\r\n二\n\n\n\n三", "一\n二\n\n三", "line ends"),
        ("路\u200b灯\u202e不亮\ufeff\x07", "路灯不亮", "invisible marks"),
        ("坏\ud800字\0", "坏字", "what cannot be stored"),
        ("路灯坏了，请修！（急）……共３％", "路灯坏了，请修！（急）……共3％", "punctuation is shown as typed"),
        ("㈠Ⅳ㎡", "(一)IVm2", "compatibility characters"),
        ("", "", "nothing"),
    ],
)
def test_what_is_typed_comes_to_one_form(typed: str, normal: str, why: str) -> None:
    assert normal_form(typed) == normal, why


@given(st.text(max_size=200))
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    once = normal_form(text)

    assert normal_form(once) == once


@given(st.text(st.sampled_from("乾隆年間藉口反覆瞭如指掌電話無人接聽的一是小區"), max_size=12))
def test_simplifying_agrees_with_opencc(text: str) -> None:
    assert normal_form(text) == TRADITIONAL.convert(text)


def test_full_width_numbers_are_plain_after_the_normal_form() -> None:
    assert mask(normal_form("電話:１３８１２３４５６７８")) == "电话:***********"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a\0b", "含有空字符 U+0000"),
        ("a\ud800b", "含有不完整的字符(孤立的代理码位)"),
        ("普通文字😀", ""),
        ("plain", ""),
    ],
)
def test_what_postgresql_refuses_is_named(text: str, reason: str) -> None:
    assert unstorable(text) == reason
