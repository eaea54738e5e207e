"""The scores of a frozen year on the staff pages: it says by what and when, other weights stand beside it, a unit reads its own."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from chassis.tokens import Verifier
from fronts.portal.application import create
from tests.conforming import Conforming
from tests.fronts.portal.staff.alone import Portal, running
from tests.fronts.portal.staff.test_bulletins import Browser
from tests.journeys.test_bulletins import issue
from tests.journeys.test_frozen_scores import Year
from tests.journeys.world import World


async def issued_year(folder: Path) -> Conforming:
    """Stats after a year was frozen and went on, as the portal whose keys lie in the folder reads it."""
    world, supervisor = World(1, "2026-12-31T10:00", folder), ("supervisor", "supervision")
    bulletins, records = world.bulletin_door(), world.record_door()
    bulletins.verifier = records.verifier = Verifier((folder / "public.pem").read_bytes())
    async with world.open():
        async with world.stats_office() as http:
            year = Year(world, http)
            await year.lived()
            first = await issue(world, year.office, "2026")
            await year.goes_on()
            await year.office.does(*supervisor, "", {"period": "2026", "corrects": first["number"]})
            await year.office.does(*supervisor, "/2026-c1/circulation")
        async with world.stats_app(bulletins, records) as app:
            return app


@pytest.fixture
def demo(dsn: str, tmp_path: Path) -> Iterator[Portal]:
    with running(dsn, tmp_path, demo_sign_in=True) as found:
        yield found


@pytest.mark.real
async def test_a_frozen_year_says_so_and_other_weights_stand_beside_it(demo: Portal, tmp_path: Path) -> None:
    stats = await issued_year(tmp_path)
    settings = demo.settings.model_copy(update={"services": '{"stats": "http://stats"}'})
    app = create(settings, demo.now, httpx2.ASGITransport(app=stats))
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url=demo.address, follow_redirects=True) as http,
    ):
        browser, path = Browser(http), "/staff/assessment?period=2026"
        await browser.sits("clerk", "housing")
        own = await browser.opens(path)
        assert browser.page.status_code == 200
        assert "已冻结" in own
        assert '<a href="/staff/bulletins/2026">宿网督〔2027〕1号</a>' in own
        assert "<strong>92.00</strong>" in own
        assert "市水利局" not in own
        draft = await browser.opens("/staff/bulletins/2026-c1")
        assert "<strong>88.75</strong>" in draft
        assert "随本通报签发而冻结" in draft
        assert "试算,不保存" not in own

        await browser.sits("supervisor", "supervision")
        tried = await browser.opens(f"{path}&solved=0")
        assert "解决率,满分 15 → 0" in tried
        assert "冻结得分" in tried
        assert "冻结 30" in tried, "the form begins with the weights it was frozen by"
        assert "已随本通报冻结" in await browser.opens("/staff/bulletins/2026")
        public = await browser.opens("/bulletins/2026")
        assert (browser.page.status_code, "考核得分" in public) == (200, False)
