"""One database server a run, for the store."""

from collections.abc import Iterator

import pytest

from tests.postgres import server


@pytest.fixture(scope="session")
def dsn() -> Iterator[str]:
    with server() as started:
        yield started
