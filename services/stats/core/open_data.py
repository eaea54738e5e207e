"""Open data: cases as rows of codes and numbers, so coarse that nobody is found by one, and the dictionary of it all. Pure.

A row is a case's month of receipt, unit, kind and area, and the measures in which it counts: their sums are the league.
Text, number, place, day and hours are left out; why, and what a row may still tell, stands in ADR 32.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from city.characters import FORMULA
from contracts.bulletins import BulletinIssued
from services.stats.core.bulletin.document import Bulletin
from services.stats.core.case import Case
from services.stats.core.cells import of_its_own
from services.stats.core.figures import AMOUNTS, SHARES, row

Value = str | int | float | None
Row = tuple[str | int, ...]
HIDDEN: Final = "*"
"""Instead of a kind or an area that too few cases share."""


class Field(Struct, frozen=True):
    """A column of a file."""

    name: str
    type: str
    """`text`, `integer`, `share` (between 0 and 1), `hours`, `instant`, `object` or `list`."""
    meaning: str
    label: str = ""
    """Its name on pages; empty where it has none."""


_PLACE: Final = (
    Field("month", "text", "受理月份,按城市时间,YYYY-MM"),
    Field("unit", "text", "承办单位的代码:首次公开答复时的承办单位,没有答复的为现在的;空:还没有单位"),
    Field("kind", "text", f"种类;{HIDDEN}:同月同单位此种类的网帖太少,不公开"),
    Field("area", "text", f"所选地区的区划代码,空:未选;{HIDDEN}:同月同单位同种类此地区的网帖太少,不公开"),
)
_OF_OTHERS: Final = ("replies_given", "returns", "quality:sent_back")


def _measures() -> dict[str, str]:
    found: dict[str, str] = {}
    for amount in AMOUNTS:
        if len(amount.measures) == 1 and amount.measures[0] not in _OF_OTHERS:
            # The first meaning is the measure's own: another amount may be the same number under another name.
            found.setdefault(amount.measures[0], amount.meaning)
    return found | {
        "open": "还没有公开答复,期限未过的",
        "left": "撤回或屏蔽的:不计入受理",
        "clockless": "不计时的:不计入受理",
    }


MEASURES: Final = _measures()
"""Measure of a case to its meaning: what is counted of other units' doings (replies given, returns, hours) is left out."""

CASES: Final = (*_PLACE, *(Field(name, "integer", meaning) for name, meaning in MEASURES.items()))
"""The columns of `cases-YEAR`."""
FIGURES: Final = (
    Field("month", "text", "受理月份"),
    Field("unit", "text", "单位代码;空:全市"),
    Field("name", "text", "单位名称"),
    *(
        Field(amount.code, "integer", f"{amount.meaning};由 {' + '.join(amount.measures)} 相加", amount.name)
        for amount in AMOUNTS
    ),
    *(
        Field(
            share.code,
            "share",
            f"{' + '.join(share.part)} / {' + '.join(share.whole)}:{share.meaning}",
            share.name,
        )
        for share in SHARES
    ),
    Field("median_hours", "hours", "受理到首次公开答复的小时数,中位数", "中位小时"),
    Field("p90_hours", "hours", "受理到首次公开答复的小时数,九成不超过", "九成小时"),
)
"""The columns of `figures-YEAR`."""

_OF_UNIT: Final = (
    Field("unit", "text", "单位代码;空:全市"),
    Field("name", "text", "当时的单位名称"),
    Field("measures", "object", "单元到它的数;没有写的为 0,各单元的含义见 figures-年份 各字段的“由…相加”"),
    Field("median_hours", "hours", "受理到首次公开答复的小时数,中位数"),
    Field("p90_hours", "hours", "受理到首次公开答复的小时数,九成不超过"),
    Field("first_word_hours", "hours", "受理到初步回复或公开答复的小时数,中位数;推导方式 2 起"),
    Field("response_hours", "hours", "交办到响应的小时数,中位数;推导方式 2 起"),
)


