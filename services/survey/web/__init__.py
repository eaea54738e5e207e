"""The doors of survey: what anyone may ask, and what staff do. No rule lives here."""

from fastapi import APIRouter

from chassis.web.routing import new_router
from services.survey.web import answering, results, staff
from services.survey.web.door import Door

__all__ = ["SENTENCE", "Door", "routes"]

SENTENCE = "Asks the city; counts each person once, and does not know whose an answer is."


def routes(door: Door) -> APIRouter:
    """All of survey's calls."""
    router = new_router()
    for part in (answering, results, staff):
        part.routes(router, door)
    return router
