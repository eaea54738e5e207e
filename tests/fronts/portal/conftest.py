"""One browser for all tests of pages: playwright allows one in a process."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

CHROMIUM = next(
    (path for name in ("chromium-headless-shell", "chromium") if (path := shutil.which(name))), None
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; its tests are skipped, and say so, where there is none."""
    if CHROMIUM is None:
        pytest.skip("NO BROWSER: install chromium-headless-shell to run these")
    # A click may return while the old page still stands, when the machine is busy: what pages say is awaited.
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        opened.close()
