"""A unit answers in a dialogue at a browser: its clerk prepares, its leader sends back, then approves; in both sizes."""

import pytest
from playwright.sync_api import Browser

from tests.fronts.portal.staff.browsing import WAYS, Desk
from tests.fronts.portal.staff.office import HOLDER, Office

pytestmark = [pytest.mark.real, pytest.mark.browser, pytest.mark.parametrize(("size", "scripts"), WAYS)]


def test_a_clerks_answer_goes_to_the_leader_and_then_to_everybody(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    dialogue = office.dialogue()
    address = f"/staff/dialogues/{dialogue}"
    clerk = Desk(browser, office, size, scripts).sign_in(f"talk-clerk-{size}", HOLDER, "clerk")
    clerk.page.click("a:text-is('对话')")
    clerk.page.click(f"a[href='{address}']")
    clerk.page.locator("article", has_text="问题之1").locator("textarea").fill("四月装好。")
    clerk.press("送审")
    clerk.shows("待分管领导或主持人审核")

    leader = Desk(browser, office, size, scripts).sign_in(f"talk-leader-{size}", HOLDER, "leader")
    leader.page.goto("/staff/approvals")
    leader.shows("2 条回答待审核")
    leader.page.click(f"a[href='{address}']")
    waiting = leader.page.locator("article", has_text="四月装好。")
    waiting.locator("input[name=reason]").fill("请写明街道")
    with leader.page.expect_navigation():
        waiting.locator("button[value=return]").click()
    clerk.page.goto(address)
    clerk.page.click("summary:has-text('退回和不予公开的回答')")
    clerk.shows("请写明街道")
    clerk.page.locator("article", has_text="问题之1").locator("textarea").fill("幸福路四月装好。")
    clerk.press("送审")
    leader.page.goto(address)
    with leader.page.expect_navigation():
        leader.page.locator("article", has_text="幸福路四月装好。").locator("button[value=approve]").click()

    leader.page.goto(f"/dialogues/{dialogue}/transcript")
    leader.shows("幸福路四月装好。")
    assert not leader.says("\n四月装好。")
    for one in (clerk, leader):
        one.close()
