"""Who asks for a staff page, whether they may, what they typed, and calls made in their name."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from chassis.failures import STORAGE_ERRORS
from city.profile import Profile
from fronts.portal.attaching import Attached, Typed, read_with_files
from fronts.portal.forms import FORM_LIMIT, Form, checked_key, read_form
from fronts.portal.services import Answer
from fronts.portal.staff.roles import CASE_ROLES
from fronts.portal.staff.sessions import Session, same
from fronts.portal.staff.site import StaffSite, Turned, staff_site
from fronts.portal.staff.standing import Standing, standing
from fronts.portal.store import Account

ANY_STAGE: Final = "any"
"""A page that is open before somebody has been through what stands before all others."""


@dataclass(frozen=True)
class Visit:
    """One request of a member of staff who may make it."""

    site: StaffSite
    request: Request
    session: Session
    form: Form
    attached: tuple[Attached, ...] = ()
    """Files that intake has taken in for the form."""
    refused: tuple[str, ...] = ()
    """Why others were not taken."""

    @property
    def me(self) -> Account:
        """Who asks."""
        return self.session.account

    @property
    def profile(self) -> Profile:
        """The city's."""
        return self.site.pages.profile

    def now(self) -> datetime:
        """City time, in which cases are due."""
        return self.site.clock.now()

    def standing(self, row: dict[str, Any]) -> Standing:
        """How the time of a case of a list stands now."""
        return standing(row, self.profile, self.now())

    @property
    def token(self) -> str:
        """What names them to the services."""
        return self.site.signer.token(self.me.staff)

    @property
    def key(self) -> str:
        """What makes the form harmless when it is sent again."""
        return checked_key(self.form.one("key"))

    async def read(self, service: str, path: str, **named: str) -> Answer:
        """Read something in their name; the path names its parts, as `/v1/cases/{number}`, what else is named is the query."""
        return await self.site.services.read_as(self.token, service, path, **named)

    async def act(
        self, path: str, body: dict[str, Any], key: str, service: str = "intake", **named: str
    ) -> Answer:
        """Do something in their name."""
        return await self.site.services.act_as(self.token, path, body, key, service, **named)

    async def remove(self, path: str, key: str, **named: str) -> Answer:
        """Take something away in their name."""
        return await self.site.services.remove_as(self.token, path, key, **named)

    def render(self, name: str, status: int = 200, **values: Any) -> Response:
        """A page for them."""
        return self.site.render(name, self.session, status, **values)

    def refuse(self, status: int, sentence: str) -> Response:
        """A page that says why not."""
        return self.site.refuse(status, sentence, self.session)

    def turn(self, status: int, sentence: str) -> Turned:
        """What to raise where the request ends with such a page."""
        return Turned(self.refuse(status, sentence))


@dataclass(frozen=True)
class Arrival:
    """One request to a page that is open to who has not signed in, too."""

    site: StaffSite
    request: Request
    session: Session | None
    form: Form

    def is_ours(self, session: Session | None = None) -> bool:
        """Whether the form was shown to this very browser, in this session or before it had one."""
        return self.site.is_ours(self.request, self.form.one("form"), session)


async def open_session(site: StaffSite, request: Request) -> Session | None:
    """The open session of a request. Raises Turned while it cannot be looked up."""
    try:
        session = await site.sessions.find(site.cookies.read(request, site.cookie))
    except STORAGE_ERRORS as failure:
        raise Turned(site.refuse(503, "系统暂时不可用,请稍后再试。")) from failure
    # The account of a demonstration opens nothing where there is none.
    foreign = session is not None and session.account.source == "demo" and not site.settings.demo_sign_in
    return None if foreign else session


async def arrival(request: Request) -> Arrival:
    """Lets everybody through. Raises Turned, Unfit."""
    site = staff_site(request)
    form = await read_form(request) if request.method == "POST" else Form({})
    return Arrival(site, request, await open_session(site, request), form)


Arriving = Annotated[Arrival, Depends(arrival)]
"""Whoever comes to a page of signing in."""


async def _note_refused(site: StaffSite, request: Request, session: Session, why: str) -> None:
    about = f"{request.method} {request.url.path}"[:80]
    await site.log.note("refused", session.account.person, about, why)


def visitor(
    *roles: str, stage: str = "", files: bool = False, most: int = FORM_LIMIT
) -> Callable[[Request], Awaitable[Visit]]:
    """Lets through who is signed in, in one of the roles, and sends forms of this very session.

    Without roles: whoever works on cases. `stage`: the page belongs to those who must go through it first, whatever
    their role. `files`: the form may hold some, or tickets of some; one without has at most `most` bytes. Raises Turned.
    """

    async def visit(request: Request) -> Visit:
        site = staff_site(request)
        session = await open_session(site, request)
        if session is None:
            where = f"?next={quote(request.url.path)}" if request.method == "GET" else ""
            raise Turned(RedirectResponse(f"/staff/sign-in{where}", 303))
        first = site.stage(session.account)
        if first and stage not in (first, ANY_STAGE):
            raise Turned(RedirectResponse(first, 303))
        fit = roles or (CASE_ROLES if not stage else (session.account.role,))
        if session.account.role not in fit:
            await _note_refused(site, request, session, "角色不符")
            raise Turned(site.refuse(403, "您的角色不能使用此页面。", session))
        typed = Typed(Form({}), ())
        if request.method == "POST":
            typed = (
                await read_with_files(request, site)
                if files
                else Typed(await read_form(request, most), ())
            )
            if not same(typed.form.one("form"), session.form_token):
                await _note_refused(site, request, session, "表单不是本次登录的")
                raise Turned(site.refuse(403, "表单已失效,请返回后重新提交。", session))
        return Visit(site, request, session, *typed)

    return visit