def _within(place: str, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple(Field(f"{place}.{one.name}", one.type, one.meaning) for one in fields)


BULLETINS: Final = (
    Field("type", "text", "事件的种类"),
    Field("at", "instant", "发布时间"),
    Field("bulletin", "text", "编号,重算时用"),
    Field("number", "text", "文号"),
    Field("title", "text", "标题"),
    Field("corrects", "text", "所更正通报的文号;没有写的不是更正"),
    Field("sections", "list", "正文各段:heading 标题,text 文字,分段用换行"),
    Field("by", "text", "签发人,不公开,总为空"),
    Field("figures", "object", "冻结的数字"),
    Field("figures.period", "text", "时段:2026-06、2026-Q2、2026-H1 或 2026"),
    Field("figures.cut_off", "instant", "数据截至"),
    Field("figures.derivation", "integer", "推导方式:没有写的为 1;2:全部网帖都有响应等项的时段,也冻结这些"),
    Field("figures.code", "text", "计算程序的散列"),
    Field("figures.policy", "text", "规则版本"),
    Field("figures.offsets", "object", "分区、主题到事件记录中第一个未计入的位置"),
    Field(
        "figures.named",
        "list",
        "点名的网帖:number 编号,unit 单位,named_at 点名时刻,answered 是否已答复(没有写的为否)",
    ),
    Field("figures.units", "list", "各单位,每个单位的字段同 figures.city"),
    Field("figures.city", "object", "全市"),
    *_within("figures.city", _OF_UNIT),
    Field("figures.before", "object", "全市上一时段(环比),字段同 figures.city"),
    Field("figures.year_before", "object", "全市上年同期(同比),字段同 figures.city"),
)
"""What a line of `bulletins` holds; a point leads into an object. What has no value is left out of a line."""


def row_of(case: Case) -> Row | None:
    """A case as it is before it is made coarse; None before the post itself was heard."""
    place, measures = of_its_own(case)
    if place is None:
        return None
    day, unit, kind = place
    count = measures.get
    return day[:7], unit, kind, case.area, *[count(name, 0) for name in MEASURES]


def coarse(rows: Counter[Row], least_alike: int) -> Counter[Row]:
    """The same cases, each sharing month, unit, kind and area with so many at least, or with all of its month and unit."""
    for position in (2, 3):
        values: dict[Row, Counter[str | int]] = defaultdict(Counter)
        for one, count in rows.items():
            values[one[:position]][one[position]] += count
        few = {before: _few(counts, least_alike) for before, counts in values.items()}
        coarser: Counter[Row] = Counter()
        for one, count in rows.items():
            hides = one[position] in few[one[:position]]
            coarser[(*one[:position], HIDDEN, *one[position + 1 :]) if hides else one] += count
        rows = coarser
    return rows


def _few(counts: Mapping[str | int, int], least: int) -> set[str | int]:
    """Values of too few cases, and as many of the next ones as it takes until those hidden are enough among themselves."""
    found: set[str | int] = set()
    together = 0
    for value, count in sorted(counts.items(), key=lambda item: (item[1], str(item[0]))):
        if count >= least and not 0 < together < least:
            break
        found.add(value)
        together += count
    return found


def figures_of(month: str, unit: str, name: str, measures: Mapping[str, int]) -> list[Value]:
    """A row of `figures-YEAR`."""
    counted: dict[str, Any] = row(measures)
    return [month, unit, name, *(counted[field.name] for field in FIGURES[3:])]


def bulletin_of(bulletin: Bulletin) -> BulletinIssued | None:
    """An issued bulletin as its fact has it, without whoever issued it; None for another."""
    if bulletin.issued_at is None or bulletin.figures is None:
        return None
    return BulletinIssued(
        at=bulletin.issued_at,
        bulletin=bulletin.id,
        number=bulletin.number,
        title=bulletin.title,
        figures=bulletin.figures,
        sections=bulletin.sections,
        corrects=bulletin.corrects,
        by="",
    )


def csv_line(values: Sequence[Value]) -> str:
    """A line by RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return ",".join(map(_csv_cell, values)) + "\r\n"


def _csv_cell(value: Value) -> str:
    if not isinstance(value, str):
        return "" if value is None else str(value)
    text = f"'{value}" if value.startswith(FORMULA) else value
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if any(mark in text for mark in ',"\r\n') else text
