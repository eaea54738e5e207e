"""A first word, in a real browser: objected to once where it says nothing, sent, and read by everybody apart from the reply."""

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.fronts.portal.accessible import violations
from tests.fronts.portal.staff.browsing import WAYS, Desk
from tests.fronts.portal.staff.office import HOLDER, Office
from tests.patience import PATIENCE, until

WORD = "已派人到现场,两日内答复。"


@pytest.mark.real
@pytest.mark.browser
@pytest.mark.parametrize(("size", "scripts"), WAYS)
def test_a_clerk_says_a_first_word_and_everybody_reads_it(
    browser: Browser, office: Office, size: str, scripts: bool
) -> None:
    receipt = office.post(title="站牌一事")
    number = receipt["number"]
    office.give(number)
    office.act(number, "acceptance")

    clerk = Desk(browser, office, size, scripts).sign_in(f"word-clerk-{size}", HOLDER, "clerk")
    clerk.page.goto(f"/staff/cases/{number}")
    clerk.send("first-word", text="您好,您反映的问题已收悉,将尽快处理。")
    clerk.shows("除客套话外没有内容")
    if scripts:
        # Axe is a script itself.
        assert violations(clerk.page) == []
    assert office.case(number)["first_words"] == []
    assert "已收悉" in clerk.page.input_value("#first-word-text"), "what was typed is still there"
    clerk.send("first-word", text=WORD)
    clerk.shows("初步回复已公布并告知网民,期限照常计算。")
    expect(clerk.page.locator("#first-word form")).to_have_count(0)
    expect(clerk.page.locator("#reply form"), "the reply is awaited still").to_have_count(1)
    clerk.shows("不是正式答复")

    citizen = Desk(browser, office, size, scripts)
    reader = citizen.page
    reader.goto(f"/posts/{number}")
    assert reader.locator(".first-word p.text").inner_text() == WORD
    expect(reader.locator(".reply")).to_have_count(0)
    if scripts:
        assert violations(reader) == []
    reader.goto("/follow")
    reader.fill("#number", number)
    reader.fill("#code", receipt["query_code"])
    reader.click("main form button[type=submit]")
    reader.wait_for_selector("#talk")
    assert "的初步回复(正式答复另行告知)" in reader.inner_text(".talk")
    assert WORD in reader.inner_text(".talk")
    if scripts:
        assert violations(reader) == []
    for one in (clerk, citizen):
        one.close()


@pytest.mark.real
@pytest.mark.browser
def test_a_clerk_who_is_sure_sends_it_all_the_same_and_the_league_counts_it(
    browser: Browser, office: Office
) -> None:
    number = office.accepted(title="候车亭一事")
    clerk = Desk(browser, office, "desktop", True).sign_in("word-sure", HOLDER, "clerk")
    clerk.page.goto(f"/staff/cases/{number}")

    clerk.send("first-word", text="已收悉,尽快处理。")
    clerk.page.check("#first-word-sure")
    clerk.send("first-word")

    clerk.shows("初步回复已公布并告知网民")
    address = f"{office.stack.address('stats')}/v1/league"
    until(lambda: httpx2.get(address, timeout=PATIENCE).json()["city"]["first_words"] > 0)
    clerk.page.goto("/staff/league")
    clerk.shows("初步回复率")
    clerk.close()
