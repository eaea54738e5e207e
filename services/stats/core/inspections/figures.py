"""The figures of a round: what was found in the sample, and how far the whole period may be from it. Pure.

They are figures of a sample that the centre drew, and are never added to what citizens gave by themselves.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import Struct

from contracts.inspections import Form
from services.stats.core.figures import Share
from services.stats.core.inspections.round import UNDONE, Item

OF_INSPECTIONS: Final = (
    Share(
        "sound",
        "合格率(督查)",
        ("sound",),
        ("inspected",),
        "抽查并已检查的帖子中,检查时各项都符合的;后来整改合格的不改变这个数",
        "督查:按种子抽取的已答复帖子",
        (24, 30, "80%"),
    ),
    Share(
        "put_right",
        "整改率(督查)",
        ("accepted",),
        ("faulty",),
        "检查时有不符合项的帖子中,整改已经认可的",
        "督查:整改反馈由督查单位认定",
        (5, 6, "83.33%"),
    ),
)
OF_CALLBACKS: Final = (
    Share(
        "reached",
        "接通率(回访)",
        ("reached",),
        ("called",),
        "拨打过的帖子中,接通并作了回答的;没有接通的不进入下面两个分母",
        "回访:按种子抽取的已答复帖子",
        (24, 30, "80%"),
    ),
    Share(
        "solved",
        "解决率(回访)",
        ("solved",),
        ("solved_asked",),
        "作了回答的人中,说已解决的;部分解决不算;与网民自己在网上的评价分开统计",
        "回访:督查单位逐个询问",
        (18, 24, "75%"),
    ),
    Share(
        "satisfied",
        "满意度(回访)",
        ("satisfied",),
        ("satisfied_asked",),
        "作了回答的人中,说满意的;与网民自己在网上的评价分开统计",
        "回访:督查单位逐个询问",
        (20, 24, "83.33%"),
    ),
)
"""Shares of a round; each is shown with Wilson's interval, since a sample is small."""


def counted(items: Iterable[Item], now: datetime) -> dict[str, int]:
    """What there is of everything, over the cases that a reader is shown."""
    count: Counter[str] = Counter()
    for one in items:
        count["drawn"] += 1
        count["undone"] += one.standing in UNDONE
        count["inspected"] += one.standing in ("sound", "faulty", "reported", "accepted", "failed")
        count["sound"] += one.standing == "sound"
        count["faulty"] += bool(one.faults)
        count["accepted"] += one.standing == "accepted"
        count["failed"] += one.standing == "failed"
        count["overdue"] += overdue(one, now)
        count["called"] += one.standing in ("reached", "unreached", "refused")
        count["reached"] += one.standing == "reached"
        count["unreached"] += one.standing == "unreached"
        count["refused"] += one.standing == "refused"
        count["solved_asked"] += one.solved is not None
        count["solved"] += one.solved == "solved"
        count["partly"] += one.solved == "partly"
        count["unsolved"] += one.solved == "unsolved"
        count["satisfied_asked"] += one.satisfied is not None
        count["satisfied"] += one.satisfied is True
    return dict(count)


class RoundShare(Struct, kw_only=True):
    """A share of the sample, with Wilson's interval at 95 %."""

    code: str
    name: str
    part: int
    whole: int
    share: float | None
    interval: tuple[float, float] | None
    meaning: str


def shares(form: Form, figures: dict[str, int]) -> list[RoundShare]:
    """The shares that a round of this form comes to."""
    return [
        RoundShare(
            code=one.code,
            name=one.name,
            part=sum(figures.get(name, 0) for name in one.part),
            whole=sum(figures.get(name, 0) for name in one.whole),
            share=one.of(figures),
            interval=one.interval(figures),
            meaning=one.meaning,
        )
        for one in (OF_INSPECTIONS if form == "inspection" else OF_CALLBACKS)
    ]


def by_point(items: Iterable[Item], checklist: tuple[str, ...]) -> dict[str, int]:
    """Point of the checklist to how many cases fail it."""
    faults = Counter(fault for one in items for fault in one.faults)
    return {point: faults[point] for point in checklist}


def overdue(item: Item, now: datetime) -> bool:
    """Whether a unit has let its day pass without a word."""
    return item.standing == "faulty" and item.until is not None and now > item.until
