"""The map of tiles: where areas lie, how dark they are, what is written on them."""

from pathlib import Path

import pytest

from city.profile import Profile
from city.tiles import Tile
from fronts.portal.citizens.map_of_areas import STEPS, drawn, step_of
from fronts.portal.pages import Pages

PROFILE = Profile.load(Path(__file__).resolve().parents[4] / "cities" / "suqian")
TILES = (Tile("1", 2, 3), Tile("2", 3, 2), Tile("3", 2, 2))


def row(area: str, received: int, name: str = "宿城区") -> dict[str, object]:
    return {"area": area, "name": name, "received": received, "replied": 1, "overdue": 2}


def test_tiles_lie_as_the_profile_says_with_the_number_written() -> None:
    map_ = drawn(TILES, [row("1", 8), row("2", 0), row("3", 3), row("", 5)])

    assert map_ is not None
    assert [(cell.area, cell.x, cell.y, cell.step, cell.received) for cell in map_.cells] == [
        ("3", 0, 0, 2, 3),
        ("1", 126, 0, 4, 8),
        ("2", 0, 68, 0, 0),
    ]
    assert (map_.width, map_.height) == (246, 130)
    assert map_.cells[0].sentence == "宿城区:受理 3 件,回复 1 件,超期 2 件"


def test_an_area_leads_to_its_public_posts_and_says_how_many() -> None:
    map_ = drawn(TILES, [row("1", 8), row("2", 1)], {"1": ("/boards/all?area=1", 6)})

    assert map_ is not None
    assert [cell.address for cell in map_.cells] == ["/boards/all?area=1", ""]
    assert map_.cells[0].sentence.endswith("公开 6 件")


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5, 9, 100, 999])
def test_the_legend_names_the_numbers_of_each_shade(most: int) -> None:
    map_ = drawn(TILES, [row("1", most)])
    assert map_ is not None
    named = dict(map_.legend)

    for count in range(most + 1):
        numbers = named[step_of(count, most)].split("–")
        assert int(numbers[0]) <= count <= int(numbers[-1])
    assert step_of(most, most) == STEPS


def test_a_city_without_a_map_has_none() -> None:
    assert drawn((), [row("1", 3)]) is None


def test_every_area_of_the_city_has_a_tile_and_the_drawing_says_what_it_shows() -> None:
    areas = {division.area_code: division.area for division in PROFILE.divisions}
    map_ = drawn(PROFILE.tiles, [row(code, 3, name) for code, name in areas.items()])

    html = Pages(PROFILE).html("wall/areas.html", map=map_, figures={"areas": []})

    assert {tile.area for tile in PROFILE.tiles} == set(areas)
    assert 'role="img" aria-label="本月各区县示意图"' in html
    assert html.count("<title>") == len(areas)
    assert "<title>宿迁经济技术开发区:受理 3 件,回复 1 件,超期 2 件</title>" in html
