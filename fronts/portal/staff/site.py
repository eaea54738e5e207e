"""What every staff page works with: what it is rendered by, whose it is, and what stands before it."""

import asyncio
import contextlib
import hmac
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
from argon2 import PasswordHasher
from fastapi import Request
from fastapi.responses import Response

from chassis.clock import RealTime
from chassis.web.limits import client_key
from contracts.roles import ROLE_NAMES
from fronts.portal import keys
from fronts.portal.clients import client
from fronts.portal.security_log import SecurityLog
from fronts.portal.settings import PortalSettings
from fronts.portal.site import Site
from fronts.portal.staff.accounts import HASHER, Accounts, Trying
from fronts.portal.staff.devices import COOKIE, PATH, SECONDS, Devices
from fronts.portal.staff.provider import Provider
from fronts.portal.staff.roles import CASE_ROLES, HOMES, SEATS, links_of
from fronts.portal.staff.sessions import Session, Sessions, same
from fronts.portal.staff.signer import Signer
from fronts.portal.store import Account, Store


class Turned(Exception):
    """The request ends here, with this response."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True)
class StaffSite(Site):
    """The staff's side: a site with accounts, and who has signed in."""

    store: Store
    accounts: Accounts
    sessions: Sessions
    signer: Signer
    devices: Devices
    log: SecurityLog
    settings: PortalSettings
    before_key: bytes
    """Guards the form of those who have no session yet."""
    provider: Provider | None = None
    """The city's identity provider, where there is one."""

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """While it is entered, the store is connected, and the log forgets what is old."""
        await self.store.connect(self.settings.dsn)
        forgetting = asyncio.create_task(self.log.forgetting())
        try:
            yield
        finally:
            forgetting.cancel()
            await asyncio.gather(forgetting, return_exceptions=True)
            await self.store.close()

    @property
    def seats(self) -> tuple[tuple[str, str], ...]:
        """Code and name of whom a visitor of a demonstration may turn into."""
        return tuple((seat.code, seat.name) for seat in SEATS) if self.settings.demo_sign_in else ()

    @property
    def cookie(self) -> str:
        """Name of the session's cookie."""
        return self.cookies.name("wenzheng")

    @property
    def before(self) -> str:
        """Name of the cookie of those who have no session yet."""
        return self.cookies.name("wenzheng-before")

    def before_form(self, cookie: str) -> str:
        """What a form carries before there is a session; follows from the browser's own cookie."""
        return hmac.digest(self.before_key, cookie.encode("utf-8", "surrogatepass"), "sha256").hex()

    def is_ours(self, request: Request, proof: str, session: Session | None) -> bool:
        """Whether a form with this proof was shown to this very browser, in its session or before it has one."""
        if session is not None:
            return same(proof, session.form_token)
        before = self.cookies.read(request, self.before)
        return bool(before) and same(proof, self.before_form(before))

    def trying(self, request: Request, person: str) -> Trying:
        """Who tries to sign in: a browser in which the person has signed in before, else the address."""
        device = self.devices.device(self.cookies.read(request, COOKIE), person)
        return Trying(device, known=True) if device else Trying(client_key(client()))

    async def enter(self, request: Request, account: Account, response: Response) -> Response:
        """The response with a session of the account; whoever was signed in at this browser before is so no longer."""
        session = await self.sessions.open(account)
        await self.sessions.close(self.cookies.read(request, self.cookie))
        await self.log.note("signed-in", account.person, account.person, account.source)
        self.cookies.keep(response, self.cookie, session.token)
        self.cookies.forget(response, self.before)
        if account.source == "local":
            device = self.devices.cookie(account.person)
            self.cookies.keep(response, COOKIE, device, path=PATH, seconds=SECONDS)
        return response

    def render(
        self, name: str, session: Session | None = None, status: int = 200, key: str = "", **values: Any
    ) -> Response:
        """A page of the staff side. Its forms carry the key of one that may have been done, or else a fresh one."""
        account = session.account if session is not None else None
        open_to = account if account is not None and self.stage(account) == "" else None
        return self.pages.render(
            f"staff/{name}",
            status,
            me=account,
            form_token=session.form_token if session is not None else "",
            key=key or uuid.uuid4().hex,
            seats=self.seats,
            role_name=ROLE_NAMES.get(account.role, account.role) if account is not None else "",
            role_names=ROLE_NAMES,
            my_unit=self.pages.profile.department_name(account.department) if account is not None else "",
            finds=open_to is not None and open_to.role in CASE_ROLES,
            links=links_of(open_to.role, open_to.department, self.pages.profile.policy.bulletin.issuer)
            if open_to is not None
            else (),
            **values,
        )

    def refuse(self, status: int, sentence: str, session: Session | None = None) -> Response:
        """A page that says why not."""
        response = self.render("refused.html", session, status, sentence=sentence)
        if status == 503:
            response.headers["Retry-After"] = "5"
        return response

    def home(self, account: Account) -> str:
        """The first page of somebody's role."""
        return HOMES.get(account.role, "/staff")

    def stage(self, account: Account) -> str:
        """The page somebody must go through first; empty when the whole desk is open."""
        if account.must_change:
            return "/staff/password"
        if account.source == "local" and self.settings.totp_required and not account.totp_bound:
            return "/staff/enrol"
        return ""


def staff_side(
    site: Site,
    settings: PortalSettings,
    http: httpx2.AsyncClient,
    now: RealTime,
    hasher: PasswordHasher | None = None,
) -> StaffSite:
    """The staff's side beside the citizens'. `now` is for sessions, locks and codes; `hasher` keeps passwords, else `HASHER`."""
    secret, store = settings.secret(), Store()
    log = SecurityLog(store)
    return StaffSite(
        **vars(site),
        store=store,
        accounts=Accounts(store, site.pages.profile, keys.totp_key(secret), log, now, hasher or HASHER),
        sessions=Sessions(store, now),
        signer=Signer(settings.signing_key()),
        devices=Devices(keys.device_key(secret)),
        log=log,
        settings=settings,
        before_key=keys.form_key(secret),
        provider=Provider(settings, http) if settings.oidc_issuer else None,
    )


def staff_site(request: Request) -> StaffSite:
    """The staff's side of the application that answers."""
    site: StaffSite = request.app.state.staff
    return site
