"""One survey service in memory, on a Monday morning."""

from collections.abc import AsyncIterator

import pytest

from chassis.clock import HandClock
from tests.services.intake.door import at
from tests.services.survey.door import Surveying


@pytest.fixture
async def surveying() -> AsyncIterator[Surveying]:
    async with Surveying(HandClock(at("2026-03-02T10:00"))).open() as served:
        yield served
