"""The duty list as a judge: its sum, who answers at which level, and the reasons a clerk can check."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.lists import bare
from city.profile import Department, Duty, Profile
from contracts.assignments import Candidate
from services.router.core.assigning.duty import DOUBT, DutyList, governing, points_of
from services.router.core.assigning.place import Gazetteer, Place

ROOT = Path(__file__).resolve().parents[3]
PROFILE = Profile.load(ROOT / "cities" / "suqian")
GOVERNS = governing(PROFILE.departments, PROFILE.divisions)
DUTIES = DutyList(PROFILE.duties, PROFILE.departments, GOVERNS)
PLACES = Gazetteer(PROFILE.divisions)
NOWHERE = Place()
SHUYANG = Place("321322", "沭阳县", words=(("沭阳", 0),))


def units(*codes: str) -> list[Department]:
    return [Department(code, f"市{code}局", "bureau") for code in codes]


def duty(code: str, words: str, level: str = "municipal") -> Duty:
    return Duty(code, code.split("-")[0], f"{code}事项", tuple(words.split("|")), "条例", level)


def share(points: float, *others: float) -> float:
    return points**2 / (points**2 + sum(other**2 for other in others) + DOUBT)


def scored(duties: list[Duty], title: str, text: str, place: Place = NOWHERE) -> dict[str, float]:
    judge = DutyList(duties, units(*{each.department for each in duties}), {"321322": "shuyang"})
    return {each.department: each.score for each in judge.score(title, text, place)}


# -- the sum ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "text", "points"),
    [
        ("", "路灯", 2),
        ("", "没有路灯", 4),
        ("", "路灯照明设施坏了", 2 + 4),
        ("", "路灯控制箱电源线", 2 + 5),
        ("路灯", "", 4),
        ("路灯", "路灯", 4 + 2),
        ("", "路灯,路灯", 4),
        ("", "路灯,路灯,路灯,路灯", 4),
        ("", "亮", 0),
        ("", "灯光", 1),
        ("", "黑灯瞎火", 6),
        ("", "路灯旁边的车", 1),
        ("", "路灯旁的车,路灯坏了", 4),
        ("", "路灯旁边和路灯附近", 2),
    ],
)
def test_a_unit_has_the_points_of_the_words_found(title: str, text: str, points: float) -> None:
    lamps = duty("lamps-1", "路灯|没有路灯|照明设施|控制箱电源线|灯光?|黑灯瞎火!")

    found = scored([lamps], title, text)

    assert found == ({"lamps": pytest.approx(share(points), abs=1e-4)} if points else {})


def test_a_word_two_units_claim_is_shared_and_a_word_one_claims_decides() -> None:
    duties = [duty("gas-1", "停气|收费"), duty("price-1", "收费|涨价")]

    assert scored(duties, "", "收费") == pytest.approx({"gas": share(1, 1), "price": share(1, 1)}, abs=1e-4)
    assert scored(duties, "", "收费,停气") == pytest.approx(
        {"gas": share(3, 1), "price": share(1, 3)}, abs=1e-4
    )


def test_two_items_of_one_unit_do_not_split_a_word() -> None:
    assert scored([duty("gas-1", "停气"), duty("gas-2", "停气|漏气")], "", "停气") == {
        "gas": pytest.approx(share(2 + 2 / 2), abs=1e-4)
    }


def test_other_items_of_the_unit_count_half() -> None:
    duties = [duty("gas-1", "停气"), duty("gas-2", "燃气泄漏")]

    assert scored(duties, "", "停气,燃气泄漏") == {"gas": pytest.approx(share(4 + 1), abs=1e-4)}


def test_a_unit_that_is_named_has_three_points_more() -> None:
    assert scored([duty("gas-1", "停气")], "", "市gas局说停气") == {"gas": pytest.approx(share(5), abs=1e-4)}
    assert scored([duty("gas-1", "停气")], "", "找过gas局") == {"gas": pytest.approx(share(3), abs=1e-4)}


def test_capitals_do_not_matter_and_the_reason_quotes_what_was_written() -> None:
    judge = DutyList([duty("noise-1", "KTV|扰民")], units("noise"), {})

    (found,) = judge.score("", "楼下ktv唱到半夜", NOWHERE)

    assert found.reasons[0].words == (("ktv", 3),)


def test_a_post_without_a_word_of_the_list_has_no_candidate() -> None:
    assert DUTIES.score("", "", NOWHERE) == []
    assert DutyList((), (), {}).score("路灯", "路灯", NOWHERE) == []


# -- who answers ------------------------------------------------------------------------------

LEVELS = [
    duty("roads-1", "公路", "municipal"),
    duty("roads-2", "村道", "county"),
    duty("roads-3", "养护", "both"),
]
OFFICE = Place("321322", "沭阳县", office="县交通局", office_offset=1)
ELSEWHERE = Place("321399", "别县", office="县交通局", office_offset=1)


@pytest.mark.parametrize(
    ("word", "place", "unit"),
    [
        ("公路", NOWHERE, "roads"),
        ("公路", SHUYANG, "roads"),
        ("公路", OFFICE, "roads"),
        ("村道", NOWHERE, "roads"),
        ("村道", SHUYANG, "shuyang"),
        ("村道", ELSEWHERE, "roads"),
        ("养护", NOWHERE, "roads"),
        ("养护", SHUYANG, "roads"),
        ("养护", OFFICE, "shuyang"),
        ("养护", ELSEWHERE, "roads"),
    ],
)
def test_the_level_of_the_item_says_who_answers(word: str, place: Place, unit: str) -> None:
    assert scored(LEVELS, "", f"\n县交通局不管{word}", place) == {unit: pytest.approx(share(2), abs=1e-4)}


@pytest.mark.parametrize(
    ("text", "unit", "item"),
    [
        ("村里的水泥路坏了", "transport", "transport-09"),
        ("我们沭阳县村里的水泥路坏了", "shuyang", "transport-09"),
        ("泗洪双沟镇村里的水泥路坏了", "sihong", "transport-09"),
        ("沭阳县城的公交线路太少", "bus", "bus-01"),
        ("沭阳的学区怎么划片,小学入学要什么材料", "education", "education-01"),
        ("沭阳县教育局说不清学区怎么划片,小学入学要什么材料", "shuyang", "education-01"),
    ],
)
def test_the_citys_own_list_sends_to_city_or_district(text: str, unit: str, item: str) -> None:
    best = DUTIES.score("", text, PLACES.recognise(f"\n{text}"))[0]

    assert (best.department, best.duty_item) == (unit, item)


def test_each_known_area_but_for_none_has_its_government() -> None:
    assert set(GOVERNS) == {division.area_code for division in PROFILE.divisions}
    assert GOVERNS["321322"] == "shuyang"
    assert GOVERNS["321371"] == "economic-zone"


# -- reasons ----------------------------------------------------------------------------------


def whole_of(found: list[Candidate], whole: str) -> None:
    for candidate in found:
        for reason in candidate.reasons:
            for word, offset in reason.words:
                assert whole[offset : offset + len(word)] == word, reason


def test_a_reason_names_the_words_their_points_and_their_offsets() -> None:
    best = DUTIES.score("小区路灯不亮", "路灯坏了一个星期", NOWHERE)[0]

    assert best.department == "urban-management"
    assert best.reasons[0].text == "出现“路灯不亮8分、路灯坏了4分”"
    assert best.reasons[0].words == (("路灯不亮", 2), ("路灯坏了", 7))
    assert best.reasons[0].weight == 12
    assert best.reasons[1].kind == "duty"
    assert best.reasons[1].words == best.reasons[0].words


def test_a_district_is_chosen_with_a_reason_that_says_why() -> None:
    text = "沭阳县教育局说不清学区怎么划片,小学入学要什么材料"
    place = PLACES.recognise(f"\n{text}")

    level = next(r for r in DUTIES.score("", text, place)[0].reasons if r.kind == "level")

    assert level.words == (("沭阳县教育局", 1),)
    assert "沭阳县教育局" in level.text


def test_what_stands_only_in_the_field_for_the_place_is_no_word_of_the_post() -> None:
    place = PLACES.recognise("路灯坏了\n路灯坏了\n沭阳县沭城街道")

    found = DUTIES.score("路灯坏了", "路灯坏了", place)

    assert any(reason.kind == "place" and not reason.words for reason in found[0].reasons)
    whole_of(found, "路灯坏了\n路灯坏了")


words_of_the_list = st.sampled_from(
    sorted(
        {bare(word) for each in PROFILE.duties for word in each.words} | {"沭阳县", "旁边", "ktv", "\n", "ß"}
    )
)
written = st.lists(words_of_the_list | st.text(max_size=4), max_size=20).map("".join)


@pytest.mark.medium
@given(written, written, st.sampled_from(["", *GOVERNS]))
@settings(max_examples=200)
def test_whatever_is_written_shares_add_up_and_offsets_hold(title: str, text: str, area: str) -> None:
    whole = f"{title}\n{text}"

    found = DUTIES.score(title, text, PLACES.recognise(whole, area))

    assert sum(candidate.score for candidate in found) <= 1
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert len({each.department for each in found}) == len(found)
    assert all(each.department in PROFILE.department and each.reasons for each in found)
    whole_of(found, whole)


@pytest.mark.medium
@given(written, written)
def test_the_same_post_is_always_judged_alike(title: str, text: str) -> None:
    again = DutyList(PROFILE.duties, PROFILE.departments, GOVERNS) if len(text) > 60 else DUTIES

    assert DUTIES.score(title, text, NOWHERE) == again.score(title, text, NOWHERE)


# -- the city's own list ----------------------------------------------------------------------


def test_a_mark_says_what_a_word_gives() -> None:
    assert [points_of(word) for word in ("路灯", "没有路灯", "小区没有路灯", "灯光?", "公积金!")] == [
        2,
        4,
        5,
        1,
        6,
    ]


@pytest.mark.parametrize("item", PROFILE.duties, ids=lambda each: each.code)
def test_a_post_of_an_items_own_words_is_its_units(item: Duty) -> None:
    text = "。".join(map(bare, item.words))

    best = DUTIES.score("", text, NOWHERE)[0]

    assert (best.department, best.duty_item) == (item.department, item.code)
    assert DUTIES.owner(item.code) == item.department


def test_the_owner_of_an_unknown_item_is_nobody() -> None:
    assert DUTIES.owner("moon-1") == ""
