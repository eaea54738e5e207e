"""The figures that are shown: each is defined here once, with its source, and computed from cells by its definition.

`python -m wenzheng.tools.write_figures` writes `docs/figures.md` from these definitions.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, get_args

from msgspec import Struct

from contracts.posts import Origin
from services.stats.core import amounts
from services.stats.core.amounts import added
from services.stats.core.cells import BY_ORIGIN
from services.stats.core.course import HOUR_BUCKETS, RESPONSE_STEPS

Measures = amounts.Measures
AMOUNTS: Final = amounts.AMOUNTS
AMOUNT: Final = {amount.code: amount for amount in AMOUNTS}

BEFORE_THE_REPLY: Final = frozenset(
    (
        "first_word:given",
        "response:asked",
        "response:given",
        "dispatch:in_time",
        "dispatch:late",
        "meeting:called",
        "meeting:in_time",
    )
)
"""Measures that bulletins of derivation 2 freeze with those that have no colon."""


class Share(Struct, frozen=True):
    """A part of a whole, between 0 and 1; null without a whole. Rounded to four places."""

    code: str
    name: str
    part: tuple[str, ...]
    whole: tuple[str, ...]
    meaning: str
    source: str
    example: tuple[int, int, str]
    """Part, whole, and the share in percent as it is shown."""

    def issued(self, derivation: int) -> bool:
        """Whether bulletins of a derivation have it: the first froze no measure with a colon, and their recount must never change."""
        later = BEFORE_THE_REPLY if derivation > 1 else frozenset[str]()
        return all(":" not in name or name in later for name in (*self.part, *self.whole))

    def counted(self, measures: Measures) -> tuple[int, int]:
        """The counted part, and the whole that it is a part of."""
        return added(measures, self.part), added(measures, self.whole)

    def of(self, measures: Measures) -> float | None:
        """The share."""
        return rate(*self.counted(measures))

    def interval(self, measures: Measures) -> tuple[float, float] | None:
        """Wilson's interval of the share."""
        return wilson(*self.counted(measures))


SHARES: Final = (
    Share(
        "reply_rate",
        "回复率",
        ("replied",),
        ("received",),
        "受理的主题中已有公开答复的;未到期的也在分母里,所以旁边总写明截止时间和未回复数",
        "按受理批次计:当月受理的,到截止时间办得怎样",
        (1352, 1373, "98.47%"),
    ),
    Share(
        "on_time_rate",
        "按时率",
        ("on_time",),
        ("replied", "overdue"),
        "已答复的和已超期的主题中,首次答复不晚于期限的;超期未复的算作未按时",
        "只算已办结的,看上去总是百分之百",
        (9, 12, "75%"),
    ),
    Share(
        "first_word_rate",
        "初步回复率",
        ("first_word:given",),
        ("received",),
        "受理的主题中网民已得到初步回复或公开答复的;初步回复不停止计时,不算答复;各帖都有响应等项的时段入通报",
        "初步回复不是答复,所以和回复率分开:看网民有没有及时得到音信",
        (90, 100, "90%"),
    ),
    Share(
        "response_rate",
        "响应率",
        ("response:given",),
        ("response:asked",),
        "受理的主题中所计入的单位已确认受理或已有公开答复的;还没有单位的也在分母里;自有此项起计数,各帖都有的时段入通报",
        "响应不是答复:看单位有没有及时接手",
        (19, 20, "95%"),
    ),
    Share(
        "dispatch_rate",
        "按时交办率",
        ("dispatch:in_time",),
        ("dispatch:in_time", "dispatch:late"),
        "已有单位的和交办超时的主题中,在交办时限内有了单位的;规则直接交办的算按时;自有此项起计数,各帖都有的时段入通报",
        "半个工作日内交办:吕梁 2024",
        (49, 50, "98%"),
    ),
    Share(
        "meeting_rate",
        "交办会按时率",
        ("meeting:in_time",),
        ("meeting:called",),
        "提请的交办会中在时限内裁定的,或在时限内已由人另行交办的;还没有裁定的也在分母里;各帖都有的时段入通报",
        "一个工作日内召开交办会:吕梁 2024",
        (3, 4, "75%"),
    ),
    Share(
        "instruction_rate",
        "批示按时率",
        ("instruction:in_time",),
        ("instruction:in_time", "instruction:late"),
        "已反馈的和已超期的市领导批示中,从未超期的;自有此项起计数,不入通报",
        "批示的反馈期限由领导或规则定,超期即为失误",
        (9, 10, "90%"),
    ),
    Share(
        "satisfaction",
        "满意度",
        ("satisfied",),
        ("rated",),
        "评过分的主题中满意的;旁边总写明评价数和应评价数",
        "好差评 GB/T 39735",
        (958, 1000, "95.8%"),
    ),
    Share(
        "solved_rate",
        "解决率",
        ("solved",),
        ("solved_told",),
        "答了是否解决的主题中答已解决的,部分解决不算解决;和满意度分开问,旁边总写明答了多少、应答多少",
        "满意不等于解决:答复得好的事也可能没有办成;问法参照 12345 热线回访的解决率",
        (70, 100, "70%"),
    ),
)

REPORT: Final = (
    Share(
        "reply_rate",
        "回复率(报告口径)",
        ("report_replied",),
        ("threads",),
        "全部主题中已有公开答复的,含不计时的和后来撤回的",
        "2011 年的报告:6 月 1373 条,回复 1352 条",
        (1352, 1373, "98.47%"),
    ),
    Share(
        "satisfaction",
        "满意度(报告口径)",
        ("report_satisfied",),
        ("report_rated",),
        "全部评过分的主题中满意的",
        "2011 年的报告:6 月 95.8%",
        (958, 1000, "95.8%"),
    ),
)


