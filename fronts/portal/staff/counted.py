"""The cases behind a number of the league: as many as it says."""

from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from fronts.portal.staff.visits import Visit, visitor

OUTCOMES: Final = {"received": "受理", "replied": "回复", "open": "办理中", "overdue": "超期"}
"""Figure of the league to its head."""
STANDINGS: Final = {"replied": "已回复", "open": "办理中", "overdue": "超期未复"}
OF_THE_CITY: Final = ("supervisor", "mayor")
"""The roles that see the cases of every unit."""

router = APIRouter(include_in_schema=False)
"""`/staff/counted`."""


def address(month: str, **asked: str) -> str:
    """Where the cases of a number are listed."""
    return f"/staff/counted?{urlencode({'month': month} | {k: v for k, v in asked.items() if v})}"


@router.get("/staff/counted")
async def counted(
    visit: Annotated[Visit, Depends(visitor("clerk", "leader", "supervisor", "mayor"))],
    month: str = "",
    outcome: str = "received",
    department: str = "",
    kind: str = "",
    area: str = "",
    duty: str = "",
    after: str = "",
) -> Response:
    """One page of the cases, by number."""
    asked = {"outcome": outcome, "department": department, "kind": kind, "area": area, "duty": duty}
    month = month or f"{visit.now():%Y-%m}"
    answer = await visit.read("stats", "/v1/counted", month=month, after=after, **asked)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    profile = visit.profile
    further = answer.body["next"]
    return visit.render(
        "counted.html",
        month=answer.body["period"],
        total=answer.body["total"],
        rows=[_row(visit, case) for case in answer.body["cases"]],
        what=OUTCOMES[outcome],
        narrowed=[
            *([profile.department_name(department)] if department else []),
            *([profile.policy.kinds[kind].name] if kind in profile.policy.kinds else []),
            *([_area(visit, area)] if area else []),
            *([profile.duty[duty].name] if duty in profile.duty else []),
        ],
        further=address(month, **asked, after=further) if further else "",
    )


def _row(visit: Visit, case: dict[str, Any]) -> dict[str, Any]:
    kinds = visit.profile.policy.kinds
    return case | {
        "department_name": visit.profile.department_name(case["department"]) or "待交办",
        "kind_name": kinds[case["kind"]].name if case["kind"] in kinds else case["kind"],
        "area_name": _area(visit, case["area"]),
        "standing": STANDINGS[case["outcome"]],
    }


def _area(visit: Visit, code: str) -> str:
    names = {division.area_code: division.area for division in visit.profile.divisions}
    return names.get(code, "未注明")
