"""Without a network the form still opens, what was written stays, and it is sent when the network is back."""

import uuid
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.fronts.portal.citizens.conftest import Open, Portal, fill, send
from tests.fronts.portal.citizens.neighbour import Neighbour, alike
from tests.patience import PATIENCE
from tests.stack import Stack

pytestmark = [pytest.mark.real, pytest.mark.browser]

NOTE = "[data-draft-note]"


@pytest.fixture
def far(stack: Stack, neighbour: Neighbour) -> Iterator[Portal]:
    """A portal that can be out of reach: to a browser, no network."""
    neighbour.similar = []
    own = Portal(stack, port=56, router=neighbour.address)
    own.start()
    yield own
    own.stop()


@pytest.fixture(params=["desktop", "phone"])
def known(request: pytest.FixtureRequest, far: Portal, open_page: Open) -> Page:
    """A browser that has seen the form once."""
    page = open_page(request.param)
    page.goto(f"{far.address}/post")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return page


def test_the_form_opens_without_a_network_and_the_draft_stays_until_it_can_be_sent(
    far: Portal, known: Page
) -> None:
    known.goto("about:blank")
    far.stop()
    known.goto(f"{far.address}/post?kind=complaint")
    expect(known.locator(NOTE)).to_contain_text("现在没有网络")
    colour = known.evaluate("getComputedStyle(document.querySelector('header.top')).backgroundColor")
    assert colour not in ("rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"), "it comes with its style"
    fill(known, "地铁里写的", "没有信号时写的帖子。")
    known.check("#private")
    known.goto("about:blank")
    known.goto(f"{far.address}/post")
    assert known.input_value("#text") == "没有信号时写的帖子。"
    assert known.is_checked("#private"), "what was not to be public is not made public by a draft"

    far.start()
    known.goto(f"{far.address}/post")
    assert known.input_value("#title") == "地铁里写的"
    number, _ = send(known)
    assert not httpx2.get(f"{far.address}/posts/{number}", timeout=PATIENCE).text.count("没有信号时写的帖子")


def test_a_post_that_found_no_network_comes_back_whole_and_its_repeat_is_harmless(
    far: Portal, known: Page
) -> None:
    fill(known, "没有回执", "按下提交时断了网。")
    known.fill("#phone", "13812345678")
    key = known.input_value("[name=key]")
    far.stop()
    known.click("main form[data-draft] button[type=submit]")

    expect(known.locator(NOTE)).to_contain_text("刚才没有网络")
    assert known.input_value("#text") == "按下提交时断了网。"
    assert known.input_value("#phone") == "13812345678"
    assert known.input_value("[name=key]") == key
    far.start()
    known.wait_for_selector("#number")
    expect(known.locator("#number"), "it went out by itself").to_contain_text("SQ")
    known.wait_for_function("() => !sessionStorage['wenzheng-draft'] && !localStorage['wenzheng-draft']")


def test_what_was_sent_without_a_network_goes_out_by_itself_when_it_is_back(
    far: Portal, known: Page, neighbour: Neighbour
) -> None:
    neighbour.similar = [alike("SQ110601-000001", "先提交", "answered")]
    fill(known, "先提交", "没有网络时就按了提交。")
    known.context.set_offline(True)
    known.click("main form[data-draft] button[type=submit]")
    expect(known.locator(NOTE)).to_contain_text("联网后自动提交")
    known.context.set_offline(False)

    known.wait_for_selector("#number")
    expect(known.locator("#number"), "nothing is offered in its place").to_contain_text("SQ")


def test_who_does_not_want_that_says_so(far: Portal, known: Page) -> None:
    fill(known, "先别提交", "我再想想。")
    known.context.set_offline(True)
    known.click("main form[data-draft] button[type=submit]")
    known.click("text=不要自动提交")
    known.context.set_offline(False)

    assert known.evaluate("navigator.onLine")
    expect(known.locator(NOTE)).to_contain_text("没有提交")
    expect(known.locator("#number")).to_have_count(0)


def test_who_goes_back_to_a_refused_form_is_told_of_no_network_and_finds_what_was_typed(
    known: Page,
) -> None:
    fill(known, "路灯不亮", "幸福路的路灯坏了一周。")
    known.fill("#phone", "没有电话")
    known.click("main form[data-draft] button[type=submit]")
    known.wait_for_selector("#phone-wrong")
    known.click("header >> text=查询进展")
    known.go_back()

    expect(known.locator(NOTE)).to_contain_text("已恢复上次没有提交的草稿")
    assert known.input_value("#text") == "幸福路的路灯坏了一周。"


def test_who_goes_back_past_a_receipt_finds_a_form_that_waits_for_nothing(known: Page) -> None:
    fill(known, "井盖翘起", f"小院里的井盖翘起一角,{uuid.uuid4().hex[:8]}。")
    known.fill("#phone", "没有电话")
    known.click("main form[data-draft] button[type=submit]")
    known.wait_for_selector("#phone-wrong")
    known.fill("#phone", "13812345678")
    send(known)
    known.go_back()

    known.wait_for_selector("main form[data-draft]")
    expect(known.locator(NOTE)).to_be_hidden()
    assert (known.input_value("#title"), known.input_value("#text")) == ("", "")


def test_two_drafts_written_without_a_network_are_two_posts(far: Portal, known: Page) -> None:
    far.stop()
    keys = []
    for _ in range(2):
        known.goto("about:blank")
        known.goto(f"{far.address}/post")
        keys.append(known.input_value("[name=key]"))

    assert keys[0] != keys[1]
