"""Promises in a reply: what it says will be done by a day that it names, such as 将于6月30日前完成. Pure.

A reply that promises has a clock of its own (承诺办结日期), so its clerk is asked for the day. What is recognised is a
question to a person, never a judgement: whoever wrote the reply may say that nothing is promised. What says only
尽快 or 下一步 names no day; the quality check objects to that.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct

from city.working_time import WorkingTime

LONGEST: Final = 60
"""Characters of a clause that are repeated to whoever is asked."""
LOOKED_AT: Final = 10_000
"""Characters of a reply that are looked at: as many as it may have."""
_AROUND: Final = 80
"""Characters before and behind a day that tell what it is: a text at its limit that is all days must take no time."""
_HALF_A_YEAR: Final = timedelta(days=183)
"""A month without a year that is longer past is next year's."""

_CLAUSE = re.compile(r"[^。!！?？;；,，\n]+")
_DAYS = "[0-9]{1,3}|[一二两三四五六七八九十]{1,3}"
_DAY = re.compile(
    r"(?:(?P<year>20[0-9]{2}|今|本|明)年(?:的)?)?(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月份?"
    r"(?:(?P<day>3[01]|[12][0-9]|0?[1-9])[日号]|(?P<part>底|末|上旬|中旬|下旬|内))?"
    r"|(?P<iso_year>20[0-9]{2})[-/.](?P<iso_month>1[0-2]|0?[1-9])[-/.](?P<iso_day>3[01]|[12][0-9]|0?[1-9])"
    r"|(?P<end>[今本明]年(?:年)?[底末内]|年[底末内]|[本下]个?月[底末内]?|月[底末]|[本下]周[内末]?|[明后]天|[今明]日)"
    rf"|(?P<count>{_DAYS})(?:个)?(?P<unit>工作日|日|天|周|星期|月)(?:之|以)?内"
)
_WILL = re.compile(
    r"将|承诺|预计|预期|计划|拟|力争|争取|确保|保证|有望|定于|会在|会于|能够?在|可在|责成|要求|督促|安排"
)
_DONE = re.compile(
    r"完成|完工|竣工|办结|修复|修好|修缮|维修|解决|处理|整改|落实|答复|回复|通车|通水|通电|开通|启用|到位|恢复|安装|更换|"
    r"清理|清运|拆除|建成|开工|进场|施工|交付|交房|发放|办理|改造|整治|投入使用|供[热水电气]"
)
_BY = re.compile(r"(?:之|以)?前|(?:之|以)?内|底前")
_NO_PROMISE = re.compile(
    r"(?:已经?|曾|每|从|自|截至|截止|应当?|须|必须|规定)(?:于|在|到)?$|请(?:您|你|于|在|及时|尽快|广大|市民|各|持|携)|根据|按照|规定|申请人"
)
"""Before a day: it is past, a rule, or asked of the citizen."""
_FROM = re.compile(r"起|开始|至|到|以?来|以?后|之后|实施|施行|生效|[-—~]")
"""After a day: something begins with it."""
_NUMERALS: Final = {character: value for value, character in enumerate("零一二三四五六七八九十")} | {"两": 2}


class Promise(Struct, frozen=True):
    """A clause that promises something by a day."""

    words: str
    day: date
    """The last day of what it names."""


def promises(reply: str, now: datetime, time: WorkingTime) -> tuple[Promise, ...]:
    """What a reply of `now` promises by a day that is not past, in the order of the text; at most one of a clause."""
    return tuple(
        promise
        for clause in _CLAUSE.findall(reply[:LOOKED_AT])
        for promise in _promised(clause.strip(), now.astimezone(time.zone), time)
    )


def _promised(clause: str, now: datetime, time: WorkingTime) -> Iterator[Promise]:
    for found in _DAY.finditer(clause):
        before = clause[max(0, found.start() - _AROUND) : found.start()]
        after = clause[found.end() : found.end() + _AROUND]
        if _NO_PROMISE.search(before) or _FROM.match(after):
            continue
        by = bool(_BY.match(after)) or found[0].endswith(("内", "底", "末", "旬"))
        will, done = bool(_WILL.search(before)), bool(_DONE.search(after))
        if not ((will and (by or done)) or (by and done and not after.startswith("已"))):
            continue
        day = _day(found, now, time)
        if day >= now.date():
            yield Promise(clause if len(clause) <= LONGEST else f"{clause[: LONGEST - 1]}…", day)
            return


def _day(found: re.Match[str], now: datetime, time: WorkingTime) -> date:
    """The day that is named: the last one of a month, a week or a year."""
    today = now.date()
    if found["iso_year"]:
        return _valid(int(found["iso_year"]), int(found["iso_month"]), int(found["iso_day"]))
    if found["month"]:
        return _of_month(found, today)
    if found["count"]:
        count = _number(found["count"])
        if found["unit"] == "工作日":
            return time.add_days(now, count).date()
        return _after(count, found["unit"], today)
    return _end(found["end"], today)


def _of_month(found: re.Match[str], today: date) -> date:
    month, part = _number(found["month"]), found["part"] or ""
    last = {"上旬": 10, "中旬": 20}.get(part, 31)
    of_month = int(found["day"]) if found["day"] else last
    named = found["year"]
    if named:
        return _valid(_year(named, today), month, of_month)
    day = _valid(today.year, month, of_month)
    return day if day > today - _HALF_A_YEAR else _valid(today.year + 1, month, of_month)


def _year(named: str, today: date) -> int:
    return int(named) if named.isdigit() else today.year + (named == "明")


def _after(count: int, unit: str, today: date) -> date:
    if unit == "月":
        months = today.month - 1 + count
        return _valid(today.year + months // 12, months % 12 + 1, today.day)
    return today + timedelta(days=count * (7 if unit in ("周", "星期") else 1))


def _end(named: str, today: date) -> date:
    if named in ("明天", "后天", "今日", "明日"):
        return today + timedelta(days={"今": 0, "明": 1, "后": 2}[named[0]])
    if "周" in named:
        return today + timedelta(days=6 - today.weekday() + 7 * (named[0] == "下"))
    if "月" in named:
        months = today.month - 1 + (named[0] == "下")
        return _valid(today.year + months // 12, months % 12 + 1, 31)
    return date(today.year + (named[0] == "明"), 12, 31)


def _valid(year: int, month: int, day: int) -> date:
    """The day, or the last one of its month."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def _number(written: str) -> int:
    """A number below a hundred in figures or in Chinese; a longer one in figures."""
    if written.isdigit() and written.isascii():
        return int(written)
    tens, ten, ones = written.partition("十")
    if not ten:
        return _NUMERALS[written[-1]]
    return (_NUMERALS[tens[-1]] if tens else 1) * 10 + (_NUMERALS[ones[-1]] if ones else 0)
