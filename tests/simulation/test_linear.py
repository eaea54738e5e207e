"""The checker of histories, on a register and on a counter that gives each number once."""

import random
from typing import Any

import pytest

from tests.simulation.linear import FOREVER, UNKNOWN, Operation, linearisable


def register(state: int, what: Any) -> tuple[int, Any]:
    """`("write", n)` or `"read"`."""
    return (what[1], "written") if what != "read" else (state, state)


def ticket(state: int, what: Any) -> tuple[int, int]:
    """Each takes the next number."""
    return state + 1, state


def wrote(called: float, answered: float, value: int) -> Operation:
    return Operation(called, answered, ("write", value), "written")


def read(called: float, answered: float, value: int) -> Operation:
    return Operation(called, answered, "read", value)


@pytest.mark.parametrize(
    ("told", "history"),
    [
        ("nothing happened", []),
        ("one after the other", [wrote(0, 1, 7), read(2, 3, 7)]),
        ("both at once, the read first", [wrote(0, 5, 7), read(1, 2, 0)]),
        ("both at once, the write first", [wrote(0, 5, 7), read(1, 2, 7)]),
        ("two writes at once, read in either order", [wrote(0, 5, 7), wrote(0, 5, 8), read(6, 7, 7)]),
        ("a lost answer that took effect late", [Operation(0, FOREVER, ("write", 7)), read(9, 10, 7)]),
        ("a lost answer that took none", [Operation(0, FOREVER, ("write", 7)), read(9, 10, 0)]),
    ],
)
def test_what_some_order_explains_is_accepted(told: str, history: list[Operation]) -> None:
    assert linearisable(history, 0, register), told


@pytest.mark.parametrize(
    ("told", "history"),
    [
        ("an old value after the answer", [wrote(0, 1, 7), read(2, 3, 0)]),
        ("a value nobody wrote", [wrote(0, 1, 7), read(2, 3, 8)]),
        ("new, then old again", [wrote(0, 9, 7), read(1, 2, 7), read(3, 4, 0)]),
        ("before it was asked for", [read(0, 1, 7), wrote(2, 3, 7)]),
        ("lost, and read before its call", [read(0, 1, 7), Operation(2, FOREVER, ("write", 7), UNKNOWN)]),
    ],
)
def test_what_no_order_explains_is_refused(told: str, history: list[Operation]) -> None:
    assert not linearisable(history, 0, register), told


def test_one_number_given_twice_is_refused() -> None:
    assert linearisable([Operation(0, 2, "take", 0), Operation(1, 3, "take", 1)], 0, ticket)
    assert not linearisable([Operation(0, 2, "take", 0), Operation(1, 3, "take", 0)], 0, ticket)


def test_histories_of_a_real_register_are_accepted_and_a_spoiled_answer_is_not() -> None:
    for seed in range(200):
        chooser, state, history = random.Random(seed), 0, []
        for n in range(8):
            at = n + chooser.random()
            what: Any = "read" if chooser.random() < 0.5 else ("write", n + 1)
            state, result = register(state, what)
            history.append(Operation(at - 2 * chooser.random(), at + 2 * chooser.random(), what, result))
        assert linearisable(history, 0, register), seed
        reads = [n for n, one in enumerate(history) if one.what == "read"]
        for n in reads[:1]:
            spoiled = [*history]
            spoiled[n] = Operation(history[n].called, history[n].answered, "read", 99)
            assert not linearisable(spoiled, 0, register), seed
