"""Units, areas, duty items and kinds are called by code or name; who errs is told what there is."""

import pytest

from city import named
from tests.services.intake.door import PROFILE


@pytest.mark.parametrize(
    ("look_up", "called", "code"),
    [
        (named.area, "321302", "321302"),
        (named.area, "宿城区", "321302"),
        (named.area, " 宿城區 ", "321302"),
        (named.area, "３２１３０２", "321302"),
        (named.unit, "urban-management", "urban-management"),
        (named.unit, "市城市管理局", "urban-management"),
        (named.duty_item, "占道经营", "urban-management-01"),
        (named.kind, "投诉", "complaint"),
        (named.kind, "complaint", "complaint"),
        (named.area, "", ""),
    ],
)
def test_a_thing_is_known_by_its_code_and_by_its_name(look_up: object, called: str, code: str) -> None:
    assert look_up(PROFILE, called) == code  # type: ignore[operator]


@pytest.mark.parametrize("look_up", [named.area, named.unit, named.duty_item, named.kind])
@pytest.mark.parametrize("called", ["没有的", "x" * 100_000, "\u0000", " "])
def test_what_is_not_known_is_answered_with_what_there_is(look_up: object, called: str) -> None:
    with pytest.raises(named.NotNamed) as unknown:
        look_up(PROFILE, called)  # type: ignore[operator]

    sentence = str(unknown.value)
    assert "可以填:" in sentence
    assert 1 <= sentence.count("(") <= named.MOST_NAMED
    assert len(sentence) < 1_000


def test_of_a_long_list_the_most_alike_are_named() -> None:
    with pytest.raises(named.NotNamed) as unknown:
        named.unit(PROFILE, "城市管理")

    assert "市城市管理局(urban-management)" in str(unknown.value)
    assert f"等 {len(PROFILE.departments)} 个" in str(unknown.value)
