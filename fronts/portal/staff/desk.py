"""What every staff page needs: who asks, whether they may, what they typed, and calls made in their name."""

import hmac
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from chassis.clock import Clock
from chassis.tokens import Staff, sign
from chassis.web.responses import STORAGE_ERRORS
from fronts.portal.pages import Pages
from fronts.portal.services import Answer, Services
from fronts.portal.staff.accounts import ROLE_NAMES, Accounts
from fronts.portal.staff.sessions import Session, Sessions, same
from fronts.portal.staff.settings import StaffSettings
from fronts.portal.store import Account, Store

FORM_LIMIT: Final = 96 * 1024
"""Bytes of a form; ten thousand characters take up to 90,000 when they are sent as a form."""
FIELDS_LIMIT: Final = 500
TOKEN_SECONDS: Final = 60
"""How long a token for the services lasts."""
_RENEW_SECONDS: Final = 30
"""A token is used again while it is younger; services remember those they have checked."""

HOMES: Final = {
    "clerk": "/staff/cases",
    "leader": "/staff/approvals",
    "supervisor": "/staff/supervision",
    "mayor": "/staff/reports",
}
LINKS: Final = {
    "clerk": (("/staff/cases", "收件箱"),),
    "leader": (("/staff/approvals", "待审批"), ("/staff/cases", "本单位帖子")),
    "supervisor": (
        ("/staff/supervision", "督查"),
        ("/staff/league", "通报"),
        ("/staff/accountability", "问责记录"),
        ("/wall", "大屏"),
    ),
    "mayor": (("/staff/reports", "专报"), ("/staff/league", "通报"), ("/wall", "大屏")),
}
"""Role to its first page, and to what it finds at the head of every page."""


_NUMBER: Final = re.compile(r"[A-Z0-9]{1,12}(?:-[A-Z0-9]{1,12}){1,3}")


def checked_number(number: str) -> str | None:
    """The number as it is written, or None for what cannot be one: it becomes part of an address."""
    typed = number.strip().upper()
    return typed if _NUMBER.fullmatch(typed) else None


class Turned(Exception):
    """The request ends here, with this response."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class Form:
    """What was typed into a form."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self._fields = fields

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def one(self, name: str) -> str:
        """The field's text; empty when it was not sent."""
        return self._fields.get(name, [""])[0]

    def all(self, name: str) -> list[str]:
        """Every value of a field, as of checkboxes."""
        return self._fields.get(name, [])

    def renamed(self, name: str, names: Mapping[str, str]) -> "Form":
        """The form with what was typed into one field put into other words, where they are known."""
        typed = [names.get(value.strip(), value.strip()) for value in self.all(name)]
        return Form({**self._fields, name: typed})

    def given(self) -> dict[str, str]:
        """Field to text, to show again what was typed."""
        return {name: values[0] for name, values in self._fields.items() if name != "form"}


class Signer:
    """Tokens that name person, unit and role to the services."""

    def __init__(self, private_key: bytes) -> None:
        self._key = private_key
        self._known: dict[Staff, tuple[float, str]] = {}

    def token(self, account: Account) -> str:
        """A token that holds for at least half a minute more."""
        staff = Staff(account.person, account.department, account.role)
        known = self._known.get(staff)
        if known is not None and time.monotonic() - known[0] < _RENEW_SECONDS:
            return known[1]
        if len(self._known) > 2000:
            self._known.clear()
        made = sign(self._key, staff, TOKEN_SECONDS)
        self._known[staff] = (time.monotonic(), made)
        return made


