"""What people write stays as they wrote it; what is compared has one form; neither can be made to deceive or to cost."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC  # type: ignore[import-untyped, unused-ignore]

from city.normal import (
    LONGEST_EXPANSION,
    MOST_MARKS,
    folded,
    length,
    normal_form,
    shows_nothing,
    unstorable,
    written,
    written_line,
)

TRADITIONAL = OpenCC("t2s")
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    "text",
    [
        "李昇",
        "王乾",
        "於某",
        "乾安县",
        "氾水镇",
        "網絡問政２０２６",
        "10²米",
        "1½小时",
        "共3①2",
        "①修②装",
        "㎡、℃、㈠、Ⅳ",
        FAMILY,
        "❤️‍🔥 🏳️‍🌈 👍🏽 1️⃣ 🇨🇳",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "葛\U000e0100城",
        "ᠮᠣᠩᠭᠣᠯ\u180eᠠ",
        "می\u200cخواهم",
        "café Zoë",
        "路灯坏了，请修！（急）……共３％",
        "第一行\n\n第二行",
    ],
)
def test_what_a_person_wrote_is_kept_as_it_was_written(text: str) -> None:
    assert written(text) == text


@pytest.mark.parametrize(
    ("typed", "shown", "why"),
    [
        ("路\u200b灯\u202e不亮\ufeff\x07", "路灯不亮", "invisible marks and controls"),
        ("\u2067工资拖欠\u2066(已解决)", "工资拖欠(已解决)", "bidi isolates"),
        (
            "139\u00ad0000\u034f1234\u180e\u061c",
            "13900001234",
            "soft hyphen, joiner, Mongolian and Arabic marks",
        ),
        ("a\u200db", "ab", "a joiner that joins no emoji"),
        ("a\ufe0f\u200d\U0001f469", "a\U0001f469", "a joiner after a letter"),
        ("路\ufff9灯\ufffa不\ufffb亮\ufffc", "路灯不亮", "interlinear marks and the place of an object"),
        ("坏\ud800字\0\ufdd0", "坏字", "what cannot be stored"),
        (" a\u3000 \tb\u2800c ", "a b c", "runs of blanks"),
        ("一\r\n二\n \n\n\n三\u2028四\x85五", "一\n二\n\n三\n四\n五", "line ends"),
        ("", "", "nothing"),
    ],
)
def test_what_deceives_is_taken_away(typed: str, shown: str, why: str) -> None:
    assert written(typed) == shown, why


@pytest.mark.parametrize(
    "point",
    [
        0x3164,
        0x2800,
        0xAD,
        0x2066,
        0x34F,
        0xE0020,
        0x90,
        0xFFFC,
        0x115F,
        0xFFA0,
        0x200B,
        0x3000,
        0x180E,
        0x1D159,
    ],
)
def test_a_text_of_characters_that_nobody_sees_shows_nothing(point: int) -> None:
    assert shows_nothing(written(chr(point) * 3))


@pytest.mark.parametrize("text", ["。", "1", "路", "👍", "?", "\U00030000"])
def test_a_text_of_one_character_that_is_seen_shows_something(text: str) -> None:
    assert not shows_nothing(written(text))


def test_what_has_one_line_is_shown_in_one() -> None:
    assert written_line("路灯\n领导批示:速转账\r\n\r\n。") == "路灯 领导批示:速转账 。"


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("路灯", 2),
        ("一\r\n二", 3),
        (FAMILY, 1),
        ("👍🏽", 1),
        ("🇨🇳", 1),
        ("e\u0301", 1),
        ("葛\U000e0100", 1),
        ("1️⃣", 1),
        ("", 0),
    ],
)
def test_characters_are_counted_as_a_person_counts_them(text: str, counted: int) -> None:
    assert length(text) == counted


@pytest.mark.parametrize(
    ("typed", "normal", "why"),
    [
        ("１３８ＡＢ", "138AB", "full width"),
        ("電話：無人接聽", "电话：无人接听", "traditional; the colon stays Chinese"),
        ("一目瞭然,乾隆年間的乾坤灣", "一目了然,乾隆年间的乾坤湾", "phrases decide what a character becomes"),
        (" a\u3000 \tb ", "a b", "runs of blanks"),
        ("路\u200b灯\u202e不亮\ufeff\x07", "路灯不亮", "invisible marks"),
        ("路灯坏了，请修！（急）……共３％", "路灯坏了，请修！（急）……共3％", "Chinese punctuation"),
        ("㈠Ⅳ㎡", "(一)IVm2", "compatibility characters"),
        ("", "", "nothing"),
    ],
)
def test_what_is_typed_in_many_ways_is_compared_in_one(typed: str, normal: str, why: str) -> None:
    assert normal_form(typed) == normal, why


@given(st.text(max_size=200))
def test_either_form_of_a_form_is_itself(text: str) -> None:
    for form in (written, written_line, normal_form, folded):
        once = form(text)

        assert form(once) == once


MARKED = st.text(
    st.sampled_from("a1①\u0344\u0f73\u0301\u0323\ufe0f\u200d\U0001f469\U0001f3fd가ᄀ\u11a8葛\U000e0100 \n\r")
)


@given(MARKED)
def test_either_form_of_a_form_is_itself_however_marks_are_heaped(text: str) -> None:
    for form in (written, written_line, normal_form, folded):
        once = form(text)

        assert form(once) == once


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_the_normal_form_is_bounded_by_the_text(text: str) -> None:
    assert len(written(text)) <= len(text)
    assert len(normal_form(text)) <= LONGEST_EXPANSION * len(text)
    assert len(folded(text)) == len(text)


def test_one_character_that_stands_for_a_sentence_does_not_become_one() -> None:
    assert normal_form("\ufdfa" * 100) == "\ufdfa" * 100


@pytest.mark.parametrize("marks", ["\u0344\u0f73", "\u0336", "\u3099", "\ufe0f", "\U0001d165"])
def test_no_more_marks_are_ordered_than_any_language_writes(marks: str) -> None:
    heaped = "a" + "".join(mark * 4999 for mark in marks)

    for form in (written, normal_form):
        marks = max(len(run) for run in _runs_of_marks(form(heaped)))
        assert marks <= MOST_MARKS


def _runs_of_marks(text: str) -> list[str]:
    joined = "".join(character if unicodedata.combining(character) else " " for character in text)
    return joined.split(" ")


@given(st.text(st.sampled_from("乾隆年間藉口反覆瞭如指掌電話無人接聽的一是小區"), max_size=12))
def test_simplifying_agrees_with_opencc(text: str) -> None:
    assert normal_form(text) == TRADITIONAL.convert(text)
    assert folded(text) == TRADITIONAL.convert(text)


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


def test_what_is_folded_for_reading_keeps_the_marks_that_chinese_readers_expect() -> None:
    assert folded("路燈，壞了！？：；（１）％～…") == "路灯，坏了！？：；（1）％～…"
