"""Joins the citizens' pages to the application."""

from typing import Final

from fastapi import FastAPI

from chassis.web.api import take_routes
from fronts.portal.citizens import (
    boards,
    bulletins,
    debates,
    dialogues,
    figures,
    following,
    front,
    interfaces,
    mine,
    open_data,
    posting,
    posts,
    receipts,
    surveys,
    unsubscribing,
    wall,
)
from fronts.portal.site import Site

PAGES: Final = (
    front,
    posting,
    receipts,
    following,
    unsubscribing,
    mine,
    boards,
    posts,
    surveys,
    debates,
    dialogues,
    bulletins,
    figures,
    open_data,
    wall,
    interfaces,
)
"""The pages that are there for anybody."""


def join(app: FastAPI, site: Site) -> None:
    """All routes of citizens."""
    app.state.site = site
    for each in PAGES:
        take_routes(app.router, each.router)
