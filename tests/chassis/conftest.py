"""The toy service in memory and on PostgreSQL, for every test of the engine."""

from collections.abc import AsyncIterator

import pytest

from tests.chassis.counting import TABLES, RealWorld, World
from tests.postgres import schema


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        yield World()
        return
    async with schema(request.getfixturevalue("dsn"), TABLES) as pool:
        yield RealWorld(pool)
