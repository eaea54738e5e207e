"""Rounds as people read them and act on them; who may stands in `core/inspections/sight.py`."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import msgspec
from fastapi import Request
from fastapi.responses import Response

from chassis import problem
from chassis.clock import CityTime
from chassis.engine.desk import Desk
from chassis.identity import uuid7
from chassis.passes import LIVES, CallPasses
from chassis.tokens import Staff, Verifier, require
from chassis.web.bodies import decode_body
from chassis.web.conditional import with_etag
from chassis.web.keyed import hand_in, of_staff
from chassis.web.limits import Limits
from chassis.web.responses import Json
from city import named
from city.profile import Profile
from city.typed import case_number
from contracts.decision import NotNow
from services.stats.core.inspections import round as rounds
from services.stats.core.inspections.round import Round
from services.stats.core.inspections.sight import DOERS, READERS, allowed, sees_all, shown
from services.stats.core.periods import Period
from services.stats.inspections import bodies
from services.stats.inspections.answers import CallPass, RoundHeads, head, standing, whole
from services.stats.inspections.store import MOST, Answered, Rounds, Wanted
from services.stats.requests import asked, code_of, complete
from services.stats.written import free

STATES: Final = {"open": False, "ended": True, "all": None}
"""What a list may ask for, and which rounds it is."""
FORMS: Final = tuple(rounds.FORM_NAMES)

_encode: Final = msgspec.json.Encoder().encode


class _Asked(NamedTuple):
    """A request that may be made."""

    staff: Staff
    raw: bytes
    body: Any
    text: str
    """As it is kept; empty where nothing was written."""


@dataclass
class Door:
    """Everything the web side needs."""

    rounds: Rounds
    desk: Desk
    profile: Profile
    clock: CityTime
    verifier: Verifier
    limits: Limits
    calls: CallPasses

    async def listed(self, request: Request, state: str, form: str) -> Response:
        """Those the reader is shown something of, the newest first."""
        staff = self._reader(request)
        if state not in STATES:
            raise problem.wrong_field("state", f"应为 {'、'.join(STATES)} 之一")
        if form not in ("", *FORMS):
            raise problem.wrong_field("form", f"应为 {'、'.join(FORMS)} 之一")
        own = None if sees_all(staff.role) else staff.department
        found = await self.rounds.listed(Wanted(STATES[state], form, own))
        now = self.clock.now()
        heads = [
            head(one, shown(one, staff.role, staff.department), self.profile, now) for one in found[:MOST]
        ]
        return with_etag(request, RoundHeads(heads, len(found) > MOST))

    async def one(self, request: Request, identity: str) -> Response:
        """A round: how it was drawn, its figures, and the cases that the reader is shown."""
        staff = self._reader(request)
        found = await self._found(staff, identity)
        answer = whole(found, self.profile, staff.role, staff.department, self.clock.now())
        return with_etag(request, answer)

    async def open(self, request: Request) -> Response:
        """The centre opens a round: the sample is drawn here and now, by a seed that nobody chose."""
        made = await self._asked(request, "opening")
        period = self._period(made.body.period)
        unit = code_of(named.unit, self.profile, "department", made.body.department)
        seed = secrets.token_hex(8)
        answered = Answered(*period.instants(self.profile.zone), unit)
        sample, offsets, parked = await self.rounds.drawn(answered, seed, made.body.size)
        complete(parked)
        given = rounds.Open(
            made.staff.person, made.body.form, str(period), unit, seed, made.body.size, sample, offsets
        )
        return await self._hand_in(request, made, f"{made.body.form}-{uuid7()}", given)

    async def finding(self, request: Request, identity: str) -> Response:
        """The centre looked a case through."""
        made = await self._asked(request, "finding")
        body = made.body
        given = rounds.Inspect(
            made.staff.person, _number(body), tuple(body.faults), made.text, body.working_days
        )
        return await self._known(request, made, identity, given)

    async def correction(self, request: Request, identity: str) -> Response:
        """A unit says what it did."""
        made = await self._asked(request, "correction")
        given = rounds.Report(made.staff.person, _number(made.body), made.text)
        return await self._known(request, made, identity, given)

    async def judgement(self, request: Request, identity: str) -> Response:
        """The centre judges what the unit did."""
        made = await self._asked(request, "judgement")
        body = made.body
        given = rounds.Judge(made.staff.person, _number(body), body.outcome, made.text, body.working_days)
        return await self._known(request, made, identity, given)

    async def call(self, request: Request, identity: str) -> Response:
        """The centre called the citizen of a case."""
        made = await self._asked(request, "call")
        body = made.body
        given = rounds.Call(
            made.staff.person, _number(body), body.contact, body.solved, body.satisfied, made.text
        )
        return await self._known(request, made, identity, given)

    async def contact(self, request: Request, identity: str) -> Response:
        """Who may call the citizen of a case now is given the pass that opens the contact at intake."""
        made = await self._asked(request, "contact")
        found = await self._found(made.staff, identity)
        number = _number(made.body)
        item = found.item(number)
        if item is None:
            raise problem.plain(404, "本轮没有这个帖子。")
        if "contact" not in allowed(found, item, made.staff.role):
            raise NotNow(
                "no-call", "现在不能查看联系方式", "只在进行中的回访里,为抽到的、还没有接通的帖子查看。"
            )
        now = datetime.now(UTC)
        token = self.calls.give(number, made.staff.person, now)
        return Json(CallPass(token, now + LIVES), 201)

    async def closing(self, request: Request, identity: str) -> Response:
        """The centre ends a round in which everything is done."""
        made = await self._asked(request, "closing")
        return await self._known(request, made, identity, rounds.Close(made.staff.person, made.text))

    async def stopping(self, request: Request, identity: str) -> Response:
        """The centre gives a round up."""
        made = await self._asked(request, "stopping")
        return await self._known(request, made, identity, rounds.Stop(made.staff.person, made.text))

    def _period(self, written: str) -> Period:
        try:
            period = Period.read(written)
        except ValueError as wrong:
            raise problem.wrong_field(
                "period", "应为 2026-03、2026-Q1、2026-H1 或 2026 这样的时期"
            ) from wrong
        if period.first > self.clock.now().date():
            raise problem.wrong_field("period", "这个时期还没有开始")
        return period

    def _reader(self, request: Request) -> Staff:
        staff = require(self.verifier.staff(request.headers.get("authorization")), *READERS)
        self.limits.check("figures", staff.person)
        return staff

    async def _found(self, staff: Staff, identity: str) -> Round:
        """Raises Refused 404; of one in which the reader is shown nothing, too, so that nobody learns what was drawn."""
        found = await self.rounds.one(identity)
        if found is None or not (sees_all(staff.role) or shown(found, staff.role, staff.department)):
            raise problem.plain(404, "没有这一轮督查或回访。")
        return found

    async def _asked(self, request: Request, act: str) -> _Asked:
        staff, raw = await asked(request, self.verifier, self.limits, *DOERS[act])
        body: Any = decode_body(raw, bodies.BODIES[act])
        wanted = act in ("correction", "stopping")
        typed = getattr(body, "text", "")
        text = free("text", typed, bodies.WORDS, self.profile) if typed.strip() or wanted else ""
        return _Asked(staff, raw, body, text)

    async def _known(self, request: Request, made: _Asked, identity: str, given: Any) -> Response:
        """Hand in an act on a round, and on a case of it, that the person is shown."""
        found = await self._found(made.staff, identity)
        case = getattr(given, "case", "")
        if case and all(one.case != case for one in shown(found, made.staff.role, made.staff.department)):
            raise problem.plain(404, "本轮没有这个帖子。")
        return await self._hand_in(request, made, found.id, given)

    async def _hand_in(self, request: Request, made: _Asked, identity: str, given: Any) -> Response:
        inputs = [(rounds.subject_of(identity), given)]
        return await hand_in(self.desk, request, of_staff(made.staff.person), made.raw, inputs, _standing)


def _number(body: Any) -> str:
    """The number of a case as it is written. Raises Refused 422."""
    if not (number := case_number(body.case)):
        raise problem.wrong_field("case", "请写明帖子编号")
    return number


def _standing(answers: list[object]) -> bytes:
    """What the person who acted is told."""
    answer: Any = answers[0]
    round_, item = answer
    return _encode(standing(round_, item))
