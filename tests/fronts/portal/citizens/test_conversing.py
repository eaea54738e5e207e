"""A dialogue in a browser, without scripts, in both sizes: asked, answered, read as a transcript."""

import pytest
from playwright.sync_api import Page, expect

from tests.fronts.portal.citizens.town import Town

pytestmark = [pytest.mark.real, pytest.mark.browser]


def test_a_dialogue_is_asked_in_a_browser_and_its_transcript_read(
    town: Town, portal: str, plain_page: Page
) -> None:
    page, dialogue = plain_page, town.dialogue()
    page.goto(f"{portal}/dialogues")
    page.locator(f"a[href='/dialogues/{dialogue}']").click()

    page.fill("#text", "夜班车几点收车?")
    page.fill("#phone", "13911117777")
    page.click("button:text-is('提问')")
    expect(page.locator("[role=status]")).to_contain_text("审核后公开")
    town.release_questions(dialogue)
    page.goto(f"{portal}/dialogues/{dialogue}")
    expect(page.locator("#figures")).to_contain_text("3 人提问 3 个 · 已答 1 个")
    expect(page.locator("section[aria-labelledby=questions]")).to_contain_text("夜班车几点收车?")

    town.close_dialogue(dialogue)
    page.goto(f"{portal}/dialogues/{dialogue}")
    page.click("a:text-is('文字实录')")
    expect(page.locator("#state")).to_have_text("已公布实录")
    expect(page.locator("#said")).to_contain_text("张建国(交通运输局局长) 回答")
    expect(page.locator("main")).to_contain_text("另有 2 个提问没有回答")