@dataclass
class Desk:
    """What the staff pages work with."""

    pages: Pages
    services: Services
    store: Store
    accounts: Accounts
    sessions: Sessions
    signer: Signer
    settings: StaffSettings
    clock: Clock
    """City time, in which cases are due."""
    before_key: bytes
    """Guards the form of those who have no session yet."""
    seats: tuple[tuple[str, str], ...] = ()
    """Code and name of whom a visitor of a demonstration may turn into."""

    @property
    def cookie(self) -> str:
        """Name of the session's cookie; the prefix binds it to this host (RFC 6265bis)."""
        return "__Host-wenzheng" if self.settings.secure else "wenzheng"

    @property
    def before(self) -> str:
        """Name of the cookie of those who have no session yet."""
        return f"{self.cookie}-before"

    def before_form(self, cookie: str) -> str:
        """What a form carries before there is a session; follows from the browser's own cookie."""
        return hmac.digest(self.before_key, cookie.encode("utf-8", "surrogatepass"), "sha256").hex()

    def is_ours(self, request: Request, form: "Form", session: Session | None) -> bool:
        """Whether a form was shown by this portal to this very browser, in its session or before it has one."""
        if session is not None:
            return same(form.one("form"), session.form_token)
        cookie = request.cookies.get(self.before, "")
        return bool(cookie) and same(form.one("form"), self.before_form(cookie))

    def render(self, name: str, session: Session | None = None, status: int = 200, **values: Any) -> Response:
        """A page of the staff side."""
        account = session.account if session is not None else None
        return self.pages.render(
            f"staff/{name}",
            status,
            me=account,
            form_token=session.form_token if session is not None else "",
            seats=self.seats,
            role_name=ROLE_NAMES.get(account.role, account.role) if account is not None else "",
            my_unit=self.pages.profile.department_name(account.department) if account is not None else "",
            links=LINKS.get(account.role, ()) if account is not None and self.stage(account) == "" else (),
            **values,
        )

    def refuse(self, status: int, sentence: str, session: Session | None = None) -> Response:
        """A page that says why not."""
        response = self.render("refused.html", session, status, sentence=sentence)
        if status == 503:
            response.headers["Retry-After"] = "5"
        return response

    def stage(self, account: Account) -> str:
        """The page somebody must go through first; empty when the whole desk is open."""
        if account.must_change:
            return "/staff/password"
        if account.source == "local" and self.settings.totp_required and not account.totp_bound:
            return "/staff/enrol"
        return ""

    def put_cookie(self, response: Response, name: str, value: str, same_site: str = "strict") -> None:
        """A cookie that no script reads."""
        response.set_cookie(
            name,
            value,
            httponly=True,
            secure=self.settings.secure,
            samesite="lax" if same_site == "lax" else "strict",
            path="/",
        )

    async def session(self, request: Request) -> Session | None:
        """The open session of the request. Raises Turned while it cannot be looked up."""
        try:
            found = await self.sessions.find(request.cookies.get(self.cookie, ""))
        except STORAGE_ERRORS as failure:
            raise Turned(self.refuse(503, "系统暂时不可用,请稍后再试。")) from failure
        # The account of a demonstration opens nothing where there is none.
        foreign = found is not None and found.account.source == "demo" and not self.settings.demo_sign_in
        return None if foreign else found

    async def form(self, request: Request) -> Form:
        """The fields of a form. Raises Turned 413 for one that is too long, 400 for what is none."""
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > FORM_LIMIT:
                raise Turned(self.refuse(413, "提交的内容太长,请删减后再试。"))
        try:
            fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=FIELDS_LIMIT)
        except ValueError as failure:
            raise Turned(self.refuse(400, "提交的内容不能识别。")) from failure
        return Form({name: [value.replace("\0", "") for value in values] for name, values in fields.items()})


@dataclass
class Visit:
    """One request of a member of staff who may make it."""

    desk: Desk
    request: Request
    session: Session
    form: Form

    @property
    def me(self) -> Account:
        """Who asks."""
        return self.session.account

    @property
    def token(self) -> str:
        """What names them to the services."""
        return self.desk.signer.token(self.me)

    async def read(self, service: str, path: str, **query: str) -> Answer:
        """Read something in their name."""
        return await self.desk.services.read_as(self.token, service, path, query)

    async def act(self, path: str, body: dict[str, Any], key: str) -> Answer:
        """Do something in their name."""
        return await self.desk.services.act_as(self.token, path, body, key)

    async def remove(self, path: str, key: str) -> Answer:
        """Take something away in their name."""
        return await self.desk.services.remove_as(self.token, path, key)

    def render(self, name: str, status: int = 200, **values: Any) -> Response:
        """A page for them."""
        return self.desk.render(name, self.session, status, **values)

    def refuse(self, status: int, sentence: str) -> Response:
        """A page that says why not."""
        return self.desk.refuse(status, sentence, self.session)


def guard(desk: Desk, *roles: str, stage: str = "") -> Callable[[Request], Awaitable[Visit]]:
    """Lets through who is signed in, in one of the roles, and sends forms of this very session.

    `stage`: the page belongs to those who must go through it first, whatever their role.
    """

    async def visit(request: Request) -> Visit:
        session = await desk.session(request)
        if session is None:
            where = f"?next={quote(request.url.path)}" if request.method == "GET" else ""
            raise Turned(RedirectResponse(f"/staff/sign-in{where}", 303))
        first = desk.stage(session.account)
        if first and stage not in (first, "any"):
            raise Turned(RedirectResponse(first, 303))
        fit = roles or (ROLE_NAMES if stage != "any" else (session.account.role,))
        if session.account.role not in fit:
            raise Turned(desk.refuse(403, "您的角色不能使用此页面。", session))
        form = Form({})
        if request.method == "POST":
            form = await desk.form(request)
            if not same(form.one("form"), session.form_token):
                raise Turned(desk.refuse(403, "表单已失效,请返回后重新提交。", session))
        return Visit(desk, request, session, form)

    return visit
