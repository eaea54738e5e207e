"""How staff are told: those who read an inbox choose its channel and pace; an address is theirs when a code came back."""

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Protocol

import msgspec
import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response

from chassis import problem
from chassis.problem import HttpRefused
from chassis.tokens import Staff, Verifier, require
from chassis.vault import derived
from chassis.web.bodies import decode_body, read_body
from chassis.web.described import described
from chassis.web.limits import Limits
from chassis.web.responses import Json
from chassis.web.routing import new_router
from city.typed import LONGEST, one_time_code
from services.notifier.channels import Delivery
from services.notifier.core.answers import InboxAnswer
from services.notifier.core.inboxes import ROLES, Choice, Inbox, Pace, StaffChannel, inbox_of
from services.notifier.core.staff_addresses import Given, Wrong, read
from services.notifier.delivery import Providers
from services.notifier.inboxes import TRIAL_MINUTES, Address, Inboxes, Kept, Trial

_log = structlog.get_logger()


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body: how the inbox is told from now on."""

    channel: StaffChannel
    pace: Pace


class AddressGiven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body: an address to be proved, and what a DingTalk robot signs with."""

    channel: StaffChannel
    address: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    secret: Annotated[str, msgspec.Meta(max_length=100)] = ""


class Proof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body: the code that was sent to the address."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST)]


class Texts(Protocol):
    """Sends a code by text message, by the template that providers want for codes."""

    async def send_code(self, phone: str, code: str) -> Delivery: ...


class Codes:
    """Makes codes and sends them by the channel that they are to prove."""

    def __init__(
        self, secret: bytes, texts: Texts, providers: Providers, has_robot: Callable[[str], bool]
    ) -> None:
        """`has_robot` says whether the operator has given a unit one."""
        self._key = derived(secret, b"codes of inboxes")
        self._texts = texts
        self._providers = providers
        self.has_robot = has_robot

    def hashed(self, inbox: Inbox, code: str) -> bytes:
        """Under which a code is kept."""
        return hmac.digest(self._key, f"{inbox.subject}/{code}".encode(), sha256)

    async def send(self, inbox: Inbox, given: Given, code: str) -> Delivery:
        """By the very channel; what may have arrived is not sent again: who waits asks for another."""
        if given.channel == "sms":
            try:
                return await self._texts.send_code(given.fields["phone"], code)
            except Exception as failure:  # noqa: BLE001  whatever happened, the code may have arrived
                return Delivery("unknown", type(failure).__name__)
        text = f"问政平台通知设置:验证码 {code},{TRIAL_MINUTES} 分钟内有效。不是本单位的人申请的,请不要理会。"
        return await self._providers.send_text(given.channel, inbox.department, given.fields, text)


def routes(
    inboxes: Inboxes,
    codes: Codes,
    verifier: Verifier,
    limits: Limits,
    draw: Callable[[], str] = lambda: f"{secrets.randbelow(10**6):06d}",
) -> APIRouter:
    """`GET /v1/inbox`, `POST /v1/inbox/choice`, `/addresses`, `/proofs`."""
    router = new_router()

    def reader(request: Request, door: str) -> tuple[Staff, Inbox]:
        staff = require(verifier.staff(request.headers.get("authorization")), *ROLES)
        limits.check(door, staff.person)
        return staff, inbox_of(staff.role, staff.department)

    @router.get("/v1/inbox", openapi_extra=described(who="staff", answer=InboxAnswer))
    async def inbox(request: Request) -> Response:
        """How the inbox of one's own role and unit is told; all who read it share it."""
        _, own = reader(request, "reads")
        return await _shown(inboxes, codes, own)

    @router.post(
        "/v1/inbox/choice",
        status_code=202,
        openapi_extra=described(
            who="staff",
            answer=InboxAnswer,
            keyed=False,
            body=Wanted,
            example={"channel": "robot", "pace": "hourly"},
        ),
    )
    async def choose(request: Request) -> Response:
        """Choose channel and pace. What is urgent comes at once always; text messages and mail wait for an address."""
        staff, own = reader(request, "acts")
        wanted = decode_body(await read_body(request), Wanted)
        kept = await inboxes.kept(own)
        proved = any(address.channel == wanted.channel for address in kept.addresses)
        if not proved and (wanted.channel != "robot" or not codes.has_robot(own.department)):
            raise problem.wrong_field("channel", "还没有验证过的地址,请先填写并验证")
        await inboxes.choose(own, Choice(wanted.channel, wanted.pace == "hourly"), staff.person)
        _log.info(
            "inbox chosen", inbox=own.subject, channel=wanted.channel, pace=wanted.pace, by=staff.person
        )
        return await _shown(inboxes, codes, own, 202)

    _proving(router, inboxes, codes, reader, draw)
    return router


