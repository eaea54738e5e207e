"""The boards, the page of one post and support for it, in a real browser; and 长者版 on all of them."""

import uuid

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.fronts.portal.citizens.conftest import Open, fill, send
from tests.fronts.portal.citizens.town import REPLY, Town
from tests.patience import PATIENCE

pytestmark = [pytest.mark.real, pytest.mark.browser]


@pytest.fixture(scope="module")
def boards(town: Town) -> dict[str, str]:
    """An answered post on each board: kind to number. Twenty-one suggestions, for a second page."""
    found = {}
    for kind, title in (
        ("consult", "咨询版块的帖子"),
        ("complaint", "投诉版块的帖子"),
        ("mailbox", "信箱里的帖子"),
        ("debate", "评议版块的帖子"),
    ):
        receipt = town.post(kind=kind, title=title, text=f"{title}:幸福路。", area="321302")
        if kind == "debate":
            town.release(receipt)
        else:
            town.answer(receipt)
        found[kind] = receipt["number"]
    for n in range(21):
        receipt = town.post(kind="suggestion", title=f"第{n}个建议", text="增加健身器材。")
        town.answer(receipt)
    return found


def go_on(page: Page, link: str) -> None:
    """Follow a link, and wait for the page that it leads to."""
    with page.expect_navigation():
        page.click(link)


def titles(page: Page) -> list[str]:
    return page.locator(".posts h3").all_inner_texts()


def test_each_board_holds_its_kinds_newest_answer_first(
    boards: dict[str, str], portal: str, plain_page: Page
) -> None:
    plain_page.goto(portal)
    go_on(plain_page, "section >> text=咨询投诉")
    found = titles(plain_page)
    assert found.index("投诉版块的帖子") < found.index("咨询版块的帖子")
    assert "信箱里的帖子" not in found
    go_on(plain_page, "nav >> text=领导信箱")
    assert "信箱里的帖子" in titles(plain_page)
    assert plain_page.get_attribute("nav.tabs [aria-current]", "href") == "/boards/mailbox"
    go_on(plain_page, "nav.tabs >> text=热点评议")
    assert "评议版块的帖子" in titles(plain_page)


def test_a_debate_is_seen_by_others_only_after_a_moderator_released_it(
    town: Town, portal: str, plain_page: Page
) -> None:
    title = f"要不要增设天桥{uuid.uuid4().hex[:6]}"
    receipt = town.post(kind="debate", title=title, text="学校门口车流量大。")
    plain_page.goto(f"{portal}/posts/{receipt['number']}")
    assert "学校门口车流量大" not in plain_page.content()
    plain_page.goto(f"{portal}/boards/debates")
    assert title not in titles(plain_page)

    town.release(receipt)
    plain_page.goto(f"{portal}/boards/debates")
    plain_page.click(f"text={title}")
    expect(plain_page.locator("main")).to_contain_text("学校门口车流量大")
    expect(plain_page.locator("main")).to_contain_text("不计时限")


def test_lists_are_filtered_searched_and_turned_over(
    boards: dict[str, str], portal: str, plain_page: Page
) -> None:
    plain_page.goto(f"{portal}/boards/service")
    plain_page.select_option("#kind", "consult")
    plain_page.select_option("#area", "321302")
    with plain_page.expect_navigation():
        plain_page.click("main form.filters button")
    assert "咨询版块的帖子" in titles(plain_page)
    assert "投诉版块的帖子" not in titles(plain_page)

    plain_page.goto(portal)
    plain_page.fill("#q", "信箱里")
    with plain_page.expect_navigation():
        plain_page.click("main form.search button")
    assert titles(plain_page) == ["信箱里的帖子"]
    plain_page.fill("#q", "没有这样的帖子")
    with plain_page.expect_navigation():
        plain_page.click("main form.filters button")
    expect(plain_page.locator("main")).to_contain_text("没有找到")

    plain_page.goto(f"{portal}/boards/suggestions?q=个建议")
    first = titles(plain_page)
    assert len(first) == 20
    go_on(plain_page, "text=下一页")
    second = titles(plain_page)
    assert len(second) == 1
    assert not set(first) & set(second)
    go_on(plain_page, "text=回到第一页")
    assert titles(plain_page) == first


