"""A debate in a browser, without scripts, in both sizes: typed, proved, supported, answered officially, decided."""

import pytest
from playwright.sync_api import Page, expect

from services.debate.web.examples import CLOSING
from tests.fronts.portal.citizens.town import Town

pytestmark = [pytest.mark.real, pytest.mark.browser]


def test_a_debate_is_talked_over_in_a_browser_and_read_to_its_end(
    town: Town, portal: str, plain_page: Page
) -> None:
    page, debate = plain_page, town.debate()
    wide = page.viewport_size is not None and page.viewport_size["width"] > 1000
    phone = "13911110001" if wide else "13911110002"
    page.goto(f"{portal}/debates")
    page.locator(f"a[href='/debates/{debate}']").click()

    page.fill("#text", "车架装在校门对面。")
    page.fill("#phone", "13911119999")
    page.click("button:text-is('发言')")
    expect(page.locator("[role=status]")).to_contain_text("审核后公开")
    expect(page.locator("#figures")).to_contain_text("1 人发言 1 条")

    page.click("text=用验证码登录")
    town.prove(page, phone)
    expect(page).to_have_url(f"{portal}/my/debates/{debate}")
    page.locator("button:text-is('支持')").click()
    expect(page.locator("text=您已支持")).to_be_visible()
    page.locator("a:text-is('回应')").click()
    page.fill("#text", "同意,先划线。")
    page.click("button:text-is('发言')")
    expect(page.locator("section[aria-labelledby=mine]")).to_contain_text("待审核")
    page.locator("button:text-is('撤回')").click()
    expect(page.locator("section[aria-labelledby=mine]")).to_contain_text("已撤回")

    town.close_debate(debate)
    page.goto(f"{portal}/debates/{debate}")
    expect(page.locator("#state")).to_have_text("已公布结论")
    expect(page.locator("section.reply").first).to_contain_text(CLOSING["decision"])
    expect(page.locator("main")).to_contain_text("官方回应")
    expect(page.locator("textarea")).to_have_count(0)
