"""What the system writes of the figures: a title, and the sections of a draft that a person then edits. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from contracts.bulletins import Frozen, Section, UnitFigures
from services.stats.core.bulletin.tables import SHARE, share_of
from services.stats.core.figures import AMOUNT, REPORT, SHARES, Measures, Share, exceeded
from services.stats.core.periods import Period

AS_REPORTED: Final = {share.code: share for share in REPORT}
BEST: Final = 5
"""Units praised and units asked to do better that are named in a sentence."""
ENOUGH: Final = 10
"""Posts received from which a unit's share is compared with others (the volume groups of the league)."""


def period_name(period: Period) -> str:
    """As it is said: 2026年6月, 2026年第二季度, 2026年上半年, 2026年."""
    if period.months == 1:
        return f"{period.year}年{period.index + 1}月"
    if period.months == 3:
        return f"{period.year}年第{'一二三四'[period.index]}季度"
    if period.months == 6:
        return f"{period.year}年{'上下'[period.index]}半年"
    return f"{period.year}年"


def title(period: Period) -> str:
    """Of the 通报; of a year, of the 综合通报."""
    kind = "综合通报" if period.is_year else "通报"
    return f"关于{period_name(period)}网络问政办理情况的{kind}"


def percent(share: float | None) -> str:
    """With one decimal; a dash without a whole."""
    return "—" if share is None else f"{100 * share:.1f}%"


def sections(figures: Frozen, pass_mark: float, corrects: str = "", named: int = 0) -> tuple[Section, ...]:
    """The draft's text. Each sentence follows from the frozen figures, and from how many cases are `named`, if that is more."""
    period = Period.read(figures.period)
    parts = [
        ("总体情况", _whole(figures, period)),
        ("各单位办理情况", _units(figures.units, pass_mark)),
        ("超期点名", _named(figures, named)),
        ("评价与重新办理", _ratings(figures)),
        ("口径说明", _definitions(figures)),
    ]
    if corrects:
        parts.insert(0, ("更正说明", f"本通报更正{corrects}。原通报与本通报不一致的,以本通报为准。"))
    return tuple(
        Section(f"{'一二三四五六七八九'[n]}、{heading}", text) for n, (heading, text) in enumerate(parts)
    )


def _whole(figures: Frozen, period: Period) -> str:
    city, share = figures.city.measures, SHARE
    opened = city.get("open", 0) + city.get("overdue", 0)
    lines = [
        f"{period_name(period)},全市共受理计时网帖{city.get('received', 0)}件,"
        f"已回复{city.get('replied', 0)}件,回复率{percent(share['reply_rate'].of(city))},"
        f"按时率{percent(share['on_time_rate'].of(city))};未回复{opened}件,其中超期{city.get('overdue', 0)}件。"
        f"网民评价{city.get('rated', 0)}件,满意{city.get('satisfied', 0)}件,"
        f"满意度{percent(share['satisfaction'].of(city))}。{_solved(city)}",
        f"{_compared('环比', figures.city, figures.before)};{_compared('同比', figures.city, figures.year_before)}。",
        f"按2011年报告口径(含不计时的和后来撤回的),收到{city.get('threads', 0)}条,回复"
        f"{city.get('report_replied', 0)}条,回复率{percent(AS_REPORTED['reply_rate'].of(city))},"
        f"满意度{percent(AS_REPORTED['satisfaction'].of(city))}。",
        _first_replies(figures.city),
    ]
    if figures.derivation > 1:
        lines.append(_course(figures.city))
    return "\n".join(lines)


def _course(city: UnitFigures) -> str:
    """What came before the replies."""
    count = {code: amount.of(city.measures) for code, amount in AMOUNT.items()}
    share = {code: percent(one.of(city.measures)) for code, one in SHARE.items()}
    return (
        f"网民得到初步回复或答复的{count['first_words']}件,初步回复率{share['first_word_rate']};"
        f"已响应{count['responses']}件,响应率{share['response_rate']},"
        f"响应用时中位数{_hours('response_hours', city.response_hours)};"
        f"按时交办{count['dispatches_in_time']}件、交办超时{count['late_dispatches']}件,"
        f"按时交办率{share['dispatch_rate']};"
        f"提请交办会{count['meetings']}次,按时{count['meetings_in_time']}次,"
        f"交办会按时率{share['meeting_rate']}。"
    )


def _solved(city: Measures) -> str:
    """What those who rated said of the matter itself; empty where nobody was asked yet."""
    if not city.get("solved_told"):
        return ""
    return (
        f"答是否解决的{city['solved_told']}件,已解决{city.get('solved', 0)}件、部分解决"
        f"{city.get('partly_solved', 0)}件、未解决{city.get('unsolved', 0)}件,"
        f"解决率{percent(SHARE['solved_rate'].of(city))}。"
    )


