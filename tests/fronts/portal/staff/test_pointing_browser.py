"""A place on the map, in a real browser: found by the device or typed, told back, and read by the unit that holds the post alone."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fronts.portal.accessible import fits
from tests.fronts.portal.staff.browsing import Desk
from tests.fronts.portal.staff.office import HOLDER, SUPERVISION, Office

pytestmark = [pytest.mark.real, pytest.mark.browser]
SQUARE = {"longitude": 118.275162, "latitude": 33.963008, "accuracy": 12}


def _send(page: Page) -> None:
    """Past what is offered, to the receipt or to what is wrong."""
    page.click("main form[data-draft] button[type=submit]")
    page.wait_for_selector("#number, .problem, button[name=send]")
    if page.locator("button[name=send]").count():
        page.click("button[name=send]")
        page.wait_for_selector("#number, .problem")


@pytest.mark.parametrize(("size", "scripts"), [("desktop", True), ("phone", True), ("phone", False)])
def test_who_says_where_it_is_finds_it_on_the_receipt_and_the_unit_finds_the_place(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    citizen = Desk(browser, office, size, scripts, geolocation=SQUARE, permissions=["geolocation"])
    page = citizen.page
    elsewhere: list[str] = []
    page.on("request", lambda request: elsewhere.append(request.url))
    page.goto("/post")
    page.check("input[name=kind][value=complaint]")
    page.fill("#title", f"井盖缺失{size}{scripts}")
    page.fill("#text", "小区门口的井盖不见了,夜里很危险,请尽快处理。")
    page.click("summary:has-text('位置')")
    fits(page, scripts)
    page.fill("#street_address", "十二号院门口")
    if scripts:
        page.click("[data-locate]")
        expect(page.locator("#located")).to_contain_text("误差约 12 米")
        assert page.input_value("#datum") == "wgs84"
    else:
        expect(page.locator("[data-locate]")).not_to_be_visible()
        page.fill("#longitude", "33.963008")
        page.fill("#latitude", "118.275162")
        _send(page)
        expect(page.locator("#point-wrong")).to_contain_text("好像写反了")
        page.fill("#longitude", "118.275162")
        page.fill("#latitude", "33.963008")
    _send(page)
    expect(page.locator("p.point")).to_contain_text("十二号院门口")
    expect(page.locator("p.point")).to_contain_text("东经 118.275162°,北纬 33.963008°")
    fits(page, scripts)
    number = page.inner_text("#number")
    office.give(number)

    way = f"{size}-{scripts}".lower()
    clerk = Desk(browser, office, size, scripts).sign_in(f"point-clerk-{way}", HOLDER, "clerk")
    clerk.page.goto(f"/staff/cases/{number}")
    line = clerk.page.locator("p.point")
    expect(line).to_contain_text("十二号院门口")
    link = line.locator("a")
    datum = "wgs84" if scripts else "gaode"
    assert link.get_attribute("href") == (
        f"https://uri.amap.com/marker?position=118.275162,33.963008&coordinate={datum}"
    )
    assert link.get_attribute("rel") == "external noopener noreferrer"
    clerk.shows("位置仅供办理本帖使用,查看已留痕。")
    fits(clerk.page, scripts)
    overseer = Desk(browser, office, size, scripts).sign_in(f"point-over-{way}", SUPERVISION, "supervisor")
    overseer.page.goto(f"/staff/cases/{number}")
    overseer.shows("小区门口的井盖不见了")
    assert not overseer.says("十二号院")
    assert not overseer.says("118.275")
    assert not [url for url in elsewhere if not url.startswith(office.portal)], "nothing of others is loaded"
    for one in (citizen, clerk, overseer):
        one.close()


def test_a_device_that_does_not_tell_leaves_the_fields_to_be_typed(office: Office, browser: Browser) -> None:
    citizen = Desk(browser, office, "phone", True)
    page = citizen.page
    page.goto("/post")
    page.click("summary:has-text('位置')")
    page.click("[data-locate]")

    expect(page.locator("#located")).to_contain_text("没有得到定位许可;可以自己填写")
    assert page.input_value("#longitude") == ""
    citizen.close()


def test_a_callers_place_is_written_down_at_the_counter(office: Office, browser: Browser) -> None:
    clerk = Desk(browser, office, "desktop", True).sign_in("point-entry", HOLDER, "clerk")
    clerk.follow("代录")
    clerk.page.check("input[name=origin][value=telephone]")
    clerk.page.fill("#title", "楼道灯坏了")
    clerk.page.fill("#text", "楼道里的灯坏了,老人上下楼不方便。")
    clerk.page.click("summary:has-text('位置')")
    clerk.page.fill("#street_address", "八号楼二单元")
    clerk.page.fill("#longitude", "116.397")
    clerk.page.fill("#latitude", "39.909")
    clerk.press("录入")
    expect(clerk.page.locator("#point-wrong")).to_contain_text("不在本市范围内")
    fits(clerk.page, True)
    clerk.page.fill("#longitude", "")
    clerk.page.fill("#latitude", "")
    clerk.press("录入")

    number, code = clerk.page.inner_text("#number"), clerk.page.inner_text("#code")
    clerk.page.goto("/follow")
    clerk.page.fill("[name=number]", number)
    clerk.page.fill("[name=code]", code)
    with clerk.page.expect_navigation():
        clerk.page.locator("main form button[type=submit]").first.click()
    expect(clerk.page.locator("p.point")).to_have_text("位置:八号楼二单元")
    clerk.close()
