"""Bulletins as people read them and act on them: drafts for those concerned, issued ones for anyone."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import msgspec
from fastapi import Request
from fastapi.responses import Response

from chassis import problem
from chassis.clock import Clock
from chassis.engine.desk import Desk
from chassis.problem import HttpRefused
from chassis.store import Input
from chassis.tokens import Staff, Verifier
from chassis.web.aside import paced
from chassis.web.bodies import BODY_LIMIT, decode_body
from chassis.web.conditional import has_it, with_etag
from chassis.web.keyed import hand_in, of_staff
from chassis.web.limits import Limits, client_of
from city.profile import Profile
from contracts.accountability import Measure
from contracts.bulletins import Frozen, YearScores
from contracts.decision import NotNow
from services.stats.assessment.answers import UnitScore, unit_score
from services.stats.bulletins import bodies
from services.stats.bulletins.answers import shown
from services.stats.bulletins.papers import KINDS, Press, paper
from services.stats.bulletins.store import Bulletins, code, instants
from services.stats.core.bulletin import document, narrative, scoring, tables
from services.stats.core.bulletin.document import STEP_NAMES, Bulletin
from services.stats.core.bulletin.freezing import Counted, frozen, row_of
from services.stats.core.periods import Period
from services.stats.requests import asked, complete
from services.stats.written import SHORT, free, numbers

OVERSEERS: Final = ("supervisor", "mayor")
UNITS: Final = ("clerk", "leader")
TRIES: Final = 4
"""Of an issue that meets other issues."""

_encode: Final = msgspec.json.Encoder().encode


@dataclass
class Door:
    """Everything the web side needs."""

    bulletins: Bulletins
    desk: Desk
    profile: Profile
    clock: Clock
    verifier: Verifier
    limits: Limits
    blamed: Callable[[datetime, datetime, datetime], Awaitable[Mapping[str, Mapping[Measure, int]]]]
    """Unit to its 问责 measures of findings made between two instants, as they stood at a third."""
    city: Callable[[], Profile]
    """The city as it is now: the scores of a year are by the weights in force."""
    press: Press = field(default_factory=Press)

    # -- reading ------------------------------------------------------------------------------

    async def listed(self, request: Request) -> Response:
        """Those the reader may see, the newest period first."""
        staff = self._reader(request)
        found = [one for one in await self.bulletins.listed() if self._sees(staff, one)]
        return with_etag(request, {"bulletins": [self._head(one, found) for one in found]})

    async def one(self, request: Request, identity: str) -> Response:
        """A bulletin with its text, its figures by unit, and the objections that concern the reader."""
        staff = self._reader(request)
        known = await self.bulletins.listed()
        bulletin = self._found(known, staff, identity)
        figures = bulletin.figures
        assert figures is not None
        own = staff.department if staff is not None and staff.role in UNITS else ""
        content = {
            **self._head(bulletin, known),
            "cut_off": figures.cut_off,
            "code": figures.code,
            "policy": figures.policy,
            "offsets": figures.offsets,
            "until": bulletin.until,
            "sections": bulletin.sections,
            "city": row_of(figures.city, figures.derivation),
            "units": [row_of(unit, figures.derivation) for unit in figures.units],
            "named": figures.named,
            "derivation": figures.derivation,
            "table": {"heads": tables.heads(figures), "rows": tables.table(figures)},
            "course": {"heads": tables.COURSE, "rows": tables.course(figures)}
            if tables.has_course(figures)
            else None,
            "own": own,
            "scores": self._scores_for(staff, bulletin),
            "objections": [shown(one) for one in bulletin.objections if self._reads(staff, one.department)],
            "papers": [f"/v1/bulletins/{bulletin.id}/papers/{kind}" for kind in KINDS],
        }
        return with_etag(request, content)

    async def paper(self, request: Request, identity: str, kind: str) -> Response:
        """The bulletin as a document; made once, and kept in memory for the next reader."""
        staff = self._reader(request)
        if kind not in KINDS:
            raise problem.plain(404, "没有这种格式。")
        bulletin = self._found(await self.bulletins.listed(), staff, identity)
        data = await self.press.make(kind, paper(bulletin, self.profile))
        headers = {
            "Content-Disposition": f'inline; filename="bulletin-{bulletin.id}.{kind}"',
            "Cache-Control": "no-cache",
            "ETag": f'"{blake2b(data, digest_size=12).hexdigest()}"',
        }
        if has_it(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(data, media_type=KINDS[kind], headers=headers)

    def _reader(self, request: Request) -> Staff | None:
        authorization = request.headers.get("authorization")
        staff = self.verifier.staff(authorization) if authorization else None
        self.limits.check("figures", client_of(request) if staff is None else staff.person)
        return staff

    def _sees(self, staff: Staff | None, bulletin: Bulletin) -> bool:
        """Issued ones anyone, circulated ones every unit, drafts those who oversee and the leader who signs."""
        if bulletin.step == "issued":
            return True
        if staff is None:
            return False
        if staff.role in OVERSEERS or staff.department == self.profile.policy.bulletin.issuer:
            return staff.role in (*OVERSEERS, *UNITS)
        return staff.role in UNITS and bulletin.step == "circulated"

    def _reads(self, staff: Staff | None, department: str) -> bool:
        """Objections are read by the unit that raised them and by those who oversee."""
        if staff is None or staff.role not in (*OVERSEERS, *UNITS):
            return False
        oversees = staff.role in OVERSEERS or staff.department == self.profile.policy.bulletin.issuer
        return oversees or staff.department == department

    def _scores_for(self, staff: Staff | None, bulletin: Bulletin) -> list[UnitScore]:
        """Of a year: all of them to the supervisor and to the leader who signs, its own to a unit, none to the public."""
        if staff is None or staff.role not in ("supervisor", *UNITS):
            return []
        if bulletin.scores is None or bulletin.figures is None:
            return []
        signer = ("leader", self.profile.policy.bulletin.issuer)
        sees_all = staff.role == "supervisor" or (staff.role, staff.department) == signer
        found = scoring.as_frozen(bulletin.scores, bulletin.figures)
        return [unit_score(one, self.profile) for one in found if sees_all or one.unit == staff.department]

    def _found(self, known: Sequence[Bulletin], staff: Staff | None, identity: str) -> Bulletin:
        """By id, or by its number. Raises Refused 404; of a draft, too, to whoever may not see it."""
        for one in known:
            if identity in (one.id, one.number) and self._sees(staff, one):
                return one
        raise problem.plain(404, "没有这份通报。")

    def _head(self, bulletin: Bulletin, known: Sequence[Bulletin]) -> dict[str, Any]:
        period = Period.read(bulletin.period)
        later = [
            one.number for one in known if one.corrects and one.corrects == bulletin.number and one.number
        ]
        return {
            "id": bulletin.id,
            "number": bulletin.number,
            "title": bulletin.title,
            "period": bulletin.period,
            "period_name": narrative.period_name(period),
            "step": bulletin.step,
            "step_name": STEP_NAMES[bulletin.step],
            "issuer": self.profile.department_name(self.profile.policy.bulletin.issuer),
            "issued_at": bulletin.issued_at,
            "corrects": bulletin.corrects,
            "corrected_by": later,
        }

    # -- acting -------------------------------------------------------------------------------

    async def draft(self, request: Request) -> Response:
        """Count a period that is over, and write what follows; a draft of it that is not issued is replaced."""
        staff, raw = await self._asked(request, "supervisor")
        body = decode_body(raw, bodies.DraftBody)
        try:
            period = Period.read(body.period)
        except ValueError as failure:
            raise problem.wrong_field("period", "应为 2026-06、2026-Q2、2026-H1 或 2026") from failure
        now = self.clock.now()
        if period.until > now.date():
            raise problem.wrong_field("period", "这一时段还没有结束")
        known = await self.bulletins.listed()
        identity = _identity(known, str(period), body.corrects)
        counted = await self.bulletins.counted(period, self.profile)
        complete(counted.parked)
        figures = frozen(counted, self.profile, period, now, code())
        given = document.Draft(
            staff.person,
            narrative.title(period),
            figures,
            narrative.sections(
                figures, self.profile.policy.bulletin.pass_mark, body.corrects, len(counted.named)
            ),
            body.corrects,
            await self._scores(counted, figures, _corrected(known, body.corrects)),
        )
        return await self._hand_in(request, staff, raw, identity, given)

    async def _scores(
        self, counted: Counted, figures: Frozen, corrected: YearScores | None
    ) -> YearScores | None:
        """Of a year, at the moment of its figures; a correction keeps the weights of the scores that it replaces."""
        period = Period.read(figures.period)
        if not period.is_year:
            return None
        blamed = await self.blamed(*instants(period, self.profile), figures.cut_off)
        policy = self.city().policy
        by = (policy.assessment, policy.version)
        if corrected is not None:
            by = (scoring.weights_of(corrected), corrected.policy)
        return scoring.scored(figures, counted.by_unit, blamed, by)

    async def edit(self, request: Request, identity: str) -> Response:
        """Another text; a long one is made ready aside, so that nobody else waits for it."""
        staff, raw = await self._asked(request, "supervisor", most=bodies.LONGEST)
        sections = await paced(
            lambda: bodies.sections(decode_body(raw, bodies.TextBody), self.profile), len(raw)
        )
        return await self._known(request, staff, raw, identity, document.Edit(staff.person, sections))

    async def circulate(self, request: Request, identity: str) -> Response:
        """Lay it before the units."""
        staff, raw = await self._asked(request, "supervisor")
        decode_body(raw or b"{}", bodies.Nothing)
        return await self._known(request, staff, raw, identity, document.Circulate(staff.person))

    async def object(self, request: Request, identity: str) -> Response:
        """A unit objects."""
        staff, raw = await self._asked(request, *UNITS)
        body = decode_body(raw, bodies.ObjectionBody)
        text = free("text", body.text, SHORT, self.profile)
        given = document.Object(staff.person, staff.department, text, numbers(body.cases))
        return await self._known(request, staff, raw, identity, given)

    async def answer(self, request: Request, identity: str, objection: str) -> Response:
        """The supervisor answers an objection."""
        staff, raw = await self._asked(request, "supervisor")
        body = decode_body(raw, bodies.AnswerBody)
        text = free("text", body.text, SHORT, self.profile)
        given = document.AnswerObjection(staff.person, objection, body.upheld, text)
        return await self._known(request, staff, raw, identity, given)

    async def issue(self, request: Request, identity: str) -> Response:
        """The leader of the supervising unit approves it; it takes the year's next number."""
        staff, raw = await self._asked(request, "leader")
        decode_body(raw or b"{}", bodies.Nothing)
        tries = 0
        while True:
            tries += 1
            year = self.clock.now().year
            known = await self.bulletins.listed()
            bulletin = self._found(known, staff, identity)
            ordinal = 1 + sum(one.issued_at is not None and one.issued_at.year == year for one in known)
            given = document.Issue(staff.person, staff.department, ordinal)
            register = (document.register_of(year), document.Number(ordinal))
            try:
                return await self._hand_in(request, staff, raw, bulletin.id, given, register)
            except NotNow as refused:
                # Another leader's issue was committed in between: it has the number, and this one takes the next.
                if refused.kind != "number-taken" or tries == TRIES:
                    raise

    async def _asked(self, request: Request, *roles: str, most: int = BODY_LIMIT) -> tuple[Staff, bytes]:
        return await asked(request, self.verifier, self.limits, *roles, most=most)

    async def _known(self, request: Request, staff: Staff, raw: bytes, identity: str, given: Any) -> Response:
        """Hand in an act on a bulletin that the person can see."""
        bulletin = self._found(await self.bulletins.listed(), staff, identity)
        return await self._hand_in(request, staff, raw, bulletin.id, given)

    async def _hand_in(
        self, request: Request, staff: Staff, raw: bytes, identity: str, given: Any, *more: Input
    ) -> Response:
        """`more` are inputs of the same request that nobody is answered."""
        inputs = [(document.subject_of(identity), given), *more]
        return await hand_in(self.desk, request, of_staff(staff.person), raw, inputs, _standing)


def _standing(answers: list[object]) -> bytes:
    """What the person who acted is told."""
    bulletin = answers[0]
    assert isinstance(bulletin, Bulletin)
    return _encode(
        {
            "id": bulletin.id,
            "number": bulletin.number,
            "step": bulletin.step,
            "until": bulletin.until,
            "objections": len(bulletin.objections),
        }
    )


def _corrected(known: Sequence[Bulletin], number: str) -> YearScores | None:
    """The scores that a correction replaces; None where there is none, or it froze none."""
    return next((one.scores for one in known if number and one.number == number), None)


def _identity(known: Sequence[Bulletin], period: str, corrects: str) -> str:
    """The id of a period's next bulletin. Raises Refused 409 or 422."""
    issued = {one.number for one in known if one.number and one.period == period}
    if corrects and corrects not in issued:
        raise problem.wrong_field("corrects", "这一时段没有发布过这个文号的通报")
    if issued and not corrects:
        raise HttpRefused(409, "bulletin-issued", "通报已经发布", "更正请写明所更正通报的文号。")
    open_ones = [one.id for one in known if one.period == period and one.step != "issued"]
    if open_ones:
        return open_ones[0]
    return f"{period}-c{len(issued)}" if issued else period
