"""The pages in a real browser: a citizen posts, follows, and is told what is wrong; on a phone, without scripts."""

import os
import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.stack import Stack, running

CHROMIUM = next(
    (path for name in ("chromium-headless-shell", "chromium") if (path := shutil.which(name))), None
)

pytestmark = [
    pytest.mark.real,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER: install chromium-headless-shell to run these"),
]

INJECTIONS = (
    "<script>document.title='taken'</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% raw %}",
    "javascript:alert(1)",
    "</textarea><h1>heading</h1>",
)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        opened.close()


@pytest.fixture(params=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    size = {"desktop": (1280, 900), "phone": (360, 740)}[request.param]
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, java_script_enabled=False, locale="zh-CN"
    )
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    yield opened
    context.close()


def _post(page: Page, address: str, title: str, text: str) -> tuple[str, str]:
    page.goto(f"{address}/post")
    page.check("input[name=kind][value=complaint]")
    page.fill("#title", title)
    page.fill("#text", text)
    page.fill("#phone", "13812345678")
    page.click("button[type=submit]")
    return page.inner_text("#number"), page.inner_text("#code")


def test_a_citizen_posts_and_follows_without_scripts(stack: Stack, page: Page) -> None:
    address = stack.address("portal")
    page.goto(address)
    assert "有问必答" in page.inner_text("h1")

    number, code = _post(page, address, "路灯不亮", "幸福路的路灯坏了，电话13812345678。")
    assert number.startswith("SQ")
    page.click("text=查看进展")
    assert page.inner_text("#status") in ("已受理", "已交办")
    assert "13812345678" in page.inner_text("main")

    page.goto(f"{address}/follow?number={number}")
    assert "13812345678" not in page.inner_text("main")
    page.goto(f"{address}/follow")
    page.fill("#number", number)
    page.fill("#code", code)
    page.click("button[type=submit]")
    page.fill("#follow-ups", "补充：昨晚又灭了一盏。")
    page.click("button:has-text('追问')")
    assert "昨晚又灭了一盏" in page.inner_text("main")


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(stack: Stack, page: Page) -> None:
    address = stack.address("portal")
    page.goto(f"{address}/post")
    page.fill("#title", "空")
    page.fill("#text", "　")
    page.click("button[type=submit]")

    assert "不能为空" in page.inner_text("[role=alert]")
    assert page.input_value("#title") == "空"
    page.goto(f"{address}/follow")
    page.fill("#number", "SQ000000-000000")
    page.click("button[type=submit]")
    assert "没有这个编号" in page.inner_text("[role=alert]")


@pytest.mark.parametrize("text", INJECTIONS)
def test_text_typed_by_people_is_shown_as_text(stack: Stack, browser: Browser, text: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    number, _ = _post(page, stack.address("portal"), text, text)
    page.click("text=查看进展")

    assert text in page.inner_text("p.text")
    assert page.title().startswith(number)
    assert page.locator("main img").count() == 0
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/post", "/follow"])
def test_no_page_violates_wcag_and_none_leaves_the_site(
    stack: Stack, browser: Browser, path: str, scheme: str
) -> None:
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    response = page.goto(f"{stack.address('portal')}{path}")

    assert response is not None
    assert "unsafe-inline" not in response.headers["content-security-policy"]
    assert len(response.body()) < 60_000
    assert all(url.startswith(stack.address("portal")) for url in asked)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()
    context.close()
