"""Posting in a real browser: with and without scripts, on a phone, by keyboard, offline, and past similar posts."""

import uuid

import httpx2
import pytest
import segno
from playwright.sync_api import Page, expect

from tests.fronts.portal.citizens.conftest import Open, Portal, fill, follow, send
from tests.fronts.portal.citizens.neighbour import Neighbour, alike
from tests.fronts.portal.citizens.town import Town
from tests.patience import PATIENCE

pytestmark = [pytest.mark.real, pytest.mark.browser]


@pytest.fixture
def quiet(neighbour: Neighbour) -> Neighbour:
    """The router of the tests' own, with nothing to offer."""
    neighbour.similar, neighbour.topics, neighbour.broken, neighbour.slow = [], [], False, 0.0
    return neighbour


def test_a_citizen_posts_and_follows_without_scripts(portal: str, plain_page: Page) -> None:
    page = plain_page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(portal)
    expect(page.locator("h1")).to_contain_text("有问必答")
    page.click("main >> text=我要问政")
    fill(page, "路灯不亮", "幸福路的路灯坏了，电话13812345678。")
    page.select_option("#area", "321302")
    page.fill("#place", "幸福路")
    page.fill("#phone", "13812345678")

    number, code = send(page)
    assert number.startswith("SQ")
    page.click("text=查看进展")

    assert page.inner_text("#status") in ("已受理", "已交办")
    expect(page.locator("main")).to_contain_text("13812345678")
    expect(page.locator("main")).to_contain_text("接下来")
    page.goto(f"{portal}/posts/{number}")
    expect(page.locator("main")).not_to_contain_text("13812345678")
    follow(page, portal, number, code)
    page.click("text=追问或补充情况")
    page.fill("#follow-ups", "补充：昨晚又灭了一盏。")
    page.click("button:has-text('追问')")
    expect(page.locator("main")).to_contain_text("昨晚又灭了一盏")
    assert all(code not in url for url in asked)


def test_the_receipt_is_large_printable_and_leads_to_the_case_without_the_code(
    portal: str, open_page: Open
) -> None:
    page = open_page("phone")
    page.goto(f"{portal}/post")
    fill(page, "公园健身器材", "公园里的健身器材坏了。")
    number, _ = send(page)
    leads_to = segno.make(f"{portal}/follow?number={number}", error="m", micro=False)
    drawn = leads_to.svg_inline(scale=5, border=3, light="#fff", dark="#000", omitsize=True)
    path = drawn.split(' d="')[2].split('"')[0]

    assert path in page.inner_html(".qr")
    assert page.locator("#code").evaluate("node => parseFloat(getComputedStyle(node).fontSize)") >= 28
    expect(page.locator("[data-print]")).to_be_visible()
    assert page.get_by_role("link", name="用手机号找回").get_attribute("href") == "/my"
    page.emulate_media(media="print")
    for seen in ("#number", "#code", ".qr svg"):
        expect(page.locator(seen)).to_be_visible()
    for unseen in ("header nav", "main button", "footer"):
        expect(page.locator(unseen).first).not_to_be_visible()


def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_is_kept(
    portal: str, plain_page: Page
) -> None:
    page = plain_page
    page.goto(f"{portal}/post?kind=suggestion")
    assert page.is_checked("input[value=suggestion]")
    page.fill("#title", "空")
    page.fill("#text", "　")
    key = page.input_value("[name=key]")
    page.click("main button[type=submit]")

    expect(page.locator("[role=alert]")).to_contain_text("不能为空")
    page.click("[role=alert] a")
    assert page.url.endswith("#text")
    expect(page.locator("#text-wrong")).to_contain_text("不能为空")
    assert page.get_attribute("#text", "aria-invalid") == "true"
    assert page.input_value("#title") == "空"
    assert page.is_checked("input[value=suggestion]")
    assert page.input_value("[name=key]") == key

    page.fill("#text", "青砖小院老槐树底下的井盖翘起一角。")
    page.fill("#phone", "没有电话")
    page.click("main button[type=submit]")
    # What another size of this test posted may be offered first.
    page.wait_for_selector("#phone-wrong, button[name=send]")
    if page.locator("button[name=send]").count():
        page.click("button[name=send]")
    expect(page.locator("#phone-wrong")).to_contain_text("电话号码")
    page.fill("#phone", "0527-84368000")
    assert send(page)[0].startswith("SQ")


