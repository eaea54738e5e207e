"""The operator's outbox: every kind has its word, every reason its sentence; what failed goes out once more by a form."""

from typing import Any

import httpx2
import pytest
from fastapi.responses import Response

from chassis.clock import HandClock
from fronts.portal.forms import Form
from fronts.portal.pages import Pages
from fronts.portal.services import Services
from fronts.portal.settings import PortalSettings
from fronts.portal.staff.notice_words import AUDIENCES, CHANNELS, KINDS, month_rows, why
from fronts.portal.staff.outbox import outbox
from fronts.portal.staff.sessions import Session
from fronts.portal.staff.signer import Signer
from fronts.portal.staff.site import StaffSite
from fronts.portal.staff.visits import Visit
from fronts.portal.store import Account
from services.notifier.core.table import TOLD
from services.notifier.core.table_of_followers import WORDS as NEWS
from services.notifier.web import CHANNELS as TOLD_BY
from tests.fronts.portal.staff.alone import PROFILE
from tests.fronts.portal.staff.office import HOLDER, SUPERVISION, Office
from tests.patience import PATIENCE, until
from tests.services.intake.door import PRIVATE, at

WAITING: dict[str, Any] = {"reason": "", "state": "pending", "attempts": 0, "repeated": False}


def test_every_kind_audience_and_channel_of_notifiers_table_has_its_word() -> None:
    rows = [row for rows in TOLD.values() for row in rows]

    assert {row.kind for row in rows} | set(NEWS) == set(KINDS)
    assert {row.audience for row in rows} <= set(AUDIENCES)
    assert set(TOLD_BY) == set(CHANNELS)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "排队中"),
        ({"repeated": True}, "排队重发"),
        ({"attempts": 2, "reason": "ConnectError"}, "第 2 次未成:连接不上服务商(ConnectError)"),
        ({"attempts": 1, "state": "claimed"}, "第 1 次未成:正在发送"),
        ({"attempts": 5, "state": "failed", "reason": "用户未订阅"}, "用户未订阅"),
        (
            {"attempts": 1, "state": "failed", "reason": "isv.AMOUNT_NOT_ENOUGH"},
            "短信余额不足(isv.AMOUNT_NOT_ENOUGH)",
        ),
        (
            {"attempts": 1, "state": "failed", "reason": "failed:user block"},
            "微信回执:对方拒收(failed:user block)",
        ),
        (
            {"attempts": 1, "state": "failed", "reason": "failed: system failed"},
            "微信回执:未送达(failed: system failed)",
        ),
        ({"attempts": 1, "state": "failed", "reason": "5.1.1"}, "退信:没有这个邮箱(5.1.1)"),
        ({"attempts": 1, "state": "failed", "reason": "4.4.7"}, "退信:对方邮件服务器一直没有收下(4.4.7)"),
        ({"attempts": 1, "state": "failed", "reason": "452"}, "邮件服务器空间已满(452)"),
        ({"attempts": 2, "state": "sent", "repeated": True}, "曾重发"),
        ({"attempts": 1, "state": "sent"}, ""),
    ],
)
def test_an_operator_reads_why_a_notice_waits_or_failed(changed: dict[str, Any], said: str) -> None:
    assert why(WAITING | changed) == said


def test_a_month_shows_what_of_its_quota_is_used_and_nothing_where_none_was_agreed() -> None:
    sms, robot = month_rows(
        [
            {"month": "2026-03", "channel": "sms", "sent": 50, "failed": 1, "quota": 200, "cost": 2.25},
            {"month": "2026-03", "channel": "robot", "sent": 7, "quota": 0, "cost": 0.0},
        ]
    )

    assert (sms["sent"], sms["failed"], sms["suppressed"], sms["used"], sms["cost"]) == (
        50,
        1,
        0,
        0.25,
        "2.25",
    )
    assert (robot["sent"], robot["used"]) == (7, None)


