"""The door for people: requests become inputs on the desk, answers become responses. No rule lives here."""

from fastapi import APIRouter

from chassis.web.routing import new_router
from services.intake.web import (
    acting,
    attaching,
    calling,
    city,
    entering,
    grouping,
    lists,
    passing,
    posting,
    proving,
    reading,
    shown,
    unsubscribing,
)
from services.intake.web.door import Door, pace

__all__ = ["Door", "pace", "routes"]


def routes(door: Door) -> APIRouter:
    """All of intake's calls; routes are tried in their order, what is read most comes first."""
    router = new_router()
    for part in (
        reading,
        posting,
        attaching,
        entering,
        calling,
        acting,
        unsubscribing,
        grouping,
        city,
        proving,
        passing,
        lists,
        shown,
    ):
        part.routes(router, door)
    return router
