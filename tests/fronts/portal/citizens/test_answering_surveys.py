"""A survey in a browser, without scripts, in both sizes: found, what is missing named, answered once, its result read."""

import pytest
from playwright.sync_api import Page, expect

from tests.fronts.portal.citizens.town import Town

pytestmark = [pytest.mark.real, pytest.mark.browser]


def test_a_survey_is_answered_in_a_browser_once_and_its_result_read(
    town: Town, portal: str, plain_page: Page
) -> None:
    page, survey = plain_page, town.survey()
    page.goto(f"{portal}/surveys")
    page.locator(f"a[href='/surveys/{survey}']").first.click()
    page.fill("#entitled_by", "13911116666")
    page.click("button:text-is('开始答题')")

    page.check("#c-q1-0")
    page.check("#c-q2-1")
    page.fill("#t-q4", "多些座椅。")
    page.click("button:text-is('提交答卷')")
    expect(page.locator("[role=alert]")).to_contain_text("请回答这一题")
    assert page.input_value("#t-q4") == "多些座椅。", "nothing is typed twice"
    page.check("#c-q3-5")
    page.click("button:text-is('提交答卷')")
    expect(page.locator("main")).to_contain_text("答卷已收到")
    assert "13911116666" not in page.content()
    page.goto(f"{portal}/surveys/{survey}")
    page.fill("#entitled_by", "13911116666")
    page.click("button:text-is('开始答题')")
    expect(page.locator("[role=alert]")).to_contain_text("每人只能参与一次")

    town.count(survey)
    page.goto(f"{portal}/surveys/{survey}")
    page.click("a:text-is('看结果')")
    expect(page.locator("main")).to_contain_text("1 份答卷")


def test_a_survey_for_proved_numbers_is_answered_by_who_types_the_code(
    town: Town, portal: str, plain_page: Page
) -> None:
    page, survey = plain_page, town.survey(proven=True)
    wide = page.viewport_size is not None and page.viewport_size["width"] > 1000
    phone = "13911117771" if wide else "13911117772"
    page.goto(f"{portal}/surveys/{survey}")
    page.click("text=验证手机号码,开始答题")
    town.prove(page, phone)
    expect(page).to_have_url(f"{portal}/my/surveys/{survey}")
    expect(page.locator("main")).to_contain_text("手机号码已验证")

    page.click("button:text-is('开始答题')")
    page.check("#c-q1-0")
    page.check("#c-q2-1")
    page.check("#c-q3-5")
    page.click("button:text-is('提交答卷')")

    expect(page.locator("main")).to_contain_text("答卷已收到")
    assert phone not in page.content()
    page.goto(f"{portal}/my/surveys/{survey}")
    page.click("button:text-is('开始答题')")
    expect(page.locator("[role=alert]")).to_contain_text("每人只能参与一次")
