"""The gateway that channels speak to."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.notifier.outside import City


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    opened = City(tmp_path)
    async with opened.http:
        yield opened