def test_a_double_click_posts_once_and_a_changed_form_is_not_lost(portal: str) -> None:
    form = {"key": uuid.uuid4().hex, "kind": "complaint", "title": "双击", "text": "点了两次。", "send": "1"}
    with httpx2.Client(base_url=portal, timeout=PATIENCE, follow_redirects=True) as http:
        pages = [http.post("/post", data=form).text for _ in range(2)]
        assert "已受理" in pages[0]
        assert pages[0] == pages[1]

        changed = http.post("/post", data=form | {"text": "另外一件事。"})
        assert changed.status_code == 409
        assert "已经提交过" in changed.text
        assert "另外一件事。" in changed.text
        key = changed.text.split('name="key" value="')[1].split('"')[0]
        assert "已受理" in http.post("/post", data=form | {"text": "另外一件事。", "key": key}).text


def test_who_goes_back_after_posting_sends_nothing_twice_and_finds_the_receipt_again(
    portal: str, open_page: Open
) -> None:
    for scripts in (True, False):
        page = open_page("phone", scripts=scripts)
        page.goto(f"{portal}/post")
        fill(page, f"不公开的事 {uuid.uuid4().hex[:8]}", "家里的事,不想公开。")
        page.check("#private")
        number, code = send(page)
        page.click("header >> text=查询进展")
        page.go_back()
        assert (page.inner_text("#number"), page.inner_text("#code")) == (number, code)

        page.go_back()
        if page.locator("button[name=send]").count():
            page.go_back()
        assert page.url.endswith("/post")
        if page.input_value("#title"):
            page.click("main form[data-draft] button[type=submit]")
            expect(page.locator("main")).to_contain_text(number)


def test_a_form_that_is_too_long_or_none_is_refused_with_a_sentence(portal: str) -> None:
    with httpx2.Client(base_url=portal, timeout=PATIENCE) as http:
        long = http.post("/post", data={"text": "长" * 60_000})
        assert (long.status_code, "太长" in long.text) == (413, True)
        none = http.post("/post", content=b"\xff\xfe=1")
        assert (none.status_code, "不能识别" in none.text) == (400, True)


def test_the_counter_counts_and_a_draft_outlives_the_page_until_it_is_sent(
    portal: str, open_page: Open
) -> None:
    page = open_page("phone")
    page.goto(f"{portal}/post")
    fill(page, "停水", "今天停水了😀", kind="consult")
    page.fill("#phone", "13812345678")
    expect(page.locator("#text-count")).to_contain_text("已写 6 字")

    page.goto(f"{portal}/follow")
    page.goto(f"{portal}/post")
    assert page.input_value("#text") == "今天停水了😀"
    assert page.is_checked("input[value=consult]")
    assert page.input_value("#phone") == "", "a contact stays on no device"
    expect(page.locator("[data-draft-note]")).to_contain_text("已恢复")
    send(page)

    page.goto(f"{portal}/post")
    assert page.input_value("#text") == ""
    fill(page, "停电", "又停电了。")
    page.goto(f"{portal}/post")
    page.click("text=清除草稿")
    assert page.input_value("#text") == ""
    page.reload()
    assert page.input_value("#text") == ""


def test_without_a_network_nothing_is_lost(portal: str, open_page: Open) -> None:
    page = open_page("phone")
    page.goto(f"{portal}/post")
    fill(page, "没有网络", "地铁里没有信号。")
    page.context.set_offline(True)
    page.click("main button[type=submit]")

    expect(page.locator("[data-draft-note]")).to_contain_text("没有网络")
    page.context.set_offline(False)
    page.wait_for_selector("#number")
    expect(page.locator("#number")).to_contain_text("SQ")


def test_a_citizen_posts_with_the_keyboard_alone(portal: str, open_page: Open) -> None:
    page = open_page()
    page.goto(portal)

    def tab_to(wanted: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                "(document.activeElement.id || '') + ' ' + (document.activeElement.textContent || '').trim()"
            )
            if focused.strip().startswith(wanted):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", f"the focus is not seen on {wanted}"
                return
        raise AssertionError(f"{wanted} cannot be reached")

    tab_to("跳到正文")
    page.keyboard.press("Enter")
    tab_to("我要问政")
    page.keyboard.press("Enter")
    page.wait_for_url("**/post")
    tab_to("kind")
    page.keyboard.press("ArrowDown")
    tab_to("title")
    page.keyboard.type("键盘发帖")
    tab_to("text")
    page.keyboard.type("只用键盘。")
    tab_to("提交")
    page.keyboard.press("Enter")
    page.wait_for_selector("#number")
    tab_to("查看进展")
    page.keyboard.press("Enter")
    page.wait_for_selector("#status")
    expect(page.locator(".trail")).to_contain_text("投诉")


