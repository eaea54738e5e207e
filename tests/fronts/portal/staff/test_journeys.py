"""A working day in a real browser: clerk, leader, supervisor and city leader, at a desk and on a phone, with scripts and without."""

from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.fronts.portal.staff.alone import PROFILE
from tests.fronts.portal.staff.browsing import WAYS, Desk
from tests.fronts.portal.staff.office import ASSISTING, HOLDER, OTHER, REPLY, SUPERVISION, Office
from tests.patience import PATIENCE, until
from tests.stack import running

pytestmark = [
    pytest.mark.real,
    pytest.mark.browser,
    pytest.mark.parametrize(("size", "scripts"), WAYS),
]


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """One of this day's own: on its pages stands what this day brought."""
    with running() as stack:
        found = Office(stack)
        yield found
        found.close()


def _desk(browser: Browser, office: Office, size: str, scripts: bool, role: str, unit: str = HOLDER) -> Desk:
    return Desk(browser, office, size, scripts).sign_in(f"day-{role}-{unit}", unit, role)


def test_a_clerk_answers_a_leader_approves_and_the_citizen_reads_it(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    receipt = office.post()
    number = receipt["number"]
    office.give(number)
    second = office.drafted()
    clerk = _desk(browser, office, size, scripts, "clerk")
    assert clerk.page.url.endswith("/staff/cases")
    row = clerk.page.locator(f"li:has(a[href='/staff/cases/{number}'])")
    assert "充裕" in row.inner_text()
    assert "剩" in row.inner_text()
    row.locator("input[type=checkbox]").check()
    clerk.press("受理所选")
    clerk.shows("所选事项已全部办理")

    clerk.page.goto(f"/staff/cases/{number}")
    clerk.shows("王小明")
    clerk.shows("计时全过程")
    clerk.send("question", text="请问是哪一站?")
    clerk.shows("计时暂停")
    _citizen(office, receipt, "answers", {"text": "在市政府站。"})
    clerk.page.goto(f"/staff/cases/{number}?start=done#reply")
    assert "〔事项〕" in clerk.page.input_value("#reply-text")
    clerk.page.locator("#reply form button[type=submit]").click()
    clerk.shows("空白未填")
    clerk.page.click("text=继续修改")
    clerk.send("reply", text=REPLY)
    clerk.shows("没有发现问题")
    clerk.page.click("text=提交领导审阅")
    clerk.shows("回复已提交领导审阅")

    leader = _desk(browser, office, size, scripts, "leader")
    case = leader.page.locator(f"article:has(a[href='/staff/cases/{number}'])")
    assert "什么时候加班次" in case.inner_text()
    assert "加开四班" in case.inner_text()
    case.locator("textarea[name=remark]").fill("请写明末班车站点。")
    case.locator("button:text-is('退回修改')").click()
    leader.shows("回复已退回修改")
    clerk.page.goto(f"/staff/cases/{number}")
    clerk.shows("请写明末班车站点")
    clerk.send("reply", text=f"{REPLY}末班车停靠全部站点。")
    clerk.page.click("text=提交领导审阅")
    leader.page.goto("/staff/approvals")
    for each in (number, second):
        leader.page.locator(f"article:has(a[href='/staff/cases/{each}']) input[name=chosen]").check()
    leader.press("批准所选")
    leader.shows("所选事项已全部办理")

    citizen = browser.new_page(base_url=office.portal)
    citizen.goto(f"/posts/{number}")
    expect(citizen.locator("main")).to_contain_text("末班车停靠全部站点")
    for one in (clerk, leader):
        one.close()
    citizen.close()


def test_an_extension_and_a_return_go_their_way(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    number, foreign = office.accepted(), office.assigned(title="学校门口公交站")
    clerk = _desk(browser, office, size, scripts, "clerk")
    clerk.page.goto(f"/staff/cases/{number}")
    clerk.send("extension", reason="等材料", new_date=office.later(number), progress="已看现场")
    clerk.shows("延期已提交领导审阅")
    leader = _desk(browser, office, size, scripts, "leader")
    leader.page.goto(f"/staff/cases/{number}")
    leader.send("extension-approval")
    leader.shows("已同意延期")

    clerk.page.goto(f"/staff/cases/{foreign}/return")
    clerk.page.fill("#q", "学校")
    clerk.press("查找")
    clerk.page.locator("input[name=duty_item]").first.check()
    clerk.page.fill("#reason", "不是我单位职责")
    clerk.press("申请退回")
    clerk.shows("已申请退回")
    supervisor = _desk(browser, office, size, scripts, "supervisor", SUPERVISION)
    supervisor.page.goto(f"/staff/cases/{foreign}")
    supervisor.send("ruling", lead=OTHER, reason="学校门前由教育部门牵头")
    supervisor.shows("裁定已登记")
    until(lambda: office.case(foreign)["department"] == OTHER)
    for one in (clerk, leader, supervisor):
        one.close()


def test_a_leader_adopts_a_suggestion_and_the_clerk_says_what_was_done(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    number = office.suggested()
    leader = _desk(browser, office, size, scripts, "leader")
    leader.page.goto(f"/staff/cases/{number}")
    leader.page.locator("#adoption input[value=partly]").check()
    leader.send("adoption", reason="先在三站加装")
    leader.shows("采纳情况已公布")
    clerk = _desk(browser, office, size, scripts, "clerk")
    clerk.page.goto(f"/staff/cases/{number}")
    clerk.shows("尚未登记落实情况")
    clerk.send("follow-through", text="三站已装好", done_on=office.case(number)["received_at"][:10])
    clerk.shows("落实情况已公布")

    citizen = browser.new_page(base_url=office.portal)
    citizen.goto(f"/posts/{number}")
    expect(citizen.locator("#fate")).to_contain_text("部分采纳")
    expect(citizen.locator("#fate")).to_contain_text("三站已装好")
    for one in (clerk, leader):
        one.close()
    citizen.close()


def test_a_follow_up_waits_in_the_inbox_and_its_author_reads_the_answer(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    receipt = office.post()
    number = receipt["number"]
    office.give(number)
    office.citizen(receipt, "follow-ups", text="今早又等了一小时。")
    clerk = _desk(browser, office, size, scripts, "clerk")
    clerk.page.goto("/staff/cases?state=followed_up")
    clerk.page.click(f"a[href='/staff/cases/{number}']")
    clerk.shows("尚未答复")
    clerk.send("follow-up-answer", text="明早起加开两班。")
    clerk.shows("追问已答复")
    clerk.page.goto("/staff/cases?state=followed_up")
    expect(clerk.page.locator(f"a[href='/staff/cases/{number}']")).to_have_count(0)
    clerk.close()

    citizen = browser.new_page(base_url=office.portal)
    citizen.goto(f"/follow?number={number}")
    citizen.fill("[name=code]", receipt["query_code"])
    citizen.press("[name=code]", "Enter")
    expect(citizen.locator(".talk")).to_contain_text("明早起加开两班。")
    citizen.close()


def test_a_letter_is_on_the_leader_s_desk_and_answered_in_that_name(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    number = office.to_sign()
    mayor = _desk(browser, office, size, scripts, "mayor", SUPERVISION)
    mayor.page.click("nav >> text=领导信箱")
    mayor.page.click(f"a[href='/staff/cases/{number}#instruction']")
    mayor.page.locator("#instruction [name=published]").check()
    mayor.send("instruction", text="一周内办结")
    mayor.send("signature")
    mayor.shows("以您的名义公布")

    citizen = browser.new_page(base_url=office.portal)
    citizen.goto(f"/posts/{number}")
    name = PROFILE.leaders[0].name
    for text in (f"{name}的答复", f"由{PROFILE.department_name(HOLDER)}办理", "一周内办结"):
        expect(citizen.locator("main")).to_contain_text(text)
    for one in (mayor.page, citizen):
        one.close()


def test_a_call_is_written_down_and_the_caller_alone_opens_it(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    clerk = _desk(browser, office, size, scripts, "clerk")
    clerk.page.click("nav >> text=代录")
    clerk.page.fill("#text", "公交站牌被撞歪了。")
    clerk.page.fill("#title", "站牌歪了")
    clerk.page.check("input[name=origin][value=telephone]")
    clerk.page.fill("#phone", "138")
    clerk.press("录入")
    assert clerk.page.input_value("#text") == "公交站牌被撞歪了。", "what was typed is still there"
    expect(clerk.page.locator("#phone[aria-invalid]")).to_have_count(1)
    clerk.page.fill("#phone", "13812345678")
    clerk.press("录入")
    clerk.shows("查询码不向工作人员显示")
    expect(clerk.page.locator("#code")).to_have_count(0)

    clerk.page.click("text=再录一件")
    clerk.page.fill("#title", "站牌歪了")
    clerk.page.fill("#text", "公交站牌被撞歪了。")
    clerk.page.check("input[name=origin][value=counter]")
    clerk.press("录入")
    number, code = clerk.page.inner_text("#number"), clerk.page.inner_text("#code")
    assert office.case(number)["entered_by"] == f"day-clerk-{HOLDER}"

    caller = browser.new_page(base_url=office.portal)
    caller.goto(f"/follow?number={number}")
    caller.fill("#code", code)
    caller.click("main button[type=submit]")
    expect(caller.locator("main")).to_contain_text("窗口代录")
    for one in (clerk.page, caller):
        one.close()


def test_an_assisting_unit_writes_its_part_and_the_lead_answers_with_it(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    number = office.accepted(title="站台与路灯都坏了")
    helper = _desk(browser, office, size, scripts, "clerk", ASSISTING)
    helper.page.goto(f"/staff/cases/{number}")
    expect(helper.page.locator("main"), "the contact is the holding unit's").not_to_contain_text("王小明")
    expect(helper.page.locator("#reply form")).to_have_count(0)
    helper.send("part", text="路灯已于3月9日修复。")
    helper.shows("协办意见已送牵头单位")
    helper.shows("路灯已于3月9日修复。")

    clerk = _desk(browser, office, size, scripts, "clerk")
    clerk.page.goto(f"/staff/cases/{number}")
    expect(clerk.page.locator("#part form")).to_have_count(0)
    expect(clerk.page.locator("section[aria-labelledby=parts]")).to_contain_text("路灯已于3月9日修复。")
    clerk.page.click("text=引用协办意见")
    assert "路灯已于3月9日修复。" in clerk.page.input_value("#reply-text")
    until(lambda: clerk.page.reload() and clerk.says("协办意见已到"))
    for one in (helper, clerk):
        one.close()


def test_a_supervisor_gives_groups_moderates_urges_and_reports_and_a_city_leader_instructs(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    unsure = office.post(title="咨询", text="请问这件事怎么办?")["number"]
    until(lambda: office.case(unsure)["held"])
    number, twin = office.assigned(title="公交站台坏了"), office.assigned(title="公交站台坏了")
    desk = _desk(browser, office, size, scripts, "supervisor", SUPERVISION)
    desk.page.goto("/staff/supervision?state=held")
    desk.shows(unsure)
    desk.page.goto(f"/staff/cases/{unsure}")
    desk.page.fill("#assignment-assisting-1", "市教育局")
    desk.send("assignment", department=HOLDER, reason="先由交通部门答复")
    desk.shows("已选定承办单位")
    until(lambda: office.case(unsure)["department"] == HOLDER)
    until(lambda: office.case(unsure)["assisting"] == [OTHER])

    desk.page.goto(f"/staff/cases/{number}")
    desk.page.click("text='并案'")
    desk.page.fill("#more", twin)
    desk.press("并入主帖")
    desk.shows("已并案")
    desk.shows(twin)
    desk.page.click(f"[aria-label='从并案中取出 {twin}']")
    desk.shows("已取出")
    assert office.case(twin)["group"] is None

    desk.send("urging", text="请今天办结")
    desk.shows("请今天办结")
    desk.page.locator("#moderation input[value=hold]").check()
    desk.send("moderation", reason="核实中")
    desk.shows("暂不公开")
    desk.page.locator("#moderation input[value=hide]").check()
    desk.send("moderation", reason="疑似广告")
    desk.shows("此帖已屏蔽")
    expect(desk.page.locator("#moderation input[value=uphold]"), "nobody has appealed").to_have_count(0)
    desk.page.locator("#moderation input[value=restore]").check()
    desk.send("moderation", reason="误判")
    desk.shows("恢复办理")
    desk.send("special-report", text="多年未决,请领导过问")
    desk.shows("已专报市领导")
    mayor = _desk(browser, office, size, scripts, "mayor", SUPERVISION)
    until(lambda: office.case(number)["special_reports"])
    mayor.page.reload()
    mayor.shows("多年未决,请领导过问")
    mayor.page.locator(f"a[href='/staff/cases/{number}#instruction']").first.click()
    mayor.send("instruction", text="一周内办结并报告")
    mayor.shows("一周内办结并报告")
    clerk = _desk(browser, office, size, scripts, "clerk")
    clerk.page.goto(f"/staff/cases/{number}")
    clerk.shows("一周内办结并报告")
    for one in (desk, mayor, clerk):
        one.close()


def _citizen(office: Office, receipt: dict[str, str], path: str, body: dict[str, str]) -> None:
    httpx2.post(
        f"{office.stack.address('intake')}/v1/posts/{receipt['number']}/{path}",
        json=body,
        headers={"X-Query-Code": receipt["query_code"], "Idempotency-Key": f"{receipt['number']}-{path}"},
        timeout=PATIENCE,
    ).raise_for_status()
