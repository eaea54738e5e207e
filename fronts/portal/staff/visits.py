"""Who asks for a staff page, whether they may, what they typed, and calls made in their name."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from chassis.failures import STORAGE_ERRORS
from city.profile import Profile
from fronts.portal import visits
from fronts.portal.services import Answer
from fronts.portal.staff.roles import CASE_ROLES
from fronts.portal.staff.sessions import Session, same
from fronts.portal.staff.site import StaffSite, Turned, staff_site
from fronts.portal.staff.standing import Standing, standing, standings
from fronts.portal.store import Account

T = TypeVar("T")
AT_ONCE: Final = 8
"""Acts of one bulk form sent at the same time."""
ANY_STAGE: Final = "any"
"""A page that is open before somebody has been through what stands before all others."""


@dataclass(frozen=True)
class Visit(visits.Visit):
    """One request of a member of staff who may make it."""

    site: StaffSite
    session: Session = field(kw_only=True)

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

    def with_standing(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows of a list of cases, each with how its time stands now."""
        return [
            row | {"standing": each}
            for row, each in zip(rows, standings(rows, self.profile, self.now()), strict=True)
        ]

    @property
    def token(self) -> str:
        """What names them to the services."""
        return self.site.signer.token(self.me.staff)

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

    async def each(self, chosen: Sequence[T], act: Callable[[T], Awaitable[str]]) -> list[str]:
        """Do an act of one bulk form for each that was chosen, some at the same time; why those were refused that were."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(each: T) -> str:
            async with gate:
                return await act(each)

        return [said for said in await asyncio.gather(*map(one, chosen)) if said]

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
class Arrival(visits.Visit):
    """One request to a page that is open to who has not signed in, too."""

    site: StaffSite
    session: Session | None = None

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
    typed = await visits.read_typed(request, site)
    return Arrival(site, request, *typed, session=await open_session(site, request))


Arriving = Annotated[Arrival, Depends(arrival)]
"""Whoever comes to a page of signing in."""


async def _note_refused(site: StaffSite, request: Request, session: Session, why: str) -> None:
    about = f"{request.method} {request.url.path}"[:80]
    await site.log.note("refused", session.account.person, about, why)


def _came_from(request: Request) -> str:
    """Where a page leads on to after signing in; of a form, that it was not taken."""
    path = request.url.path
    if request.method == "GET":
        return f"?next={quote(path)}"
    return "" if path == "/staff/sign-out" else "?unsent=1"


def visitor(
    *roles: str, stage: str = "", files: bool = False, most: int | None = None
) -> Callable[[Request], Awaitable[Visit]]:
    """Lets through who is signed in, in one of the roles, and sends forms of this very session.

    Without roles: whoever works on cases. `stage`: the page belongs to those who must go through it first, whatever
    their role. `files` and `most`: what its form may hold, as in `read_typed`. Raises Turned.
    """

    async def visit(request: Request) -> Visit:
        site = staff_site(request)
        session = await open_session(site, request)
        if session is None:
            raise Turned(RedirectResponse(f"/staff/sign-in{_came_from(request)}", 303))
        first = site.stage(session.account)
        if first and stage not in (first, ANY_STAGE):
            raise Turned(RedirectResponse(first, 303))
        fit = roles or (CASE_ROLES if not stage else (session.account.role,))
        if session.account.role not in fit:
            await _note_refused(site, request, session, "角色不符")
            raise Turned(site.refuse(403, "您的角色不能使用此页面。", session))
        typed = await visits.read_typed(request, site, files, most)
        if request.method == "POST" and not same(typed.form.one("form"), session.form_token):
            await _note_refused(site, request, session, "表单不是本次登录的")
            raise Turned(site.refuse(403, "表单已失效,请返回后重新提交。", session))
        return Visit(site, request, *typed, session=session)

    return visit