def test_while_one_types_similar_posts_are_offered_and_a_neighbours_is_supported(
    offering: Portal, quiet: Neighbour, town: Town, open_page: Open
) -> None:
    receipt = town.post(title="东门路灯不亮", text="东门的路灯坏了。")
    quiet.similar = [
        alike(receipt["number"], "东门路灯不亮"),
        alike("SQ110601-000001", "怎样报修路灯", "answered"),
    ]
    page = open_page("phone")
    page.goto(f"{offering.address}/post")
    page.check("input[name=kind][value=complaint]")
    page.fill("#title", "路灯坏了")
    page.locator("#text").press_sequentially("电话13812345678,东门路灯坏了")

    expect(page.locator("#similar")).to_contain_text("12 位邻居反映过同样的问题")
    expect(page.locator("#similar")).to_contain_text("怎样报修路灯")
    assert all("13812345678" not in text for text in quiet.asked), "what is compared is masked"
    page.click("#similar button:has-text('关注')")
    expect(page.locator("#similar")).to_contain_text("已关注,共 1 人关注")
    assert page.input_value("#text").endswith("东门路灯坏了")

    page.click("main form[data-draft] button[type=submit]")
    expect(page.locator("#number"), "what was seen is not offered again").to_contain_text("SQ")


def test_without_scripts_similar_posts_are_offered_between_form_and_sending(
    offering: Portal, quiet: Neighbour, town: Town, plain_page: Page
) -> None:
    page = plain_page
    receipt = town.post(title="南门路灯不亮", text="南门的路灯坏了。")
    quiet.similar = [alike(receipt["number"], "南门路灯不亮", supports=0)]
    page.goto(f"{offering.address}/post")
    fill(page, "南门的路灯", '南门的路灯\n一周不亮 "<b>" 了。')
    page.fill("#place", "南门")
    page.click("main button[type=submit]")

    expect(page.locator("main")).to_contain_text("还没有提交")
    expect(page.locator("main")).to_contain_text("1 位邻居反映过同样的问题")
    page.click("text=返回修改")
    assert page.input_value("#text") == '南门的路灯\n一周不亮 "<b>" 了。'
    assert page.input_value("#place") == "南门"
    page.click("main button[type=submit]")
    number = page.inner_text("#number")
    assert number.startswith("SQ")
    page.goto(f"{offering.address}/posts/{number}")
    expect(page.locator("p.text")).to_contain_text('"<b>" 了')

    page.goto(f"{offering.address}/post")
    fill(page, "南门的路灯", "南门的路灯坏了。")
    page.click("main button[type=submit]")
    page.click("text=关注,不再另发")
    expect(page.locator("[role=status]")).to_contain_text("已关注")
    assert page.url.startswith(f"{offering.address}/posts/{receipt['number']}")


def test_who_sends_all_the_same_and_mistyped_something_is_not_offered_the_same_posts_again(
    offering: Portal, quiet: Neighbour, town: Town, plain_page: Page
) -> None:
    page = plain_page
    quiet.similar = [alike(town.post(title="西门路灯不亮")["number"], "西门路灯不亮")]
    page.goto(f"{offering.address}/post")
    fill(page, "西门的路灯", "西门的路灯坏了。")
    page.fill("#phone", "abc")
    page.click("main button[type=submit]")
    page.click("text=仍然提交")
    expect(page.locator("main")).to_contain_text("应为电话号码")
    page.fill("#phone", "13812345678")
    page.click("main button[type=submit]")

    expect(page.locator("#number")).to_contain_text("SQ")
    expect(page.locator("[data-print]"), "printing needs a script").not_to_be_visible()


@pytest.mark.parametrize("trouble", ["broken", "slow", "weak"])
def test_a_router_in_trouble_keeps_nobody_from_posting(
    offering: Portal, quiet: Neighbour, open_page: Open, trouble: str
) -> None:
    quiet.similar = [alike("SQ110601-000001", "路灯") | ({"score": 0.1} if trouble == "weak" else {})]
    quiet.broken, quiet.slow = trouble == "broken", 4.0 if trouble == "slow" else 0.0
    page = open_page(scripts=False)
    page.goto(f"{offering.address}/post")
    fill(page, "路灯不亮", f"路由器{trouble}。")
    page.click("main button[type=submit]")
    quiet.slow = 0.0

    expect(page.locator("#number")).to_contain_text("SQ")
