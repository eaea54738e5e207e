"""My posts: who proves a telephone by a code sent there sees every post of it, over web and WeChat, with its query code.

The proof and the session are intake's; the browser keeps the session's token in a cookie of these pages alone, until it is
closed or two hours pass. Who came from a debate, a dialogue or a survey is led back there. The page asks for a code the same way for every number, whether any post names it or not.
"""

import re
import uuid
from typing import Final

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from fronts.portal.visits import Anyone, Visit

SESSION: Final = "wenzheng-mine"
_PATH: Final = "/my"
_BACK: Final = re.compile(r"/my/(debates|dialogues|surveys)/[0-9a-f-]{36}")
"""Where somebody may be led back to."""
_LONGEST: Final = 60
"""Characters of a telephone or code that are passed on and shown again."""

router = APIRouter(include_in_schema=False)
"""`/my`."""


@router.get(_PATH)
async def mine(visit: Anyone, cursor: str = "") -> Response:
    """The posts of who is signed in; else the form for the telephone."""
    token = visit.cookie(SESSION)
    if not token:
        return ask(visit)
    asked = {"cursor": cursor} if cursor else {}
    answer = await visit.site.services.read_as(token, "intake", "/v1/my/posts", **asked)
    if answer.status == 401:
        return expired(visit)
    if not answer.ok:
        return visit.refuse(answer.status, answer.sentence)
    return visit.site.pages.render(
        "mine.html",
        posts=answer.body["posts"],
        further=f"{_PATH}?cursor={answer.cursor}" if answer.cursor else "",
        later=bool(cursor),
    )


@router.post(_PATH)
async def prove(visit: Anyone) -> Response:
    """Send a code, take one in, or sign out."""
    match visit.form.one("act"):
        case "leave":
            return await _leave(visit)
        case "code":
            return await _take_in(visit)
        case _:
            return await _send(visit)


async def _send(visit: Visit) -> Response:
    phone, back = visit.form.one("phone")[:_LONGEST], visit.form.one("back")
    if not phone.strip():
        return ask(visit, 422, "请填写手机号。", back=back)
    answer = await visit.site.services.ask_code(phone)
    if not answer.ok:
        sentence = "请填写手机号码,验证码以短信发送。" if answer.status == 422 else answer.sentence
        return ask(visit, answer.status, sentence, phone, back)
    return _type(visit, phone, str(answer.body["sign_in"]), back)


async def _take_in(visit: Visit) -> Response:
    typed = visit.form
    phone, sign_in = typed.one("phone")[:_LONGEST], typed.one("sign_in")[:_LONGEST]
    code = typed.one("code")[:_LONGEST]
    if not code.strip():
        return _type(visit, phone, sign_in, typed.one("back"), 422, "请填写验证码。")
    answer = await visit.site.services.sign_in(sign_in, code)
    if not answer.ok:
        return _type(visit, phone, sign_in, typed.one("back"), answer.status, answer.sentence)
    response = RedirectResponse(_back(typed.one("back")) or _PATH, 303)
    visit.site.cookies.keep(response, SESSION, str(answer.body["token"]), path=_PATH)
    return response


async def _leave(visit: Visit) -> Response:
    token = visit.cookie(SESSION)
    if token:
        await visit.site.services.remove_as(token, "/v1/sessions/mine", "")
    response = RedirectResponse("/", 303)
    visit.site.cookies.forget(response, SESSION, path=_PATH)
    return response


def ask(visit: Visit, status: int = 200, sentence: str = "", phone: str = "", back: str = "") -> Response:
    """The form for the telephone; whoever proves it is led on to `back`, or to the own posts."""
    return _form(visit, status, phone, "", sentence, back)


def expired(visit: Visit, back: str = "") -> Response:
    """As `ask`, for whose session is over."""
    response = ask(visit, sentence="登录已过期,请重新验证手机号。", back=back)
    visit.site.cookies.forget(response, SESSION, path=_PATH)
    return response


async def pass_for(visit: Visit, identity: str, back: str, missing: str) -> str | Response:
    """A pass for a place (chassis/passes.py); else the page on which a telephone is proved, which leads to `back`.

    `missing`: what is said where no place can have this identity.
    """
    token = visit.cookie(SESSION)
    if not token:
        return ask(visit, back=back)
    given = await visit.site.services.act_as(token, "/v1/my/passes", {"place": identity}, uuid.uuid4().hex)
    if given.ok:
        return str(given.body["token"])
    if given.status == 401:
        return expired(visit, back)
    return visit.refuse(given.status, missing if given.status == 422 else given.sentence)


def _type(
    visit: Visit, phone: str, sign_in: str, back: str, status: int = 200, sentence: str = ""
) -> Response:
    return _form(visit, status, phone, sign_in, sentence, back)


def _form(visit: Visit, status: int, phone: str, sign_in: str, sentence: str, back: str) -> Response:
    return visit.site.pages.render(
        "prove.html", status, phone=phone, sign_in=sign_in, problem=sentence, back=_back(back)
    )


def _back(typed: str) -> str:
    return typed if _BACK.fullmatch(typed) else ""
