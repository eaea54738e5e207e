"""Whose turn it is: rests after dear work, long for those who brought it, short for everybody else, and forgotten in time."""

from typing import Any

import pytest

from chassis.web.turns import DEAR_SECONDS, LATELY, REMEMBERED, REST, SHORT_REST, Piece, Turns

COST = 2 * DEAR_SECONDS


def put(turns: Turns, *who: str, size: int = 1) -> None:
    for each in who:
        turns.put(size, each, lambda: None, None)


def took(turns: Turns, who: str, seconds: float, now: float) -> None:
    """Somebody's work is done."""
    put(turns, who)
    piece = turns.take(now)
    assert isinstance(piece, Piece)
    turns.took(piece, seconds, now)


def next_of(turns: Turns, now: float) -> Any:
    """Whose turn it is, or for how long there is rest."""
    found = turns.take(now)
    return found.who if isinstance(found, Piece) else found


def test_the_smaller_comes_first_and_of_equal_sizes_what_came_first() -> None:
    turns = Turns(REST)
    put(turns, "c", size=3)
    put(turns, "a", "b", size=1)

    assert [next_of(turns, 0.0) for _ in range(4)] == ["a", "b", "c", None]


@pytest.mark.parametrize("seconds", [0.0, DEAR_SECONDS])
def test_after_ordinary_work_there_is_no_rest(seconds: float) -> None:
    turns = Turns(REST)
    took(turns, "a", seconds, 10.0)
    put(turns, "a")

    assert next_of(turns, 10.0) == "a"


def test_who_brought_dear_work_rests_three_times_its_length_and_others_once() -> None:
    turns = Turns(REST)
    took(turns, "stranger", COST, 10.0)

    put(turns, "stranger")
    assert next_of(turns, 10.0) == pytest.approx(REST * COST)

    put(turns, "person", size=9)
    assert next_of(turns, 10.0) == pytest.approx(SHORT_REST * COST)
    assert next_of(turns, 10.0 + SHORT_REST * COST) == "person"
    assert next_of(turns, 10.0 + SHORT_REST * COST) == pytest.approx((REST - SHORT_REST) * COST)
    assert next_of(turns, 10.0 + REST * COST) == "stranger"


def test_ever_new_addresses_rest_as_long_as_their_work_took() -> None:
    turns = Turns(REST)
    now = 10.0
    for n in range(5):
        took(turns, f"stranger {n}", COST, now)
        put(turns, f"stranger {n + 1}")
        wait = next_of(turns, now)
        assert wait == pytest.approx(SHORT_REST * COST)
        now += wait
        assert next_of(turns, now) == f"stranger {n + 1}"


def test_a_rest_is_not_shortened_by_what_costs_less() -> None:
    turns = Turns(REST)
    took(turns, "a", 10 * COST, 10.0)
    now = 10.0 + 10 * COST
    took(turns, "b", COST, now)

    put(turns, "a")
    assert next_of(turns, now) == pytest.approx((REST * 10 - 10) * COST)


def test_dear_work_is_forgotten_after_a_minute() -> None:
    turns = Turns(REST)
    took(turns, "stranger", 100.0, 10.0)
    put(turns, "stranger", size=1)
    put(turns, "person", size=2)
    later = 10.0 + 100.0 * SHORT_REST

    assert LATELY < 100.0
    assert next_of(turns, later) == "stranger", "the smaller of two whom nobody has anything against"


def test_of_many_the_one_of_longest_ago_is_forgotten() -> None:
    turns = Turns(REST)
    for n in range(REMEMBERED + 1):
        turns.took(Piece(1, n, f"{n}", lambda: None, None), COST, 10.0)

    put(turns, "1", "0")
    assert next_of(turns, 10.0 + SHORT_REST * COST) == "0"
    assert next_of(turns, 10.0 + SHORT_REST * COST) == pytest.approx((REST - SHORT_REST) * COST)


def test_where_the_cost_is_known_nobody_rests() -> None:
    turns = Turns()
    took(turns, "a", 100 * COST, 10.0)
    put(turns, "a")

    assert next_of(turns, 10.0) == "a"
