"""The real interfaces, and clients of them in a role."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.interfaces import SERVICES, Served, served_beside, token
from wenzheng_client import Addresses, Wenzheng

Clients = Callable[[str], Wenzheng]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_beside(tmp_path_factory.mktemp("client")) as running:
        yield running


@pytest.fixture
def addresses(served: Served) -> Addresses:
    return Addresses(**{service: served.addresses[service] for service in SERVICES})


@pytest.fixture
def city(addresses: Addresses) -> Iterator[Wenzheng]:
    """Somebody who does not say who it is."""
    with Wenzheng(addresses) as one:
        yield one


@pytest.fixture
def staff(addresses: Addresses) -> Iterator[Clients]:
    """A client of somebody in a role."""
    with ExitStack() as opened:
        yield lambda role: opened.enter_context(
            Wenzheng(addresses, token(role)["Authorization"].removeprefix("Bearer "))
        )


def session(served: Served, city: Wenzheng, phone: str) -> str:
    """The token of a session of whoever reads what a telephone is sent."""
    sent = city.send_code(phone)
    arrived = [row for row in served.world.gateway.arrivals.newest() if row["recipient"] == phone]
    return city.sign_in(sent, json.loads(arrived[0]["text"])["code"])
