"""The wall in a real browser: figures arrive by themselves, with their instant; breaks are said and mended."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.fronts.portal.citizens.conftest import Open, Portal
from tests.fronts.portal.citizens.neighbour import Neighbour
from tests.fronts.portal.citizens.town import Town

pytestmark = [pytest.mark.real, pytest.mark.browser]


def number(page: Page, label: str) -> int:
    return int(page.locator(f"#numbers div:has(dt:text-is('{label}')) dd").first.inner_text())


def test_what_happens_in_the_city_appears_without_a_reload(portal: str, town: Town, open_page: Open) -> None:
    page = open_page()
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{portal}/wall")
    expect(page.locator("#state")).to_have_text("实时更新")
    received, replied = number(page, "今日受理"), number(page, "今日回复")
    as_of = page.inner_text("#clock")
    assert re.search(r"数据截至 \d{4}年\d{1,2}月\d{1,2}日 \d\d:\d\d:\d\d", as_of)

    receipt = town.post(area="321311")
    town.answer(receipt)

    page.wait_for_function(
        "([dt, n]) => [...document.querySelectorAll('#numbers div')].some("
        "one => one.children[0].textContent === dt && Number(one.children[1].textContent) >= n)",
        arg=["今日回复", replied + 1],
    )
    assert number(page, "今日受理") >= received + 1
    assert page.inner_text("#clock") != as_of
    expect(page.locator("#ranking li")).to_have_count(78)
    row = page.locator("#areas tr", has_text="宿豫区")
    assert int(row.locator("td").nth(0).inner_text()) >= 1
    expect(page.locator("#areas svg[role=img] g title", has_text="宿豫区:受理")).to_have_count(1)
    expect(page.locator("#days canvas")).to_have_count(1)
    assert page.evaluate("[document.documentElement.scrollHeight, innerHeight]") == [1080, 1080]


def test_without_scripts_the_wall_shows_the_figures_of_now(portal: str, open_page: Open) -> None:
    page = open_page("phone", scripts=False)
    page.goto(f"{portal}/wall")

    assert number(page, "今日受理") >= 0
    expect(page.locator("#clock")).to_contain_text("数据截至")
    expect(page.locator("#ranking li")).to_have_count(78)
    expect(page.locator("#state a")).to_be_visible()


def test_topics_are_shown_and_a_portal_that_was_away_is_found_again(
    offering: Portal, neighbour: Neighbour, open_page: Open
) -> None:
    neighbour.topics = [
        {"topic": "t", "words": ["路灯", "不亮"], "area": "321302", "area_name": "宿城区", "place": "幸福路"}
        | {"size": 12, "growth": 1.5, "why": "都提到路灯", "first_at": "", "last_at": "", "posts": []}
    ]
    offering.stop()
    offering.start()
    page = open_page()
    page.goto(f"{offering.address}/wall")
    expect(page.locator("#topics")).to_contain_text("路灯 不亮")
    expect(page.locator("#topics")).to_contain_text("12 件")
    expect(page.locator("#state")).to_have_text("实时更新")

    offering.stop()
    expect(page.locator("#state")).to_contain_text("连接中断")
    assert number(page, "今日受理") >= 0, "what was known stays, with its instant"
    offering.start()
    expect(page.locator("#state")).to_have_text("实时更新")
    neighbour.topics = []
