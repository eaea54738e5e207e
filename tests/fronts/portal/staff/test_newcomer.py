"""Someone who has never seen the system: posts, answers as the clerk, approves as the leader, follows and rates."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fronts.portal.application import create
from fronts.portal.settings import PortalSettings
from tests.fronts.portal.staff.alone import answering, free_port
from tests.fronts.portal.staff.browsing import SIZES, WAYS
from tests.fronts.portal.staff.office import REPLY, Office
from tests.patience import until
from wenzheng.stack.home import CITY
from wenzheng.stack.status import database
from wenzheng.tools.pictures import take

pytestmark = [pytest.mark.real, pytest.mark.browser]


@pytest.fixture(scope="module")
def demonstration(office: Office) -> Iterator[str]:
    """A portal that is a demonstration, before the services of the stack."""
    home = office.stack.home
    state, port = home.read_state(), free_port()
    settings = PortalSettings(
        city=CITY,
        database=database(home, state, "portal"),
        http_port=port,
        secret_file=home.secret_file("shared-secret"),
        token_private_key_file=home.secret_file("token-private.pem"),
        services=json.dumps(state["services"]),
        demo_sign_in=True,
    )
    with answering(create(settings), port):
        yield f"http://127.0.0.1:{port}"


def _citizen(page: Page, number: str, code: str) -> None:
    page.goto("/follow")
    page.fill("#number", number)
    page.fill("#code", code)
    page.click("main form[action='/follow'] button[type=submit]")


@pytest.mark.parametrize(("size", "scripts"), WAYS)
def test_a_newcomer_goes_all_the_way_round(
    office: Office, demonstration: str, browser: Browser, size: str, scripts: bool
) -> None:
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=demonstration, viewport={"width": width, "height": height}, java_script_enabled=scripts
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto("/post")
    page.check("input[name=kind][value=complaint]")
    page.fill("#title", "小学门口的路灯不亮")
    page.fill("#text", "实验小学门口的路灯坏了一周。什么时候能修好?")
    page.click("main form[action='/post'] button[type=submit]")
    page.wait_for_selector("#number, button[name=send]")
    if page.locator("button[name=send]").count():
        page.click("button[name=send]")
    number, code = page.inner_text("#number"), page.inner_text("#code")
    until(lambda: office.case(number)["department"])

    page.click("text=换个身份")
    assert page.input_value("#number") == number
    page.click("[name=seat][value=clerk]")
    page.wait_for_url(f"**/staff/cases/{number}")
    page.locator("#acceptance button").click()
    page.fill("#reply-text", REPLY)
    page.click("text=检查并预览")
    page.click("text=提交领导审阅")
    page.click("aside [name=seat][value=leader]")
    page.wait_for_url(f"**/staff/cases/{number}")
    page.locator("#approval button").click()
    expect(page.locator("main")).to_contain_text("回复已批准")

    _citizen(page, number, code)
    expect(page.locator("main")).to_contain_text("加开四班")
    page.check("input[name=grade][value='2']")
    page.click("button:text-is('评价')")
    _citizen(page, number, code)
    expect(page.locator("#status")).to_have_text("已评价")
    page.click("summary:has-text('申请重新办理')")
    page.fill("#reopenings", "还是不亮。")
    page.click("button:text-is('申请重新办理')")
    _citizen(page, number, code)
    expect(page.locator("#status")).to_have_text("重新办理")

    page.click("text=换个身份")
    assert page.input_value("#number") == number
    page.click("[name=seat][value=second-clerk]")
    page.wait_for_url(f"**/staff/cases/{number}")
    page.locator("#acceptance button").click()
    page.fill("#reply-text", REPLY)
    page.click("text=检查并预览")
    page.click("text=提交领导审阅")
    expect(page.locator("main")).to_contain_text("回复已提交领导审阅")
    context.close()


def test_the_front_page_leads_to_the_desks(demonstration: str, browser: Browser) -> None:
    page = browser.new_page(base_url=demonstration)
    page.goto("/")
    page.click("footer >> text=工作人员")

    assert page.url.endswith("/staff/sign-in?next=/staff")
    expect(page.locator("[name=seat]")).to_have_count(5)
    page.close()


def test_a_post_nobody_holds_yet_leads_to_whoever_can_give_it(
    office: Office, demonstration: str, browser: Browser
) -> None:
    number = office.post(title="咨询", text="请问这件事怎么办?")["number"]
    until(lambda: office.case(number)["held"])
    page = browser.new_page(base_url=demonstration)
    page.goto("/staff")
    page.fill("#number", number)
    page.click("[name=seat][value=clerk]")
    expect(page.locator("main")).to_contain_text("督查员")
    page.goto("/staff")
    page.fill("#number", number)
    page.click("[name=seat][value=supervisor]")

    expect(page.locator("#assignment form")).to_have_count(1)
    page.close()


def test_the_pictures_of_the_desks_are_taken_on_a_newcomers_way(
    office: Office, demonstration: str, tmp_path: Path
) -> None:
    # In a thread of its own: a thread holds one loop of playwright.
    with ThreadPoolExecutor(1) as camera:
        taken = camera.submit(take, demonstration, office.stack.address("intake"), tmp_path).result()

    desks = ("sign-in", "inbox", "case", "approvals", "supervision")
    assert [path.name for path in taken] == [f"staff-{name}.png" for name in desks]
    assert all(path.stat().st_size > 10_000 for path in taken)
