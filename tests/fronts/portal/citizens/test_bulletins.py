"""Bulletins on the citizens' pages, before the real interface of stats: the list, one with its table, its papers."""

import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from playwright.sync_api import expect

from fronts.portal.application import create
from fronts.portal.citizens.bulletins import shown
from fronts.portal.settings import PortalSettings
from tests.fronts.portal.accessible import violations
from tests.fronts.portal.alone import ADDRESS
from tests.fronts.portal.citizens.conftest import Open
from tests.fronts.portal.staff.alone import answering, free_port
from tests.journeys.test_bulletins import Office, a_month, issue
from tests.journeys.world import World
from tests.services.intake.door import CITY

pytestmark = pytest.mark.medium

HTML_LIMIT = 60_000


@asynccontextmanager
async def announced(folder: Path, address: str) -> AsyncIterator[FastAPI]:
    """The portal, where the bulletin of March is issued and that of February a draft."""
    world = World(1, "2026-03-02T10:00", folder)
    async with world.open(), world.stats_app() as stats:
        behind = httpx2.ASGITransport(app=stats)
        async with httpx2.AsyncClient(transport=behind, base_url="http://stats") as http:
            office = Office(http)
            await a_month(world)
            await office.does("supervisor", "supervision", "", {"period": "2026-02"})
            await issue(world, office)
        settings = PortalSettings(
            city=CITY, services='{"stats": "http://stats"}', portal_address=address, _env_file=None
        )
        yield create(settings, transport=httpx2.ASGITransport(app=stats))


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with (
        announced(tmp_path, ADDRESS) as app,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ADDRESS) as found,
    ):
        yield found


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same, for a browser."""
    port = free_port()

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with announced(tmp_path_factory.mktemp("announced"), f"http://127.0.0.1:{port}") as portal:
            app.mount("/", portal)
            yield

    with answering(FastAPI(lifespan=life), port):
        yield f"http://127.0.0.1:{port}"


async def test_what_was_issued_is_found_read_and_downloaded_and_a_draft_is_not(
    pages: httpx2.AsyncClient,
) -> None:
    listed = (await pages.get("/bulletins")).text
    page = (await pages.get("/bulletins/2026-03")).text
    draft = await pages.get("/bulletins/2026-02")
    paper = await pages.get("/bulletins/2026-03/xlsx")

    assert "关于2026年3月网络问政办理情况的通报" in listed
    assert ("/bulletins/2026-03" in listed, "/bulletins/2026-02" in listed) == (True, False)
    assert "宿网督〔2026〕1号" in page
    assert '<th scope="row">全市</th><td>4</td><td>2</td><td>50.0%</td>' in page
    assert "个单位本期没有承办网帖" in page
    course = page.partition("各单位响应、交办和后续办理情况")[2]
    assert '<th scope="col">响应率</th>' in course
    assert '<th scope="row">全市</th><td>4</td>' in course
    assert "wenzheng bulletin recompute 2026-03" in page
    assert draft.status_code == 404
    assert paper.headers["content-disposition"] == 'attachment; filename="bulletin-2026-03.xlsx"'
    assert "xl/worksheets/sheet1.xml" in zipfile.ZipFile(io.BytesIO(paper.content)).namelist()


async def test_open_data_is_explained_and_passed_on_whole_and_in_ranges(pages: httpx2.AsyncClient) -> None:
    page = (await pages.get("/open")).text
    whole = await pages.get("/open/cases-2026.csv")
    part = await pages.get("/open/cases-2026.csv", headers={"Range": "bytes=3-7"})
    same = await pages.get("/open/cases-2026.csv", headers={"If-None-Match": whole.headers["etag"]})
    none = await pages.get("/open/cases-1999.csv")
    beyond = await pages.get("/open/cases-2026.csv", headers={"Range": "bytes=99999999-"})

    assert "CC-BY-4.0" in page
    assert "/open/cases-2026.jsonl" in page
    assert whole.content.decode("utf-8-sig").startswith("month,unit,kind,area,")
    assert (part.status_code, part.content) == (206, b"month")
    assert (same.status_code, none.status_code) == (304, 404)
    assert (beyond.status_code, beyond.headers["content-type"]) == (416, "application/problem+json")
    assert beyond.headers["content-range"] == f"bytes */{len(whole.content)}"


@pytest.mark.parametrize(
    "path",
    [
        "/open/x",
        "/open/..%2Fv1.csv",
        "/bulletins/x",
        "/bulletins/..%2Fleague",
        "/bulletins/2026-03/exe",
        "/bulletins/2026-13/pdf",
    ],
)
async def test_what_is_no_bulletin_is_not_found(pages: httpx2.AsyncClient, path: str) -> None:
    assert (await pages.get(path)).status_code == 404


async def test_without_stats_the_page_says_so() -> None:
    settings = PortalSettings(city=CITY, services="{}", portal_address=ADDRESS, _env_file=None)
    transport = httpx2.ASGITransport(app=create(settings))
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        for path in ("/bulletins", "/open", "/open/cases-2026.csv"):
            assert (await http.get(path)).status_code == 503


def test_the_table_tells_shares_as_shares_and_nothing_as_a_dash() -> None:
    table = {
        "heads": ["单位", "受理", "回复率", "中位小时"],
        "rows": [["甲", 3, 0.5, 7.25], ["乙", 0, None, None], ["全市", 3, 0.5, 7.0]],
    }

    assert shown(table)["rows"] == [["甲", "3", "50.0%", "7.25"]]
    assert shown(table)["idle"] == ["乙"]
    assert shown(table)["city"] == ["全市", "3", "50.0%", "7"]


@pytest.mark.real
@pytest.mark.browser
@pytest.mark.parametrize("look", ["light", "dark", "elder"])
def test_no_page_of_bulletins_violates_wcag_scrolls_sideways_or_is_large(
    address: str, open_page: Open, look: str
) -> None:
    page = open_page("desktop", color_scheme="dark" if look == "dark" else "light", bypass_csp=True)
    if look == "elder":
        page.context.add_cookies([{"name": "wenzheng-look", "value": "elder", "url": address}])
    for path in ("/bulletins", "/bulletins/2026-03", "/open"):
        response = page.goto(address + path)
        assert response is not None
        assert len(response.body()) <= HTML_LIMIT, path
        expect(page.locator("h1")).to_have_count(1)
        assert violations(page) == []
        page.set_viewport_size({"width": 360, "height": 740})
        wide, room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= room, f"{path} scrolls sideways: {wide} > {room}"
        page.set_viewport_size({"width": 1280, "height": 900})
