"""Scores of units (考核): the supervising office sees all and tries other weights, a unit sees its own and how it came about."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from fronts.portal.staff.visits import Visit, visitor

LABELS: Final = {
    "on_time": "按时率,满分",
    "reply": "回复率,满分",
    "solved": "解决率,满分",
    "satisfaction": "满意度,满分",
    "promises": "承诺未兑现,满分",
    "promise_points": "每百件受理一次未兑现扣",
    "reopened": "重新办理,满分",
    "reopening_points": "每百件答复一件重新办理扣",
    "sent_back": "答复退回,满分",
    "sent_back_points": "每百件答复退回一次扣",
    "accountability": "问责,满分",
    "reminder": "口头提醒一次扣",
    "self_criticism": "书面检查一次扣",
    "talk": "约谈一次扣",
    "circular": "通报批评一次扣",
    "referral": "移交一次扣",
    "review": "政行风评议,满分",
    "least_received": "受理满几件才排名",
    "least_answers": "满意度、解决率满几件才计",
    "least_review_answers": "政行风评议满几份才计",
}
"""Weight, as the policy names it, to what it is called."""
_NUMBER: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,4})?", re.ASCII)

router = APIRouter(include_in_schema=False)
"""`/staff/assessment`."""


@router.get("/staff/assessment")
async def scores(
    visit: Annotated[Visit, Depends(visitor("clerk", "leader", "supervisor"))], period: str = ""
) -> Response:
    """The table of a period, the best first. What a supervisor types as weights is tried in it, and kept nowhere."""
    chosen = period.strip() or f"{visit.now():%Y}"
    typed = visit.request.query_params if visit.me.role == "supervisor" else {}
    given = {name: typed[name].strip() for name in LABELS if typed.get(name, "").strip()}
    known = await visit.read("stats", "/v1/assessment", period=chosen)
    if known.status == 422:
        known, problem = await visit.read("stats", "/v1/assessment"), known.sentence
        return _shown(visit, known.body, {}, 422, problem) if known.ok else _refused(visit, known)
    if not known.ok:
        return _refused(visit, known)
    tried, wrong = weights(given, known.body["in_force"])
    if wrong:
        return _shown(visit, known.body, given, 422, wrong)
    if not tried:
        return _shown(visit, known.body, given)
    answer = await visit.read("stats", "/v1/assessment", period=chosen, weights=tried)
    if answer.status == 422:
        return _shown(visit, known.body, given, 422, answer.sentence)
    return _shown(visit, answer.body, given) if answer.ok else _refused(visit, answer)


def weights(given: Mapping[str, str], in_force: Mapping[str, float]) -> tuple[str, str]:
    """The weights that differ from those in force, as the service takes them; and what is wrong with them, or nothing."""
    wrong = [LABELS[name] for name, text in given.items() if not _NUMBER.fullmatch(text)]
    if wrong:
        return "", f"{'、'.join(wrong)}:应为数字,如 30 或 0.5"
    return ",".join(f"{name}:{text}" for name, text in given.items() if float(text) != in_force[name]), ""


def moved(unit: Mapping[str, Any]) -> str:
    """How a unit's place changes by the weights that are tried."""
    before, now = unit["before"]["rank"], unit["rank"]
    if before is None or now is None or before == now:
        return ""
    return f"升 {before - now} 位" if now < before else f"降 {now - before} 位"


def _shown(
    visit: Visit, table: Mapping[str, Any], given: Mapping[str, str], status: int = 200, problem: str = ""
) -> Response:
    departments = table["departments"]
    return visit.render(
        "assessment.html",
        status,
        table=table,
        parts=departments[0]["parts"] if departments else [],
        tried=[
            f"{LABELS[name]} {table['in_force'][name]:g} → {value:g}"
            for name, value in table["rules"].items()
            if value != table["in_force"][name]
        ],
        labels=LABELS,
        values={name: given.get(name, f"{table['in_force'][name]:g}") for name in LABELS},
        moved=moved,
        problem=problem,
    )


def _refused(visit: Visit, answer: Any) -> Response:
    return visit.refuse(answer.status, answer.sentence)
