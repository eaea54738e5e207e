"""A promise in a reply, in a real browser: asked for on the preview, read by the leader, reported done, read by everybody."""

from datetime import date, timedelta

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.fronts.portal.accessible import violations
from tests.fronts.portal.staff.browsing import WAYS, Desk
from tests.fronts.portal.staff.office import HOLDER, Office
from tests.patience import PATIENCE


@pytest.mark.real
@pytest.mark.browser
@pytest.mark.parametrize(("size", "scripts"), WAYS)
def test_a_promise_is_asked_for_and_reported_done(
    browser: Browser, office: Office, size: str, scripts: bool
) -> None:
    number = office.accepted(title="候车亭一事")
    day = date.today() + timedelta(days=40)
    named = f"{day.year}年{day.month}月{day.day}日"
    written = f"我局将于{named}前建成候车亭。"

    clerk = Desk(browser, office, size, scripts).sign_in(f"promise-clerk-{size}", HOLDER, "clerk")
    clerk.page.goto(f"/staff/cases/{number}")
    clerk.send("reply", text=written)
    clerk.shows("回复中作出了承诺")
    assert clerk.page.input_value("#promised-day") == day.isoformat(), "what the words name is proposed"
    if scripts:
        # Axe is a script itself.
        assert violations(clerk.page) == []
    clerk.page.fill("#promised-day", "")
    clerk.press("提交领导审阅")
    clerk.shows("回复中作出了承诺,请填写承诺办结日期")
    assert clerk.page.input_value("#reply-text").strip() == written, "what was typed is still there"
    clerk.page.fill("#reply-promised-day", day.isoformat())
    clerk.press("检查并预览")
    clerk.shows(f"承诺办结日期 {named}")
    clerk.press("提交领导审阅")
    clerk.shows("回复已提交领导审阅")

    leader = Desk(browser, office, size, scripts).sign_in(f"promise-leader-{size}", HOLDER, "leader")
    leader.page.goto(f"/staff/cases/{number}")
    leader.shows(f"承诺办结日期 {named}")
    leader.send("approval")
    leader.shows("待兑现")

    clerk.page.goto(f"/staff/cases/{number}")
    clerk.send("promise-report", text="候车亭已建成使用。")
    clerk.shows("承诺已登记办结")
    expect(clerk.page.locator("#promise-report form")).to_have_count(0)
    public = httpx2.get(f"{office.portal}/posts/{number}", timeout=PATIENCE).text
    for told in ("已按期兑现", "候车亭已建成使用。"):
        assert told in public
    for one in (clerk, leader):
        one.close()
