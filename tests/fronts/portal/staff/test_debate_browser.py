"""A debate at a browser, in both sizes: written by a unit's leader, looked through, answered officially, closed with what was decided."""

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.fronts.portal.accessible import fits
from tests.fronts.portal.staff.browsing import WAYS, Desk
from tests.fronts.portal.staff.office import HOLDER, SUPERVISION, Office
from tests.patience import PATIENCE

pytestmark = [pytest.mark.real, pytest.mark.browser, pytest.mark.parametrize(("size", "scripts"), WAYS)]
GOOD, BAD = "路口划出停车线。", "与此无关的广告。"


def _opened(leader: Desk, scripts: bool, title: str) -> str:
    """The leader writes it, is told what is missing, publishes it; its address."""
    page = leader.page
    leader.follow("评议")
    fits(page, scripts)
    leader.follow("写新议题")
    page.fill("#title", title)
    page.fill("#question", "电动车停在哪里?")
    page.fill("#background", "路口停车混乱。")
    page.fill("#ends", "2020-01-01T18:00")
    leader.press("保存草稿")
    leader.press("发布")
    expect(page.locator("[role=alert]")).to_contain_text("截止时间已过")
    assert page.input_value("#question") == "电动车停在哪里?", "nothing is typed twice"
    fits(page, scripts)
    page.fill("#ends", "2098-12-31T18:00")
    leader.press("保存草稿")
    leader.press("发布")
    leader.shows("进行中")
    return page.url


def _said(desk: Desk, text: str) -> Locator:
    """A comment on the page, with what can be done to it."""
    return desk.page.locator("article", has_text=text)


def test_a_debate_is_opened_looked_through_answered_and_closed_with_what_was_decided(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    leader = Desk(browser, office, size, scripts).sign_in(f"debates-{size}", HOLDER, "leader")
    address = _opened(leader, scripts, f"城区停车 {size}")
    debate = address.rpartition("/")[2]
    comments = f"{office.stack.address('debate')}/v1/debates/{debate}/comments"
    for n, text in enumerate((GOOD, BAD)):
        body = {"text": text, "phone": f"1390000{size == 'phone':d}77{n}"}
        headers = {"Idempotency-Key": f"{debate}-{n}"}
        httpx2.post(comments, json=body, headers=headers, timeout=PATIENCE).raise_for_status()

    moderator = Desk(browser, office, size, scripts).sign_in(f"looks-{size}", SUPERVISION, "supervisor")
    moderator.page.goto(address)
    fits(moderator.page, scripts)
    with moderator.page.expect_navigation():
        _said(moderator, BAD).locator("button[value=hide]").click()
    expect(moderator.page.locator("[role=alert]")).to_contain_text("请说明原因")
    _said(moderator, BAD).locator("input[name=reason]").fill("与议题无关")
    with moderator.page.expect_navigation():
        _said(moderator, BAD).locator("button[value=hide]").click()
    with moderator.page.expect_navigation():
        _said(moderator, GOOD).locator("button[value=release]").click()
    moderator.shows("没有待审核的发言")

    leader.page.goto(address)
    assert not leader.says(BAD), "a unit does not look through what is said of it"
    leader.page.fill("#text", "本周在二十个路口试划。")
    leader.page.select_option("#answers", label=GOOD)
    leader.press("发布回应")
    leader.page.fill("#summary", "多数人希望划停车线。")
    leader.page.fill("#decision", "四月底前划六十个路口。")
    leader.page.fill("#reason", "意见一致")
    leader.press("公布结论并结束")
    leader.shows("决定了什么")
    fits(leader.page, scripts)

    leader.follow("网民页面")
    for text in ("四月底前划六十个路口。", "多数人希望划停车线。", GOOD, "本周在二十个路口试划。"):
        leader.shows(text)
    assert not leader.says(BAD)
    fits(leader.page, scripts)
    for one in (leader, moderator):
        one.close()
