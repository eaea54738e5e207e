"""The door at which receipts are handed in: WeChat's by its front end, Aliyun's by the city's gateway, mail that came back by the mail server.

All three are the city's own and hold one token; nobody else has anything to say here.
"""

import hmac
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Final, Literal, TypedDict
from uuid import UUID

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response
from msgspec import Meta, Struct

from chassis import problem
from chassis.problem import HttpRefused
from chassis.web.aside import aside
from chassis.web.bodies import decode_body, read_body, read_file
from chassis.web.described import described
from chassis.web.headers import bearer
from chassis.web.limits import Limits, client_of
from chassis.web.responses import Json
from chassis.web.routing import new_router
from city.masking import mask
from city.normal import written_line
from services.notifier.core import bounces
from services.notifier.core.case import Receipt
from services.notifier.receipts import Receipts

MAIL_LIMIT: Final = 1024 * 1024
"""Bytes of a mail that came back; a notice has some thousand, and a server returns it with a page of its own."""
MOST: Final = 100
"""Receipts handed in at once by our own front end."""
LONGEST_REASON: Final = 200
"""Characters that are kept of a provider's word."""
_MAIL: Final = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_SMS: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "array", "items": {"type": "object"}},
                "examples": {
                    "example": {
                        "value": [
                            {
                                "phone_number": "13800000000",
                                "success": False,
                                "err_code": "MOBILE_NOT_ON_SERVICE",
                                "out_id": "0195a000-0000-7000-8000-000000000001",
                                "biz_id": "12345",
                            }
                        ]
                    }
                },
            }
        },
    }
}
_log = structlog.get_logger()


class Said(Struct, frozen=True, forbid_unknown_fields=True):
    """What became of one message."""

    message: Annotated[str, Meta(pattern=r"^[0-9]{1,32}(?!\n)$")]
    """The provider's number of it."""
    arrived: bool
    reason: Annotated[str, Meta(max_length=200)] = ""


class HandedIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /v1/receipts`: receipts of one channel."""

    channel: Literal["wechat"]
    receipts: Annotated[tuple[Said, ...], Meta(min_length=1, max_length=MOST)]


class SmsReport(Struct, frozen=True):
    """What Aliyun says of one text message (`SmsReport`); its other fields, such as the telephone number, are not read."""

    success: bool
    out_id: str | None = ""
    """The notice or digest, as it was sent with it; empty for a code."""
    err_code: str | None = ""


class SmsTaken(TypedDict):
    """What Aliyun waits for: without it, it sends the reports again."""

    code: Literal[0]
    msg: str


class Taken(TypedDict):
    """How many receipts were taken in; of a mail that is none, 0."""

    receipts: int


def routes(receipts: Receipts, token: str, limits: Limits) -> APIRouter:
    """`POST /v1/receipts`, `POST /v1/receipts/sms` and `POST /v1/receipts/mail`; without a token nobody is let in."""
    router = new_router()

    def entrusted(request: Request) -> None:
        """Raises HttpRefused 401 for whoever has not the token, and 429 for who goes on guessing."""
        given = bearer(request.headers.get("authorization"))
        if not token or not hmac.compare_digest(given.encode(), token.encode()):
            limits.check("sign_in", client_of(request))
            raise HttpRefused(
                401, "unauthenticated", "令牌不正确", "回执只由本市自己的前端和邮件服务器送来。"
            )

    @router.post(
        "/v1/receipts",
        status_code=202,
        openapi_extra=described(
            body=HandedIn,
            who="machine",
            example={"channel": "wechat", "receipts": [{"message": "200163836", "arrived": True}]},
            answer=Taken,
            keyed=False,
        ),
    )
    async def handed_in(request: Request) -> Response:
        """What WeChat says became of messages: kept at once, done within seconds; the first word about a message stands."""
        entrusted(request)
        body = decode_body(await read_body(request), HandedIn)
        await receipts.take_in(
            [
                Receipt(body.channel, one.message, one.arrived, " ".join(one.reason.split()))
                for one in body.receipts
            ]
        )
        return Json(Taken(receipts=len(body.receipts)), 202)

    _sms(router, receipts, entrusted)
    _mail(router, receipts, entrusted)
    return router


def _sms(router: APIRouter, receipts: Receipts, entrusted: Callable[[Request], None]) -> None:
    @router.post(
        "/v1/receipts/sms",
        status_code=200,
        openapi_extra=described(who="machine", answer=SmsTaken, keyed=False) | _SMS,
    )
    async def of_sms(request: Request) -> Response:
        """What Aliyun says became of text messages, as it pushes it (`SmsReport`, in batches); the gateway in front adds the token.

        All of a batch are taken in: what is answered so is not brought again, and what is refused comes back as it is.
        """
        entrusted(request)
        reports = decode_body(await read_body(request), tuple[SmsReport, ...])
        await receipts.take_in(await aside(partial(of_reports, reports)))
        return Json(SmsTaken(code=0, msg="接收成功"))


def _mail(router: APIRouter, receipts: Receipts, entrusted: Callable[[Request], None]) -> None:
    @router.post(
        "/v1/receipts/mail",
        status_code=202,
        openapi_extra=described(who="machine", answer=Taken, keyed=False) | _MAIL,
    )
    async def came_back(request: Request) -> Response:
        """A mail that came to the sender's address, whole: a delivery status notification (RFC 3464) of a notice is taken in.

        Anything else is passed over, and answered with 0: an answering machine's mail is nobody's.
        """
        entrusted(request)
        try:
            found = bounces.receipt_of(await read_file(request, MAIL_LIMIT))
        except bounces.Unreadable as failure:
            raise problem.plain(400, "不是能读的邮件。") from failure
        if found is None:
            _log.info("mail passed over")
        else:
            await receipts.take_in([found])
        return Json(Taken(receipts=0 if found is None else 1), 202)


def of_reports(reports: Sequence[SmsReport]) -> list[Receipt]:
    """The receipts that name a notice; of several about one the first, for a batch has an order and a statement none."""
    found: dict[str, Receipt] = {}
    for report in reports:
        notice = _notice(report.out_id or "")
        if notice and notice not in found:
            reason = "" if report.success else _reason(report.err_code or "")
            found[notice] = Receipt("sms", notice, report.success, reason)
    return list(found.values())


def _reason(told: str) -> str:
    """A provider's word, in one line and without what deceives; staff read it, and it is told on the bus."""
    return mask(written_line(told)[:LONGEST_REASON])


def _notice(written: str) -> str:
    """The id of a notice or digest; empty for what is none."""
    try:
        return str(UUID(written))
    except ValueError:
        return ""
