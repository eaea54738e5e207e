"""The interfaces as the pages tell them: one description, and pages to read it; no broker, no database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chassis.web.described import operations
from fronts.portal.application import create
from fronts.portal.settings import PortalSettings
from tests.interfaces import SERVICES, edges
from tests.journeys.world import World
from tests.patience import PATIENCE
from tests.services.intake.door import CITY

pytestmark = pytest.mark.medium

ADDRESS = "http://127.0.0.1:8000"
PAGE_LIMIT = 80_000
"""Bytes: a page of reference, a section for each act (35 of intake, some 900 bytes each); it travels compressed, as a tenth."""


class Behind(httpx2.AsyncBaseTransport):
    """The services in this process; those in `away` do not answer."""

    def __init__(self, served: dict[str, Any]) -> None:
        self._served = {name: httpx2.ASGITransport(app=app) for name, app in served.items()}
        self.away: set[str] = set()
        self.asked = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        if request.url.host in self.away:
            raise httpx2.ConnectError("away", request=request)
        return await self._served[request.url.host].handle_async_request(request)


@asynccontextmanager
async def reading(behind: Behind, **settings: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser before a portal that reaches these services."""
    services = "{" + ", ".join(f'"{name}": "http://{name}"' for name in SERVICES) + "}"
    known = {"city": CITY, "services": services, "portal_address": ADDRESS} | settings
    app = create(PortalSettings(**known, _env_file=None), transport=behind)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ADDRESS) as http:
        yield http


@pytest.fixture
def behind(tmp_path: Path) -> Behind:
    return Behind(edges(World(1, "2026-03-02T10:00", tmp_path)))


async def test_one_document_tells_every_operation_of_every_service(behind: Behind) -> None:
    async with reading(behind) as http:
        answer = await http.get("/openapi.json")
        document = answer.json()
        again = await http.get("/openapi.json", headers={"If-None-Match": answer.headers["etag"]})

    assert answer.headers["content-type"] == "application/json"
    assert again.status_code == 304
    assert [tag["name"] for tag in document["tags"]] == list(SERVICES)
    assert {operation["tags"][0] for *_, operation in operations(document)} == set(SERVICES)
    assert document["paths"]["/v1/posts"]["servers"] == [{"url": "http://intake"}]
    assert behind.asked == len(SERVICES), "it is kept"


async def test_addresses_inside_are_told_to_nobody_outside(behind: Behind) -> None:
    outside = "https://wenzheng.example.gov.cn"
    async with reading(behind, portal_address=outside) as http:
        silent = (await http.get(f"{outside}/openapi.json")).json()
    named = f'{{"intake": "{outside}/api"}}'
    async with reading(behind, portal_address=outside, interfaces=named) as http:
        told = (await http.get(f"{outside}/openapi.json")).json()

    assert all("servers" not in item for item in silent["paths"].values())
    assert told["paths"]["/v1/posts"]["servers"] == [{"url": f"{outside}/api"}]
    assert "servers" not in told["paths"]["/v1/league"]


async def test_the_pages_show_every_operation_and_every_shape_and_stay_small(behind: Behind) -> None:
    async with reading(behind) as http:
        document = (await http.get("/openapi.json")).json()
        overview = (await http.get("/interfaces")).text
        pages = {service: (await http.get(f"/interfaces/{service}")).text for service in SERVICES}
        front = (await http.get("/")).text

    assert 'href="/interfaces"' in front
    for path, method, operation in operations(document):
        service = operation["tags"][0]
        line = f"<code>{method.upper()} {path}</code>"
        assert line in overview
        assert line in pages[service]
        assert f'href="/interfaces/{service}#{operation["operationId"]}"' in overview
        assert f'id="{operation["operationId"]}"' in pages[service]
    assert 'id="shape-StaffCase"' in pages["intake"]
    for name, html in {"overview": overview, **pages}.items():
        assert "<script" not in html
        assert len(html.encode()) <= PAGE_LIMIT, name


async def test_who_is_away_is_left_out_until_it_is_back(behind: Behind) -> None:
    async with reading(behind) as http:
        behind.away = {"stats"}
        without = await http.get("/interfaces/stats")
        others = await http.get("/interfaces/intake")
        behind.away = set()
        back = await http.get("/interfaces/stats")

    assert (without.status_code, others.status_code, back.status_code) == (404, 200, 200)


async def test_a_page_says_so_when_nobody_answers(behind: Behind) -> None:
    behind.away = set(SERVICES)
    async with reading(behind) as http:
        for path in ("/openapi.json", "/interfaces", "/interfaces/intake"):
            answer = await http.get(path)
            assert (answer.status_code, "接口说明暂时读不到" in answer.text) == (503, True)


@pytest.mark.real
def test_a_running_portal_waits_for_no_front_end_and_least_of_all_for_itself(portal: str) -> None:
    document = httpx2.get(f"{portal}/openapi.json", timeout=PATIENCE).json()

    assert [tag["name"] for tag in document["tags"]] == list(SERVICES)
