"""What every call of intake needs: who asks, which case is meant, and the desk that decides."""

import hmac
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar

import msgspec
from fastapi import Request
from fastapi.responses import Response

from chassis import problem
from chassis.clock import Clock
from chassis.engine.desk import Desk
from chassis.passes import CallPasses, Passes
from chassis.problem import HttpRefused
from chassis.tokens import Verifier, require
from chassis.vault import Keys, LinkSecret, Secrets
from chassis.web.aside import Aside
from chassis.web.cursors import Cursor
from chassis.web.keyed import hand_in
from chassis.web.limits import Limits, client_key
from chassis.web.turns import REST
from city import named
from city.profile import Profile
from city.publication import Publish
from city.typed import case_number, query_code
from services.intake.core import requests as ask
from services.intake.core.case import Case
from services.intake.core.sealing import CLOSED, Opened
from services.intake.core.visibility import Reader, visible
from services.intake.examining import Examiner
from services.intake.store import (
    Cases,
    Files,
    MemoryFolder,
    Numbers,
    Proofs,
    ReadLog,
    Voices,
    open_boxes,
)

T = TypeVar("T")

encode: Final = msgspec.json.Encoder().encode

_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")


LONG: Final = 4_096
"""Bytes of a body whose texts are made ready aside: an ordinary one takes a millisecond, a hostile one at its limit
up to ninety."""
ELSEWHERE_SECONDS: Final = 0.000_000_3
"""What a byte of a post costs the database, the bus and its readers: 60 posts of 29,000 bytes half a second of all their processors
(docs/measured.md). A text that costs little here is dear as well, where it is long."""


def pace(used: Callable[[], float] = time.thread_time) -> Aside:
    """How long bodies follow each other; `used` tells the seconds of a processor that their texts have used so far."""
    return Aside(REST, used, ELSEWHERE_SECONDS)


@dataclass
class Door:
    """Everything the web side needs."""

    profile: Profile
    desk: Desk
    clock: Clock
    cases: Cases
    numbers: Numbers
    voices: Voices
    proofs: Proofs
    keys: Keys
    read_log: ReadLog
    secrets: Secrets
    links: LinkSecret
    passes: Passes
    calls: CallPasses
    verifier: Verifier
    folder: Files = field(default_factory=MemoryFolder)
    """Where the files of citizens lie."""
    examiner: Examiner = field(default_factory=Examiner)
    apart: Publish | None = None
    """Makes long texts fit to be public; None: in this process."""
    paced: Aside = field(default_factory=pace)
    connection: Callable[[], Any] = lambda: None
    """The pool, for reading keys; None in memory."""
    count_read: Callable[[str], None] = lambda role: None
    """Counts an opening of personal data, by role."""
    rate_limits: bool = False
    real_now: Callable[[], datetime] = lambda: datetime.now(UTC)
    """Real time, for codes and sessions of citizens."""
    limits: Limits = field(init=False)
    cursor: Cursor = field(init=False)

    def __post_init__(self) -> None:
        self.limits = Limits(self.profile.policy.rates, self.rate_limits)
        self.cursor = Cursor(self.secrets.cursor, "intake")

    async def hand_in(
        self,
        request: Request,
        inputs: Sequence[tuple[str, Any]],
        caller: str,
        body: bytes,
        answer: Callable[[list[object]], object],
    ) -> Response:
        """Hand the inputs of a request to the desk; 202 with what `answer` makes of the rules' answers."""
        return await hand_in(self.desk, request, caller, body, inputs, lambda found: encode(answer(found)))

    async def subject(self, number: str) -> str:
        """The post id of a number. Raises HttpRefused 404."""
        subject = await self.cases.subject(case_number(number))
        if subject is None:
            raise problem.plain(404, "没有这个编号的帖子。")
        return subject

    async def case(self, number: str) -> tuple[str, Case]:
        """Post id and case of a number. Raises HttpRefused 404."""
        kept = await self.cases.case(case_number(number))
        if kept is None:
            raise problem.plain(404, "没有这个编号的帖子。")
        return kept

    def code_of(self, look_up: Callable[[Profile, str], str], field: str, called: str) -> str:
        """The code of what a parameter calls by code or name. Raises Refused 422, which names what there is."""
        try:
            return look_up(self.profile, called)
        except named.NotNamed as unknown:
            raise problem.wrong_field(field, str(unknown)) from unknown

    def actor(self, request: Request, *roles: str) -> ask.Actor:
        """The member of staff who asks, in one of the roles. Raises HttpRefused 401 or 403."""
        staff = require(self.verifier.staff(request.headers.get("authorization")), *roles)
        return ask.Actor(staff.person, staff.department, staff.role)

    def is_own(self, request: Request, subject: str) -> bool:
        """Whether the request carries the post's query code. Raises HttpRefused 403 for a wrong one."""
        code = request.headers.get("x-query-code")
        if code is None:
            return False
        # Headers come as Latin-1; what people type, full-width letters too, is UTF-8.
        typed = query_code(code.encode("latin-1", "replace").decode(errors="replace"))
        if not hmac.compare_digest(typed.encode(), self.secrets.query_code(subject).encode()):
            raise HttpRefused(403, "wrong-code", "查询码不正确", "请核对受理时给出的查询码。")
        return True

    async def opened(self, actor: ask.Actor, reader: Reader, subject: str, case: Case) -> Opened:
        """What the boxes of a case hold, for a reader to whom they are opened; the read is logged before."""
        if "boxes" not in visible(case, reader):
            return CLOSED
        await self.read_log.note(actor, subject)
        self.count_read(actor.role)
        return await open_boxes(self.keys, self.connection(), subject, case)


async def made_ready(door: Door, body: bytes, work: Callable[[Publish], T], who: str) -> T:
    """What `work` makes of a body and by what texts become public; aside, where the body is long, so that nobody else waits
    for it. `who` sent it: an address, or a member of staff.

    Raises HttpRefused 503 when too many long bodies wait.
    """
    if len(body) <= LONG:
        return work(door.profile.published)
    return await door.paced(partial(work, door.apart or door.profile.published), len(body), client_key(who))


def not_own_case() -> HttpRefused:
    """A member of staff asks for a case that is no business of theirs."""
    return HttpRefused(403, "not-own-case", "不是本单位承办的帖子", "只能查看由本单位承办的帖子。")


def nobody(client: str, key: str) -> str:
    """The scope of an idempotency key that nobody signed.

    A UUID cannot be guessed, so it names its sender even from a new address; any other key counts only together
    with the client's address.
    """
    return "bearer" if _UUID.fullmatch(key) else client
