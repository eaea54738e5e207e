"""Joins the staff's pages to the application."""

import sys

from fastapi import FastAPI, Request
from fastapi.responses import Response

from chassis.failures import EXIT_MISPLACED, STORAGE_ERRORS
from chassis.web.api import take_routes
from fronts.portal.staff import (
    account_pages,
    accountability,
    acting,
    approvals,
    assessment,
    bulletins,
    case,
    counted,
    debates,
    demonstration,
    dialogues,
    enrolment,
    entering,
    groups,
    inbox,
    inspections,
    instructions,
    league,
    log_page,
    mailbox,
    oidc,
    outbox,
    password,
    reports,
    returning,
    signin,
    supervision,
    surveys,
    telling,
    what_if,
)
from fronts.portal.staff.site import StaffSite, Turned

PAGES = (
    signin,
    password,
    enrolment,
    inbox,
    entering,
    case,
    acting,
    returning,
    groups,
    approvals,
    supervision,
    surveys,
    debates,
    dialogues,
    bulletins,
    accountability,
    inspections,
    assessment,
    league,
    counted,
    what_if,
    reports,
    mailbox,
    instructions,
    account_pages,
    log_page,
    outbox,
    telling,
)
"""The pages that are there wherever staff sign in."""


def join(app: FastAPI, staff: StaffSite) -> None:
    """All staff routes, and how they refuse."""
    app.state.staff, settings = staff, staff.settings
    for each in PAGES:
        take_routes(app.router, each.router)
    if settings.demo_sign_in:
        if not settings.local:
            print("WENZHENG_DEMO_SIGN_IN: only for a portal on 127.0.0.1", file=sys.stderr)
            sys.exit(EXIT_MISPLACED)
        take_routes(app.router, demonstration.router)
    if settings.oidc_issuer:
        take_routes(app.router, oidc.router)

    async def turned(_: Request, failure: Exception) -> Response:
        assert isinstance(failure, Turned)
        return failure.response

    async def away(_: Request, __: Exception) -> Response:
        return staff.refuse(503, "系统暂时不可用,请稍后再试。")

    app.add_exception_handler(Turned, turned)
    for error in STORAGE_ERRORS:
        app.add_exception_handler(error, away)
