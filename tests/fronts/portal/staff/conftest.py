"""What the tests of the staff's side share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fronts.portal.staff.alone import Portal, running
from tests.fronts.portal.staff.office import Office
from tests.postgres import server
from tests.stack import running as running_stack


@pytest.fixture(scope="package")
def dsn() -> Iterator[str]:
    with server() as found:
        yield found


@pytest.fixture
def portal(dsn: str, tmp_path: Path) -> Iterator[Portal]:
    with running(dsn, tmp_path, totp_required=False) as found:
        yield found


@pytest.fixture(scope="package")
def office() -> Iterator[Office]:
    with running_stack() as stack:
        found = Office(stack)
        yield found
        found.close()
