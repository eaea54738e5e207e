"""The notices about a post, for staff; the outbox, for the operator."""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Annotated, Final, Protocol, get_args
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from chassis import problem
from chassis.clock import Clock
from chassis.problem import HttpRefused
from chassis.tokens import Verifier, require
from chassis.web.bodies import decode_body, read_body
from chassis.web.described import described
from chassis.web.limits import Limits
from chassis.web.responses import Json
from chassis.web.routing import new_router
from city.policy import Policy
from contracts.notices import Channel
from services.notifier.core.answers import (
    ChannelMonth,
    Outbox,
    OutboxNotice,
    PricedMonth,
    Resent,
    ToldNotice,
    ToldNotices,
)

MOST_SHOWN: Final = 200
"""Notices of the outbox in one answer, and those that are sent again by one request."""
CHANNELS: Final = get_args(Channel)
# Said in the description and checked in the handler, which answers in Chinese.
WHICH: Final = Query("waiting", json_schema_extra={"enum": ["waiting", "failed", "sent"]})
WHOSE: Final = Query("", json_schema_extra={"enum": ["", *CHANNELS]})
DAY: Final = Query("", json_schema_extra={"anyOf": [{"format": "date"}, {"maxLength": 0}]})
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
HOW_MANY: Final = Query(50, json_schema_extra={"minimum": 1, "maximum": MOST_SHOWN})


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of an operator: notices that failed and are to go out once more."""

    notices: Annotated[tuple[UUID, ...], msgspec.Meta(min_length=1, max_length=MOST_SHOWN)]


class Notices(Protocol):
    """What the staff side of notifier looks up of notices."""

    async def notices(self, number: str) -> list[ToldNotice] | None: ...

    async def department(self, number: str) -> str | None: ...

    async def outbox(self, state: str, channel: str, day: date | None, limit: int) -> list[OutboxNotice]: ...

    async def waiting(self) -> dict[str, int]: ...

    async def months(self) -> list[ChannelMonth]: ...


SendAgain = Callable[[Sequence[str]], Awaitable[list[str]]]
"""Has those of these notices that failed sent once more, at whichever process; returns their ids."""


def routes(
    notices: Notices,
    verifier: Verifier,
    limits: Limits,
    again: SendAgain,
    policy: Callable[[], Policy],
    clock: Clock,
) -> APIRouter:
    """`GET /v1/notices/{number}`, `GET /v1/outbox`, `POST /v1/outbox/resend`."""
    router = new_router()

    @router.get("/v1/notices/{number}", openapi_extra=described(who="staff", answer=ToldNotices))
    async def notice(number: str, request: Request) -> Response:
        """Every notice about a case in order of time, with channel, state and attempts; no address is among them."""
        staff = verifier.staff(request.headers.get("authorization"))
        require(staff, "clerk", "leader", "supervisor", "mayor", "operator")
        limits.check("reads", staff.person)
        listed = await notices.notices(number)
        if listed is None:
            raise problem.plain(404, "没有这个编号的帖子。")
        if staff.role in ("clerk", "leader") and await notices.department(number) != staff.department:
            raise HttpRefused(403, "not-own-case", "不是本单位承办的帖子")
        return Json(ToldNotices(number=number, notices=listed))

    _outbox(router, notices, verifier, limits, policy, clock)
    _resend(router, again, verifier, limits)
    return router


def _outbox(
    router: APIRouter,
    notices: Notices,
    verifier: Verifier,
    limits: Limits,
    policy: Callable[[], Policy],
    clock: Clock,
) -> None:
    @router.get("/v1/outbox", openapi_extra=described(who="staff", answer=Outbox))
    async def outbox(
        request: Request,
        state: str = WHICH,
        channel: str = WHOSE,
        day: str = DAY,
        limit: int = HOW_MANY,
    ) -> Response:
        """Notices that wait (`state=waiting`, longest first), failed (`failed`) or were sent (`sent`), newest first.

        Those of one city `day` alone, if one is named; what was sent is always of one, today unless another is named.
        With the reason, the numbers of those that wait by channel, and what each channel did month by month, what it
        cost in yuan and how many messages were agreed for a month (0: none).
        """
        staff = require(verifier.staff(request.headers.get("authorization")), "operator")
        limits.check("reads", staff.person)
        if state not in ("waiting", "failed", "sent"):
            raise problem.wrong_field("state", "应为 waiting、failed 或 sent")
        if channel and channel not in CHANNELS:
            raise problem.wrong_field("channel", f"应为 {'、'.join(CHANNELS)} 之一")
        asked = _day(day)
        if day and asked is None:
            raise problem.wrong_field("day", "应为日期,如 2026-03-02")
        if not 1 <= limit <= MOST_SHOWN:
            raise problem.wrong_field("limit", f"应为 1 到 {MOST_SHOWN}")
        today = clock.now().date() if state == "sent" else None
        return Json(
            {
                "state": state,
                "waiting": await notices.waiting(),
                "months": [_priced(month, policy()) for month in await notices.months()],
                "notices": await notices.outbox(state, channel, asked or today, limit),
            }
        )


def _day(text: str) -> date | None:
    """A day as ISO 8601 writes it at length; None for what is none."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _resend(router: APIRouter, again: SendAgain, verifier: Verifier, limits: Limits) -> None:
    @router.post(
        "/v1/outbox/resend",
        status_code=202,
        openapi_extra=described(
            who="staff",
            answer=Resent,
            keyed=False,
            body=Chosen,
            example={"notices": ["0195a000-0000-7000-8000-000000000001"]},
        ),
    )
    async def resend(request: Request) -> Response:
        """Notices that failed go out once more, each under its own id; answers with those that do.

        What has not failed is left as it is; 404 when none of them has.
        """
        staff = require(verifier.staff(request.headers.get("authorization")), "operator")
        limits.check("acts", staff.person)
        chosen = decode_body(await read_body(request), Chosen)
        taken = await again([str(notice) for notice in chosen.notices])
        if not taken:
            raise problem.plain(404, "没有这条发送失败的通知。")
        return Json(Resent(notices=taken, state="pending"), 202)


def _priced(month: ChannelMonth, policy: Policy) -> PricedMonth:
    """A channel's month with what was agreed for it and what it cost; robots cost nothing."""
    channel = month["channel"]
    charged = month.get("sent", 0) + month.get("extra", 0)
    cost = charged * getattr(policy.prices, channel, 0.0)
    return {**month, "quota": getattr(policy.quotas, channel, 0), "cost": round(cost, 2)}
