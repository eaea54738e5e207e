"""One debate service in memory, on a Monday morning, with people who comment, and with people who ask."""

from collections.abc import AsyncIterator

import pytest

from chassis.clock import HandClock
from tests.services.debate.conversing import Conversing
from tests.services.debate.door import Debating
from tests.services.intake.door import at


@pytest.fixture
async def debating() -> AsyncIterator[Debating]:
    async with Debating(HandClock(at("2026-03-02T10:00"))).open() as served:
        yield served


@pytest.fixture
async def conversing() -> AsyncIterator[Conversing]:
    async with Conversing(HandClock(at("2026-03-02T10:00"))).open() as served:
        assert isinstance(served, Conversing)
        yield served
