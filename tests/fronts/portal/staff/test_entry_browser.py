"""A clerk writes a caller's words down at a browser (代录), in both sizes, and hands over what the caller needs."""

import pytest
from playwright.sync_api import Browser, expect

from tests.fronts.portal.staff.browsing import WAYS, Desk
from tests.fronts.portal.staff.office import HOLDER, Office

pytestmark = [pytest.mark.real, pytest.mark.browser, pytest.mark.parametrize(("size", "scripts"), WAYS)]


def test_who_came_to_the_counter_leaves_with_a_number_and_a_query_code(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    clerk = Desk(browser, office, size, scripts).sign_in(f"entry-clerk-{size}", HOLDER, "clerk")
    clerk.page.click("a:text-is('代录')")
    clerk.page.check("#origin-counter")
    clerk.page.fill("#title", "站台积水")
    clerk.page.fill("#text", "幸福路站台一下雨就积水,请修一修。")
    clerk.page.fill("#phone", "12")
    clerk.press("录入")
    expect(clerk.page.locator("#phone-wrong")).to_have_count(1)
    assert clerk.page.input_value("#title") == "站台积水", "nothing is typed twice"
    clerk.page.fill("#phone", "")
    clerk.press("录入")

    number = clerk.page.inner_text("#number")
    case = office.case(number)
    assert (case["origin"], case["entered_by"]) == ("counter", f"entry-clerk-{size}")
    code = clerk.page.inner_text("#code")
    clerk.page.goto("/follow")
    clerk.page.fill("[name=number]", number)
    clerk.page.fill("[name=code]", code)
    with clerk.page.expect_navigation():
        clerk.page.locator("main form button[type=submit]").first.click()
    clerk.shows("幸福路站台一下雨就积水")
    clerk.close()
