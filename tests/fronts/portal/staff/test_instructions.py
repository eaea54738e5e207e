"""The ledger of city leaders' instructions: how much time is left, and a whole instruction in a real browser."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from chassis.tokens import Staff
from fronts.portal.staff.followed import figures, followed, standing
from tests.fronts.portal.staff.alone import PROFILE
from tests.fronts.portal.staff.browsing import WAYS, Desk
from tests.fronts.portal.staff.office import HOLDER, SUPERVISION, Office
from tests.patience import until
from tests.services.deadline.facts import at

FRIDAY = at("2026-03-06T18:00")


def given(**fields: Any) -> dict[str, Any]:
    return {
        "instruction_id": "i1",
        "at": "2026-03-02T09:00:00+08:00",
        "by": "wang",
        "leader_name": "市领导",
        "state": "given",
        "due": FRIDAY.isoformat(),
        "overdue": False,
    } | fields


@pytest.mark.parametrize(
    ("now", "fields", "word", "left"),
    [
        ("2026-03-04T17:00", {}, "充裕", "剩 2 天 1 小时"),
        ("2026-03-06T09:00", {}, "临近", "剩 1 天 0 小时"),
        ("2026-03-06T17:00", {}, "临近", "剩 1 小时 0 分"),
        ("2026-03-09T10:00", {}, "超期", "超 1 小时 0 分"),
        ("2026-03-06T18:00", {"overdue": True}, "超期", ""),
        ("2026-03-09T10:00", {"state": "reported", "overdue": True}, "待审阅", ""),
        ("2026-03-09T10:00", {"state": "accepted"}, "已办结", ""),
    ],
)
def test_the_time_left_for_a_report_is_told_in_words(
    now: str, fields: dict[str, Any], word: str, left: str
) -> None:
    told = standing(given(**fields), PROFILE, at(now))

    assert (told.word, told.left) == (word, left)


def test_only_whoever_gave_it_is_offered_to_judge_the_report() -> None:
    case = {"instructions_given": [given(state="reported"), given(by="li", state="read")], "instructions": []}

    offered = {
        person: {
            act: len(found)
            for act, found in followed(
                case, Staff(person, SUPERVISION, "mayor"), PROFILE, FRIDAY
            ).choices.items()
        }
        for person in ("wang", "li")
    }

    assert offered["wang"]["instruction-acceptance"] == offered["wang"]["instruction-return"] == 1
    assert offered["li"]["instruction-acceptance"] == 0
    assert offered["li"]["instruction-report"] == 1, "the unit's act, whoever looks"


def test_the_ledgers_share_in_time_is_of_what_was_reported_or_is_overdue() -> None:
    counted = {"waiting": 5, "overdue": 1, "reported": 2, "accepted": 5, "on_time": 6}

    assert figures(counted) == (
        ("批示", "12 件"),
        ("待反馈", "5 件"),
        ("超期", "1 件"),
        ("待审阅", "2 件"),
        ("已办结", "5 件"),
        ("按时反馈", "6 件"),
        ("按时率", "75.0%"),
    )
    assert figures(dict.fromkeys(counted, 0))[-1] == ("按时率", "—")


def _day_off() -> str:
    """The next day on which nobody works; a browser lets it pass."""
    days = (datetime.now(PROFILE.zone).date() + timedelta(days=n) for n in range(1, 30))
    return next(day for day in days if not PROFILE.working_time.is_working_day(day)).isoformat()


@pytest.mark.real
@pytest.mark.browser
@pytest.mark.parametrize(("size", "scripts"), WAYS)
def test_an_instruction_is_given_followed_sent_back_and_done(
    office: Office, browser: Browser, size: str, scripts: bool
) -> None:
    number = office.accepted(title="批示台账一事")

    def desk(role: str, unit: str) -> Desk:
        return Desk(browser, office, size, scripts).sign_in(f"ledger-{role}-{size}", unit, role)

    mayor = desk("mayor", SUPERVISION)
    mayor.page.goto(f"/staff/cases/{number}")
    mayor.send("instruction", text="请查明原因,三天内报我。")
    mayor.shows("批示已送达")
    mayor.shows("待签收")
    mayor.page.goto("/staff/instructions")
    mayor.shows("批示台账一事")
    mayor.shows("反馈期限")
    mayor.shows("按时率")

    clerk = desk("clerk", HOLDER)
    clerk.page.goto("/staff/cases?state=instructed")
    expect(clerk.page.locator(f"li:has(a[href='/staff/cases/{number}'])")).to_contain_text("批示待反馈")
    clerk.page.goto(f"/staff/cases/{number}")
    clerk.send("instruction-reading")
    clerk.shows("批示已签收")
    clerk.send("instruction-in-hand")
    clerk.shows("办理中")
    clerk.send("instruction-report", text="调度软件故障所致。")
    clerk.shows("已反馈作出批示的领导")
    expect(clerk.page.locator("#instruction-report form")).to_have_count(0)

    mayor.page.goto("/staff/instructions?state=reported")
    mayor.shows("调度软件故障所致。")
    mayor.page.click(f"a[href='/staff/cases/{number}#instructions']")
    mayor.page.fill("#instruction-return-day", _day_off())
    mayor.send("instruction-return", remark="写明整改措施。")
    mayor.shows("不上班")
    assert mayor.page.input_value("#instruction-return-remark") == "写明整改措施。", (
        "what was typed is still there"
    )
    mayor.page.fill("#instruction-return-day", "")
    mayor.send("instruction-return", remark="写明整改措施。")
    mayor.shows("反馈已退回承办单位")

    leader = desk("leader", HOLDER)
    leader.page.goto(f"/staff/cases/{number}")
    leader.shows("写明整改措施。")
    leader.send("instruction-report", text="软件已更换。")
    until(lambda: leader.page.reload() and leader.says("批示反馈被退回"))
    mayor.page.goto(f"/staff/cases/{number}")
    mayor.send("instruction-acceptance")
    mayor.shows("批示办结")
    mayor.page.goto("/staff/instructions?state=accepted")
    mayor.shows("软件已更换。")
    for one in (mayor, clerk, leader):
        one.close()
