"""WeChat's simulator in a browser: who sits before it talks to the account and can use every part of the page."""

import re

import pytest

from tests.fronts.portal.accessible import violations
from tests.fronts.portal.citizens.conftest import Open
from tests.services.intake.files import picture
from tests.stack import Stack

pytestmark = [pytest.mark.real, pytest.mark.browser]


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_person_before_the_simulator_asks_and_reads_the_answer_on_a_page_that_violates_nothing(
    stack: Stack, open_page: Open, size: str
) -> None:
    page = open_page(size, bypass_csp=True)
    page.goto(f"{stack.address('gateway')}/phone")
    talk = page.get_by_role("list", name="对话")
    assert page.url != f"{stack.address('gateway')}/phone", "every person has an address of its own"

    for words in ("查 <b>", "发帖"):
        page.get_by_label("发送文字").fill(words)
        page.get_by_role("button", name="发送", exact=True).click()
        # What is typed stands there as text, whatever it looks like.
        talk.get_by_text(words, exact=True).wait_for()

    talk.get_by_text(re.compile("请回复您的手机号")).wait_for()
    page.get_by_label("图片", exact=True).set_input_files(
        {"name": "路灯.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    page.get_by_role("button", name="发送图片").click()
    talk.get_by_text(re.compile(r"^\[图片\]")).wait_for()
    page.get_by_label("位置的名称").fill("宿城区<幸福路>")
    page.get_by_role("button", name="发送位置").click()
    talk.get_by_text("[位置] 宿城区<幸福路> 33.963008,118.275162", exact=True).wait_for()
    talk.get_by_text("要就这个地点发帖").wait_for()
    assert violations(page) == []
    wide, room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= room, "nothing scrolls sideways"