def row(measures: Measures) -> dict[str, object]:
    """The row of the interfaces from the summed measures of a unit, a day, a period or the city.

    `intervals` are Wilson's at 95 %; `interval` is that of the satisfaction. Median and 90th
    percentile are hours from receipt to the first reply; `held_hours` are working hours.
    """
    hours = histograms(measures)
    intervals = {share.code: share.interval(measures) for share in SHARES}
    return {
        **{amount.code: amount.of(measures) for amount in AMOUNTS},
        **{share.code: share.of(measures) for share in SHARES},
        "intervals": intervals,
        "interval": intervals["satisfaction"],
        "median_hours": quantile(hours["hours"], 0.5),
        "p90_hours": quantile(hours["hours"], 0.9),
        "first_word_hours": quantile(hours["first_word_hours"], 0.5),
        "response_hours": quantile(hours["response_hours"], 0.5),
        "follow_up_hours": quantile(hours["follow_up_hours"], 0.5),
        "held_hours": round(measures.get("held_minutes", 0) / 60, 1),
        "report": {
            "received": measures.get("threads", 0),
            "replied": measures.get("report_replied", 0),
            "rated": measures.get("report_rated", 0),
            "satisfied": measures.get("report_satisfied", 0),
            **{share.code: share.of(measures) for share in REPORT},
        },
    }


_KINDS: Final = ("hours", "first_word_hours", "response_hours", "follow_up_hours")
_BUCKETS: Final = {f"{kind}:{n}": (kind, n) for kind in _KINDS for n in range(len(HOUR_BUCKETS))}
"""Measures of hours, each with its kind and bucket: a league asks for them tens of thousands of times."""


def histograms(measures: Measures) -> dict[str, list[tuple[int, int]]]:
    """Histograms of hours by their kind: bucket and count, in order; `hours` are those to the first reply."""
    found: dict[str, list[tuple[int, int]]] = {kind: [] for kind in _KINDS}
    known = _BUCKETS.get
    for name, count in measures.items():
        place = known(name)
        if place is not None:
            found[place[0]].append((place[1], count))
    for counted in found.values():
        counted.sort()
    return found


def total(parts: Iterable[Measures]) -> dict[str, int]:
    """The sum of measures."""
    summed: dict[str, int] = {}
    for part in parts:
        for measure, count in part.items():
            summed[measure] = summed.get(measure, 0) + count
    return summed


COUNTED: Final = frozenset(("threads", "received", "replied", "report_replied", "open", "overdue"))
"""How many posts came and how they stand: what is told of few, too. What a citizen said of one is none of it."""


def only_counted(measures: Measures) -> dict[str, int]:
    """The measures without what people said or what was done to a single post."""
    return {name: count for name, count in measures.items() if name in COUNTED}


def fewest(days: Mapping[date, Measures]) -> int:
    """The posts of the month that had fewest, but for those that had none; 0 where none had any."""
    months: dict[tuple[int, int], int] = {}
    for day, measures in days.items():
        month = (day.year, day.month)
        months[month] = months.get(month, 0) + measures.get("threads", 0)
    return min((count for count in months.values() if count), default=0)


def areas(measures: Measures) -> dict[str, dict[str, int]]:
    """Area code (empty: none was chosen) to its received, replied and overdue posts."""
    by_area: dict[str, dict[str, int]] = {}
    for name, count in measures.items():
        if name.startswith("area:"):
            _, area, measure = name.split(":")
            by_area.setdefault(area, {"received": 0, "replied": 0, "overdue": 0})[measure] = count
    return by_area


def origins(measures: Measures) -> dict[str, dict[str, int]]:
    """The way posts came to their counts; online is what staff did not write down."""
    entered = [origin for origin in get_args(Origin) if origin != "online"]
    by_origin = {
        origin: {name: measures.get(f"origin:{origin}:{name}", 0) for name in BY_ORIGIN} for origin in entered
    }
    online = {
        name: measures.get(name, 0) - sum(counted[name] for counted in by_origin.values())
        for name in BY_ORIGIN
    }
    return {"online": online} | by_origin


def rate(part: int, whole: int) -> float | None:
    """A share rounded to four places; null without a whole."""
    return round(part / whole, 4) if whole else None


def wilson(part: int, whole: int) -> tuple[float, float] | None:
    """Wilson's score interval at 95 %: honest with small numbers; null without a whole."""
    if not whole:
        return None
    z = 1.959964
    p = part / whole
    middle = p + z * z / (2 * whole)
    spread = z * ((p * (1 - p) + z * z / (4 * whole)) / whole) ** 0.5
    scale = 1 + z * z / whole
    return round((middle - spread) / scale, 4), round((middle + spread) / scale, 4)


def quantile(hours: Iterable[tuple[int, int]], share: float) -> float | None:
    """Upper bound, in hours, of the bucket that holds the quantile."""
    counted = list(hours)
    wanted = share * sum([count for _, count in counted])
    passed = 0
    for index, count in counted if wanted else ():
        passed += count
        if passed >= wanted:
            return float(HOUR_BUCKETS[index])
    return None


def exceeded(kind: str, hours: float | None) -> float | None:
    """The hours that a time of this kind was longer than, where it fell beyond the last step; None where it has an upper bound."""
    if hours is None or hours < HOUR_BUCKETS[-1]:
        return None
    return RESPONSE_STEPS[-2] if kind == "response_hours" else HOUR_BUCKETS[-2]


def volume_group(received: int) -> str:
    """Units are ranked among those with about as many posts: 17 a month is the city's mean."""
    if received >= 50:
        return "50+"
    if received >= 10:
        return "10-49"
    return "1-9" if received else "0"
