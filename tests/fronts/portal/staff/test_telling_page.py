"""通知方式 as a page, before a notifier that answers as it does: what may be chosen, what waits for its code, what was wrong."""

from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from fastapi.responses import Response

from chassis.clock import HandClock
from fronts.portal.forms import Form
from fronts.portal.pages import Pages
from fronts.portal.services import Services
from fronts.portal.settings import PortalSettings
from fronts.portal.staff import telling
from fronts.portal.staff.sessions import Session
from fronts.portal.staff.signer import Signer
from fronts.portal.staff.site import StaffSite
from fronts.portal.staff.visits import Visit
from fronts.portal.store import Account
from tests.fronts.portal.staff.alone import PROFILE
from tests.services.intake.door import PRIVATE, at

NOTHING: dict[str, Any] = {
    "department": "water",
    "audience": "clerk",
    "channel": "robot",
    "pace": "at-once",
    "unit_robot": True,
    "addresses": [],
    "trial": None,
    "by": "",
    "at": None,
}
PROVED = {"channel": "sms", "shown": "138****5678", "by": "zhang"}
CHOSEN = NOTHING | {
    "channel": "sms",
    "pace": "hourly",
    "addresses": [PROVED],
    "by": "zhang",
    "at": "2026-03-02T10:00:00+08:00",
}


def _visit(http: httpx2.AsyncClient, **typed: str) -> Visit:
    log: Any = SimpleNamespace(note=_noted)
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
        log=log,
        settings=PortalSettings(totp_required=False),
        before_key=b"",
    )
    account = Account("z1", "张三", "water", "clerk", "local", totp_bound=True)
    request: Any = None
    form = Form({name: [value] for name, value in typed.items()})
    return Visit(staff, request, form, session=Session("t", account))


async def _noted(kind: str, person: str, about: str, detail: str) -> None:
    assert (kind, person, about) == ("telling-changed", "z1", "water clerk")


async def _page(
    inbox: dict[str, Any], what: Any, refusal: httpx2.Response | None = None, **typed: str
) -> Response:
    def notifier(request: httpx2.Request) -> httpx2.Response:
        return (
            refusal if refusal is not None and request.method == "POST" else httpx2.Response(200, json=inbox)
        )

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(notifier)) as http:
        answer: Response = await what(_visit(http, **typed))
        return answer


def _text(response: Response) -> str:
    return bytes(response.body).decode()


async def test_who_chose_nothing_finds_the_robot_chosen_and_nothing_else_to_choose() -> None:
    text = _text(await _page(NOTHING, telling.notices))

    assert "还没有人选择过" in text
    assert text.count(" disabled") == 2
    assert 'id="channel-robot" name="channel" value="robot" required checked>' in text
    assert 'id="code"' not in text


async def test_a_proved_address_is_shown_by_its_ends_and_one_that_waits_for_its_code_is_asked_for_it() -> (
    None
):
    trial = {"channel": "mail", "shown": "z***@suqian.gov.cn", "by": "li"}
    text = _text(await _page(CHOSEN | {"trial": trial}, telling.notices))

    assert "手机短信:138****5678" in text
    assert 'value="hourly" required checked>' in text
    assert "zhang 最近一次选择于" in text
    assert "已发往邮件 z***@suqian.gov.cn" in text
    assert 'id="code"' in text


@pytest.mark.parametrize(
    ("what", "typed", "said"),
    [
        (telling.choose, {"channel": "pigeon", "pace": "hourly"}, "请选择通知渠道和时间"),
        (telling.address, {"channel": "sms", "address": " "}, "请选择种类并填写号码或地址"),
        (telling.prove, {"code": "12345"}, "验证码是 6 位数字"),
    ],
)
async def test_what_was_left_out_is_told_before_anything_is_asked(
    what: Any, typed: dict[str, str], said: str
) -> None:
    page = await _page(NOTHING, what, httpx2.Response(500), **typed)

    assert page.status_code == 422
    assert said in _text(page)


async def test_the_services_reason_is_shown_with_what_was_typed_but_never_a_secret() -> None:
    errors = [{"field": "address", "reason": "应为 11 位手机号码"}]
    refusal = httpx2.Response(422, json={"type": "urn:wenzheng:problem:invalid", "errors": errors})
    typed = {"channel": "sms", "address": '84368123"><b>', "secret": "SECabc"}
    page = await _page(NOTHING, telling.address, refusal, **typed)

    text = _text(page)
    assert page.status_code == 422
    assert "应为 11 位手机号码。" in text
    assert 'value="84368123&#34;&gt;&lt;b&gt;"' in text
    assert "SECabc" not in text


@pytest.mark.parametrize(
    ("what", "typed", "done"),
    [
        (telling.choose, {"channel": "sms", "pace": "hourly"}, "chosen"),
        (telling.address, {"channel": "sms", "address": "13812345678"}, "sent#proof"),
        (telling.prove, {"code": "123 456"}, "proved"),
    ],
)
async def test_what_was_done_is_told_on_the_page_that_follows(
    what: Any, typed: dict[str, str], done: str
) -> None:
    page = await _page(CHOSEN | {"trial": PROVED}, what, **typed)

    assert (page.status_code, page.headers["location"]) == (303, f"/staff/notices?done={done}")
