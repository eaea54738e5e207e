"""Where a post happens: the city's areas and streets, crossings and offices, each with its offset."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.profile import Division, Profile
from services.router.core.assigning.place import Gazetteer, Place

CITY = Path(__file__).resolve().parents[3] / "cities" / "suqian"
DIVISIONS = Profile.load(CITY).divisions
AREAS = {division.area_code: division.area for division in DIVISIONS}
PLACES = Gazetteer(DIVISIONS)
SUCHENG, SUYU, SHUYANG, SIYANG, SIHONG, ZONE = sorted(AREAS)

shared = {
    name
    for name in {name for each in DIVISIONS for name in (each.street, *each.aliases)}
    if len({each.area_code for each in DIVISIONS if name in (each.street, *each.aliases)}) > 1
}
long_names = sorted(
    (name, division)
    for division in DIVISIONS
    for name in (division.street, *division.aliases)
    if len(name) > 2 and name not in shared
)
filler = st.text(alphabet="我想问一下这里的事情怎么办呢,。!\n", max_size=30)


def stands_in(text: str, place: Place) -> bool:
    return all(text[offset : offset + len(word)] == word for word, offset in place.words)


# -- areas and streets ------------------------------------------------------------------------


@pytest.mark.parametrize("division", DIVISIONS, ids=lambda each: each.street_code)
def test_every_street_and_town_is_recognised_by_its_name(division: Division) -> None:
    text = f"我住在{division.street},想问一下"

    place = PLACES.recognise(text)

    assert (place.area, place.street) == (division.area_code, division.street_code)
    assert (division.street, 3) in place.words


@pytest.mark.parametrize("area", AREAS.items(), ids=lambda area: area[1])
def test_every_area_is_recognised_with_and_without_its_kind(area: tuple[str, str]) -> None:
    code, name = area
    short = "经开区" if name.endswith("经济技术开发区") else name[:-1]

    for called in (name, short):
        place = PLACES.recognise(f"家住{called}的一个小区")
        assert (place.area, place.area_name, place.words[0]) == (code, name, (called, 2))


@given(st.sampled_from(long_names), filler, filler)
def test_a_name_is_found_at_its_offset_wherever_it_stands(
    named: tuple[str, Division], before: str, after: str
) -> None:
    name, division = named
    text = f"{before}{name},{after}"

    place = PLACES.recognise(text)

    assert (name, len(before)) in place.words
    assert (place.area, place.street) == (division.area_code, division.street_code)
    assert stands_in(text, place)


@given(st.text(max_size=200), st.sampled_from(["", *AREAS]))
def test_whatever_is_written_offsets_hold_and_the_chosen_area_wins(text: str, chosen: str) -> None:
    place = PLACES.recognise(text, chosen)

    assert stands_in(text, place)
    assert not chosen or place.area == chosen
    assert place.area_name == AREAS.get(place.area, "")
    assert not place.street or place.street.startswith(place.area)
    assert not place.office or text[place.office_offset :].startswith(place.office)


@pytest.mark.parametrize(
    ("text", "chosen", "area", "street"),
    [
        ("沭阳桑墟的路坏了", "", SHUYANG, "321322110"),
        ("泗洪县双沟集镇没有路灯", "", SIHONG, "321324101"),
        ("泗洪县车门旁的路", "", SIHONG, "321324203"),
        ("耿车派出所出警慢", "", SUCHENG, "321302101"),
        ("公交车门坏了", "", "", ""),
        ("泗洪的公交车门坏了", "", SIHONG, ""),
        ("十字路口没有红绿灯", "", "", ""),
        ("泗阳路上的井盖坏了", "", "", ""),
        ("沭阳北路堵车", "", "", ""),
        ("沭城街道办事处", "", SHUYANG, "321322001"),
        ("从沭阳到宿豫区的公交", "", SHUYANG, ""),
        ("从沭阳到宿豫区的公交", SUYU, SUYU, ""),
        ("耿车镇的路灯", SHUYANG, SHUYANG, ""),
        ("梦溪街道的小学", SHUYANG, SHUYANG, "321322003"),
        ("小区路灯不亮", "", "", ""),
        ("", SIYANG, SIYANG, ""),
    ],
)
def test_a_place_is_told_from_what_only_sounds_like_one(
    text: str, chosen: str, area: str, street: str
) -> None:
    place = PLACES.recognise(text, chosen)

    assert (place.area, place.street) == (area, street)


def test_a_city_without_divisions_recognises_nothing() -> None:
    assert Gazetteer(()).recognise("沭阳县沭城街道") == Place()


# -- crossings --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "roads", "word", "offset"),
    [
        ("人民路与黄河路交叉口没有红绿灯", ("人民路", "黄河路"), "人民路与黄河路交叉口", 0),
        ("请问在人民路与黄河路交叉口", ("人民路", "黄河路"), "人民路与黄河路交叉口", 3),
        ("我住宿城区幸福路和洪泽湖路路口", ("幸福路", "洪泽湖路"), "幸福路和洪泽湖路路口", 5),
        ("昨天,发展大道与西湖路交汇处", ("发展大道", "西湖路"), "发展大道与西湖路交汇处", 3),
        ("位于县府街与东大街的十字路口", ("县府街", "东大街"), "县府街与东大街的十字路口", 2),
        ("205国道与人民路交叉口", ("205国道", "人民路"), "205国道与人民路交叉口", 0),
    ],
)
def test_two_roads_that_cross_are_named_without_what_stands_before(
    text: str, roads: tuple[str, str], word: str, offset: int
) -> None:
    place = PLACES.recognise(text)

    assert place.crossing == roads
    assert (word, offset) in place.words


@pytest.mark.parametrize("text", ["人民路堵车", "人民路与黄河路都堵车", "路口没有红绿灯", "走路与骑车"])
def test_what_does_not_cross_is_no_crossing(text: str) -> None:
    assert PLACES.recognise(text).crossing == ("", "")


@given(
    st.text(max_size=60),
    st.sampled_from(["人民", "黄河", "洪泽湖", "发展"]),
    st.sampled_from(["青海", "西湖"]),
)
def test_a_crossing_stands_where_its_word_says(before: str, one: str, other: str) -> None:
    text = f"{before}。{one}路与{other}路交叉口"

    place = PLACES.recognise(text)

    assert stands_in(text, place)
    assert place.crossing != ("", "")


# -- offices ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "chosen", "office"),
    [
        ("沭阳县教育局不回复", "", "沭阳县教育局"),
        ("沭阳教育局不回复", "", "沭阳教育局"),
        ("请县住建局解决,我在沭阳", "", "县住建局"),
        ("区政府说没有钱", SUCHENG, "区政府"),
        ("经开区管委会不管", "", "经开区管委会"),
        ("县教育局不回复", "", ""),
        ("市教育局不回复", SHUYANG, ""),
        ("小区居民委员会不管", SUCHENG, ""),
        ("沭阳县教育局不回复", SUYU, ""),
    ],
)
def test_an_office_is_the_areas_own(text: str, chosen: str, office: str) -> None:
    place = PLACES.recognise(text, chosen)

    assert place.office == office
    assert not office or place.office_offset == text.index(office)
