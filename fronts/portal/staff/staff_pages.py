"""Puts the staff side together and joins it to the application."""

import sys

import httpx2
from argon2 import PasswordHasher
from fastapi import FastAPI, Request
from fastapi.responses import Response

from chassis.failures import EXIT_MISPLACED, STORAGE_ERRORS
from chassis.web.api import take_routes
from fronts.portal import keys
from fronts.portal.security_log import SecurityLog
from fronts.portal.site import Site
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
from fronts.portal.staff.accounts import HASHER, Accounts, Now, real_now
from fronts.portal.staff.devices import Devices
from fronts.portal.staff.provider import Provider
from fronts.portal.staff.sessions import Sessions
from fronts.portal.staff.settings import StaffSettings
from fronts.portal.staff.signer import Signer
from fronts.portal.staff.site import StaffSite, Turned
from fronts.portal.store import Store

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


def join(
    app: FastAPI,
    site: Site,
    store: Store,
    settings: StaffSettings,
    signing_key: bytes,
    http: httpx2.AsyncClient,
    now: Now = real_now,
    hasher: PasswordHasher = HASHER,
) -> None:
    """All staff routes, and how they refuse. `now` is real time, for sessions, locks and codes; `hasher` keeps passwords."""
    secret, log = settings.secret(), SecurityLog(store)
    staff = app.state.staff = StaffSite(
        site=site,
        store=store,
        accounts=Accounts(store, site.pages.profile, keys.totp_key(secret), log, now, hasher),
        sessions=Sessions(store, now),
        signer=Signer(signing_key),
        devices=Devices(keys.device_key(secret)),
        log=log,
        settings=settings,
        before_key=keys.form_key(secret),
        seats=tuple((seat.code, seat.name) for seat in demonstration.SEATS) if settings.demo_sign_in else (),
        provider=Provider(settings, http) if settings.oidc_issuer else None,
    )
    for each in PAGES:
        take_routes(app.router, each.router)
    if settings.demo_sign_in:
        if not demonstration.is_local(settings):
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
