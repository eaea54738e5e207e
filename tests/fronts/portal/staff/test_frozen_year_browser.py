"""A frozen year in a real browser, on a screen and on a telephone: who reads its score reads by what it was frozen."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from fronts.portal.application import create
from tests.fronts.portal.accessible import fits
from tests.fronts.portal.staff.alone import Portal, answering, free_port, running
from tests.fronts.portal.staff.browsing import SIZES, WAYS
from tests.fronts.portal.staff.test_frozen_year import issued_year

pytestmark = [pytest.mark.real, pytest.mark.browser]


@pytest.fixture
def address(dsn: str, tmp_path: Path) -> Iterator[str]:
    portal = running(dsn, tmp_path, demo_sign_in=True)
    # In a thread of its own: a browser keeps this one's loop busy.
    with ThreadPoolExecutor(1) as aside:
        demo = aside.submit(portal.__enter__).result()
        try:
            yield from _served(demo, tmp_path, aside)
        finally:
            aside.submit(portal.__exit__, None, None, None).result()


def _served(demo: Portal, folder: Path, aside: ThreadPoolExecutor) -> Iterator[str]:
    stats = aside.submit(lambda: asyncio.run(issued_year(folder))).result()
    port = free_port()
    known = {"services": '{"stats": "http://stats"}', "http_port": port}
    app = create(demo.settings.model_copy(update=known), demo.now, httpx2.ASGITransport(app=stats))
    with answering(app, port):
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(("size", "scripts"), [*WAYS, ("phone", True)])
def test_other_weights_are_tried_on_a_frozen_year(
    browser: Browser, address: str, size: str, scripts: bool
) -> None:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        java_script_enabled=scripts,
        locale="zh-CN",
        base_url=address,
        bypass_csp=True,
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto("/staff/sign-in")
    page.select_option("#department", "supervision")
    page.click("button[value=supervisor]")
    page.goto("/staff/assessment?period=2026")
    expect(page.locator("#frozen")).to_contain_text("2026 年的得分随宿网督〔2027〕1号于")
    fits(page, scripts)

    page.fill("#w-solved", "0")
    page.click("button:text-is('试算')")
    expect(page.locator("#scores")).to_contain_text("冻结得分")
    expect(page.locator("#frozen")).to_be_visible()
    fits(page, scripts)
    page.click("#frozen a")
    expect(page.locator("#scores-of-year")).to_have_text("考核得分")
    fits(page, scripts)
    context.close()
