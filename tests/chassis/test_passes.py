"""Passes: for one place, for ten minutes, under a name of that place; nobody makes one without the secret."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.passes import LIVES, Passes

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
PASSES = Passes(b"a secret of the tests")


def test_a_pass_names_its_holder_until_it_is_over() -> None:
    given = PASSES.give("here", "citizen", NOW)

    assert PASSES.read("here", given, NOW) == PASSES.name("here", "citizen")
    assert PASSES.read("here", given, NOW + LIVES - timedelta(seconds=1))
    assert PASSES.read("here", given, NOW + LIVES) == ""


def test_a_pass_is_for_one_place_and_names_differ_from_place_to_place() -> None:
    given = PASSES.give("here", "citizen", NOW)

    assert PASSES.read("there", given, NOW) == ""
    assert PASSES.name("here", "citizen") != PASSES.name("there", "citizen")
    assert "citizen" not in given


@pytest.mark.parametrize("given", ["", "a", "a.b.c", "..", "密.1.密", "A" * 5000])
def test_what_is_no_pass_names_nobody(given: str) -> None:
    assert PASSES.read("here", given, NOW) == ""


def test_a_pass_that_was_changed_or_made_by_others_names_nobody() -> None:
    given = PASSES.give("here", "citizen", NOW)
    name, until, seal = given.split(".")

    for forged in (f"{name}.{int(until) + 600}.{seal}", f"{PASSES.name('here', 'other')}.{until}.{seal}"):
        assert PASSES.read("here", forged, NOW) == ""
    assert Passes(b"another secret").read("here", given, NOW) == ""