def test_one_posts_from_a_board_to_that_board(portal: str, plain_page: Page) -> None:
    plain_page.goto(f"{portal}/boards/mailbox")
    plain_page.click("main >> text=写信")
    assert plain_page.is_checked("input[value=mailbox]")
    fill(plain_page, "给市领导的信", "安置房交付。", kind="mailbox")
    send(plain_page)
    plain_page.click("text=查看进展")
    expect(plain_page.locator(".trail")).to_contain_text("领导信箱")


def test_the_page_of_a_post_shows_question_answer_and_days_and_takes_support_once(
    boards: dict[str, str], portal: str, plain_page: Page
) -> None:
    number = boards["complaint"]
    plain_page.goto(f"{portal}/posts/{number}")
    expect(plain_page.locator(".reply")).to_contain_text(REPLY)
    expect(plain_page.locator(".due").first).to_contain_text("按时答复")
    before = _supports(portal, number)
    for _ in range(2):
        plain_page.click("button:has-text('关注')")
        expect(plain_page.locator("[role=status]")).to_contain_text("已关注")
    assert _supports(portal, number) == before + 1


def test_whoever_follows_may_leave_a_contact_is_told_what_it_is_for_and_counts_once(
    boards: dict[str, str], portal: str, plain_page: Page
) -> None:
    number = boards["complaint"]
    plain_page.goto(f"{portal}/posts/{number}")
    expect(plain_page.locator("#contact-hint")).to_contain_text("可退订")
    before = _supports(portal, number)

    plain_page.fill("#contact", "1381234")
    plain_page.click("button:has-text('关注')")
    expect(plain_page.locator("[role=alert]")).to_contain_text("电话")
    assert plain_page.input_value("#contact") == "1381234"

    plain_page.fill("#contact", "138 1234 5678")
    plain_page.click("button:has-text('关注')")
    expect(plain_page.locator("[role=status]")).to_contain_text("会通知您")
    assert plain_page.input_value("#contact") == "", "a device that others use does not show it"
    plain_page.click("button:has-text('关注')")
    expect(plain_page.locator("[role=status]")).to_contain_text("已关注")
    assert _supports(portal, number) <= before + 1


def _supports(portal: str, number: str) -> int:
    html = httpx2.get(f"{portal}/posts/{number}", timeout=PATIENCE).text
    return int(html.split(" 人关注")[0].rsplit(" ", 1)[-1]) if " 人关注" in html else 0


def test_what_is_not_there_says_so(portal: str, open_page: Open) -> None:
    page = open_page(scripts=False)
    for path in ("/boards/nothing", "/posts/SQ000000-000000", "/posts/..%2F..%2Fcases", "/nothing"):
        answer = page.goto(portal + path)
        assert answer is not None
        assert answer.status == 404
        expect(page.locator("h1")).to_contain_text("没有这")
    assert httpx2.post(f"{portal}/boards/all", timeout=PATIENCE).status_code == 405


def test_the_look_for_the_elderly_stays_until_it_is_given_back(
    boards: dict[str, str], portal: str, plain_page: Page
) -> None:
    def size() -> float:
        return float(
            plain_page.locator("main p").first.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
        )

    plain_page.goto(f"{portal}/boards/service?q=帖子")
    usual, choices = size(), plain_page.locator("main select").count()
    go_on(plain_page, "text=长者版")
    assert plain_page.url.endswith("/boards/service?q=%E5%B8%96%E5%AD%90"), "one stays where one was"
    assert size() >= 1.25 * usual
    assert choices > 0
    expect(plain_page.locator("main select")).to_have_count(0)
    plain_page.goto(portal)
    expect(plain_page.locator("html.elder")).to_have_count(1)
    widths = plain_page.locator("main > *").evaluate_all(
        "all => new Set(all.map(one => one.offsetLeft)).size"
    )
    assert widths == 1, "one column"
    go_on(plain_page, "text=返回普通版")
    expect(plain_page.locator("html.elder")).to_have_count(0)
