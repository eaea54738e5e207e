"""The figures that are shown: each is defined here once, with its source, and computed from cells by its definition.

`python -m wenzheng.tools.write_figures` writes `docs/figures.md` from these definitions.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, get_args

from msgspec import Struct

from contracts.posts import Origin
from services.stats.core.cells import BY_ORIGIN
from services.stats.core.course import HOUR_BUCKETS

Measures = Mapping[str, int]
"""Measure to its count, summed over the cells of a unit, a day, a period or the city."""


class Amount(Struct, frozen=True):
    """A number of something."""

    code: str
    """Its name in the interfaces."""
    name: str
    """Its Chinese name."""
    measures: tuple[str, ...]
    """The cells that are added up."""
    meaning: str

    def of(self, measures: Measures) -> int:
        """The number."""
        return _sum(measures, self.measures)


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
        return derivation > 1 or not any(":" in name for name in (*self.part, *self.whole))

    def counted(self, measures: Measures) -> tuple[int, int]:
        """Part and whole."""
        return _sum(measures, self.part), _sum(measures, self.whole)

    def of(self, measures: Measures) -> float | None:
        """The share."""
        return rate(*self.counted(measures))

    def interval(self, measures: Measures) -> tuple[float, float] | None:
        """Wilson's interval of the share."""
        return wilson(*self.counted(measures))


AMOUNTS: Final = (
    Amount("received", "受理", ("received",), "计时且未撤回、未屏蔽的主题,按受理日计"),
    Amount("replied", "已回复", ("replied",), "其中已有公开答复的"),
    Amount(
        "replies_given", "当日答复", ("replies_given",), "期内公开的答复,不论何时受理;其余各项都按受理日计"
    ),
    Amount(
        "first_words",
        "初步回复",
        ("first_word:given",),
        "其中承办单位已有初步回复或公开答复的,以先到的为准;转办的,只算所计入单位的;重新办理中的不算;各帖都有响应等项的时段入通报",
    ),
    Amount("responses_asked", "应响应", ("response:asked",), "受理的;自有此项起计数,各帖都有的时段入通报"),
    Amount(
        "responses",
        "响应",
        ("response:given",),
        "其中所计入的单位已确认受理或已有公开答复的",
    ),
    Amount("on_time", "按时回复", ("on_time",), "首次答复不晚于当时有效期限的"),
    Amount("open", "未回复", ("open", "overdue"), "还没有公开答复的,含超期"),
    Amount("overdue", "超期未复", ("overdue",), "期限已过而没有公开答复的"),
    Amount("rated", "已评价", ("rated",), "网民评过分的;多次评价以最后一次为准"),
    Amount("asked", "应评价", ("replied",), "每个公开答复都请网民评价"),
    Amount("satisfied", "满意", ("satisfied",), "最后一次评价为非常满意或满意的"),
    Amount("solved_asked", "应答解决", ("replied",), "每个公开答复在请网民评价时都问是否解决"),
    Amount(
        "solved_told",
        "答解决",
        ("solved_told",),
        "评价时答了是否解决的,可以不答;多次评价以最后一次为准,最后一次没有答的不算",
    ),
    Amount("solved", "已解决", ("solved",), "其中答已解决的"),
    Amount("partly_solved", "部分解决", ("partly_solved",), "其中答部分解决的"),
    Amount("unsolved", "未解决", ("unsolved",), "其中答未解决的"),
    Amount("extensions", "延期", ("extensions",), "批准的延期次数"),
    Amount("promises", "承诺办结", ("promises",), "公开答复中承诺了办结日期的,每个答复计一次"),
    Amount("promises_kept", "承诺已兑现", ("promises_kept",), "其中不晚于承诺日期登记办结的"),
    Amount(
        "broken_promises",
        "承诺未兑现",
        ("broken", "promises_broken"),
        "延期时承诺的日期已过而没有答复的次数,加上答复中承诺的日期已过而没有登记办结的次数",
    ),
    Amount("returns", "退回", ("returns",), "单位提出“不属本单位职责”的次数,计在提出的单位"),
    Amount(
        "sent_back",
        "答复退回",
        ("quality:sent_back",),
        "分管领导审阅时退回重写的答复次数,计在承办单位;自有考核起计数,不入通报",
    ),
    Amount(
        "dispatches_in_time",
        "按时交办",
        ("dispatch:in_time",),
        "在交办时限内有了单位的;自有此项起计数,各帖都有的时段入通报",
    ),
    Amount(
        "late_dispatches",
        "交办超时",
        ("dispatch:late",),
        "等人选定单位、到交办时限还没有单位的;自有此项起计数,各帖都有的时段入通报",
    ),
    Amount(
        "meetings",
        "交办会",
        ("meeting:called",),
        "提请交办会的次数;自有此项起计数,各帖都有的时段入通报",
    ),
    Amount(
        "meetings_in_time",
        "交办会按时",
        ("meeting:in_time",),
        "其中在时限内裁定的,或在时限内已由人另行交办的",
    ),
    Amount("reopened", "重新办理", ("reopened",), "网民不满意而申请重新办理的主题"),
    Amount("instant_closings", "即时办结", ("instant",), "受理后不到 10 分钟就答复的:快得少见,单独列出"),
    Amount("second_replied", "二次已复", ("second_replied",), "重新办理后又有答复的"),
    Amount("second_on_time", "二次按时", ("second_on_time",), "其中按时的"),
    Amount("second_overdue", "二次超期", ("second_overdue",), "重新办理已超期而没有答复的"),
    Amount("follow_ups", "追问", ("follow_ups",), "网民对未撤回、未屏蔽的主题追加的追问,按主题的受理日计"),
    Amount(
        "follow_ups_answered",
        "已答追问",
        ("follow_ups_answered",),
        "其中单位单独答复的,或随后的公开答复一并答复的",
    ),
    Amount("adopted", "采纳", ("suggestion:adopted",), "承办单位采纳的建议;多次登记以最后一次为准"),
    Amount("partly_adopted", "部分采纳", ("suggestion:partly",), "部分采纳的建议"),
    Amount("not_adopted", "未采纳", ("suggestion:declined",), "说明理由而未采纳的建议"),
    Amount(
        "followed_through",
        "已落实",
        ("followed_through",),
        "采纳或部分采纳的建议中登记过落实情况的,每件计一次",
    ),
    Amount("threads", "主题", ("threads",), "全部网帖,含撤回的和不计时的"),
    Amount("messages", "总帖", ("messages",), "主题、追问、补充和公开答复之和"),
)

AMOUNT: Final = {amount.code: amount for amount in AMOUNTS}

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


def volume_group(received: int) -> str:
    """Units are ranked among those with about as many posts: 17 a month is the city's mean."""
    if received >= 50:
        return "50+"
    if received >= 10:
        return "10-49"
    return "1-9" if received else "0"


def _sum(measures: Measures, names: tuple[str, ...]) -> int:
    return sum(measures.get(name, 0) for name in names)