@pytest.mark.parametrize(("state", "buttons"), [("waiting", 0), ("failed", 2), ("sent", 0)])
async def test_the_page_shows_each_notice_with_its_reason_and_a_way_to_send_again_what_failed(
    state: str, buttons: int
) -> None:
    notice = {
        "notice": "0195a000-0000-7000-8000-000000000001",
        "number": "SQ260302-000001",
        "kind": "asked",
        "audience": "citizen",
        "channel": "sms",
        "department": "water",
        "state": "failed" if state == "failed" else "pending",
        "attempts": 1,
        "repeated": False,
        "reason": "isv.AMOUNT_NOT_ENOUGH",
        "at": "2026-03-02T10:00:00+08:00",
        "next_at": "2026-03-02T10:01:00+08:00",
        "arrived_at": "2026-03-02T10:00:07+08:00",
    }
    month = {"month": "2026-03", "channel": "sms", "sent": 50, "quota": 200, "cost": 2.25}
    asked = list[httpx2.Request]()

    def notifier(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        found = {"state": state, "waiting": {"sms": 3}, "months": [month], "notices": [notice]}
        return httpx2.Response(200, json=found)

    page = await _page(httpx2.MockTransport(notifier), state)

    assert page.status_code == 200
    text = bytes(page.body).decode()
    assert all(
        word in text
        for word in ("请网民补充", "短信余额不足", "SQ260302-000001", "25.0%", "2.25", "短信 3 条")
    )
    assert ("送达回执" in text) == (state == "sent")
    assert text.count("重发") - text.count("重发不会") == buttons + text.count("重发第")
    assert asked[0].url.params.get("day") == ("2026-03-02" if state == "sent" else None)


async def _page(transport: httpx2.AsyncBaseTransport, state: str) -> Response:
    """The outbox page as an operator opens it, with this transport behind it."""
    async with httpx2.AsyncClient(transport=transport) as http:
        staff: Any = StaffSite(
            pages=Pages(PROFILE),
            services=Services(http, {}),
            clock=HandClock(at("2026-03-02T12:00")),
            cookies=None,  # type: ignore[arg-type]
            live=None,  # type: ignore[arg-type]
            interfaces=None,  # type: ignore[arg-type]
            address="",
            store=None,  # type: ignore[arg-type]  # nothing is looked up
            accounts=None,  # type: ignore[arg-type]
            sessions=None,  # type: ignore[arg-type]
            signer=Signer(PRIVATE),
            devices=None,  # type: ignore[arg-type]
            log=None,  # type: ignore[arg-type]
            settings=PortalSettings(totp_required=False),
            before_key=b"",
        )
        account = Account("o1", "张三", "supervision", "operator", "local", totp_bound=True)
        request: Any = None
        return await outbox(Visit(staff, request, Form({}), session=Session("t", account)), state)


@pytest.mark.real
def test_what_a_provider_refused_is_seen_with_its_reason_and_sent_again_by_the_operator(
    office: Office,
) -> None:
    # The office is shared: what others are still to be told must not meet the refusal that is meant for this post.
    office.stack.quiet()
    until(lambda: _waiting_texts(office) == 0)
    gateway = office.stack.address("gateway")
    httpx2.post(
        f"{gateway}/script",
        json={"channel": "sms", "times": 1, "code": "isv.AMOUNT_NOT_ENOUGH"},
        timeout=PATIENCE,
    )
    # A telephone of its own: an address has only so many messages a day, and the office's others share one.
    number = office.post(title="公交车上的扶手松了", contact={"phone": "13900010001"})["number"]
    office.give(number)
    operator = office.person("outbox-operator", SUPERVISION, "operator")

    until(lambda: number in operator.open("/staff/outbox?state=failed").source)
    failed = operator.open("/staff/outbox?state=failed")
    assert "短信余额不足" in failed.text
    assert "公交车上的扶手" not in failed.source, "an operator reads no word of a case"
    form = failed.form("/staff/outbox/resend")
    notice = dict(form.fields)["shown"]
    answer = operator.http.post(
        form.action, data={"form": dict(form.fields)["form"], "chosen": notice}, follow_redirects=False
    )

    assert answer.headers["location"] == "/staff/outbox?state=failed&again=1"
    assert "已重新排队 1 条" in operator.open(answer.headers["location"]).text
    until(lambda: number in operator.open("/staff/outbox?state=sent").source)
    assert "短信" in operator.open("/staff/outbox?state=sent&channel=sms").text
    clerk = office.person("outbox-clerk", HOLDER, "clerk")
    assert clerk.open("/staff/outbox").status == 403


def _waiting_texts(office: Office) -> int:
    token = office.stack.token("outbox-operator", SUPERVISION, "operator")
    outbox = httpx2.get(
        f"{office.stack.address('notifier')}/v1/outbox?state=waiting", headers=token, timeout=PATIENCE
    )
    return int(outbox.raise_for_status().json()["waiting"].get("sms", 0))
