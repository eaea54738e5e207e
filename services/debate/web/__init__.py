"""The doors of debate: what anyone may read, what people say, what staff do. No rule lives here."""

from fastapi import APIRouter

from chassis.web.routing import new_router
from services.debate.web import moderating, reading, speaking, staff
from services.debate.web.door import Door

__all__ = ["SENTENCE", "Door", "routes"]

SENTENCE = "Lets the people talk over what the government asks, and ask its officials at dated events; tells what was decided and answered."


def routes(door: Door) -> APIRouter:
    """All of debate's calls."""
    router = new_router()
    for part in (reading, speaking, staff, moderating):
        part.routes(router, door)
    return router
