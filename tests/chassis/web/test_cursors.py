"""Where a list goes on is said by its service alone."""

import pytest

from chassis.problem import HttpRefused
from chassis.web.cursors import Cursor

SECRET = b"a secret of the tests"


def test_a_cursor_leads_on_where_it_was_given() -> None:
    lists = Cursor(SECRET, "intake")

    assert lists.read(lists.write(["2026-03-02T10:00:00+08:00", "SQ260302-000001"])) == [
        "2026-03-02T10:00:00+08:00",
        "SQ260302-000001",
    ]


def test_a_cursor_of_another_services_list_is_none_though_both_know_the_secret() -> None:
    given = Cursor(SECRET, "debate").write(["0", "01985c3e-0000-7000-8000-000000000000"])

    with pytest.raises(HttpRefused) as refused:
        Cursor(SECRET, "intake").read(given)

    assert refused.value.status == 400
