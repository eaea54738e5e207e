"""The letters to city leaders, on the desk of those they are written to: what is to be signed first, then what is on its way."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from fronts.portal.staff.visits import Visit, visitor

PAGE: Final = 20
STATES: Final = (
    ("open", "在办"),
    ("to_sign", "待签发"),
    ("overdue", "已超期"),
    ("replied", "已答复"),
    ("all", "全部"),
)

router = APIRouter(include_in_schema=False)
"""`/staff/mailbox`."""


@router.get("/staff/mailbox")
async def letters(
    visit: Annotated[Visit, Depends(visitor("mayor"))],
    state: str = "",
    addressee: str = "",
    cursor: str = "",
) -> Response:
    """A page of letters: the reader's own where the profile names the account, any leader's for those who ask."""
    leaders = visit.profile.leaders
    own = next((leader.code for leader in leaders if leader.account == visit.me.person), "")
    chosen = state if state in dict(STATES) else "to_sign" if not state else "open"
    to = addressee if addressee == "all" or addressee in {leader.code for leader in leaders} else own or "all"
    query = {"kind": "mailbox", "state": chosen, "addressee": "" if to == "all" else to}
    answer = await visit.read("intake", "/v1/cases", cursor=cursor, limit=str(PAGE), **query)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return visit.render(
        "mailbox.html",
        letters=visit.with_standing(answer.body["cases"]),
        states=STATES,
        state=chosen,
        addressee=to,
        next=answer.cursor,
    )
