"""Puts the staff side together and joins it to the application."""

import sys

import httpx2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import FastAPI, Request
from fastapi.responses import Response

from chassis.clock import clock_of
from chassis.failures import EXIT_MISPLACED
from chassis.web.responses import STORAGE_ERRORS
from fronts.portal.pages import Pages
from fronts.portal.services import Services
from fronts.portal.staff import approvals, cases, demonstration, groups, oidc, signin, supervision
from fronts.portal.staff.accounts import Accounts, Now, real_now
from fronts.portal.staff.desk import Desk, Signer, Turned
from fronts.portal.staff.sessions import Sessions
from fronts.portal.staff.settings import StaffSettings
from fronts.portal.store import Store


def derived(secret: bytes, use: bytes) -> bytes:
    """A key for one use from the shared secret (HKDF-SHA256), 32 bytes."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=b"wenzheng portal", info=use).derive(secret)


def join(
    app: FastAPI,
    pages: Pages,
    services: Services,
    store: Store,
    settings: StaffSettings,
    signing_key: bytes,
    http: httpx2.AsyncClient,
    now: Now = real_now,
) -> None:
    """All staff routes, and how they refuse. `now` is real time, for sessions, locks and codes."""
    secret = settings.secret()
    desk = Desk(
        pages=pages,
        services=services,
        store=store,
        accounts=Accounts(store, pages.profile, derived(secret, b"totp"), now),
        sessions=Sessions(store, now),
        signer=Signer(signing_key),
        settings=settings,
        clock=clock_of(settings.clock_file, pages.profile.zone),
        before_key=derived(secret, b"sign-in form"),
        seats=tuple((seat.code, seat.name) for seat in demonstration.SEATS) if settings.demo_sign_in else (),
    )
    for routes in (signin.routes, cases.routes, groups.routes, approvals.routes, supervision.routes):
        app.include_router(routes(desk))
    if settings.demo_sign_in:
        if not demonstration.is_local(settings):
            print("WENZHENG_DEMO_SIGN_IN: only for a portal on 127.0.0.1", file=sys.stderr)
            sys.exit(EXIT_MISPLACED)
        app.include_router(demonstration.routes(desk))
    if settings.oidc_issuer:
        app.include_router(oidc.routes(desk, oidc.Provider(settings, http), now))

    async def turned(_: Request, found: Exception) -> Response:
        assert isinstance(found, Turned)
        return found.response

    async def away(_: Request, __: Exception) -> Response:
        return desk.refuse(503, "系统暂时不可用,请稍后再试。")

    app.add_exception_handler(Turned, turned)
    for error in STORAGE_ERRORS:
        app.add_exception_handler(error, away)
