"""What the word lists block, hold and star out."""

from pathlib import Path

import pytest

from city.profile import Profile
from city.words import Match, Verdict, WordLists

LISTS = WordLists(block=["办证刻章联系"], hold=["不想活", "加QQ"], mask=["傻逼", "不想活"])
CITY = Profile.load(Path(__file__).resolve().parents[2] / "cities" / "suqian").words


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("路灯不亮", Verdict("pass")),
        ("我不想活了", Verdict("hold", ("不想活",))),
        ("我 不-想.活 了", Verdict("hold", ("不想活",))),
        ("不想,活动筋骨", Verdict("pass")),
        ("加qq聊", Verdict("hold", ("加qq",))),
        ("办证刻章联系我,不想活", Verdict("block", ("办证刻章联系",))),
        ("你是傻逼", Verdict("pass")),
        ("", Verdict("pass")),
    ],
)
def test_block_wins_over_hold_and_hold_over_the_rest(text: str, verdict: Verdict) -> None:
    assert LISTS.judge(text) == verdict


def test_a_word_at_the_end_of_the_longest_text_is_found_as_one_at_its_beginning() -> None:
    long = "路灯不亮。" * 2_000

    assert [LISTS.judge(text).outcome for text in (f"不想活{long}", f"{long}不想活", long)] == [
        "hold",
        "hold",
        "pass",
    ]
    assert LISTS.masked(f"{long}傻逼") == f"{long}**"


def test_masked_words_are_starred_one_for_one_also_when_parted() -> None:
    assert LISTS.masked("这傻 逼工程,真傻逼") == "这***工程,真**"
    assert LISTS.masked("路灯不亮") == "路灯不亮"
    held = "我不想活了,加QQ"
    assert LISTS.masked(held) == held, "a moderator reads what is held"


@pytest.mark.parametrize(
    "written",
    ["不想活", "不\u200b想\u00ad活", "不想\u0336活", "不－想－活", "不·想•活", "不　想　活", "不*想*活"],
)
def test_a_word_is_found_however_it_is_hidden(written: str) -> None:
    assert LISTS.judge(f"我{written}了").outcome == "hold"


def test_a_word_is_found_in_traditional_and_full_width_characters() -> None:
    assert LISTS.judge("辦證刻章聯繫").outcome == "block"
    assert LISTS.judge("加ＱＱ").outcome == "hold"
    assert LISTS.masked("這傻\u00ad逼工程") == "這***工程"


def test_a_match_says_where_it_stands() -> None:
    assert LISTS.matches("我 不 想活") == [Match("不想活", 2, 6)]


def test_a_word_in_two_lists_is_in_the_stricter_one() -> None:
    assert "不想活" not in LISTS.mask


def test_empty_lists_let_everything_pass() -> None:
    assert WordLists((), ()).judge("办证刻章联系") == Verdict("pass")


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("楼下炸鸡店油烟太大", "pass"),
        ("周末上街买菜,人行道被占", "pass"),
        ("举报有人在小区门口代开发票", "hold"),
        ("举报有人贩毒", "hold"),
        ("兼职刷单加微信,日赚千元加群", "block"),
    ],
)
def test_the_citys_lists_do_not_stop_everyday_posts_nor_refuse_reports_of_crime(
    text: str, outcome: str
) -> None:
    assert CITY.judge(text).outcome == outcome
