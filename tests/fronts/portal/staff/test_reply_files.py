"""A clerk attaches files to a reply in the form, a leader sends it back and then approves it, the citizen opens them."""

from typing import Final

import pytest
from playwright.sync_api import Browser, FilePayload

from tests.fronts.portal.staff.browsing import WAYS, Desk
from tests.fronts.portal.staff.office import HOLDER, Office
from tests.patience import until
from tests.services.intake.files import PDF, picture

pytestmark = [pytest.mark.real, pytest.mark.browser, pytest.mark.parametrize(("size", "scripts"), WAYS[-1:])]

PICTURE: Final[FilePayload] = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": picture()}
PAPER: Final[FilePayload] = {"name": "方案.pdf", "mimeType": "application/pdf", "buffer": PDF}
PROGRAM: Final[FilePayload] = {"name": "方案.exe", "mimeType": "application/pdf", "buffer": b"MZ program"}


def test_files_of_a_reply_go_from_the_clerk_s_form_to_the_citizen_s_page(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    receipt = office.post()
    number = receipt["number"]
    office.give(number)
    office.act(number, "acceptance")
    clerk = Desk(browser, office, size, scripts).sign_in("files-clerk", HOLDER, "clerk")
    clerk.page.goto(f"/staff/cases/{number}")
    clerk.page.fill("#reply-text", "加密班次的方案见附件。")
    clerk.page.set_input_files("#reply-files", [PICTURE, PROGRAM])
    clerk.press("检查并预览")
    clerk.shows("方案.exe")
    assert clerk.page.input_value("#reply-text") == "加密班次的方案见附件。", "nothing is typed twice"
    clerk.page.set_input_files("#reply-files", [PAPER])
    clerk.press("检查并预览")
    clerk.shows("现场.jpg")
    clerk.press("提交领导审阅")
    clerk.shows("回复已提交领导审阅")

    leader = Desk(browser, office, size, scripts).sign_in("files-leader", HOLDER, "leader")
    leader.page.goto(f"/staff/cases/{number}")
    leader.shows("方案.pdf")
    leader.send("reply-return", remark="照片看不清,请去掉")
    clerk.page.goto(f"/staff/cases/{number}")
    clerk.shows("上一稿被退回:照片看不清,请去掉")
    assert clerk.page.input_value("#reply-text") == "加密班次的方案见附件。"
    clerk.page.uncheck("#reply-kept-1")
    clerk.press("检查并预览")
    clerk.press("提交领导审阅")
    clerk.shows("回复已提交领导审阅")
    assert "方案" not in clerk.page.request.get(f"{office.portal}/posts/{number}").text()
    leader.page.goto(f"/staff/cases/{number}")
    leader.page.locator("#approval button[type=submit]").click()

    until(lambda: office.case(number)["replies"])
    leader.page.goto(f"/posts/{number}")
    link = leader.page.locator("ul.attached a", has_text="方案.pdf")
    assert link.get_attribute("download") is not None
    assert leader.page.request.get(f"{office.portal}{link.get_attribute('href')}").body() == PDF
    assert "现场.jpg" not in leader.page.content()
    for one in (clerk, leader):
        one.close()
