"""The cases that a figure of the league is made of, for staff: as many as the figure says, since both follow from the same state."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

import asyncpg
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from msgspec import Struct

from chassis import problem
from chassis.clock import Clock
from chassis.memory.store import MemoryStore
from chassis.problem import HttpRefused
from chassis.tokens import Staff, Verifier, require
from chassis.web.conditional import with_etag
from chassis.web.described import described
from chassis.web.limits import Limits
from chassis.web.routing import new_router
from city import named
from city.profile import Profile
from city.typed import case_number
from services.stats.core.case import Case
from services.stats.core.cells import counted_on, outcome
from services.stats.core.course import duty_of
from services.stats.core.periods import Period
from services.stats.requests import code_of

PAGE: Final = 50
OUTCOMES: Final = {
    "received": ("replied", "overdue", "open"),
    "replied": ("replied",),
    "open": ("overdue", "open"),
    "overdue": ("overdue",),
}
"""Figure of the league, and the outcomes of the cases it counts."""
NO_AREA: Final = "none"
"""Asks for cases whose citizen chose no area."""
OF_A_UNIT: Final = ("clerk", "leader")
READERS: Final = (*OF_A_UNIT, "supervisor", "mayor")


class Counted(Struct, frozen=True):
    """A case that counts."""

    number: str
    department: str
    """The unit it counts for: the holder at the first published reply, else now."""
    kind: str
    area: str
    received_on: date
    outcome: str
    """`replied`, `overdue` or `open`."""


class CountedCases(Struct):
    """The cases of a figure, by number."""

    period: str
    total: int
    cases: list[Counted]
    next: str
    """`after` of the next page; empty on the last one."""


class Wanted(Struct, frozen=True):
    """Which cases; empty fields ask for nothing."""

    first: date
    until: date
    outcomes: tuple[str, ...]
    department: str = ""
    kind: str = ""
    area: str = ""
    after: str = ""
    duty: str = ""


class Asked(Struct, frozen=True):
    """What a request says: units, kinds, areas and items by code or name; empty fields ask for nothing."""

    month: str
    outcome: str
    department: str
    kind: str
    area: str
    duty: str
    after: str


class Sources(Protocol):
    """Finds the cases of a figure."""

    async def found(self, wanted: Wanted) -> tuple[int, list[Counted]]:
        """How many there are, and a page of them, by number, with one more where there are more."""


_WHERE: Final = """counted_on >= $1::date and counted_on < $2::date and outcome = any($3::text[])
    and ($4::text = '' or unit = $4::text) and ($5::text = '' or kind = $5::text)
    and ($6::text = '' or area = $6::text or ($6::text = 'none' and area = ''))
    and ($7::text = '' or duty = $7::text)"""


class PostgresSources:
    """Looks up cases behind figures in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def found(self, wanted: Wanted) -> tuple[int, list[Counted]]:
        asked = (
            wanted.first,
            wanted.until,
            list(wanted.outcomes),
            wanted.department,
            wanted.kind,
            wanted.area,
            wanted.duty,
        )
        total = await self._pool.fetchval(f"select count(*) from subject where {_WHERE}", *asked)
        rows = await self._pool.fetch(
            f"select number, unit, kind, area, counted_on, outcome from subject where {_WHERE}"
            " and number > $8::text order by number limit $9::integer",
            *asked,
            wanted.after,
            PAGE + 1,
        )
        return total, [Counted(*row) for row in rows]


class MemorySources:
    """What `PostgresSources` promises, in memory."""

    def __init__(self, cases: MemoryStore) -> None:
        self._cases = cases

    async def found(self, wanted: Wanted) -> tuple[int, list[Counted]]:
        every = []
        for subject in self._cases.subject:
            case = self._cases.state_of(subject)
            if (
                isinstance(case, Case)
                and (day := counted_on(case)) is not None
                and wanted.first <= day < wanted.until
                and outcome(case) in wanted.outcomes
                and wanted.department in ("", case.unit())
                and wanted.kind in ("", case.kind)
                and wanted.area in ("", case.area or NO_AREA)
                and wanted.duty in ("", duty_of(case))
            ):
                every.append(Counted(case.number, case.unit(), case.kind, case.area, day, outcome(case)))
        every.sort(key=lambda one: one.number)
        return len(every), [one for one in every if one.number > wanted.after][: PAGE + 1]


@dataclass
class Door:
    """What the routes need: sources, profile, clock, tokens, limits."""

    sources: Sources
    profile: Profile
    clock: Clock
    verifier: Verifier
    limits: Limits

    async def listed(self, request: Request, asked: Asked) -> Response:
        """A page of the cases. Raises Refused 401, 403, 422 or 429."""
        staff = require(self.verifier.staff(request.headers.get("authorization")), *READERS)
        self.limits.check("reads", staff.person)
        if asked.outcome not in OUTCOMES:
            raise problem.wrong_field("outcome", f"应为 {'、'.join(OUTCOMES)} 之一")
        try:
            period = Period.read(asked.month) if asked.month else Period.month_of(self.clock.now().date())
        except ValueError as failure:
            raise problem.wrong_field(
                "month", "应为 YYYY-MM,或 2026-Q1、2026-H1、2026 这样的时段"
            ) from failure
        if asked.after and case_number(asked.after) != asked.after:
            raise problem.wrong_field("after", "应为上一页最后一个编号")
        wanted = Wanted(
            period.first,
            period.until,
            OUTCOMES[asked.outcome],
            _scope(staff, code_of(named.unit, self.profile, "department", asked.department)),
            code_of(named.kind, self.profile, "kind", asked.kind),
            NO_AREA if asked.area == NO_AREA else code_of(named.area, self.profile, "area", asked.area),
            asked.after,
            code_of(named.duty_item, self.profile, "duty", asked.duty),
        )
        total, found = await self.sources.found(wanted)
        page = found[:PAGE]
        more = page[-1].number if len(found) > PAGE else ""
        return with_etag(request, CountedCases(str(period), total, page, more))


def _scope(staff: Staff, asked: str) -> str:
    """The unit whose cases are listed, empty for all. Raises Refused 403 for another than one's own."""
    if staff.role not in OF_A_UNIT:
        return asked
    if asked not in ("", staff.department):
        raise HttpRefused(403, "not-own-case", "只能查看本单位的帖子")
    return staff.department


AN_OUTCOME: Final = Query("received", json_schema_extra={"enum": [*OUTCOMES]})


def routes(door: Door) -> APIRouter:
    """`/v1/counted`."""
    router = new_router()

    @router.get("/v1/counted", openapi_extra=described(who="staff", answer=CountedCases))
    async def counted(
        request: Request,
        month: str = "",
        outcome: str = AN_OUTCOME,
        department: str = "",
        kind: str = "",
        area: str = "",
        duty: str = "",
        after: str = "",
    ) -> Response:
        """The cases that a figure of the league is made of; `month`: a month or another period, by receipt (the present month).

        A unit's people find those that count for it; supervisor and city leaders find all. `department`, `kind`, `area` and
        `duty` (an item of 职责清单) are taken by code or name; `area` may be `none`. `after`: the last number of the page before.
        """
        return await door.listed(request, Asked(month, outcome, department, kind, area, duty, after))

    return router
