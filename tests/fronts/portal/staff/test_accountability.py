"""A 问责 record on the staff pages: before stats' real interface, and in a real browser in both sizes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser as RealBrowser
from playwright.sync_api import expect

from chassis.tokens import Verifier
from fronts.portal.application import create
from fronts.portal.staff.accountability import MEASURES, choices, numbers
from services.stats.core.accountability.record import MEASURE_NAMES
from tests.fronts.portal.accessible import violations
from tests.fronts.portal.staff.alone import Portal, running
from tests.fronts.portal.staff.browsing import SIZES, Desk
from tests.fronts.portal.staff.office import HOLDER, SUPERVISION, Office
from tests.fronts.portal.staff.test_bulletins import Browser
from tests.journeys.test_accountability import overdue
from tests.journeys.world import World


def test_numbers_are_read_however_they_are_parted() -> None:
    typed = "SQ260302-000001、sq260302000002\uff0c SQ260302-000003;"

    assert numbers(typed) == ["SQ260302-000001", "SQ260302-000002", "SQ260302-000003"]
    assert numbers(" ") == []


def test_the_pages_measures_are_the_services() -> None:
    assert list(MEASURES.items()) == [one for one in MEASURE_NAMES.items() if one[0]]


@pytest.mark.parametrize(
    ("measure", "codes"),
    [
        ("talk", ["upheld", "self-criticism", "reminder", "revoked"]),
        ("reminder", ["upheld", "revoked"]),
        ("", []),
    ],
)
def test_a_decision_offers_nothing_heavier(measure: str, codes: list[str]) -> None:
    finding = {"measure": measure, "measure_name": "某项措施"}
    found: dict[str, Any] = {"finding": finding, "withdrawn_at": None}

    assert [code for code, _ in choices(found)] == codes
    assert choices({"finding": None, "withdrawn_at": None}) == ()


def test_where_the_ground_fell_a_measure_can_only_be_revoked() -> None:
    finding = {"measure": "talk", "measure_name": "约谈"}

    assert [code for code, _ in choices({"finding": finding, "withdrawn_at": "2026-04-12T10:00"})] == [
        "revoked"
    ]


@pytest.fixture
def demo(dsn: str, tmp_path: Path) -> Iterator[Portal]:
    with running(dsn, tmp_path, demo_sign_in=True) as found:
        yield found


@pytest.mark.real
async def test_the_page_shows_which_rule_opened_the_record_and_with_which_case(
    demo: Portal, tmp_path: Path
) -> None:
    world = World(1, "2026-03-02T10:00", tmp_path)
    bulletins, records = world.bulletin_door(), world.record_door()
    bulletins.verifier = records.verifier = Verifier((tmp_path / "public.pem").read_bytes())
    settings = demo.settings.model_copy(update={"services": '{"stats": "http://stats"}'})
    async with world.open(), world.stats_app(bulletins, records) as stats:
        app = create(settings, demo.now, httpx2.ASGITransport(app=stats))
        transport = httpx2.ASGITransport(app=app)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url=demo.address, follow_redirects=True) as http,
        ):
            number = await overdue(world, "电梯坏了")
            browser, path = Browser(http), f"/staff/accountability/overdue-housing-{number}"
            await browser.sits("leader", "education")
            assert "没有这样的记录" in await browser.opens("/staff/accountability")
            await browser.opens(path)
            assert browser.page.status_code == 404

            await browser.sits("leader", "housing")
            assert path in await browser.opens("/staff/accountability")
            seen = await browser.opens(path)
            assert "同一帖子上满 1 次即立案" in seen
            assert f'<a href="/staff/cases/{number}">' in seen
            assert "作出认定" not in seen
            words = {"text": "<b>配件停产</b>", "cases": number}
            assert "&lt;b&gt;配件停产&lt;/b&gt;" in await browser.sends(f"{path}/statement", **words)
            empty = await browser.sends(f"{path}/statement", text=" ")
            assert (browser.page.status_code, "不能为空" in empty) == (422, True)

            await browser.sits("supervisor", "housing")
            await browser.opens(path)
            found = await browser.sends(f"{path}/finding", measure="talk", text="属实")
            assert "有责任,约谈" in found
            early = await browser.sends(f"{path}/closing", text="完成")
            assert (browser.page.status_code, "申诉期限未到" in early) == (409, True)
            assert "完成</textarea>" in early, "what was typed stays"
            await world.until("2026-04-20T10:00")
            assert "已结案" in await browser.sends(f"{path}/closing", text="已约谈")
            assert "已约谈" in await browser.opens(path)
            assert path not in await browser.opens("/staff/accountability")
            assert path in await browser.opens("/staff/accountability?state=closed")


@pytest.mark.real
@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
def test_from_the_opening_by_a_supervisor_to_the_closing(
    office: Office, browser: RealBrowser, size: str
) -> None:
    complaints: list[str] = []

    def at(name: str, unit: str, role: str, path: str = "/staff/accountability") -> Desk:
        desk = Desk(browser, office, size, True, bypass_csp=True).sign_in(f"{size}-{name}", unit, role)
        desk.page.goto(path)
        return desk

    def looked_at(desk: Desk) -> None:
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= desk.page.viewport_size["width"]  # type: ignore[index]
        complaints.extend(violations(desk.page))

    at("clerk", HOLDER, "clerk").close()
    desk = at("supervisor", SUPERVISION, "supervisor")
    desk.page.select_option("#unit", HOLDER)
    desk.page.fill("#cases", "SQ260302-000001")
    desk.page.fill("#text", "两次以同样文字答复。")
    desk.press("立案")
    record = desk.page.url.removeprefix(office.portal)
    desk.shows("人工立案")
    desk.send("person", person=f"{size}-clerk")
    desk.shows(f"张三({size}-clerk)")
    looked_at(desk)
    for name, role in (("leader", "leader"), ("clerk", "clerk")):
        other = at(name, HOLDER, role, record)
        other.send("statement", text="该线路正在改造。", cases="SQ260302-000001")
        other.shows("该线路正在改造。")
        looked_at(other)
        other.close()
    desk.page.goto(record)
    desk.send("finding", measure="talk", text="未作实质答复,属实。")
    desk.shows("有责任,约谈")
    looked_at(desk)
    concerned = at("clerk", HOLDER, "clerk", record)
    concerned.send("appeal", text="工期不由我单位决定。")
    concerned.shows("申诉中")
    looked_at(concerned)
    desk.page.goto(record)
    desk.shows("请由另一位督查员复核")
    second = at("second", SUPERVISION, "supervisor", record)
    second.send("decision", outcome="reminder", text="工期确由他单位决定。")
    second.shows("减轻,口头提醒")
    looked_at(second)
    desk.page.goto(record)
    desk.send("closing", text="已当面提醒。")
    desk.shows("已结案")
    looked_at(desk)
    reader = at("auditor", SUPERVISION, "auditor", record)
    reader.shows("已当面提醒。")
    expect(reader.page.locator("main form")).to_have_count(0)
    looked_at(reader)
    for one in (desk, concerned, second, reader):
        one.close()

    assert complaints == []
