"""A what-if in a real browser, with scripts and without, on a screen and on a telephone: it is tried, watched and read."""

import asyncio
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from chassis.metrics import Metrics
from chassis.web.edge import Edge
from fronts.portal.application import create
from services.deadline.core.whatif import Difference
from services.deadline.whatif.child import MemoryChild
from services.deadline.whatif.task import Progress, Task, Told
from tests.fronts.portal.accessible import fits
from tests.fronts.portal.staff.alone import PROFILE, Portal, answering, free_port, running
from tests.fronts.portal.staff.browsing import SIZES, WAYS
from tests.fronts.portal.staff.test_what_if import door
from tests.services.deadline.month import a_month

pytestmark = [pytest.mark.real, pytest.mark.browser]

FIELD: Final = "[name='kinds.complaint.reply_days']"


class Held:
    """The twin's work, from the moment when another thread lets it go on."""

    def __init__(self) -> None:
        self.on = threading.Event()

    async def __call__(self, task: Task, told: Told) -> Difference:
        told(Progress(3, 8))
        while not self.on.is_set():
            await asyncio.sleep(0.02)
        return await MemoryChild(a_month, PROFILE)(task, told)


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def address(dsn: str, tmp_path: Path, held: Held) -> Iterator[str]:
    portal = running(dsn, tmp_path, demo_sign_in=True)
    # In a thread of its own: a browser keeps this one's loop busy.
    with ThreadPoolExecutor(1) as aside:
        demo = aside.submit(portal.__enter__).result()
        try:
            yield from _served(demo, tmp_path, held)
        finally:
            aside.submit(portal.__exit__, None, None, None).result()


def _served(demo: Portal, folder: Path, held: Held) -> Iterator[str]:
    port = free_port()
    known = {"services": '{"deadline": "http://deadline"}', "http_port": port}
    settings = demo.settings.model_copy(update=known)
    app = create(settings, demo.now, httpx2.ASGITransport(app=Edge(door(folder, held), Metrics())))
    with answering(app, port):
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(("size", "scripts"), [*WAYS, ("phone", True)])
def test_other_rules_are_tried_watched_and_read(
    browser: Browser, address: str, held: Held, size: str, scripts: bool
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
    page.click("nav >> text=规则试算")
    fits(page, scripts)

    page.fill(FIELD, "0")
    page.fill("#since", "2026-03")
    page.fill("#until", "2026-03")
    page.click("text=开始试算")
    expect(page.locator("[id='kinds.complaint.reply_days-wrong']")).to_have_text("应为 1 到 30 的整数,实为 0")
    assert page.input_value(FIELD) == "0"
    fits(page, scripts)
    page.fill(FIELD, "2")
    page.click("text=开始试算")
    expect(page.locator("#progress")).to_contain_text("3 / 8 件")
    fits(page, scripts)

    held.on.set()
    # The page asks again by itself, with scripts and without.
    expect(page.locator("#difference")).to_have_text("会有什么不同", timeout=60_000)
    expect(page.locator("main")).to_contain_text("全市按时率 66.7% → 42.9%")
    expect(page.locator(".bars li")).to_have_count(2)
    fits(page, scripts)
    if folder := os.environ.get("WENZHENG_PICTURES"):
        page.screenshot(path=f"{folder}/page-what-if-{size}.png", full_page=True)
    page.click("a:has-text('1 件') >> nth=0")
    expect(page.locator("h1")).to_contain_text("判定会变的件")
    fits(page, scripts)
    context.close()
