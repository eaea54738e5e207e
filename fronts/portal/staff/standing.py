"""How much working time a case has left, in words and as one of three levels. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from city.policy import Hours
from city.profile import Profile

WORDS: Final = {"green": "充裕", "yellow": "临近", "red": "超期", "paused": "暂停", "none": "不计时"}
"""A level is always said, never only coloured."""
_CLOSED: Final = ("replied", "rated", "withdrawn", "hidden")


@dataclass(frozen=True, slots=True)
class Standing:
    """A level, its word, and the time left."""

    level: str
    word: str
    left: str
    """As in `剩 1 天 2 小时` (working time); empty when no clock runs."""


def standing(row: dict[str, Any], profile: Profile, now: datetime) -> Standing:
    """How a case of a list stands at `now`.

    Yellow: at most the last fifth (policy `warning.share`: four fifths used) of the working time
    that the policy gives for a reply to that kind of post.
    """
    if row["status"] in _CLOSED:
        return Standing("none", "已办结" if row["status"] in ("replied", "rated") else "已结束", "")
    if row["paused"]:
        return _of("paused", "")
    if not row["due"]:
        return _of("none", "")
    due = datetime.fromisoformat(row["due"])
    left = profile.working_time.minutes_between(now, due)
    if row["overdue"] or now > due:
        return _of("red", f"超 {spelled(-left, profile)}" if left < 0 else "")
    given = profile.policy.kind(row["kind"]).reply_days * day_minutes(profile)
    level = "yellow" if left <= (1 - profile.policy.warning.share) * given else "green"
    return _of(level, f"剩 {spelled(left, profile)}")


def standings(rows: Sequence[dict[str, Any]], profile: Profile, now: datetime) -> list[Standing]:
    """How each case of a list stands at `now`; those that are due together are counted once."""
    known: dict[tuple[object, ...], Standing] = {}
    standing_of_each = []
    for row in rows:
        alike = tuple(row[name] for name in ("status", "kind", "due", "paused", "overdue"))
        if alike not in known:
            known[alike] = standing(row, profile, now)
        standing_of_each.append(known[alike])
    return standing_of_each


def _of(level: str, left: str) -> Standing:
    return Standing(level, WORDS[level], left)


def day_minutes(profile: Profile) -> int:
    """Working minutes of a usual working day."""
    return _minutes_of(profile.policy.hours)


@lru_cache(maxsize=8)
def _minutes_of(hours: Hours) -> int:
    day = datetime(2000, 1, 3)
    spans = ((hours.morning_opens, hours.morning_closes), (hours.afternoon_opens, hours.closes))
    spent = sum(
        (datetime.combine(day, closes) - datetime.combine(day, opens) for opens, closes in spans), timedelta()
    )
    return int(spent.total_seconds() // 60)


def spelled(minutes: int, profile: Profile) -> str:
    """Working minutes as days and hours, or as hours and minutes where it is less than a day."""
    days, rest = divmod(minutes, day_minutes(profile))
    hours, minute = divmod(rest, 60)
    if days:
        return f"{days} 天 {hours} 小时"
    return f"{hours} 小时 {minute} 分"
