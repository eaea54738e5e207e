"""What the tests of the staff's side share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fronts.portal.staff.alone import Portal, running
from tests.fronts.portal.staff.office import Office
from tests.stack import Stack


@pytest.fixture
def portal(dsn: str, tmp_path: Path) -> Iterator[Portal]:
    with running(dsn, tmp_path, totp_required=False) as found:
        yield found


@pytest.fixture(scope="session")
def office(stack: Stack) -> Iterator[Office]:
    found = Office(stack)
    yield found
    found.close()
