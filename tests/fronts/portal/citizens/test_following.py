"""Following a case in a real browser: what is next, the deadline day by day, and everything its author can do."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.fronts.portal.citizens.conftest import follow
from tests.fronts.portal.citizens.town import REPLY, Town
from tests.patience import until

pytestmark = [pytest.mark.real, pytest.mark.browser]


def opened(page: Page, portal: str, receipt: dict[str, Any]) -> None:
    follow(page, portal, receipt["number"], receipt["query_code"])


def test_a_question_is_answered_and_the_clock_goes_on(town: Town, portal: str, plain_page: Page) -> None:
    receipt = town.post(title="路灯不亮", text="路灯坏了。")
    town.ask(receipt, "请问在哪一栋楼前?")
    opened(plain_page, portal, receipt)

    expect(plain_page.locator("#status")).to_have_text("待补充")
    expect(plain_page.locator("[aria-current=step]")).to_contain_text("等您补充")
    expect(plain_page.locator("main")).to_contain_text("请问在哪一栋楼前?")
    until(lambda: _reloaded(plain_page, portal, receipt, "暂停"))
    plain_page.fill("#answers", "三号楼前。")
    plain_page.click("button:has-text('补充说明')")

    expect(plain_page.locator("#status")).to_have_text("办理中")
    expect(plain_page.locator("[role=status]")).to_contain_text("已补充")
    expect(plain_page.locator(".talk")).to_contain_text("三号楼前。")


def _reloaded(page: Page, portal: str, receipt: dict[str, Any], wanted: str) -> bool:
    opened(page, portal, receipt)
    return wanted in page.inner_text("main")


def test_the_deadline_is_counted_day_by_day_in_words(town: Town, portal: str, plain_page: Page) -> None:
    receipt = town.post()
    town.unit(receipt)
    opened(plain_page, portal, receipt)
    until(lambda: _reloaded(plain_page, portal, receipt, "第3天"))

    cells = plain_page.locator(".calendar td")
    said = [text for text in cells.all_inner_texts() if "\n" in text]
    assert sum("收到" in text for text in said) == 1
    assert [n for n in (1, 2, 3) if any(f"第{n}天" in text for text in said)] == [1, 2, 3]
    assert sum("到期" in text for text in said) == 1
    assert "到期" in next(text for text in said if "第3天" in text)
    assert len(cells.all()) % 7 == 0
    assert [
        int(day[-2:])
        for day in plain_page.locator(".calendar time").evaluate_all(
            "all => all.map(one => one.getAttribute('datetime'))"
        )
    ], "every day has its date for machines"
    expect(plain_page.locator("[aria-current=date]")).to_have_count(1)


def test_an_extension_is_told_with_reason_progress_and_new_date(
    town: Town, portal: str, plain_page: Page
) -> None:
    receipt = town.post(title="路面破损", text="路面破损严重。")
    new_date: date = town.extend(receipt, "材料运输延误", "已完成一半")
    until(lambda: _reloaded(plain_page, portal, receipt, "延期到"))

    told = plain_page.inner_text(".extension")
    assert f"延期到 {new_date.year}年{new_date.month}月{new_date.day}日" in told
    assert "材料运输延误" in told
    assert "已完成一半" in told
    plain_page.goto(f"{portal}/posts/{receipt['number']}")
    expect(plain_page.locator(".extension"), "neighbours are told as well").to_contain_text("材料运输延误")
    expect(plain_page.locator(".calendar")).to_contain_text("原到期")


def test_a_reply_is_rated_and_a_matter_that_is_not_settled_reopened(
    town: Town, portal: str, plain_page: Page
) -> None:
    receipt = town.post(title="垃圾清运", text="垃圾没有清运。")
    town.answer(receipt)
    opened(plain_page, portal, receipt)
    expect(plain_page.locator(".talk")).to_contain_text(REPLY)
    expect(plain_page.locator(".next")).to_contain_text("已答复")

    plain_page.check("input[name=grade][value='2']")
    plain_page.fill("#why", "垃圾还在。")
    plain_page.click("button:has-text('评价')")
    expect(plain_page.locator("#status")).to_have_text("已评价")
    expect(plain_page.locator(".talk")).to_contain_text("您的评价:不满意")
    expect(plain_page.locator(".talk")).to_contain_text("垃圾还在。")

    plain_page.click("summary:has-text('申请重新办理')")
    plain_page.fill("#reopenings", "三天了还没有清运。")
    plain_page.click("button:has-text('申请重新办理')")
    expect(plain_page.locator("#status")).to_have_text("重新办理")
    expect(plain_page.locator("[aria-current=step]")).to_contain_text("重新办理")
    expect(plain_page.locator("#answers, #why")).to_have_count(0)


def test_why_a_post_is_hidden_is_read_by_its_author_who_appeals_and_sees_it_go_on(
    town: Town, portal: str, plain_page: Page
) -> None:
    receipt = town.post(title="路灯不亮", text="路灯坏了。")
    town.moderate(receipt, "hide", "疑似广告")
    opened(plain_page, portal, receipt)
    expect(plain_page.locator("#status")).to_have_text("已屏蔽")
    expect(plain_page.locator("main")).to_contain_text("已屏蔽:疑似广告")

    plain_page.fill("#appeal", "说的是路灯,不是广告。")
    plain_page.click("button:has-text('申诉')")
    expect(plain_page.locator("[role=status]")).to_contain_text("已申诉")
    expect(plain_page.locator("#appeal")).to_have_count(0)

    town.moderate(receipt, "restore", "误判")
    opened(plain_page, portal, receipt)
    expect(plain_page.locator("#status")).not_to_have_text("已屏蔽")
    expect(plain_page.locator("main")).to_contain_text("恢复办理:误判")


def test_withdrawing_and_erasing_are_asked_about_once_more(town: Town, portal: str, plain_page: Page) -> None:
    receipt = town.post(text="请回电13812345678。", contact={"phone": "13812345678", "name": "网民"})
    opened(plain_page, portal, receipt)
    expect(plain_page.locator("main")).to_contain_text("13812345678")

    plain_page.click("text=删除个人信息")
    expect(plain_page.locator("main")).to_contain_text("不能恢复")
    plain_page.click("text=不,返回")
    expect(plain_page.locator("main")).to_contain_text("13812345678")
    plain_page.click("text=删除个人信息")
    plain_page.check("#sure")
    plain_page.click("text=确认删除")
    expect(plain_page.locator("[role=status]")).to_contain_text("个人信息已删除")
    expect(plain_page.locator("main")).not_to_contain_text("13812345678")

    plain_page.click("text=撤回此帖")
    plain_page.check("#sure")
    plain_page.click("text=确认撤回")
    expect(plain_page.locator("#status")).to_have_text("已撤回")
    expect(plain_page.locator("text=撤回此帖")).to_have_count(0)


def test_a_wrong_code_or_number_opens_nothing_and_says_so(town: Town, portal: str, plain_page: Page) -> None:
    receipt = town.post(public=False, title="私事", text="不公开的内容")
    follow(plain_page, portal, receipt["number"], "AAAAAAAAAA")
    expect(plain_page.locator("[role=alert]")).to_contain_text("查询码不正确")
    assert plain_page.input_value("#number") == receipt["number"]

    plain_page.goto(f"{portal}/follow")
    plain_page.fill("#number", "SQ000000-000000")
    plain_page.click("main button[type=submit]")
    expect(plain_page.locator("[role=alert]")).to_contain_text("没有这个编号")

    plain_page.fill("#number", f" {receipt['number'].lower()} ")
    plain_page.click("main button[type=submit]")
    expect(plain_page.locator("main")).to_contain_text("不公开")
    assert "不公开的内容" not in plain_page.content()
    code = receipt["query_code"].lower()
    follow(plain_page, portal, receipt["number"].lower(), f"{code[:5]} {code[5:]}")
    expect(plain_page.locator("main")).to_contain_text("不公开的内容")
