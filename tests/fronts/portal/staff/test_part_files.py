"""An assisting unit's clerk attaches files to its part; the lead's clerk chooses which go to the citizen with the reply."""

from typing import Final

import pytest
from playwright.sync_api import Browser, FilePayload

from tests.fronts.portal.staff.browsing import WAYS, Desk
from tests.fronts.portal.staff.office import ASSISTING, HOLDER, Office
from tests.patience import until
from tests.services.intake.files import PDF, picture

pytestmark = [pytest.mark.real, pytest.mark.browser, pytest.mark.parametrize(("size", "scripts"), WAYS)]

PICTURE: Final[FilePayload] = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": picture()}
PAPER: Final[FilePayload] = {"name": "方案.pdf", "mimeType": "application/pdf", "buffer": PDF}
PROGRAM: Final[FilePayload] = {"name": "方案.exe", "mimeType": "application/pdf", "buffer": b"MZ program"}
TEXT: Final = "站台已勘查,照片和方案见附件。"


def test_files_of_a_part_go_to_the_lead_and_those_chosen_to_the_citizen(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    receipt = office.post(title="站台坏了")
    number = receipt["number"]
    office.give(number)
    office.act(number, "acceptance")
    helper = Desk(browser, office, size, scripts).sign_in(f"part-helper-{size}", ASSISTING, "clerk")
    helper.page.goto(f"/staff/cases/{number}")
    helper.page.fill("#part-text", TEXT)
    helper.page.set_input_files("#part-files", [PICTURE, PROGRAM])
    helper.press("送牵头单位")
    helper.shows("方案.exe")
    assert helper.page.input_value("#part-text") == TEXT, "nothing is typed twice"
    helper.page.set_input_files("#part-files", [PAPER])
    helper.press("送牵头单位")
    helper.shows("协办意见已送牵头单位")
    helper.shows("现场.jpg")
    helper.shows("方案.pdf")

    clerk = Desk(browser, office, size, scripts).sign_in(f"part-lead-{size}", HOLDER, "clerk")
    clerk.page.goto(f"/staff/cases/{number}")
    link = clerk.page.locator("section[aria-labelledby=parts] ul.attached a", has_text="方案.pdf")
    assert clerk.page.request.get(f"{office.portal}{link.get_attribute('href')}").body() == PDF
    clerk.page.fill("#reply-text", "站台下周修复,方案见附件。")
    assert not clerk.page.is_checked("#reply-part-1-1"), "nothing of it is published by itself"
    clerk.page.check("#reply-part-1-2")
    clerk.press("检查并预览")
    clerk.shows("方案.pdf")
    assert not clerk.says("现场.jpg")
    clerk.press("提交领导审阅")
    clerk.shows("回复已提交领导审阅")
    reply = office.case(number)["draft"]["reply_id"]
    office.act(number, f"replies/{reply}/approval", "leader")

    until(lambda: office.case(number)["replies"])
    clerk.page.goto(f"/posts/{number}")
    shown = clerk.page.locator("ul.attached a", has_text="方案.pdf")
    assert clerk.page.request.get(f"{office.portal}{shown.get_attribute('href')}").body() == PDF
    assert "现场.jpg" not in clerk.page.content()
    for one in (helper, clerk):
        one.close()
