"""Answers of the demonstration name the matter and the unit, and differ by kind and trade."""

from datetime import date
from typing import Any

from city.profile import Profile
from wenzheng.demo.replies import ASKED, DONE, PAPERS, asked_back, first_word, reply
from wenzheng.stack.home import ROOT

PROFILE = Profile.load(ROOT / "cities" / "suqian")
DAY = date(2011, 6, 8)


def post(kind: str, title: str = "路灯灭了半条街") -> dict[str, Any]:
    return {"kind": kind, "title": title, "text": "……"}


def test_an_answer_names_the_matter_and_the_unit() -> None:
    for kind in ("complaint", "consult", "suggestion", "mailbox"):
        for again in (False, True):
            for n in range(6):
                text = reply(post(kind), "urban-management", "市城市管理局", DAY, n, again)
                assert "路灯灭了半条街" in text
                assert "市城市管理局" in text


def test_a_question_is_told_what_to_bring_and_a_complaint_what_was_done() -> None:
    assert PAPERS["housing-fund"] in reply(post("consult"), "housing-fund", "中心", DAY, 0)
    assert DONE["power"][1] in reply(post("complaint"), "power", "供电公司", DAY, 1)


def test_a_second_answer_says_something_else_than_the_first() -> None:
    first = reply(post("complaint"), "gas", "燃气公司", DAY, 0)

    assert DONE["gas"][0] in first
    assert DONE["gas"][1] in reply(post("complaint"), "gas", "燃气公司", DAY, 0, again=True)


def test_units_with_words_of_their_own_are_units_of_the_city() -> None:
    assert set(DONE) | set(PAPERS) <= set(PROFILE.department)


def test_what_is_asked_back_fits_the_kind() -> None:
    assert len({asked_back(kind) for kind in ASKED}) == len(ASKED)
    assert asked_back("unknown") == ASKED["complaint"]


def test_no_answer_holds_what_the_door_would_star_or_hold() -> None:
    for unit in PROFILE.departments:
        for n in range(3):
            for kind in ASKED:
                text = reply(post(kind), unit.code, unit.name, DAY, n)
                for said in (text, first_word(kind, n)):
                    published = PROFILE.published(said)
                    assert published.texts[0] == said
                    assert published.verdict.outcome == "pass"
