"""Background work of a process: it waits for a database that is away, and is not kept from ending by anything else."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from chassis.run import patiently


def work(*failures: Exception) -> tuple[Callable[[], Coroutine[Any, Any, None]], list[str]]:
    """Work that fails so many times before it is done, and how often it was begun."""
    begun: list[str] = []
    left = list(failures)

    async def once() -> None:
        begun.append("begun")
        if left:
            raise left.pop(0)

    return once, begun


async def test_work_begins_again_when_the_database_is_back() -> None:
    once, begun = work(ConnectionRefusedError("away"), ConnectionResetError("and again"))

    await patiently(once, rest=0)

    assert len(begun) == 3


async def test_what_is_not_the_databases_fault_ends_the_work() -> None:
    once, begun = work(ZeroDivisionError("a bug"))

    with pytest.raises(ZeroDivisionError):
        await patiently(once, rest=0)

    assert len(begun) == 1
