"""What is read of a post: a bounded part, in which words are found as if every place were tried."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.assignments import PostAssigned
from contracts.city_facts import PolicyChanged
from contracts.decision import Context, Say
from contracts.posts import PostReceived
from services.router.app import RULES
from services.router.core.assigning.reading import LONGEST, Lexicon, Reading, Sieve
from services.router.core.assigning.routing import Routing, foresee
from services.router.core.case import new
from tests.services.intake.door import PROFILE, at


class Deaf:
    """A city that must not be asked again for what was foreseen."""

    def __init__(self, city: Routing) -> None:
        self.profile = city.profile


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


@pytest.mark.medium
@given(words, words, st.text(ALPHABET, max_size=40), st.text(ALPHABET, max_size=10))
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


def test_a_post_that_asks_for_a_unit_is_scored_before_anything_is_known_of_its_case() -> None:
    city = Routing(PROFILE)
    mine = post("路灯坏了,没有人修", area="321322")
    foreseen = foresee(mine, city)

    assert foreseen == city.choose(mine)
    [effect] = RULES[PostReceived](
        new("p"), mine, Context("p", "c", mine.at, Deaf(city), 0, foreseen)
    ).effects
    assert isinstance(effect, Say)
    assert isinstance(effect.fact, PostAssigned)
    assert effect.fact.department == foreseen.department


def test_for_a_survey_and_for_other_facts_nothing_is_foreseen() -> None:
    city = Routing(PROFILE)
    assert foresee(replace(post("路灯坏了"), kind="survey"), city) is None
    assert foresee(PolicyChanged(at=at("2026-03-02T10:00"), part={}), city) is None


@pytest.mark.parametrize(("above", "assigned"), [(0.0, True), (0.0001, False), (-0.0001, True)])
def test_a_confidence_that_just_reaches_the_threshold_assigns(above: float, assigned: bool) -> None:
    mine = post("路灯坏了,路灯不亮,没有人修")
    first = Routing(PROFILE).choose(mine)
    threshold = round(first.confidence + above, 6)
    fact = PolicyChanged(at=mine.at, part={"dispatch": {"automatic_confidence": threshold}})

    choice = Routing(PROFILE).amended(fact).choose(mine)

    assert choice.confidence == first.confidence
    assert choice.department == (first.candidates[0].department if assigned else "")


def test_a_post_in_traditional_characters_goes_to_the_unit_of_the_same_post_in_simplified_ones() -> None:
    routing = Routing(PROFILE)

    simplified = routing.choose(post("沭阳县城第２实验小学门口的路灯坏了很久", "路灯不亮"))
    traditional = routing.choose(post("沭陽縣城第２實驗小學門口的路燈壞了很久", "路燈不亮"))

    assert traditional.candidates == simplified.candidates
    assert (traditional.department, traditional.area) == (simplified.department, simplified.area)
    assert simplified.candidates


def test_places_in_what_is_read_are_places_in_what_was_written() -> None:
    title, text = "①㎡路燈", "１２３號 \ufdfa 路燈"

    read = Reading(title, text)

    assert (read.title, read.text) == ("1㎡路灯", "123号 \ufdfa 路灯")
    assert (len(read.title), len(read.text)) == (len(title), len(text))
