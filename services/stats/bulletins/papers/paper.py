"""What stands on the paper: everything the makers of docx, PDF and XLSX need, as plain data."""

import re
from datetime import date
from typing import Final

from msgspec import Struct

from city.profile import Profile
from contracts.bulletins import Section
from services.stats.core.bulletin.document import Bulletin
from services.stats.core.bulletin.tables import COURSE, COURSE_TITLE, Cell, course, heads, table

TABLE_TITLE: Final = "各单位网络问政办理情况表"
_WIDE: Final = dict(zip(",;:?!()", "\uff0c\uff1b\uff1a\uff1f\uff01\uff08\uff09", strict=True))
_NARROW: Final = re.compile(
    r"(?<=[\u3001-\u303f\u4e00-\u9fff\uff01-\uff60])[,;:?!()]|[,;:?!()](?=[\u3001-\u303f\u4e00-\u9fff\uff01-\uff60])"
)
"""A mark beside a Chinese character or mark; in 09:00 and 1,000 they stay as they are."""


def printed(text: str) -> str:
    """A text with the marks of Chinese print (GB/T 15834): screens have narrow ones."""
    before = ""
    while before != text:
        # Once more: a mark that was made wide makes its narrow neighbour wide, too.
        before, text = text, _NARROW.sub(lambda found: _WIDE[found[0]], text)
    return text


class Paper(Struct, frozen=True):
    """A bulletin as it is printed."""

    issuer: str
    """发文机关, with the city's name."""
    number: str
    """发文字号; of a draft, that it is one."""
    title: str
    to: str
    """主送机关."""
    sections: tuple[Section, ...]
    day: date
    """成文日期: of the issue; of a draft, of its figures."""
    heads: tuple[str, ...]
    rows: list[list[Cell]]
    source: tuple[tuple[str, str], ...]
    """Where the figures come from, for the last sheet."""
    course: list[list[Cell]] = []
    """Rows of the second table, under the heads of `COURSE`; a bulletin of before has none."""

    @property
    def annexes(self) -> tuple[tuple[str, tuple[str, ...], list[list[Cell]]], ...]:
        """Title, heads and rows of each."""
        first = (TABLE_TITLE, self.heads, self.rows)
        return (first, (COURSE_TITLE, COURSE, self.course)) if self.course else (first,)

    @property
    def annexes_named(self) -> tuple[str, ...]:
        """As they are listed under the text (GB/T 9704-2012, 7.3.4): numbered where there are several."""
        if len(self.annexes) == 1:
            return (printed(f"附件:{TABLE_TITLE}"),)
        first, *others = (f"{n}.{title}" for n, (title, *_) in enumerate(self.annexes, 1))
        return (printed(f"附件:{first}"), *(f"\u3000\u3000\u3000{other}" for other in others))


def paper(bulletin: Bulletin, profile: Profile) -> Paper:
    """A bulletin that has figures, as it is printed."""
    figures = bulletin.figures
    assert figures is not None
    unit = profile.department_name(profile.policy.bulletin.issuer)
    at = bulletin.issued_at or figures.cut_off
    offsets = [
        (f"{topic} {partition}", str(offset))
        for partition, topics in figures.offsets.items()
        for topic, offset in topics.items()
    ]
    return Paper(
        issuer=f"{profile.name}{unit}" if unit.startswith("市") else unit,
        number=bulletin.number or printed("(征求意见稿)"),
        title=printed(bulletin.title),
        to=printed("各承办单位:"),
        sections=tuple(Section(printed(one.heading), printed(one.text)) for one in bulletin.sections),
        day=at.date(),
        heads=heads(figures),
        rows=table(figures),
        source=(
            ("时段", figures.period),
            ("截至", figures.cut_off.isoformat()),
            ("计算程序", figures.code),
            ("规则版本", figures.policy),
            ("重算", f"wenzheng bulletin recompute {bulletin.id}"),
            *offsets,
        ),
        course=course(figures),
    )
