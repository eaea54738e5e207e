"""What the citizens' tests share: a running stack, a browser, and a portal that hears a router of the tests' own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page

from tests.fronts.portal.citizens.neighbour import Neighbour, speaking
from tests.fronts.portal.citizens.town import Town
from tests.patience import PATIENCE
from tests.stack import ROOT, Stack

SIZES = {"desktop": (1280, 900), "phone": (360, 740)}
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def town(stack: Stack) -> Iterator[Town]:
    with Town(stack) as living:
        yield living


@pytest.fixture(scope="session")
def portal(stack: Stack) -> str:
    """The address of the stack's pages."""
    return stack.address("portal")


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Opens pages of a size, with or without scripts; a script error fails the test."""
    contexts = []
    errors: list[str] = []

    def opened(size: str = "desktop", scripts: bool = True, **options: Any) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            locale="zh-CN",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(params=["desktop", "phone"])
def plain_page(request: pytest.FixtureRequest, open_page: Open) -> Page:
    """A page without scripts, in both sizes."""
    return open_page(request.param, scripts=False)


class Portal:
    """A portal of one's own beside the stack: its router, or its stats, is the tests'."""

    def __init__(self, stack: Stack, port: int = 55, **others: str) -> None:
        """`port`: above the stack's base, where nobody else listens."""
        self.port = stack.base + port
        self.address = f"http://127.0.0.1:{self.port}"
        services = {
            name: stack.address(name)
            for name in ("intake", "router", "deadline", "notifier", "stats", "survey", "debate")
        } | others
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WENZHENG_")},
            "PYTHONPATH": str(ROOT),
            "WENZHENG_HTTP_PORT": str(self.port),
            "WENZHENG_SERVICES": json.dumps(services),
            "WENZHENG_CITY": str(ROOT / "cities" / "suqian"),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Until it answers."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "fronts.portal"], env=self._environment, cwd=ROOT
        )
        end = time.monotonic() + PATIENCE
        while True:
            assert self._process.poll() is None, "the portal ended"
            assert time.monotonic() < end, "the portal did not start"
            try:
                if httpx2.get(f"{self.address}/readyz", timeout=PATIENCE).status_code == 200:
                    return
            except httpx2.HTTPError:
                time.sleep(0.1)

    def stop(self) -> None:
        """At once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)


@pytest.fixture(scope="session")
def neighbour() -> Iterator[Neighbour]:
    with speaking() as started:
        yield started


@pytest.fixture(scope="session")
def offering(stack: Stack, neighbour: Neighbour) -> Iterator[Portal]:
    """A portal whose router is the tests' own."""
    own = Portal(stack, router=neighbour.address)
    own.start()
    yield own
    own.stop()


def fill(page: Page, title: str, text: str, kind: str = "complaint") -> None:
    """Fill in the form that is open."""
    page.check(f"input[name=kind][value={kind}]")
    page.fill("#title", title)
    page.fill("#text", text)


def send(page: Page) -> tuple[str, str]:
    """Send it, past what is offered, and return number and query code."""
    page.click("main form[data-draft] button[type=submit]")
    page.wait_for_selector("#number, button[name=send]")
    if page.locator("button[name=send]").count():
        page.click("button[name=send]")
        page.wait_for_selector("#number")
    return page.inner_text("#number"), page.inner_text("#code")


def follow(page: Page, portal: str, number: str, code: str) -> None:
    """Open one's own case."""
    page.goto(f"{portal}/follow?number={number}")
    page.fill("#code", code)
    # A click alone may return while the old page still stands.
    with page.expect_navigation():
        page.click("main button[type=submit]")
