"""Records as people read them and act on them; who may stands in `core/accountability/sight.py`."""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec
from fastapi import Request
from fastapi.responses import Response

from chassis import problem
from chassis.engine.desk import Desk
from chassis.identity import uuid7
from chassis.tokens import Staff, Verifier, require
from chassis.web.bodies import decode_body
from chassis.web.conditional import with_etag
from chassis.web.keyed import hand_in, of_staff
from chassis.web.limits import Limits
from city import named
from city.profile import Profile
from services.stats.accountability import bodies
from services.stats.accountability.answers import RecordHeads, head, standing, whole
from services.stats.accountability.store import MOST, Records, Wanted
from services.stats.core.accountability import record as records
from services.stats.core.accountability.record import Record
from services.stats.core.accountability.sight import DOERS, READERS, allowed, sees, sees_all
from services.stats.requests import asked, code_of
from services.stats.written import SHORT, free

STATES: Final = {"open": False, "closed": True, "all": None}
"""What a list may ask for, and which records it is."""

_encode: Final = msgspec.json.Encoder().encode


class _Asked(NamedTuple):
    """A request that may be made."""

    staff: Staff
    raw: bytes
    body: Any
    text: str
    """As it is kept; empty where the act has none."""
    cases: tuple[str, ...]


@dataclass
class Door:
    """Everything the web side needs."""

    records: Records
    desk: Desk
    profile: Profile
    verifier: Verifier
    limits: Limits

    async def listed(self, request: Request, state: str, department: str) -> Response:
        """Those the reader is shown, the newest first."""
        staff = self._reader(request)
        if state not in STATES:
            raise problem.wrong_field("state", f"应为 {'、'.join(STATES)} 之一")
        unit = code_of(named.unit, self.profile, "department", department)
        own = staff.department if staff.role == "leader" else ""
        concerned = None if sees_all(staff.role) else (own, staff.person)
        found = await self.records.listed(Wanted(STATES[state], unit, concerned))
        heads = [head(one, self.profile) for one in found[:MOST]]
        return with_etag(request, RecordHeads(heads, len(found) > MOST))

    async def one(self, request: Request, identity: str) -> Response:
        """A record with its grounds, what was said, found and decided, and what the reader may do now."""
        staff = self._reader(request)
        found = await self._found(staff, identity)
        return with_etag(request, whole(found, self.profile, allowed(found, staff.role)))

    async def open(self, request: Request) -> Response:
        """A supervisor opens a record of a unit."""
        made = await self._asked(request, "opening")
        unit = code_of(named.unit, self.profile, "department", made.body.department)
        if not unit:
            raise problem.wrong_field("department", "请写明单位")
        if not made.cases:
            raise problem.wrong_field("cases", "请写明作为依据的帖子编号")
        given = records.Open(made.staff.person, unit, made.cases, made.text)
        return await self._hand_in(request, made, f"person-{uuid7()}", given)

    async def person(self, request: Request, identity: str) -> Response:
        """The supervisor names the person concerned."""
        made = await self._asked(request, "person")
        if not bodies.PERSON.fullmatch(made.body.person):
            raise problem.wrong_field("person", "工号应为 2 至 64 个字母、数字或 . _ @ -")
        return await self._known(request, made, identity, records.Name(made.staff.person, made.body.person))

    async def statement(self, request: Request, identity: str) -> Response:
        """Those concerned state."""
        made = await self._asked(request, "statement")
        given = records.State(made.staff.person, made.text, made.cases)
        return await self._known(request, made, identity, given)

    async def finding(self, request: Request, identity: str) -> Response:
        """The supervisor finds."""
        made = await self._asked(request, "finding")
        given = records.Find(made.staff.person, made.body.responsible, made.text, made.body.measure)
        return await self._known(request, made, identity, given)

    async def appeal(self, request: Request, identity: str) -> Response:
        """Those concerned appeal."""
        made = await self._asked(request, "appeal")
        given = records.Appeal(made.staff.person, made.text, made.cases)
        return await self._known(request, made, identity, given)

    async def decision(self, request: Request, identity: str) -> Response:
        """Another supervisor decides on the appeals."""
        made = await self._asked(request, "decision")
        given = records.Decide(made.staff.person, made.body.outcome, made.text, made.body.measure)
        return await self._known(request, made, identity, given)

    async def closing(self, request: Request, identity: str) -> Response:
        """The supervisor closes it."""
        made = await self._asked(request, "closing")
        return await self._known(request, made, identity, records.Close(made.staff.person, made.text))

    def _reader(self, request: Request) -> Staff:
        staff = require(self.verifier.staff(request.headers.get("authorization")), *READERS)
        self.limits.check("figures", staff.person)
        return staff

    async def _found(self, staff: Staff, identity: str) -> Record:
        """Raises Refused 404; of another's record, too, so that nobody learns that there is one."""
        found = await self.records.one(identity)
        if found is None or not sees(found, staff.role, staff.person, staff.department):
            raise problem.plain(404, "没有这份问责记录。")
        return found

    async def _asked(self, request: Request, act: str) -> _Asked:
        staff, raw = await asked(request, self.verifier, self.limits, *DOERS[act])
        body: Any = decode_body(raw, bodies.BODIES[act])
        text = free("text", body.text, SHORT, self.profile) if hasattr(body, "text") else ""
        return _Asked(staff, raw, body, text, bodies.cases(getattr(body, "cases", ()), self.profile))

    async def _known(self, request: Request, made: _Asked, identity: str, given: Any) -> Response:
        """Hand in an act on a record that the person is shown."""
        found = await self._found(made.staff, identity)
        return await self._hand_in(request, made, found.id, given)

    async def _hand_in(self, request: Request, made: _Asked, identity: str, given: Any) -> Response:
        inputs = [(records.subject_of(identity), given)]
        return await hand_in(self.desk, request, of_staff(made.staff.person), made.raw, inputs, _standing)


def _standing(answers: list[object]) -> bytes:
    """What the person who acted is told."""
    found = answers[0]
    assert isinstance(found, Record)
    return _encode(standing(found))
