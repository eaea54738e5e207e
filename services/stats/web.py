"""The figures as anyone may read them: the league table, figures by day, and a live stream."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from chassis import problem
from chassis.clock import Clock
from chassis.problem import HttpRefused
from chassis.web.conditional import with_etag
from chassis.web.described import described
from chassis.web.limits import Limits, client_of
from chassis.web.routing import new_router
from city import named
from city.profile import Profile
from services.stats.core.answers import FIGURES, LEAGUE
from services.stats.core.figures import fewest, only_counted, origins, row, total
from services.stats.core.periods import FIRST_YEAR, LAST_YEAR, Period
from services.stats.league import by_area, by_duty, compared, league
from services.stats.open_data.door import Door as OpenDataDoor
from services.stats.open_data.door import Index
from services.stats.requests import code_of
from services.stats.store import Figures
from services.stats.stream import Stream

MOST_DAYS: Final = 3660
"""Days that one read of the daily figures spans."""
USUAL_DAYS: Final = 30

# Said in the description and checked below, where the answer is in Chinese. Empty: what is usual.
_YEAR: Final = "([2-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])"
_MONTH: Final = f"{_YEAR}-(0[1-9]|1[0-2])"
A_MONTH: Final = Query("", json_schema_extra={"pattern": f"^({_MONTH})?$"})
A_PERIOD: Final = Query("", json_schema_extra={"pattern": f"^({_MONTH}|{_YEAR}(-Q[1-4]|-H[12])?)?$"})
A_DAY: Final = {"pattern": f"^({_MONTH}-(0[1-9]|[12][0-9]|3[01]))?$"}

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CUT_OFF: Final = ("cut_off",)
"""Part of what is answered and not of its tag: figures that nothing has changed are the same a minute later."""


@dataclass
class Door:
    """Everything the web side needs."""

    figures: Figures
    profile: Profile
    clock: Clock
    rate_limits: bool = False

    def __post_init__(self) -> None:
        self.limits = Limits(self.profile.policy.rates, self.rate_limits)
        self.stream = Stream(self.figures, self.profile, self.clock)

    async def league(self, request: Request, month: str, period: str) -> Response:
        """The league table of a month, or of a period beside the periods it is compared with.

        Raises Refused 422 for a month that is none, beside a period, too.
        """
        now = self.clock.now()
        wanted = _period("month", month) if month else Period.month_of(now.date())
        if wanted.months != 1:
            raise problem.wrong_field("month", "应为 YYYY-MM")
        if period:
            table = await compared(self.figures, self.profile, _period("period", period), now)
        else:
            table = await league(self.figures, self.profile, wanted, now)
        return with_etag(request, table, unhashed=_CUT_OFF)

    async def by_day(self, request: Request, since: str, to: str, department: str, kind: str) -> Response:
        """Figures per day of receipt and, where neither unit nor kind is asked for, per kind.

        What one citizen said is not to be found by asking for less and less (ADR 32): figures of a unit or kind are of whole
        months, and their days tell how many posts came and were answered, no more.
        """
        now = self.clock.now()
        part = bool(department or kind)
        last = _day("to", to) if to else now.date()
        usual = last.replace(day=1) if part else last - timedelta(days=USUAL_DAYS - 1)
        first = _day("from", since) if since else usual
        if not timedelta(0) <= last - first <= timedelta(days=MOST_DAYS):
            raise problem.wrong_field("from", "应不晚于 to,且不超过十年")
        unit, kind = (
            code_of(named.unit, self.profile, "department", department),
            code_of(named.kind, self.profile, "kind", kind),
        )
        until = last + timedelta(days=1)
        months = first.day == 1 and (until.day == 1 or last >= now.date())
        if part and not months:
            raise problem.wrong_field("from", "按单位或种类查看的,须是整月:从某月1日到某月末,或到今天")
        days = await self.figures.by_day(first, until, unit, kind)
        by_kind = {} if unit or kind else await self.figures.by_kind(first, until)
        few = bool(unit and kind) and fewest(days) < self.profile.policy.open_data.least_alike
        whole = total(days.values())
        content: dict[str, Any] = {
            "from": first,
            "to": last,
            "department": unit,
            "kind": kind,
            "cut_off": now,
            "withheld": part or not months,
            "total": row(only_counted(whole) if few else whole),
            "registered": await self.figures.citizens(),
            "kinds": {
                code: row(measures if months else only_counted(measures))
                for code, measures in sorted(by_kind.items())
            },
            "origins": origins(whole) if months and not part else {},
            "areas": [] if part else by_area(whole, self.profile),
            "duties": by_duty(whole, self.profile) if months and not kind else [],
            "days": [
                {"day": day, **row(only_counted(measures) if part else measures)}
                for day, measures in sorted(days.items())
            ],
        }
        return with_etag(request, content, unhashed=_CUT_OFF)


def routes(door: Door) -> APIRouter:
    """`/v1/league`, `/v1/figures`, `/v1/stream`."""
    router = new_router()

    @router.get("/v1/league", openapi_extra=described(answer=LEAGUE))
    async def league_table(request: Request, month: str = A_MONTH, period: str = A_PERIOD) -> Response:
        """The league table of a `month` (YYYY-MM; the present one when none is named), or of a `period`.

        A period is a month, quarter (2026-Q1), half-year (2026-H1) or year (2026); each row then says what it was in
        the period before (环比) and in that of the year before (同比).
        """
        door.limits.check("figures", client_of(request))
        return await door.league(request, month, period)

    @router.get("/v1/figures", openapi_extra=described(answer=FIGURES))
    async def figures_by_day(
        request: Request,
        since: str = Query("", alias="from", json_schema_extra=A_DAY),
        to: str = Query("", json_schema_extra=A_DAY),
        department: str = "",
        kind: str = "",
    ) -> Response:
        """Figures per day of receipt and, where neither unit nor kind is asked for, per kind; with the cut-off.

        Of a unit or kind from the first of a month to the end of one, or to today; without either any days. `withheld`: of kinds
        by days, and of a unit or kind's days, only how many posts came, are open, overdue or answered is told, the rest is zero
        or null; origins are left out, and areas of a unit or kind. So is the rest of the total of a kind at a unit where a
        month has fewer posts of it than open data tell apart (`least_alike`). `duties`, by duty item (职责清单), are of whole months
        and of no kind; items that have fewer posts than that stand together, last and without a code.
        """
        door.limits.check("figures", client_of(request))
        return await door.by_day(request, since, to, department, kind)

    @router.get("/v1/stream", openapi_extra=described(media="text/event-stream"))
    async def stream(request: Request) -> Response:
        """The live figures as server-sent events.

        `figures`, every two seconds: `as_of`, `today`, `month`, `all` (rows of the league table), `registered`,
        `areas` (this month by area) and `oldest_overdue`. `ranking`, at the beginning and whenever it has
        changed: the units of `month` in the order of the league table; while this month is thin, of the last full one.
        """
        door.limits.check("streams", client_of(request))
        return door.stream.admit(client_of(request))

    return router


def open_data_routes(door: OpenDataDoor) -> APIRouter:
    """`/open` and its files."""
    router = new_router()

    @router.get("/open", openapi_extra=described(answer=Index))
    async def open_data(request: Request) -> Response:
        """Open data: the files there are, their licence, and what each column means."""
        return await door.index(request)

    @router.get(
        "/open/{name}", openapi_extra=described(media=("text/csv", "application/x-ndjson"), refused=(416,))
    )
    async def open_file(name: str, request: Request) -> Response:
        """A file of open data: CSV (UTF-8 with a byte order mark) or JSON lines; `Range` and `If-None-Match` work."""
        return await door.file(request, name)

    return router


def _period(field: str, text: str) -> Period:
    try:
        return Period.read(text)
    except ValueError as failure:
        raise problem.wrong_field(field, "应为 YYYY-MM,或 2026-Q1、2026-H1、2026 这样的时段") from failure


def _day(field: str, text: str) -> date:
    """A day that has days before and after it. Raises Refused 422."""
    wrong: HttpRefused = problem.wrong_field(field, f"日期应为 {FIRST_YEAR} 至 {LAST_YEAR} 年的 YYYY-MM-DD")
    if not _DAY.fullmatch(text):
        raise wrong
    try:
        day = date.fromisoformat(text)
    except ValueError as failure:
        raise wrong from failure
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise wrong
    return day
