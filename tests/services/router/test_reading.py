"""What is read of a post: a bounded part, in which words are found as if every place were tried."""

from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.city_facts import PolicyChanged
from contracts.posts import PostReceived
from services.router.core.assigning import routing
from services.router.core.assigning.reading import LONGEST, Lexicon, Reading, Sieve
from services.router.core.assigning.routing import Routing, foresee
from tests.services.intake.door import PROFILE, at

ALPHABET = "路灯坏了aAbß,𠀀\n"
words = st.dictionaries(
    st.text(ALPHABET.replace("\n", ""), min_size=1, max_size=4), st.integers(), max_size=12
)


def plainly(words: dict[str, int], text: str) -> list[tuple[int, str, int]]:
    """Every place is tried, the longest word first."""
    found, here = [], 0
    while here < len(text):
        fitting = [word for word in words if text.startswith(word, here)]
        if fitting:
            word = max(fitting, key=len)
            found.append((here, word, words[word]))
            here += len(word)
        else:
            here += 1
    return found


def post(text: str, title: str = "求助", area: str = "") -> PostReceived:
    return PostReceived(
        at=at("2026-03-02T10:00"),
        number="SQ-1",
        kind="complaint",
        title=title,
        text=text,
        area=area,
        citizen="c",
    )


@given(words, words, st.text(ALPHABET, max_size=40), st.text(ALPHABET, max_size=10))
@settings(deadline=None)
@example({"aß": 1, "A": 2}, {}, "aßA", "")
def test_words_are_found_as_if_every_place_were_tried(
    first: dict[str, int], second: dict[str, int], text: str, title: str
) -> None:
    reading = Reading(title, text)
    lexicons = (Lexicon(first), Lexicon(second))
    Sieve(*lexicons).mark(reading)

    assert lexicons[0].find(reading, reading.whole) == plainly(first, reading.whole)
    assert lexicons[1].find(reading, reading.capitals) == plainly(second, reading.capitals)
    assert Lexicon(first).find(Reading(title, text), reading.whole) == plainly(first, reading.whole)


def test_what_stands_beyond_the_first_three_thousand_characters_decides_nothing_and_this_is_said() -> None:
    city = Routing(PROFILE)
    short = city.choose(post("路灯不亮。" + "啊" * (LONGEST - 5)))
    long = city.choose(post("路灯不亮。" + "啊" * (LONGEST - 5) + "学区划分,孩子上小学。" * 500))

    assert long.department == short.department
    assert [one.score for one in long.candidates] == [one.score for one in short.candidates]
    assert "只读了前 3000 字" in long.candidates[0].reasons[-1].text
    assert not any("只读了" in reason.text for reason in short.candidates[0].reasons)


@pytest.mark.parametrize("hostile", ["صلى الله عليه وسلم" * 10_000, "路灯坏了" * 45_000, "人民路与" * 45_000])
def test_a_text_of_180_000_characters_is_read_like_one_of_three_thousand(hostile: str) -> None:
    """The work is counted, not timed: how many characters the judges are handed."""
    reading = Reading(hostile, hostile, hostile)

    assert len(reading.with_place) <= LONGEST + 500
    assert len(reading.two) == len(reading.three) == len(reading.capitals) == len(reading.with_place)
    choice = Routing(PROFILE).choose(post(hostile))
    assert sum(len(reason.text) for one in choice.candidates for reason in one.reasons) < 2_000


def test_what_was_foreseen_is_what_would_be_chosen() -> None:
    ahead, plain = Routing(PROFILE), Routing(PROFILE)
    posts = [post(f"路灯坏了{n}天,没有人修", area="321322") for n in range(5)]
    for each in posts:
        foresee(each, ahead)
    assert [ahead.choose(each) for each in posts] == [plain.choose(each) for each in posts]


def test_a_post_foreseen_is_scored_once_and_one_that_differs_anew() -> None:
    city = Routing(PROFILE)
    first = post("a\n路灯坏了", title="学区")
    foresee(first, city)

    assert city.choose(first) is city.choose(first)
    for other in (
        post("路灯坏了", title="学区\na"),
        post("a\n路灯坏了", title="学区", area="321322"),
        replace(first, place="沭阳县"),
        post("a\n路灯坏了。", title="学区"),
    ):
        assert city.choose(other) is not city.choose(first)
        assert city.choose(other) == Routing(PROFILE).choose(other)


def test_a_city_that_learnt_something_works_out_anew_what_was_foreseen_before() -> None:
    before = Routing(PROFILE)
    mine = post("路灯坏了")
    foresee(mine, before)
    fact = PolicyChanged(
        at=at("2026-03-02T10:00") + timedelta(hours=1), part={"dispatch": {"automatic_confidence": 1.0}}
    )
    after = before.amended(fact)

    assert before.choose(mine).department
    assert not after.choose(mine).department


def test_of_what_was_foreseen_only_the_newest_is_kept() -> None:
    city = Routing(PROFILE)
    for n in range(routing.FORESEEN + 5):
        foresee(post(f"{n}"), city)
    assert city.foreseen == routing.FORESEEN


def test_a_survey_asks_nobody_and_nothing_is_foreseen_for_it() -> None:
    city = Routing(PROFILE)
    foresee(replace(post("路灯坏了"), kind="survey"), city)
    foresee(PolicyChanged(at=at("2026-03-02T10:00"), part={}), city)
    assert city.foreseen == 0