def _compared(name: str, now: UnitFigures, then: UnitFigures) -> str:
    was = then.measures.get("received", 0)
    if not was:
        return f"{name}无可比数据"
    by = now.measures.get("received", 0) - was
    told = f"{name}受理{'增加' if by >= 0 else '减少'}{abs(by)}件"
    rates = SHARE["reply_rate"]
    now_rate, then_rate = rates.of(now.measures), rates.of(then.measures)
    if now_rate is None or then_rate is None:
        return told
    points = round(100 * (now_rate - then_rate), 1)
    return f"{told},回复率{'上升' if points >= 0 else '下降'}{abs(points)}个百分点"


def _first_replies(city: UnitFigures) -> str:
    median, p90 = _hours("hours", city.median_hours), _hours("hours", city.p90_hours)
    longest = exceeded("hours", city.p90_hours)
    most = f"90%在{p90}内答复" if longest is None else f"90%在{longest:g}小时以上"
    return f"首次答复用时中位数{median},{most}。"


def _hours(kind: str, hours: float | None) -> str:
    more = exceeded(kind, hours)
    if more is not None:
        return f"超过{more:g}小时"
    return "—" if hours is None else f"{hours:g}小时"


def _units(units: Sequence[UnitFigures], pass_mark: float) -> str:
    asked = [unit for unit in units if unit.measures.get("received")]
    lines = [f"本期{len(asked)}个单位承办了网帖,{len(units) - len(asked)}个单位没有承办。"]
    large = [unit for unit in asked if unit.measures["received"] >= ENOUGH]
    ranked = sorted(large, key=_rate(SHARE["on_time_rate"]), reverse=True)
    if ranked:
        best = "、".join(f"{unit.name}({percent(share_of('on_time_rate', unit))})" for unit in ranked[:BEST])
        lines.append(f"承办{ENOUGH}件以上的单位中,按时率靠前的是:{best}。")
    below = [unit for unit in asked if (share_of("reply_rate", unit) or 0.0) < pass_mark]
    none = [unit for unit in below if not unit.measures.get("replied")]
    some = sorted((unit for unit in below if unit not in none), key=_rate(SHARE["reply_rate"]))
    if some:
        told = "、".join(
            f"{unit.name}({unit.measures.get('replied', 0)}/{unit.measures['received']})" for unit in some
        )
        lines.append(f"回复率低于{percent(pass_mark)}的单位:{told}。")
    if none:
        lines.append(f"本期网帖均未回复的单位:{'、'.join(unit.name for unit in none)}。")
    if not below and asked:
        lines.append(f"各承办单位回复率均达到{percent(pass_mark)}。")
    return "\n".join(lines)


def _rate(share: Share) -> Callable[[UnitFigures], tuple[float, str]]:
    return lambda unit: (share.of(unit.measures) or 0.0, unit.unit)


def _named(figures: Frozen, in_all: int) -> str:
    if not figures.named:
        return "本期没有超期五个工作日以上的网帖。"
    names = {unit.unit: unit.name for unit in figures.units}
    lines = [f"下列{len(figures.named)}件超期五个工作日以上,予以点名:"]
    if in_all > len(figures.named):
        lines = [f"超期五个工作日以上的共{in_all}件,对其中最早的{len(figures.named)}件予以点名:"]
    for case in figures.named:
        state = "已答复" if case.answered else "至今未答复"
        lines.append(f"{case.number},{names.get(case.unit, '未交办')},{state}。")
    return "\n".join(lines)


def _ratings(figures: Frozen) -> str:
    city = figures.city.measures
    return (
        f"网民申请重新办理{city.get('reopened', 0)}件,二次答复{city.get('second_replied', 0)}件;"
        f"批准延期{city.get('extensions', 0)}次,承诺到期未兑现{AMOUNT['broken_promises'].of(city)}次;"
        f"单位退回{city.get('returns', 0)}次;受理后不到10分钟即答复的{city.get('instant', 0)}件,单独列出。"
    )


def _definitions(figures: Frozen) -> str:
    shares = "\n".join(
        f"{share.name}:{share.meaning}。" for share in SHARES if share.issued(figures.derivation)
    )
    return (
        f"数据截至{_instant(figures.cut_off)},按受理日计。\n{shares}\n"
        "本通报的数字可由任何人按公开的事件记录重新计算。"
    )


def _instant(at: datetime) -> str:
    return f"{at.year}年{at.month}月{at.day}日{at:%H:%M}"
