"""The gateway that channels speak to, and the door at which receipts are handed in."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from chassis.metrics import Metrics
from chassis.vault import MemoryKeys
from chassis.web.api import create_api, take_routes
from chassis.web.edge import Edge
from chassis.web.limits import Limits
from chassis.web.probes import Probes
from services.notifier import receipt_web, store
from services.notifier.receipts import MemoryReceipts
from tests.conforming import Conforming
from tests.services.deadline.facts import PROFILE
from tests.services.notifier.outside import TOKEN, City


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    opened = City(tmp_path)
    async with opened.http:
        yield opened


@pytest.fixture
async def door() -> AsyncIterator[tuple[httpx2.AsyncClient, MemoryReceipts]]:
    receipts = MemoryReceipts(store.memory(MemoryKeys())[1])
    api = create_api("notifier", "…", Metrics(), Probes())
    take_routes(api.router, receipt_web.routes(receipts, TOKEN, Limits(PROFILE.policy.rates, True)))
    transport = httpx2.ASGITransport(app=Conforming(Edge(api, Metrics()), api))
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://notifier", headers={"Authorization": f"Bearer {TOKEN}"}
    ) as http:
        yield http, receipts
