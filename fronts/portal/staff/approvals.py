"""What waits for the leader of a unit: replies and extensions, side by side with what was asked."""

import asyncio
import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from fronts.portal.staff import quality
from fronts.portal.staff.acts import BY_NAME, DONE
from fronts.portal.staff.cases import AT_ONCE, checked_key, do, fresh_key
from fronts.portal.staff.desk import Desk, Visit, guard
from fronts.portal.staff.standing import standing

PAGE: Final = 10
"""Cases on a page; each is read whole."""
_CHOSEN = re.compile(r"([A-Z0-9-]{3,52})/(approve|approve-extension)/([0-9A-Za-z-]{1,64})")


def routes(desk: Desk) -> APIRouter:
    """`/staff/approvals`."""
    router = APIRouter(include_in_schema=False)
    leader = guard(desk, "leader")
    profile = desk.pages.profile

    @router.get("/staff/approvals")
    async def approvals(
        visit: Annotated[Visit, Depends(leader)], cursor: str = "", done: str = ""
    ) -> Response:
        return await page(visit, cursor, done, [])

    async def page(visit: Visit, cursor: str, done: str, problems: list[str]) -> Response:
        listed = await visit.read("intake", "/v1/cases", state="to_approve", cursor=cursor, limit=str(PAGE))
        if not listed.ok:
            return visit.refuse(listed.status, listed.sentence)
        # What the unit only assists with is another leader's to approve.
        own = [row["number"] for row in listed.body["cases"] if row["department"] == visit.me.department]
        read = await asyncio.gather(*(visit.read("intake", f"/v1/cases/{number}") for number in own))
        now = desk.clock.now()
        return visit.render(
            "approvals.html",
            409 if problems else 200,
            cases=[
                answer.body
                | {
                    "standing": standing(answer.body, profile, now),
                    "findings": _findings(answer.body),
                    "asked": next((e for e in answer.body["extensions"] if e["state"] == "asked"), None),
                }
                for answer in read
                if answer.ok
            ],
            missing=sum(not answer.ok for answer in read),
            next=listed.cursor,
            done=DONE.get(done, ""),
            problems=problems,
            key=fresh_key(),
        )

    @router.post("/staff/approvals")
    async def approve_many(visit: Annotated[Visit, Depends(leader)]) -> Response:
        key = checked_key(visit.form.one("key"))
        chosen = [found for one in visit.form.all("chosen") if (found := _CHOSEN.fullmatch(one))]
        gate = asyncio.Semaphore(AT_ONCE)

        async def approve(found: re.Match[str]) -> str:
            async with gate:
                answer = await do(visit, BY_NAME[found[2]], found[1], key, found[3])
            return "" if answer.ok else f"{found[1]}:{answer.sentence}"

        problems = [said for said in await asyncio.gather(*map(approve, chosen)) if said]
        if not chosen:
            problems = ["没有选择事项"]
        if problems:
            return await page(visit, "", "", problems)
        return RedirectResponse("/staff/approvals?done=bulk", 303)

    return router


def _findings(case: dict[str, Any]) -> tuple[quality.Finding, ...]:
    draft = case["draft"]
    return quality.check(draft["text"], f"{case['title']}\n{case['text']}") if draft else ()
