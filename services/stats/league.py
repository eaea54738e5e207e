"""What is put together from the figures: the league table, and the figures as they live."""

from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

from city.profile import Profile
from services.stats.core.course import duties
from services.stats.core.figures import SHARES, Measures, areas, row, total, volume_group
from services.stats.core.periods import Period
from services.stats.store import Figures

OLDEST: Final = 8
"""Overdue posts that the live figures name."""

FULL_FROM: Final = 5
"""A month that has had a fifth of the posts of the one before is shown in its place."""

_encode = msgspec.json.Encoder().encode


async def league(figures: Figures, profile: Profile, period: Period, now: datetime) -> dict[str, Any]:
    """The league table 通报 of a period, by receipt; a row for each unit, and one for the whole city."""
    by_unit = await figures.by_unit(period.first, period.until)
    units: list[dict[str, Any]] = [
        {"code": unit.code, "name": unit.name, **row(by_unit.get(unit.code, {}))}
        for unit in profile.departments
    ]
    units.sort(key=_rank)
    for unit_row in units:
        unit_row["volume_group"] = volume_group(unit_row["received"])
    return {
        "period": str(period),
        "month": str(period) if period.months == 1 else "",
        "cut_off": now,
        "city": row(total(by_unit.values())),
        "departments": units,
    }


async def compared(figures: Figures, profile: Profile, period: Period, now: datetime) -> dict[str, Any]:
    """The league table with what the period before (环比) and that of the year before (同比) say, row by row."""
    table = await league(figures, profile, period, now)
    table["compared_with"] = {"before": str(period.before), "year_before": str(period.year_before)}
    for name, other in (("before", period.before), ("year_before", period.year_before)):
        by_unit = await figures.by_unit(other.first, other.until)
        table["city"][name] = _change(table["city"], total(by_unit.values()))
        for unit in table["departments"]:
            unit[name] = _change(unit, by_unit.get(unit["code"], {}))
    return table


def _change(present: dict[str, Any], measures: Measures) -> dict[str, Any]:
    """What it was then, and by how much it is more now: posts, and points of a hundred of each share."""
    then: dict[str, Any] = {"received": measures.get("received", 0)}
    change: dict[str, Any] = {"received": present["received"] - then["received"]}
    for share in SHARES:
        was, is_now = share.of(measures), present[share.code]
        then[share.code] = was
        change[share.code] = None if was is None or is_now is None else round(100 * (is_now - was), 2)
    return {**then, "change": change}


def _rank(unit: dict[str, Any]) -> tuple[int, float, float, str]:
    """Volume group, then reply rate, then on-time rate."""
    group = ("50+", "10-49", "1-9", "0").index(volume_group(unit["received"]))
    return group, -(unit["reply_rate"] or 0.0), -(unit["on_time_rate"] or 0.0), unit["code"]


async def live(figures: Figures, profile: Profile, now: datetime) -> dict[str, Any]:
    """Today, this month by area, everything, and the oldest overdue posts, for the front page and the wall."""
    today = now.date()
    month = today.replace(day=1)
    day = await figures.by_day(today, today + timedelta(days=1), "", "")
    # Nothing is counted of days to come: whole months are the same, and asked of their sums.
    over = Period.month_of(today).until
    ever = await figures.whole(date(2000, 1, 1), over)
    whole = await figures.whole(month, over)
    return {
        "as_of": now,
        "today": row(day.get(today, {})),
        "month": row(whole),
        "all": row(ever),
        "registered": await figures.citizens(),
        "areas": by_area(whole, profile),
        "oldest_overdue": [
            {
                "number": overdue.number,
                "department": overdue.unit,
                "department_name": profile.department_name(overdue.unit) if overdue.unit else "",
                "due": overdue.due.astimezone(profile.zone),
            }
            for overdue in await figures.oldest_overdue(OLDEST)
        ],
    }


def by_area(measures: Measures, profile: Profile) -> list[dict[str, Any]]:
    """Figures by the area the citizens chose, in the order of the profile; last, without an area."""
    counted = areas(measures)
    names = {division.area_code: division.area for division in profile.divisions} | {"": "未注明"}
    empty = {"received": 0, "replied": 0, "overdue": 0}
    return [{"area": code, "name": name, **counted.get(code, empty)} for code, name in names.items()]


def by_duty(measures: Measures, profile: Profile) -> list[dict[str, Any]]:
    """Figures by the duty item by which units have the posts, in the order of the profile; last, what has too few posts to be told apart."""
    counted = duties(measures)
    least = profile.policy.open_data.least_alike
    few = [one for code, one in counted.items() if code not in profile.duty or one["received"] < least]
    told = [
        {"duty": duty.code, "name": duty.name, "department": duty.department, **counted[duty.code]}
        for duty in profile.duties
        if counted.get(duty.code, {}).get("received", 0) >= least
    ]
    if few:
        told.append({"duty": "", "name": "其他", "department": "", **total(few)})
    return told


def is_thin(present: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether a month has had so few posts, beside the one before it, that its shares say little yet."""
    return bool(present["city"]["received"] * FULL_FROM < before["city"]["received"])


def ranking(table: dict[str, Any]) -> bytes:
    """The league table as far as the wall shows it: the same bytes while nothing in it has changed."""
    wanted = ("code", "name", "volume_group", "received", "replied", "reply_rate", "on_time_rate", "overdue")
    units = [{name: unit[name] for name in wanted} for unit in table["departments"]]
    return _encode({"month": table["month"], "departments": units})
