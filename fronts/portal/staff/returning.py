"""Giving a case back that is not the unit's own, by the duty item that says whose it is."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from city.profile import Profile
from fronts.portal.staff.acts import BY_NAME
from fronts.portal.staff.case import read_case
from fronts.portal.staff.visits import Visit, visitor

DUTIES_SHOWN: Final = 40

router = APIRouter(include_in_schema=False)
"""`/staff/cases/{number}/return`, the form; what it sends is an act (`acting.py`)."""


@router.get("/staff/cases/{number}/return")
async def return_form(
    visit: Annotated[Visit, Depends(visitor("clerk"))], number: str, q: str = ""
) -> Response:
    """Look for the duty item."""
    return await return_page(visit, number, q)


async def return_page(
    visit: Visit, number: str, q: str, status: int = 200, problem: str = "", key: str = ""
) -> Response:
    """The form, with the items that hold the words looked for."""
    case = await read_case(visit, number)
    if not BY_NAME["return"].offered(visit.me.staff, case):
        return visit.refuse(409, "现在不能退回。")
    words = q.strip()[:20]
    return visit.render(
        "return.html",
        status,
        case=case,
        q=words,
        duties=_duties(visit.profile, visit.me.department, words, case["candidates"]),
        names={unit.code: unit.name for unit in visit.profile.departments},
        problem=problem,
        given=visit.form.given(),
        key=key,
    )


def _duties(
    profile: Profile, own: str, words: str, candidates: list[dict[str, Any]]
) -> list[tuple[str, str, str]]:
    """Duty items of other units as (code, item, unit): those that hold the words, or the router's candidates."""
    likely = [str(candidate.get("department", "")) for candidate in candidates]
    fitting = []
    for duty in profile.duties:
        if duty.department == own:
            continue
        unit = profile.department_name(duty.department)
        fits = words in duty.name or words in unit or any(words in each for each in duty.words)
        if fits if words else duty.department in likely:
            fitting.append((duty.code, duty.name, unit))
    return fitting[:DUTIES_SHOWN]
