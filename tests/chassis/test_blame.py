"""Whose fault an error is: an input's own, so that it is put aside, or the moment's, so that it is tried again."""

import asyncio

import asyncpg
import pytest

from chassis.engine.blame import hopeless
from chassis.failures import ConnectionLost, Misplaced, Superseded


@pytest.mark.parametrize(
    "problem",
    [
        ValueError("a rule raised"),
        KeyError("a rule raised"),
        ZeroDivisionError("a rule raised"),
        asyncpg.DataError("a value that no column takes"),
        asyncpg.IntegrityConstraintViolationError("a row that must not be"),
    ],
    ids=lambda problem: type(problem).__name__,
)
def test_what_would_come_again_with_the_same_input_is_the_inputs_own(problem: BaseException) -> None:
    assert hopeless(problem)


@pytest.mark.parametrize(
    "problem",
    [
        Superseded("another owner"),
        Misplaced("another log"),
        ConnectionLost("the connection ended", undone=True),
        OSError("the database is away"),
        asyncpg.InterfaceError("the connection is closed"),
        asyncpg.SerializationError("somebody was faster"),
        asyncpg.DiskFullError("no room"),
    ],
    ids=lambda problem: type(problem).__name__,
)
def test_what_may_be_over_the_next_time_is_the_moments(problem: BaseException) -> None:
    assert not hopeless(problem)


@pytest.mark.parametrize("end", [asyncio.CancelledError(), KeyboardInterrupt(), SystemExit()], ids=repr)
def test_the_end_of_a_process_is_no_inputs_fault(end: BaseException) -> None:
    assert not hopeless(end)
