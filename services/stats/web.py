"""The figures as anyone may read them: the league table, figures by day, and a live stream."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import date, timedelta
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from chassis import problem
from chassis.clock import Clock
from chassis.web.conditional import with_etag
from city.profile import Profile
from services.stats.core import areas, month_days, row, volume_group
from services.stats.store import Figures, Measures

STREAM_SECONDS = 2.0
OLDEST = 8
"""Overdue posts that the live figures name."""
_encode = msgspec.json.Encoder().encode


def total(parts: Iterable[Measures]) -> Measures:
    """The sum of measures."""
    found: Measures = {}
    for part in parts:
        for measure, count in part.items():
            found[measure] = found.get(measure, 0) + count
    return found


async def league(figures: Figures, profile: Profile, month: str, now: Any) -> dict[str, Any]:
    """The league table 通报 of a month, by receipt; a row for each unit, and one for the whole city."""
    first, until = month_days(month)
    by_unit = await figures.by_unit(first, until)
    units: list[dict[str, Any]] = []
    for unit in profile.departments:
        measures = by_unit.get(unit.code, {})
        units.append({"code": unit.code, "name": unit.name, **row(measures)})
    units.sort(key=_rank)
    for unit_row in units:
        unit_row["volume_group"] = volume_group(unit_row["received"])
    return {"month": month, "cut_off": now, "city": row(total(by_unit.values())), "departments": units}


def _rank(unit: dict[str, Any]) -> tuple[int, float, float, str]:
    """Volume group, then reply rate, then on-time rate."""
    group = ("50+", "10-49", "1-9", "0").index(volume_group(unit["received"]))
    return group, -(unit["reply_rate"] or 0.0), -(unit["on_time_rate"] or 0.0), unit["code"]


async def live(figures: Figures, profile: Profile, now: Any) -> dict[str, Any]:
    """Today, this month by area, everything, and the oldest overdue posts, for the front page and the wall."""
    today = now.date()
    month = today.replace(day=1)
    day = await figures.by_day(today, today + timedelta(days=1), "", "")
    by_unit = await figures.by_unit(month, today + timedelta(days=1))
    ever = await figures.by_unit(date(2000, 1, 1), today + timedelta(days=1))
    whole = total(by_unit.values())
    return {
        "as_of": now,
        "today": row(day.get(today, {})),
        "month": row(whole),
        "all": row(total(ever.values())),
        "registered": await figures.citizens(),
        "areas": _areas(whole, profile),
        "oldest_overdue": [
            {
                "number": one.number,
                "department": one.unit,
                "department_name": profile.department_name(one.unit) if one.unit else "",
                "due": one.due.astimezone(profile.zone),
            }
            for one in await figures.oldest_overdue(OLDEST)
        ],
    }


def _areas(measures: Measures, profile: Profile) -> list[dict[str, Any]]:
    """Figures by the area the citizens chose, in the order of the profile; last, without an area."""
    found = areas(measures)
    names = {division.area_code: division.area for division in profile.divisions} | {"": "未注明"}
    empty = {"received": 0, "replied": 0, "overdue": 0}
    return [{"area": code, "name": name, **found.get(code, empty)} for code, name in names.items()]


def ranking(table: dict[str, Any]) -> bytes:
    """The league table as far as the wall shows it: the same bytes while nothing in it has changed."""
    wanted = ("code", "name", "volume_group", "received", "replied", "reply_rate", "on_time_rate", "overdue")
    units = [{name: unit[name] for name in wanted} for unit in table["departments"]]
    return _encode({"month": table["month"], "departments": units})


def routes(figures: Figures, profile: Profile, clock: Clock) -> APIRouter:
    """`/v1/league`, `/v1/figures`, `/v1/stream`."""
    router = APIRouter()

    @router.get("/v1/league")
    async def league_table(request: Request, month: str = "") -> Response:
        """The league table of a month (the present one when none is named)."""
        now = clock.now()
        wanted = month or f"{now:%Y-%m}"
        try:
            month_days(wanted)
        except ValueError as failure:
            raise problem.wrong_field("month", "应为 YYYY-MM") from failure
        return with_etag(request, await league(figures, profile, wanted, now))

    @router.get("/v1/figures")
    async def by_day(request: Request, to: str = "", department: str = "", kind: str = "") -> Response:
        """Figures per day of receipt and, where neither unit nor kind is asked for, per kind; with the cut-off."""
        now = clock.now()
        try:
            last = date.fromisoformat(to) if to else now.date()
            given = request.query_params.get("from", "")
            first = date.fromisoformat(given) if given else last - timedelta(days=29)
        except ValueError as failure:
            raise problem.wrong_field("from", "日期应为 YYYY-MM-DD") from failure
        if not timedelta(0) <= last - first <= timedelta(days=3660):
            raise problem.wrong_field("from", "应不晚于 to,且不超过十年")
        found = await figures.by_day(first, last + timedelta(days=1), department, kind)
        by_kind = await figures.by_kind(first, last + timedelta(days=1)) if not (department or kind) else {}
        days = [{"day": day, **row(measures)} for day, measures in sorted(found.items())]
        return with_etag(
            request,
            {
                "from": first,
                "to": last,
                "department": department,
                "kind": kind,
                "cut_off": now,
                "total": row(total(found.values())),
                "registered": await figures.citizens(),
                "kinds": {code: row(measures) for code, measures in sorted(by_kind.items())},
                "days": days,
            },
        )

    @router.get("/v1/stream")
    async def stream(request: Request) -> Response:
        """The live figures as server-sent events.

        `figures`, every two seconds: `as_of`, `today`, `month`, `all` (rows of the league table), `registered`,
        `areas` (this month by area) and `oldest_overdue`. `ranking`, at the beginning and whenever it has
        changed: this month's units in the order of the league table.
        """

        async def events() -> AsyncIterator[bytes]:
            yield b"retry: 2000\n\n"
            told = b""
            while not await request.is_disconnected():
                now = clock.now()
                yield b"event: figures\ndata: " + _encode(await live(figures, profile, now)) + b"\n\n"
                units = ranking(await league(figures, profile, f"{now:%Y-%m}", now))
                if units != told:
                    told = units
                    yield b"event: ranking\ndata: " + units + b"\n\n"
                await asyncio.sleep(STREAM_SECONDS)

        return StreamingResponse(
            events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    return router
