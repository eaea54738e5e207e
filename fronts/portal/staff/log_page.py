"""The auditor's page: the security log, newest first. It can be read, and that somebody read it is in it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from fronts.portal.security_log import KINDS, PAGE
from fronts.portal.staff.visits import Visit, visitor

router = APIRouter(include_in_schema=False)
"""`/staff/log`."""


@router.get("/staff/log")
async def log(
    visit: Annotated[Visit, Depends(visitor("auditor"))], kind: str = "", person: str = "", before: str = ""
) -> Response:
    """A page of entries, of one kind or one person, older than `before`."""
    chosen = {"kind": kind if kind in KINDS else "", "person": person.strip()[:64]}
    older = int(before) if before.isascii() and before.isdecimal() and len(before) <= 18 else 0
    entries = await visit.site.log.page(chosen["kind"], chosen["person"], older)
    looked_for = " ".join(value for value in chosen.values() if value)
    await visit.site.log.note("log-read", visit.me.person, detail=looked_for)
    return visit.render(
        "log.html",
        entries=entries,
        named=KINDS,
        chosen=chosen,
        before=entries[-1].id if len(entries) == PAGE else 0,
    )
