"""The link that ends the notices about a post: a page that asks once, and what mail programs send without a page.

Opening the link changes nothing, for programs open links before people do. The answer is the same whatever the link
says: nobody learns from it which posts and links exist.
"""

import uuid

from fastapi import APIRouter
from fastapi.responses import Response

from chassis.vault import FOLLOWER_LENGTH, STOP_TOKEN_LENGTH
from city.typed import number_of
from fronts.portal.site import Here

router = APIRouter(include_in_schema=False)
"""`/stop/{number}/{token}`."""


@router.get("/stop/{number}/{token}")
async def ask(site: Here, number: str, token: str) -> Response:
    """Whether the notices are to end; nothing is looked up."""
    return site.pages.render("stop.html", number=number_of(number), follower=_follower(token), done=False)


@router.post("/stop/{number}/{token}")
async def stop(site: Here, number: str, token: str) -> Response:
    """End them. A mail program's one click (RFC 8058) sends a form of its own, which says nothing more than the address."""
    body = {"number": number_of(number) or "-", "token": token[:64] or "-"}
    answer = await site.services.post("/v1/unsubscriptions", body, uuid.uuid4().hex)
    if not answer.ok:
        return site.pages.refuse(answer.status, answer.sentence)
    return site.pages.render("stop.html", number=number_of(number), follower=_follower(token), done=True)


def _follower(token: str) -> bool:
    """Whether it looks like the link of one who follows another's post, which names them before it proves it."""
    return len(token) == FOLLOWER_LENGTH + STOP_TOKEN_LENGTH
