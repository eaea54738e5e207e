"""What was taken to the city leaders (专报), by a supervisor or by the router, newest first, each with its way to an instruction."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from fronts.portal.staff.visits import Visit, visitor

PAGE: Final = 20

router = APIRouter(include_in_schema=False)
"""`/staff/reports`."""


@router.get("/staff/reports")
async def reports(
    visit: Annotated[Visit, Depends(visitor("mayor", "supervisor"))], cursor: str = ""
) -> Response:
    """A page of them, as intake lists the cases."""
    answer = await visit.read("intake", "/v1/cases", state="special_report", cursor=cursor, limit=str(PAGE))
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    rows = [
        {"case": case, "standing": visit.standing(case), "instructed": _instructed(case)}
        for case in answer.body["cases"]
    ]
    return visit.render("reports.html", rows=rows, next=answer.cursor)


def _instructed(case: dict[str, Any]) -> bool:
    """Whether a city leader wrote an instruction after the newest report."""
    newest = datetime.fromisoformat(case["special_reports"][0]["at"])
    return any(datetime.fromisoformat(one["at"]) >= newest for one in case["instructions_given"])
