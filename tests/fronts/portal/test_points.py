"""A point on pages: what people type for degrees, and how it is shown to those who may see it."""

from typing import Any

import pytest

from city.points import Points
from fronts.portal.points import point_of, shown
from fronts.portal.post_form import post_body, problems_of

CITY = Points(link="https://maps.example/?at={longitude},{latitude}")


def form(**fields: str) -> dict[str, str]:
    return fields


@pytest.mark.parametrize(
    ("typed", "longitude"),
    [
        ("118.275162", 118.275162),
        (" 118.275162° ", 118.275162),
        ("东经118.275162度", 118.275162),
        ("E 118.275162", 118.275162),
        ("118.275162e", 118.275162),
        ("１１８．２７５１６２", 118.275162),
        ("118", 118.0),
        ("-118.2", -118.2),
        ("nan", "nan"),
        ("1e999", "1e999"),
        ("inf", "inf"),
        ("118.275162,33.963008", "118.275162,33.963008"),
        ("一百一十八度", "一百一十八度"),
        ("9" * 10_000, "9" * 20),
    ],
)
def test_degrees_are_read_as_people_type_them_and_what_is_no_number_goes_on_to_be_refused(
    typed: str, longitude: Any
) -> None:
    point = point_of(form(longitude=typed, latitude="33.963008", datum="gcj02"))

    assert point == {"longitude": longitude, "latitude": 33.963008, "datum": "gcj02"}


def test_a_form_without_a_point_has_none_though_it_always_names_a_datum() -> None:
    empty = form(longitude=" ", latitude="", datum="gcj02", street_address="  ", kind="consult")

    assert point_of(empty) == {}
    assert "point" not in post_body(empty)


def test_a_street_alone_is_a_point_without_a_datum() -> None:
    assert point_of(form(street_address=" 幸福路12号 ", datum="wgs84")) == {"street_address": "幸福路12号"}


def test_a_point_is_shown_with_its_datum_and_a_link_where_the_city_names_a_map() -> None:
    point = {"longitude": 118.275162, "latitude": 33.963008, "datum": "gcj02", "street_address": "幸福路12号"}

    assert shown(point, CITY) == {
        "street_address": "幸福路12号",
        "degrees": "东经 118.275162°,北纬 33.963008°",
        "datum": "GCJ-02(微信、高德、腾讯地图)",
        "link": "https://maps.example/?at=118.275162,33.963008",
    }
    assert shown(point | {"datum": "wgs84"}, CITY)["link"] == "", "no map of another datum stands in"
    assert shown(None, CITY) == {}


def test_a_refused_point_is_told_beside_its_fields() -> None:
    errors = [
        {"field": "point", "reason": "不在本市范围内(…);请核对经纬度"},
        {"field": "point.longitude", "reason": "应为数或空值,给的是文本"},
        {"field": "point.latitude", "reason": "经度和纬度要一起写"},
        {"field": "point.street_address", "reason": "至多 400 个码位"},
    ]

    _, wrong = problems_of({"title": "填写的内容有问题", "errors": errors}, "")

    assert wrong == {
        "point": "不在本市范围内(…);请核对经纬度",
        "longitude": "请写度数,如 118.275162",
        "latitude": "经度和纬度要一起写",
        "street_address": "请写 100 个字以内",
    }
