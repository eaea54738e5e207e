"""What was taken to the city leaders, newest first, each with its way to an instruction."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from fronts.portal.staff.visits import Visit, visitor

PAGE: Final = 20

router = APIRouter(include_in_schema=False)
"""`/staff/reports`."""


@router.get("/staff/reports")
async def reports(
    visit: Annotated[Visit, Depends(visitor("mayor"))], after: str = "", number: str = ""
) -> Response:
    """A page of them; `after` and `number` name the last one that was shown."""
    place = _instant(after)
    shown = await visit.site.store.reports((place, number) if place is not None else None, PAGE)
    return visit.render("reports.html", reports=shown, last=shown[-1] if len(shown) == PAGE else None)


def _instant(text: str) -> datetime | None:
    """The instant an address names; None for what is none."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None
