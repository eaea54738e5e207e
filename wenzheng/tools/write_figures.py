"""Writes what each figure means, from its definition: `python -m wenzheng.tools.write_figures [--check]`.

Writes `docs/figures.md`; with `--check`, says whether it is what the definitions say.
"""

import sys
from typing import Final

from services.stats.core.amounts import Amount
from services.stats.core.assessment import REVIEW
from services.stats.core.cells import INSTANT_MINUTES
from services.stats.core.figures import AMOUNTS, REPORT, SHARES, Share
from services.stats.core.inspections.figures import OF_CALLBACKS, OF_INSPECTIONS
from wenzheng.stack.home import ROOT

PAGE: Final = ROOT / "docs" / "figures.md"

HEAD: Final = """# Figures 指标

Written by `python -m wenzheng.tools.write_figures` from `services/stats/core/figures.py`; `make check` says when it is stale.
A figure is the sum of cells that each case implies (`services/stats/core/cells.py`), so anyone can recount it from the log.
Cells count by day of receipt in city time; periods are a month, a quarter, a half-year or a year
(`GET /v1/league?period=2026-03`, `2026-Q1`, `2026-H1`, `2026`), each beside the one before it (环比) and that of the year
before (同比). A unit's post is that of the unit holding it at the first published reply, else at the cut-off.
"""

AS_NAMED: Final = (
    "What that report names, and the figure that is it (`tests/journeys/test_half_year.py` lives its half-year and finds each):",
    "",
    "| 报告 | | 指标 |",
    "|---|---|---|",
    "| 网民注册数 3607 | by the end of June | `registered` of `/v1/figures`: authors and supporters who sign; the report's were accounts |",
    "| 主题帖 2595 · 总帖数 11763 | by the end of June | `threads` · `messages` of the half-year |",
    "| 78 家部门和单位 | that answer | rows of the league with a reply |",
    "| 回复率 98.9 · 满意度 90.6 | of the half-year | both shares above of `2011-H1`; 2566 (or 2567) of 2595 |",
    "| 受理 1373 · 回复 1352 · 98.5 · 95.8 | of June | `received`, `replied` and the shares of `2011-06` |",
    "",
    "It says that both shares had risen. For satisfaction that follows; for the reply rate it cannot, if both count all threads: 1214 of the",
    "1222 of January to May are 99.3 %. What it does not say (months, how many rated, lateness) is chosen in `tests/journeys/half_year.py`.",
)
"""The figures of the city's report of 2011, and what of this page each of them is."""

FOOT: Final = f"""## 时间与范围 Times and intervals

`median_hours`, `p90_hours`: hours from receipt to the first published reply, as the upper bound of their bucket: half an
hour up to a day, an hour up to ten days, six hours up to sixty. `first_word_hours`: the median from receipt to the first word
(初步回复) of the unit for which the post counts, or to its first published reply where that came first. `follow_up_hours`: the
median from a follow-up to its answer. `held_hours` (办理用时): working hours for which the unit held
cases, its leader's desk included. The city's are all working hours that passed, with those of author, meeting, router and
moderation. `intervals`: Wilson's at 95 % for each share, because seventeen posts a month are few.
`registered` (注册): distinct people who posted or supported a post, by the keyed hash of telephone or openid, since the beginning;
what nobody signed is nobody's. There are no accounts that one could open without a word. Supporters count since voices say that they are signed.
`origins` of `/v1/figures` (来源渠道): `threads`, `received`, `replied`, `on_time`, `overdue`, `rated` and `satisfied` once more by
the way posts came: `online` 网上, and what staff wrote down for callers (代录) from `telephone` 电话, `counter` 窗口, `letter` 来信 and `dialogue` 对话.
`response_hours`: the median from the assignment to the unit for which the post counts to its response (响应), as the upper bound of one
of sixteen steps (half an hour, an hour, then 2, 3, 4, 6, 8, 12, 16, 24, 36, 48, 72, 120, 240, more). A time beyond the last step is 1440 here and in `/open`; pages and bulletins say that it is
more than the step before: 超过240小时 of a response, 超过1434小时 of the others. `duties` of `/v1/figures`
(职责清单): `received`, `replied` and `overdue` by the duty item by which the unit has the post; items with fewer posts than
`least_alike` of the policy's `[open_data]` stand together. Responses, dispatch, meetings, instructions and duty items are counted of
posts that came after the city had them (`services/stats/core/course.py`); of an older one nothing is claimed. A bulletin has responses,
dispatch, meetings and first words where they are known of every post of its period ([ADR 73](adr/0073-bulletins-freeze-what-comes-before-the-reply.md)).
An instant closing is a reply within {INSTANT_MINUTES} minutes of receipt.

## 为什么受理没有时限 Why acceptance has no limit

受理 by the unit (响应) and 初步回复 are measured, by rate and hours, and judged by no clock. The report of 2011 asks for 及时受理 and gives no number but the
three working days of the reply; the rules from which the policy's other numbers come (Lüliang 2024, 好差评) limit the dispatch, the return and
the meeting, each with its clock or its refusal. None says by when a unit must accept. The reply's deadline runs from receipt, accepted or not, so a unit gains nothing by waiting; a limit of our own would be a rule that no
one made, whose breach would stand in bulletins.
"""


def page() -> str:
    """The page as the definitions have it."""
    return "\n".join(
        [
            HEAD,
            "## 比率 Shares",
            "",
            *_shares(SHARES),
            "",
            "## 2011 年报告的口径 As the report of 2011 counted",
            "",
            "In `report` of each row: every post counts, also one that was withdrawn or that carries no clock.",
            "",
            *_shares(REPORT),
            "",
            *AS_NAMED,
            "",
            "## 督查和回访 Rounds of inspection and call-back",
            "",
            "Of one round: counted over the cases that were drawn (`GET /v1/inspections/{id}`, `services/stats/core/inspections/figures.py`),",
            "with Wilson's interval, and never added to what citizens gave by themselves. Of a unit's reader: over its own cases.",
            "",
            *_shares(OF_INSPECTIONS + OF_CALLBACKS),
            "",
            "## 政行风评议 Reviews by citizens",
            "",
            "Of a year's score alone (`GET /v1/assessment?period=2026`), from the published results of the surveys that review it, with",
            "Wilson's interval; below `least_review_answers` of the policy's `[assessment]` it counts as none.",
            "",
            *_shares((REVIEW,)),
            "",
            "## 数目 Amounts",
            "",
            *_amounts(AMOUNTS),
            "",
            FOOT,
        ]
    )


def _shares(shares: tuple[Share, ...]) -> list[str]:
    rows = ["| 名称 | Code | 分子 / 分母 | 含义 | 依据 | 例 |", "|---|---|---|---|---|---|"]
    for share in shares:
        part, whole, shown = share.example
        cells = f"`{' + '.join(share.part)}` / `{' + '.join(share.whole)}`"
        rows.append(
            f"| {share.name} | `{share.code}` | {cells} | {share.meaning} | {share.source} | {part} / {whole} = {shown} |"
        )
    return rows


def _amounts(amounts: tuple[Amount, ...]) -> list[str]:
    rows = ["| 名称 | Code | 单元 | 含义 |", "|---|---|---|---|"]
    for amount in amounts:
        rows.append(
            f"| {amount.name} | `{amount.code}` | `{' + '.join(amount.measures)}` | {amount.meaning} |"
        )
    return rows


def main() -> None:
    """The command."""
    stale = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page()
    if "--check" in sys.argv:
        if stale:
            sys.exit(
                "docs/figures.md: not what the definitions say; run python -m wenzheng.tools.write_figures"
            )
        return
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
