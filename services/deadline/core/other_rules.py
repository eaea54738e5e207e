"""The other rules of a what-if: the city's with some numbers and days changed, or why they cannot be. Pure."""

import re
from collections.abc import Iterator
from dataclasses import replace as replaced
from datetime import date, time
from typing import Annotated, Final

from msgspec import Meta, Struct

from city.calendar import Calendar, Day
from city.explain import day_of
from city.policy import PolicyError, Wrong
from city.profile import Profile
from contracts.decision import FieldError, Invalid

MOST_MONTHS: Final = 12
"""Months that one what-if reads."""
MOST_DAYS: Final = 60
"""Days by which a calendar may differ, of each sort."""
DATING: Final = ("kinds", "hours", "extension", "pause", "ladder", "reopen")
"""Tables of the policy that date cases; the others move no clock."""
_MONTH: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)

Days = Annotated[tuple[date, ...], Meta(max_length=MOST_DAYS)]


Tables = dict[str, dict[str, float | int | str | bool]]
"""Table of the policy to its keys; a kind of post is a table of its own, `kinds.complaint`. Hours are written `HH:MM`."""


class OtherRules(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is asked: months of receipt, and what should be otherwise. Nothing of it comes into force."""

    since: str
    """The first month of receipt, as 2026-03."""
    until: str
    """The last one; twelve months at most."""
    policy: Tables = {}
    """Table to its changed keys, as in `policy.toml`: kinds.complaint, hours, extension, pause, reopen, ladder."""
    days_off: Days = ()
    """Working days of the calendar that would be off."""
    working_days: Days = ()
    """Days off that would be worked."""


class ChangedNumber(Struct, frozen=True):
    """A number that is otherwise: the names of table and key, and the values as they are written."""

    table: str
    key: str
    before: str
    after: str


def dating(profile: Profile) -> Tables:
    """The numbers in force that date cases: those of which a what-if may change some."""
    found: Tables = {}
    for name in DATING:
        table = getattr(profile.policy, name)
        named = {f"kinds.{code}": kind for code, kind in table.items()} if name == "kinds" else {name: table}
        for called, rules in named.items():
            found[called] = {key: _written(getattr(rules, key)) for key in rules.__struct_fields__}
    return found


def months(asked: OtherRules, today: date) -> tuple[date, date]:
    """The first day of the months asked for and the first one after them. Raises Invalid."""
    wrong, found = [], {}
    for name in ("since", "until"):
        parts = _MONTH.fullmatch(getattr(asked, name))
        if parts is None:
            wrong.append(FieldError(name, "应为年月,如 2026-03"))
        else:
            found[name] = date(int(parts[1]), int(parts[2]), 1)
    if wrong:
        raise _invalid(wrong)
    first, last = found["since"], found["until"]
    if last > today:
        raise _invalid([FieldError("until", "还没有到这个月")])
    spanned = (last.year - first.year) * 12 + last.month - first.month + 1
    if not 1 <= spanned <= MOST_MONTHS:
        raise _invalid([FieldError("since", f"应不晚于末月,连末月最多 {MOST_MONTHS} 个月")])
    return first, date(last.year + last.month // 12, last.month % 12 + 1, 1)


def otherwise(profile: Profile, asked: OtherRules) -> Profile:
    """The city under the other rules. Raises Invalid naming each wrong field with its reason."""
    wrong = [
        FieldError(f"policy.{table}", f"这一节不影响期限,可改 {'、'.join(DATING)}")
        for table in asked.policy
        if table.partition(".")[0] not in DATING
    ]
    policy = profile.policy
    if not wrong:
        try:
            policy = policy.changed(asked.policy)
        except PolicyError as problem:
            wrong = [FieldError(_field(each), each.reason) for each in problem.wrong]
    wrong += _wrong_days(profile.calendar, asked)
    if wrong:
        raise _invalid(wrong)
    other = replaced(profile, policy=policy, calendar=_with(profile.calendar, asked))
    if dating(other) == dating(profile) and other.calendar == profile.calendar:
        raise Invalid("nothing-changed", "没有改动任何规则", "请至少改动一个数字或一天。")
    return other


def changes(before: Profile, after: Profile) -> list[ChangedNumber]:
    """Each number that differs; days of the calendar are told apart from them."""
    found = []
    old, new = dating(before), dating(after)
    for table in new:
        for key, value in new[table].items():
            known = old.get(table, {}).get(key, "")
            if known != value:
                found.append(ChangedNumber(table, key, str(known), str(value)))
    return found


def _written(value: float | int | str | bool | time) -> float | int | str | bool:
    return f"{value:%H:%M}" if isinstance(value, time) else value


def _wrong_days(calendar: Calendar, asked: OtherRules) -> Iterator[FieldError]:
    for field, off in (("days_off", True), ("working_days", False)):
        days: tuple[date, ...] = getattr(asked, field)
        for day in sorted(set(days)):
            if not 2000 <= day.year <= 2099:
                yield FieldError(field, f"{day_of(day)}不在日历的年份之内")
            elif off and not calendar.works(day):
                yield FieldError(field, f"{day_of(day)}本来就不上班({calendar.why(day)})")
            elif not off and calendar.works(day):
                yield FieldError(field, f"{day_of(day)}本来就是工作日")


def _with(calendar: Calendar, asked: OtherRules) -> Calendar:
    """The calendar with these days laid over it; the years that are published stay the same."""
    laid = [Day(day, "试算放假", True) for day in asked.days_off]
    laid += [Day(day, "试算上班", False) for day in asked.working_days]
    return Calendar({**calendar.days, **{day.day: day for day in laid}}.values(), calendar.years)


def _field(wrong: Wrong) -> str:
    return ".".join(("policy", *wrong.path)) if wrong.path else "policy"


def _invalid(wrong: list[FieldError]) -> Invalid:
    return Invalid("invalid", "填写的内容有问题", "", tuple(wrong))


def may_ask(role: str, department: str, profile: Profile) -> bool:
    """Whether a person may try other rules: the supervisor, and leaders of the unit that issues the bulletins (督查部门)."""
    return role == "supervisor" or (role == "leader" and department == profile.policy.bulletin.issuer)