def _proving(
    router: APIRouter,
    inboxes: Inboxes,
    codes: Codes,
    reader: Callable[[Request, str], tuple[Staff, Inbox]],
    draw: Callable[[], str],
) -> None:
    @router.post(
        "/v1/inbox/addresses",
        status_code=202,
        openapi_extra=described(
            who="staff",
            answer=InboxAnswer,
            keyed=False,
            body=AddressGiven,
            example={"channel": "sms", "address": "13812345678"},
        ),
    )
    async def give(request: Request) -> Response:
        """Give an address; a code is sent to it, one a minute and ten a day for an inbox."""
        staff, own = reader(request, "acts")
        body = decode_body(await read_body(request), AddressGiven)
        try:
            given = read(body.channel, body.address, body.secret)
        except Wrong as wrong:
            raise problem.wrong_field("address", str(wrong)) from wrong
        code = draw()
        address = Address(given.channel, given.shown, staff.person)
        if not await inboxes.begin(own, Trial(address, given.fields, codes.hashed(own, code))):
            raise HttpRefused(
                429, "too-many", "请求太频繁", "一分钟只发一次验证码,一天最多十次。", retry_after=60
            )
        delivery = await codes.send(own, given, code)
        if delivery.state in ("later", "failed"):
            _log.warning("code of an inbox not sent", channel=given.channel, reason=delivery.reason)
            raise HttpRefused(
                503, "not-sent", "验证码发不出", "请核对地址,一分钟后再试。", retry_after=problem.COME_AGAIN
            )
        return await _shown(inboxes, codes, own, 202)

    @router.post(
        "/v1/inbox/proofs",
        status_code=202,
        openapi_extra=described(
            who="staff", answer=InboxAnswer, keyed=False, body=Proof, example={"code": "123456"}
        ),
    )
    async def prove(request: Request) -> Response:
        """Prove an address by the code that came to it; it may be chosen from then on. Five tries."""
        staff, own = reader(request, "acts")
        proof = decode_body(await read_body(request), Proof)
        if not await inboxes.prove(own, codes.hashed(own, one_time_code(proof.code))):
            raise problem.wrong_field("code", "验证码不对或已过期,试过五次请重新发送")
        _log.info("address of an inbox proved", inbox=own.subject, by=staff.person)
        return await _shown(inboxes, codes, own, 202)


async def _shown(inboxes: Inboxes, codes: Codes, inbox: Inbox, status: int = 200) -> Response:
    kept: Kept = await inboxes.kept(inbox)
    answer = {
        "department": inbox.department,
        "audience": inbox.audience,
        "channel": kept.choice.channel,
        "pace": "hourly" if kept.choice.hourly else "at-once",
        "unit_robot": codes.has_robot(inbox.department),
        "addresses": [msgspec.structs.asdict(address) for address in kept.addresses],
        "trial": msgspec.structs.asdict(kept.trial) if kept.trial is not None else None,
        "by": kept.by,
        "at": kept.at,
    }
    return Json(msgspec.convert(answer, InboxAnswer), status)
