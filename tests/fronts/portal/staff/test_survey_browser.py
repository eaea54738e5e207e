"""A supervisor's survey at a browser, in both sizes: built, seen as people will see it, published, ended, its result told."""

import pytest
from playwright.sync_api import Browser, expect

from tests.fronts.portal.accessible import fits
from tests.fronts.portal.staff.browsing import WAYS, Desk
from tests.fronts.portal.staff.office import SUPERVISION, Office

pytestmark = [pytest.mark.real, pytest.mark.browser, pytest.mark.parametrize(("size", "scripts"), WAYS)]


def _built(desk: Desk, scripts: bool, title: str) -> None:
    """A draft with three questions, after a first try that was wrong."""
    page = desk.page
    desk.follow("问卷")
    fits(page, scripts)
    desk.follow("写新问卷")
    page.fill("#title", title)
    page.fill("#intro", "约一分钟。")
    page.fill("#ends", "2098-12-31T18:00")
    page.select_option("#audience", "phone")  # proved numbers: citizens/test_answering_surveys.py
    page.fill("#title-0", "您常去公园吗?")
    page.fill("#options-0", "每周")
    page.fill("#title-1", "满意吗?")
    page.select_option("#kind-1", "scale")
    page.fill("#title-2", "还有什么建议?")
    page.select_option("#kind-2", "text")
    page.check("#optional-2")
    desk.press("保存草稿,并加题")
    expect(page.locator("[role=alert]")).to_contain_text("应有 2 到 30 个选项")
    assert page.input_value("#title-1") == "满意吗?", "nothing is typed twice"
    fits(page, scripts)
    page.fill("#options-0", "每周\n偶尔\n从不")
    desk.press("保存草稿,并加题")


def _answered(desk: Desk, address: str, phone: str, scripts: bool) -> None:
    """Somebody answers it, on the people's page."""
    page = desk.page
    page.goto(address)
    page.fill("#entitled_by", phone)
    desk.press("开始答题")
    page.check("#c-q1-0")
    page.check("#c-q2-5")
    page.fill("#t-q3", "与公园无关的话。")
    fits(page, scripts)
    desk.press("提交答卷")
    expect(page.locator("main")).to_contain_text("答卷已收到")


def test_a_survey_is_built_previewed_published_ended_and_its_result_told(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    desk = Desk(browser, office, size, scripts).sign_in(f"asks-{size}", SUPERVISION, "supervisor")
    page, title = desk.page, f"公园几点关门 {size}"
    _built(desk, scripts, title)
    preview = page.locator("section[aria-labelledby=preview]")
    expect(preview).to_contain_text("您常去公园吗?")
    choices_and_steps = preview.locator("input[type=radio]")
    expect(choices_and_steps, "as people will see them").to_have_count(3 + 5)
    fits(page, scripts)
    desk.press("发布")
    desk.shows("进行中")
    address = page.url

    _answered(desk, address.replace("/staff", ""), f"1391111{size == 'phone':d}777", scripts)
    page.goto(address)
    desk.shows("1 份答卷")
    desk.shows("结束前答卷密封")
    assert not desk.says("与公园无关的话"), "sealed until the end, from staff as well"
    desk.press("结束问卷")
    assert page.locator("h1").inner_text() != title, "before its time it needs a reason, and says so"
    page.goto(address)
    page.fill("#reason", "已经听够了")
    desk.press("结束问卷")
    desk.shows("与公园无关的话。")
    page.fill("#why-1", "与问题无关")
    desk.press("不展示")
    fits(page, scripts)
    desk.press("计票并公布结果")
    desk.shows("已公布结果")

    desk.follow("网民页面")
    desk.shows("1 份答卷")
    desk.shows("每周")
    assert not desk.says("与公园无关的话")
    fits(page, scripts)
    desk.close()
