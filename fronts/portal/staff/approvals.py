"""What waits for the leader of a unit: replies and extensions beside what was asked, answers in dialogues, and what is to be closed."""

import asyncio
import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from fronts.portal.staff.acting import do
from fronts.portal.staff.acts import BY_NAME, DONE
from fronts.portal.staff.case import findings
from fronts.portal.staff.pending import pending
from fronts.portal.staff.visits import Visit, visitor

PAGE: Final = 10
"""Cases on a page; each is read whole."""
_CHOSEN = re.compile(r"([A-Z0-9-]{3,52})/(approval|extension-approval)/([0-9A-Za-z-]{1,64})")

Leader = Annotated[Visit, Depends(visitor("leader"))]

router = APIRouter(include_in_schema=False)
"""`/staff/approvals`."""


@router.get("/staff/approvals")
async def approvals(visit: Leader, cursor: str = "", done: str = "") -> Response:
    """What waits, oldest due first."""
    return await _page(visit, cursor, done, [])


@router.post("/staff/approvals")
async def approve_many(visit: Leader) -> Response:
    """Approve what was chosen; the page says what could not be."""
    key = visit.key
    chosen = [match for each in visit.form.all("chosen") if (match := _CHOSEN.fullmatch(each))]

    async def approve(match: re.Match[str]) -> str:
        answer = await do(visit, BY_NAME[match[2]], match[1], key, match[3])
        return "" if answer.ok else f"{match[1]}:{answer.sentence}"

    problems = await visit.each(chosen, approve)
    if not chosen:
        problems = ["没有选择事项"]
    if problems:
        return await _page(visit, "", "", problems)
    return RedirectResponse("/staff/approvals?done=bulk", 303)


async def _page(visit: Visit, cursor: str, done: str, problems: list[str]) -> Response:
    listed = await visit.read("intake", "/v1/cases", state="to_approve", cursor=cursor, limit=str(PAGE))
    if not listed.ok:
        return visit.refuse(listed.status, listed.sentence)
    # What the unit only assists with is another leader's to approve.
    own = [row["number"] for row in listed.body["cases"] if row["department"] == visit.me.department]
    path = "/v1/cases/{number}"
    read = await asyncio.gather(*(visit.read("intake", path, number=number) for number in own))
    dialogues = await visit.read("debate", "/v1/dialogues", waiting="true")
    return visit.render(
        "approvals.html",
        409 if problems else 200,
        cases=[await _beside(visit, answer.body) for answer in read if answer.ok],
        missing=sum(not answer.ok for answer in read),
        dialogues=dialogues.body["dialogues"] if dialogues.ok else None,
        pending=await pending(visit),
        next=listed.cursor,
        done=DONE.get(done, ""),
        problems=problems,
    )


async def _beside(visit: Visit, case: dict[str, Any]) -> dict[str, Any]:
    """A case with how it stands, what is to be said against its draft, and the extension that is asked for."""
    draft = case["draft"]
    return case | {
        "standing": visit.standing(case),
        "findings": await findings(case, draft["text"]) if draft else (),
        "asked": next((e for e in case["extensions"] if e["state"] == "asked"), None),
    }
