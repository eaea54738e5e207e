"""Worlds for the tests of timers and claims: in memory, and on PostgreSQL as its migrations leave it."""

from collections.abc import AsyncIterator

import pytest

from tests.postgres import migrated
from tests.services.deadline.world import RealWorld, World


@pytest.fixture
async def real(dsn: str) -> AsyncIterator[RealWorld]:
    async with migrated(dsn, "deadline") as (own, pool):
        yield RealWorld(own, pool)


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        yield World()
        return
    async with migrated(request.getfixturevalue("dsn"), "deadline") as (own, pool):
        yield RealWorld(own, pool)
