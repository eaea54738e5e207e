"""通知方式: a clerk proves an address, chooses it and a digest an hour, with and without scripts; and all who share the inbox read it."""

import json

import pytest
from playwright.sync_api import Browser

from tests.fronts.portal.person import Page, Person
from tests.fronts.portal.staff.browsing import WAYS, Desk
from tests.fronts.portal.staff.office import HOLDER, OTHER, Office
from tests.patience import until

pytestmark = pytest.mark.real


def _code_to(office: Office, recipient: str) -> str:
    path = office.stack.data / "gateway" / "arrivals.jsonl"

    def newest() -> str:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        texts = [row["text"] for row in rows if row["recipient"] == recipient]
        return texts[-1] if texts else ""

    text = until(newest)
    return "".join(filter(str.isdigit, text.partition("验证码")[2] or text))[:6]


def _sent(person: Person, what: str, **fields: str) -> Page:
    page = person.open("/staff/notices")
    form = dict(page.form("/staff/notices/choice").fields)["form"]
    named = {name: [value] for name, value in fields.items()}
    return person.post(f"/staff/notices/{what}", {"form": [form], **named})


def test_an_address_is_proved_and_chosen_and_both_stand_in_the_log(office: Office) -> None:
    clerk = office.person("telling-clerk", OTHER, "clerk")
    first = clerk.open("/staff/notices")
    assert "还没有人选择过" in first.text
    assert "还没有验证过的号码" in first.text

    assert "11 位手机号码" in _sent(clerk, "address", channel="sms", address="84368123").text
    assert "还没有验证过的地址" in _sent(clerk, "choice", channel="sms", pace="hourly").text
    given = _sent(clerk, "address", channel="sms", address="137 0000 1234")
    assert "验证码已发出" in given.text
    assert "137****1234" in given.text
    assert "13700001234" not in given.source
    assert "验证码不对" in _sent(clerk, "proof", code="000000").text
    assert "现在可以选用" in _sent(clerk, "proof", code=_code_to(office, "13700001234")).text
    chosen = _sent(clerk, "choice", channel="sms", pace="hourly")

    assert "已保存" in chosen.text
    colleague = office.person("telling-colleague", OTHER, "clerk").open("/staff/notices")
    assert "telling-clerk 最近一次选择" in colleague.text
    leader = office.person("telling-leader", OTHER, "leader").open("/staff/notices")
    assert "还没有人选择过" in leader.text
    auditor = office.person("telling-auditor", "supervision", "auditor")
    log = auditor.open("/staff/log").source
    assert "通知方式变更" in log
    assert "手机短信,每小时汇总一次" in log
    assert "13700001234" not in log


@pytest.mark.browser
@pytest.mark.parametrize(("size", "scripts"), WAYS)
def test_a_clerk_chooses_mail_at_a_desk_and_on_a_phone_without_scripts(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    desk = Desk(browser, office, size, scripts).sign_in(
        f"telling-{size}", HOLDER, "leader" if scripts else "clerk"
    )
    address = f"{size}@example.gov.cn"
    desk.page.click("text=通知方式")
    desk.page.select_option("#way", "mail")
    desk.page.fill("#address", address)
    desk.press("发送验证码")
    desk.shows("验证码已发出")
    desk.page.fill("#code", _code_to(office, address))
    desk.press("验证")
    desk.shows("现在可以选用")

    desk.page.check("#channel-mail")
    desk.page.check("#pace-hourly")
    desk.press("保存")

    desk.shows("已保存")
    assert desk.page.is_checked("#channel-mail")
    assert desk.page.is_checked("#pace-hourly")
    # As it was, for those who share the office.
    desk.page.check("#channel-robot")
    desk.page.check("#pace-at-once")
    desk.press("保存")
    desk.close()
