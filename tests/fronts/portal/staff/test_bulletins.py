"""A bulletin on the staff pages, before the real interface of stats: drafted, edited, objected to, answered, issued."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from chassis.tokens import Verifier
from fronts.portal.application import create
from fronts.portal.staff.bulletins import acts, sections
from tests.fronts.portal.staff.alone import Portal, running
from tests.journeys.test_bulletins import a_month
from tests.journeys.world import World


def test_a_form_becomes_a_text_without_what_was_left_empty() -> None:
    form = {"heading-0": "一", "text-0": "甲", "heading-2": "二", "text-2": "乙", "text-1": " "}

    assert sections(form) == [{"heading": "一", "text": "甲"}, {"heading": "二", "text": "乙"}]


@pytest.mark.parametrize(
    ("role", "unit", "step", "found"),
    [
        ("supervisor", "supervision", "drafted", ("text", "circulation")),
        ("supervisor", "supervision", "issued", ("correction",)),
        ("clerk", "housing", "circulated", ("objection",)),
        ("leader", "housing", "circulated", ("objection",)),
        ("leader", "supervision", "circulated", ("objection", "issue")),
        ("leader", "supervision", "drafted", ()),
        ("mayor", "supervision", "circulated", ()),
    ],
)
def test_each_sees_what_is_theirs_to_do(role: str, unit: str, step: str, found: tuple[str, ...]) -> None:
    assert acts({"step": step}, role, unit, "supervision") == found


@pytest.fixture
def demo(dsn: str, tmp_path: Path) -> Iterator[Portal]:
    with running(dsn, tmp_path, demo_sign_in=True) as found:
        yield found


class Browser:
    """Somebody who turns into one member of staff after the other."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http
        self.page: httpx2.Response

    async def sits(self, seat: str, unit: str) -> None:
        self.page = await self._http.get("/staff/sign-in")
        if 'action="/staff/demo"' not in self.page.text:
            self.page = await self._http.get("/staff/bulletins")
        await self.sends("/staff/demo", seat=seat, department=unit)

    async def opens(self, path: str) -> str:
        self.page = await self._http.get(path)
        return self.page.text

    async def sends(self, path: str, **fields: str) -> str:
        token = re.search(r'name="form" value="([^"]+)"', self.page.text)
        assert token is not None, self.page.text
        self.page = await self._http.post(path, data={"form": token[1]} | fields)
        return self.page.text


async def has_longer_periods(browser: Browser) -> None:
    """A half-year of the league, beside those it is compared with; a unit's clerk finds its cases."""
    half = await browser.opens("/staff/league?month=2026-H1")
    assert "环比(与 2025-H2 相比)和同比(与 2025-H1 相比)" in half
    assert "month=2026-H1&amp;outcome=received&amp;department=housing" in half
    assert ("提请交办会" in half, "响应率" in half) == (True, True)
    assert "<dt>响应率</dt><dd>response:given / response:asked:" in half, "as it is defined, in a note"
    assert '<table id="further">' in half
    [kinds] = re.findall(r'<table id="kinds">.+?</table>', half, re.DOTALL)
    assert '<th scope="col">受理环比</th>' in kinds
    assert "<td>+4</td><td>+4</td><td>50.0%</td><td>—</td><td>—</td>" in kinds


@pytest.mark.real
async def test_a_bulletin_is_drafted_edited_objected_to_answered_and_issued(
    demo: Portal, tmp_path: Path
) -> None:
    world = World(1, "2026-03-02T10:00", tmp_path)
    door = world.bulletin_door()
    door.verifier = Verifier((tmp_path / "public.pem").read_bytes())
    settings = demo.settings.model_copy(update={"services": '{"stats": "http://stats"}'})
    async with world.open(), world.stats_app(door) as stats:
        app = create(settings, demo.now, httpx2.ASGITransport(app=stats))
        transport = httpx2.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url=demo.address, follow_redirects=True) as http,
        ):
            numbers = await a_month(world)
            browser, path = Browser(http), "/staff/bulletins/2026-03"
            await browser.sits("supervisor", "housing")
            await browser.opens("/staff/bulletins")
            refused = await browser.sends("/staff/bulletins", period="2026-04")
            assert (browser.page.status_code, "还没有结束" in refused) == (422, True)
            drafted = await browser.sends("/staff/bulletins", period="2026-03")
            assert "修改文字" in drafted
            good = {"heading-0": "典型案例", "text-0": "住房部门<b>当天办结。"}
            assert "住房部门&lt;b&gt;当天办结。" in await browser.sends(f"{path}/text", **good)
            lines = [f"SQ260302-{n:06},市城市管理局,至今未答复。" for n in range(2_000)]
            named = good | {"heading-1": "超期点名", "text-1": "\n".join(["予以点名:", *lines])}
            assert "SQ260302-001999," in await browser.sends(f"{path}/text", **named)
            over = await browser.sends(
                f"{path}/text", **named, **{"heading-2": "多", "text-2": "多" * 100_000}
            )
            assert (browser.page.status_code, "各段合计最多约 13 万字" in over) == (422, True)
            assert "SQ260302-001999," in over, "what was typed is kept"
            assert "对账中" in await browser.sends(f"{path}/circulation")

            await browser.sits("clerk", "housing")
            seen = await browser.opens(path)
            assert "受理 4 件,已回复 2 件" in seen
            assert f"/staff/cases/{numbers[2]}" in seen
            objected = await browser.sends(
                f"{path}/objection", text="已电话答复。", cases=f"{numbers[2]}、{numbers[3]}"
            )
            assert "还没有答复" in objected
            assert '<tr class="own">' in await browser.opens("/staff/league?month=2026-03")
            await has_longer_periods(browser)

            await browser.sits("supervisor", "housing")
            await browser.opens(path)
            answered = await browser.sends(
                f"{path}/answer", objection="o-1", upheld="0", text="平台上没有公开答复。"
            )
            assert "不采纳" in answered
            await browser.sits("leader", "supervision")
            await browser.opens(path)
            early = await browser.sends(f"{path}/issue")
            assert (browser.page.status_code, "对账时间未到" in early) == (409, True)
            await world.until("2026-04-09T10:00")
            assert "宿网督〔2026〕1号" in await browser.sends(f"{path}/issue")
            public = await browser.opens("/bulletins/2026-03")
            assert "典型案例" in public
            assert "已电话答复" not in public
