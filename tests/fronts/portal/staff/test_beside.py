"""What areas, kinds, channels and duty items say beside other periods."""

from typing import Any

from fronts.portal.staff.beside import Beside, beside


def row(received: int, replied: int) -> dict[str, int]:
    return {"received": received, "replied": replied}


def figures(**parts: Any) -> dict[str, Any]:
    return {"areas": [], "kinds": {}, "origins": {}, "duties": []} | parts


def test_a_row_tells_how_many_more_it_has_and_by_how_many_points_its_rate_is_higher() -> None:
    now = figures(kinds={"consult": row(10, 9)}, areas=[{"area": "321302"} | row(4, 2)])
    before = figures(kinds={"consult": row(12, 6)}, areas=[{"area": "321302"} | row(4, 4)])
    year_before = figures(kinds={"consult": row(8, 8)}, areas=[{"area": "321302"} | row(0, 0)])

    found = beside(now, (before, year_before))

    assert found["kinds"]["consult"] == Beside(0.9, (-2, 2), (40.0, -10.0))
    assert found["areas"]["321302"] == Beside(0.5, (0, 4), (-50.0, None))


def test_a_kind_of_which_there_was_nothing_then_had_none() -> None:
    found = beside(figures(kinds={"mailbox": row(3, 3)}), (figures(kinds={"consult": row(1, 1)}),) * 2)

    assert found["kinds"]["mailbox"] == Beside(1.0, (3, 3), (None, None))


def test_of_a_duty_item_that_may_stand_among_those_with_few_posts_nothing_is_claimed() -> None:
    few = [{"duty": "", "name": "其他"} | row(4, 4)]
    now = figures(duties=[{"duty": "water-01"} | row(9, 9), *few])
    before = figures(duties=[{"duty": "water-01"} | row(6, 3), *few])

    found = beside(now, (before, figures(duties=few)))["duties"]

    assert found["water-01"] == Beside(1.0, (3, None), (50.0, None))
    assert found[""] == Beside(1.0, (None, None), (None, None)), "other items may have been among them"


def test_where_the_other_period_could_not_be_asked_nothing_is_compared() -> None:
    found = beside(figures(origins={"online": row(2, 0)}), ({}, {}))

    assert found["origins"]["online"] == Beside(0.0, (None, None), (None, None))
    assert beside({}, ({}, {})) == {"areas": {}, "kinds": {}, "origins": {}, "duties": {}}
