"""A point of the city: whether it is taken, how it is written, and what leads to a map."""

from pathlib import Path

import pytest

from city.points import Points, degrees_of
from city.policy import PolicyError, read_policy
from city.profile import Profile

PROFILE = Profile.load(Path(__file__).resolve().parents[2] / "cities" / "suqian")
CITY = PROFILE.policy.points
SQUARE = (118.275162, 33.963008)
_KINDS = '[kinds.consult]\nname = "咨询"\n'


def test_a_point_in_the_city_is_taken_and_so_is_one_on_its_edge() -> None:
    assert CITY.refusal(*SQUARE) == ""
    assert CITY.refusal(CITY.west, CITY.north) == ""


@pytest.mark.parametrize("point", [(116.397, 39.909), (CITY.east + 0.001, 33.9), (118.2, CITY.south - 0.001)])
def test_a_point_elsewhere_is_refused_with_the_citys_box_and_what_can_be_done(
    point: tuple[float, float],
) -> None:
    reason = CITY.refusal(*point)

    assert "不在本市范围内" in reason
    assert "东经 117.8 到 119.3 度、北纬 33 到 34.5 度" in reason
    assert "用文字写地点" in reason


def test_whoever_writes_the_latitude_first_reads_that() -> None:
    assert "经度和纬度好像写反了" in CITY.refusal(*reversed(SQUARE))


@pytest.mark.parametrize("point", [(float("nan"), 33.9), (118.2, float("nan")), (float("inf"), 33.9)])
def test_what_is_no_number_lies_in_no_city(point: tuple[float, float]) -> None:
    assert not CITY.holds(*point)
    assert not Points().holds(*point)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (118.2751623456, "118.275162"),
        (118.2751627, "118.275163"),
        (118.0, "118"),
        (100.0, "100"),
        (-0.0000001, "0"),
        (-33.5, "-33.5"),
    ],
)
def test_at_most_six_decimals_are_kept(value: float, kept: str) -> None:
    assert degrees_of(value) == kept


def test_the_link_leads_to_the_point_as_it_was_given_in_its_own_datum() -> None:
    assert CITY.link_to(*SQUARE, "gcj02") == (
        "https://uri.amap.com/marker?position=118.275162,33.963008&coordinate=gaode"
    )
    assert CITY.link_to(*SQUARE, "wgs84").endswith("position=118.275162,33.963008&coordinate=wgs84")


def test_a_city_that_names_no_map_has_no_link_and_without_a_box_takes_what_lies_in_china() -> None:
    plain = read_policy(_KINDS).points

    assert plain.link_to(*SQUARE, "gcj02") == plain.link_to(*SQUARE, "wgs84") == ""
    assert plain.holds(*SQUARE)
    assert not plain.holds(2.35, 48.85)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("west = 119.5\neast = 118.0", "[points] east: 东边的经度应大于西边的"),
        ("south = 35.0\nnorth = 33.0", "[points] north: 北边的纬度应大于南边的"),
        ("north = nan", "[points] north:"),
        ("west = 200.0", "[points] west: 应为不小于 -180、不大于 180的数"),
        ('link = "http://maps.example/{longitude},{latitude}"', "[points] link: 应为 https:// 开头的地址"),
        ('link = "https://maps.example/{longitude}"', "[points] link: 应为 https:// 开头的地址"),
        (
            'link_wgs84 = "javascript:alert({longitude},{latitude})"',
            "[points] link_wgs84: 应为 https:// 开头的地址",
        ),
        (
            'link = "https://maps.example/{longitude},{latitude} x"',
            "[points] link: 应为 https:// 开头的地址",
        ),
    ],
)
def test_a_box_or_link_that_cannot_be_is_named(line: str, reason: str) -> None:
    with pytest.raises(PolicyError) as caught:
        read_policy(f"{_KINDS}[points]\n{line}\n")

    assert reason in str(caught.value)
