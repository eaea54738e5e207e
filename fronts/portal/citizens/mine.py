"""My posts: who proves a telephone by a code sent there sees every post of it, over web and WeChat, with its query code.

The proof and the session are intake's; the browser keeps the session's token in a cookie of these pages alone, until it is
closed or two hours pass. Who came from a debate, a dialogue or a survey is led back there. The page asks for a code the same way for every number, whether any post names it or not.
"""

import re
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from fronts.portal.forms import Form, fresh_key, read_form
from fronts.portal.services import Answer
from fronts.portal.site import Here, Site

SESSION: Final = "wenzheng-mine"
_PATH: Final = "/my"
_BACK: Final = re.compile(r"/my/(debates|dialogues|surveys)/[0-9a-f-]{36}")
"""Where somebody may be led back to."""
_LONGEST: Final = 60
"""Characters of a telephone or code that are passed on and shown again."""

router = APIRouter(include_in_schema=False)
"""`/my`."""


@router.get(_PATH)
async def mine(request: Request, site: Here, cursor: str = "") -> Response:
    """The posts of who is signed in; else the form for the telephone."""
    token = site.cookies.read(request, SESSION)
    if not token:
        return ask(site)
    asked = {"cursor": cursor} if cursor else {}
    answer = await site.services.read_as(token, "intake", "/v1/my/posts", **asked)
    if answer.status == 401:
        return expired(site)
    if not answer.ok:
        return site.pages.refuse(answer.status, answer.sentence)
    return site.pages.render(
        "mine.html",
        posts=answer.body["posts"],
        further=f"{_PATH}?cursor={answer.cursor}" if answer.cursor else "",
        later=bool(cursor),
    )


@router.post(_PATH)
async def prove(request: Request, site: Here) -> Response:
    """Send a code, take one in, or sign out."""
    typed = await read_form(request)
    match typed.one("act"):
        case "leave":
            return await _leave(request, site)
        case "code":
            return await _take_in(site, typed)
        case _:
            return await _send(site, typed)


async def _send(site: Site, typed: Form) -> Response:
    phone = typed.one("phone")[:_LONGEST]
    back = typed.one("back")
    if not phone.strip():
        return ask(site, 422, "请填写手机号。", back=back)
    answer = await site.services.ask_code(phone)
    if not answer.ok:
        return ask(site, answer.status, _sentence(answer), phone, back)
    return _type(site, phone, str(answer.body["sign_in"]), back)


async def _take_in(site: Site, typed: Form) -> Response:
    phone, sign_in = typed.one("phone")[:_LONGEST], typed.one("sign_in")[:_LONGEST]
    code = typed.one("code")[:_LONGEST]
    if not code.strip():
        return _type(site, phone, sign_in, typed.one("back"), 422, "请填写验证码。")
    answer = await site.services.sign_in(sign_in, code)
    if not answer.ok:
        return _type(site, phone, sign_in, typed.one("back"), answer.status, answer.sentence)
    response = RedirectResponse(_back(typed.one("back")) or _PATH, 303)
    site.cookies.keep(response, SESSION, str(answer.body["token"]), path=_PATH)
    return response


async def _leave(request: Request, site: Site) -> Response:
    token = site.cookies.read(request, SESSION)
    if token:
        await site.services.remove_as(token, "/v1/sessions/mine", "")
    response = RedirectResponse("/", 303)
    site.cookies.forget(response, SESSION, path=_PATH)
    return response


def ask(site: Site, status: int = 200, sentence: str = "", phone: str = "", back: str = "") -> Response:
    """The form for the telephone; whoever proves it is led on to `back`, or to the own posts."""
    return _form(site, status, phone, "", sentence, back)


def expired(site: Site, back: str = "") -> Response:
    """As `ask`, for whose session is over."""
    response = ask(site, sentence="登录已过期,请重新验证手机号。", back=back)
    site.cookies.forget(response, SESSION, path=_PATH)
    return response


async def pass_for(request: Request, site: Site, identity: str, back: str, missing: str) -> str | Response:
    """A pass for a place (chassis/passes.py); else the page on which a telephone is proved, which leads to `back`.

    `missing`: what is said where no place can have this identity.
    """
    token = site.cookies.read(request, SESSION)
    if not token:
        return ask(site, back=back)
    given = await site.services.act_as(token, "/v1/my/passes", {"place": identity}, fresh_key())
    if given.ok:
        return str(given.body["token"])
    if given.status == 401:
        return expired(site, back)
    return site.pages.refuse(given.status, missing if given.status == 422 else given.sentence)


def _type(site: Site, phone: str, sign_in: str, back: str, status: int = 200, sentence: str = "") -> Response:
    return _form(site, status, phone, sign_in, sentence, back)


def _form(site: Site, status: int, phone: str, sign_in: str, sentence: str, back: str) -> Response:
    return site.pages.render(
        "prove.html", status, phone=phone, sign_in=sign_in, problem=sentence, back=_back(back)
    )


def _back(typed: str) -> str:
    return typed if _BACK.fullmatch(typed) else ""


def _sentence(answer: Answer) -> str:
    if answer.status == 422:
        return "请填写手机号码,验证码以短信发送。"
    return answer.sentence
