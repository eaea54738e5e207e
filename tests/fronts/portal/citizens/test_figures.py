"""The figures of a month for anyone: every number that is a link leads to as many posts as it says."""

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from fronts.portal.application import create
from fronts.portal.citizens.figures import neighbour
from fronts.portal.periods import days_of
from fronts.portal.settings import PortalSettings
from tests.fronts.portal.alone import ADDRESS
from tests.journeys.world import World
from tests.services.intake.door import CITY

pytestmark = pytest.mark.medium

SERVICES = '{"stats": "http://stats", "intake": "http://intake"}'


async def a_month(world: World) -> None:
    """Posts of two areas and two kinds: answered ones, one that is not public, one that waits, one of the month before."""
    for n, fields in enumerate(
        (
            {"area": "321302"},
            {"area": "321302", "kind": "consult"},
            {"area": "321311"},
            {"area": "321311", "public": False},
            {},
        )
    ):
        number = str((await world.intake.post(title=f"电梯坏了 {n}", **fields)).json()["number"])
        await world.assigned_to(number, "housing")
        await world.act("clerk", number, "acceptance")
        if n < 4:
            await world.answered(number)
    await world.until("2026-03-03T10:00")


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    world = World(1, "2026-02-27T10:00", tmp_path)
    async with world.open(), world.stats_app() as stats:
        earlier = str((await world.intake.post(title="上个月的事", area="321302")).json()["number"])
        await world.assigned_to(earlier, "housing")
        await world.act("clerk", earlier, "acceptance")
        await world.answered(earlier)
        await world.until("2026-03-02T10:00")
        await a_month(world)
        behind: dict[bytes, ASGIApp] = {b"stats": stats, b"intake": world.intake.app}

        async def services(scope: Scope, receive: Receive, send: Send) -> None:
            await behind[dict(scope["headers"])[b"host"]](scope, receive, send)

        settings = PortalSettings(city=CITY, services=SERVICES, portal_address=ADDRESS, _env_file=None)
        portal = create(settings, transport=httpx2.ASGITransport(app=services))
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=portal), base_url=ADDRESS, follow_redirects=True
        ) as found:
            yield found


async def test_every_number_leads_to_as_many_posts_as_it_says(pages: httpx2.AsyncClient) -> None:
    page = (await pages.get("/figures?month=2026-03")).text
    links = re.findall(r'<a href="(/boards/all\?[^"]+)"(?: aria-label="[^"]*公开 (\d+) 件")?>(\d*)', page)

    said = {html.unescape(address): int(marked or written) for address, marked, written in links}
    listed = {
        address: len(set(re.findall(r'href="/posts/([^"/]+)"', (await pages.get(address)).text)))
        for address in said
    }

    assert listed == said
    assert said == {
        "/boards/all?month=2026-03": 3,
        "/boards/all?area=321302&month=2026-03": 2,
        "/boards/all?area=321311&month=2026-03": 1,
        "/boards/all?kind=complaint&month=2026-03": 2,
        "/boards/all?kind=consult&month=2026-03": 1,
        "/boards/all?department=housing&month=2026-03": 3,
    }


async def test_a_month_says_what_was_received_and_its_map_the_same(pages: httpx2.AsyncClient) -> None:
    page = (await pages.get("/figures?month=2026-03")).text

    assert "受理 5 件,已回复 4 件" in page
    assert '<th scope="row">宿豫区</th><td>2</td><td>2</td><td>0</td>' in page
    assert "<title>宿豫区:受理 2 件,回复 2 件,超期 0 件;公开 1 件</title>" in page
    assert '<a href="/figures?month=2026-02" rel="prev">' in page
    assert "受理 1 件" in (await pages.get("/figures?month=2026-02")).text
    assert "<dt>回复率</dt><dd>replied / received:受理的主题中已有公开答复的" in page, "as it is defined"


async def test_a_list_of_a_month_stays_in_it_when_it_is_searched(pages: httpx2.AsyncClient) -> None:
    page = (await pages.get("/boards/all?month=2026-02&q=%E4%B8%8A%E4%B8%AA%E6%9C%88")).text

    assert "上个月的事" in page
    assert 'name="month" value="2026-02"' in page
    assert "上个月的事" not in (await pages.get("/boards/all?month=2026-03")).text


@pytest.mark.parametrize("month", ["2026-13", "x", "1999-01", "2026-03-01"])
async def test_what_is_no_month_is_the_present_one(pages: httpx2.AsyncClient, month: str) -> None:
    answer = await pages.get("/figures", params={"month": month})

    assert answer.status_code == 200
    assert 'rel="next"' not in answer.text


def test_months_follow_one_another() -> None:
    assert days_of("2024-02") == {"from": "2024-02-01", "to": "2024-02-29"}
    assert (neighbour("2026-01", -1), neighbour("2026-12", 1)) == ("2025-12", "2027-01")
    assert neighbour("2000-01", -1) == ""


async def test_without_services_the_page_says_so() -> None:
    settings = PortalSettings(city=CITY, services="{}", portal_address=ADDRESS, _env_file=None)
    transport = httpx2.ASGITransport(app=create(settings))
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        assert (await http.get("/figures")).status_code == 503
