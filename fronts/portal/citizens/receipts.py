"""Receipts: where a sent post leads to, and where one can go back to.

A receipt holds the query code, which is stored nowhere. The browser that sent the post keeps it for half an hour in a
cookie that no script reads and that is sent to the receipt's own address alone; on any other device the address leads
to the form for number and code. Beside it lies a digest of what was sent, so that a form that is sent again after
going back is recognised, whatever key it carries.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

import segno
from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from city.typed import code_of
from fronts.portal.visits import Anyone, Visit

KEPT_SECONDS: Final = 1800
"""How long a browser keeps a receipt: time to write it down, and short on a device that others use, too."""
_CODE: Final = "wenzheng-receipt"
_SENT: Final = "wenzheng-sent"
_SENT_FORM: Final = re.compile(r"([0-9a-f]{16})\.([0-9a-f]{32})\.([0-9a-f]{32})\.([A-Z0-9-]{3,40})")

_POINTED: Final = "?point=given"

router = APIRouter(include_in_schema=False)
"""`/receipts/{number}`."""


def lead_to(visit: Visit, taken: Mapping[str, Any], body: dict[str, Any]) -> Response:
    """To the receipt of a post that was `taken` in with this body, under the form's key."""
    number, code, cookies = str(taken["number"]), str(taken["query_code"]), visit.site.cookies
    response = RedirectResponse(_path(number) + (_POINTED if "point" in body else ""), 303)
    cookies.keep(response, _CODE, code, path=_path(number), seconds=KEPT_SECONDS)
    salt = secrets.token_hex(8)
    kept = f"{salt}.{_digest(salt, body)}.{_digest(salt, visit.form.one('key'))}.{number}"
    cookies.keep(response, _SENT, kept, path="/post", seconds=KEPT_SECONDS)
    return response


def sent_before(visit: Visit, body: dict[str, Any]) -> str:
    """The number under which this browser has sent the very same under another key; empty when it has not.

    Under the same key intake itself answers with the first receipt.
    """
    kept = _SENT_FORM.fullmatch(visit.cookie(_SENT))
    if kept is None or _digest(kept[1], body) != kept[2] or sent_by_this_form(visit):
        return ""
    return kept[4]


def sent_by_this_form(visit: Visit) -> bool:
    """Whether this browser has its receipt under the form's own key already, as after a slow double click.

    What is alike would then be the very post, so nothing may be offered in its place.
    """
    kept = _SENT_FORM.fullmatch(visit.cookie(_SENT))
    return kept is not None and _digest(kept[1], visit.form.one("key")) == kept[3]


@router.get("/receipts/{number}")
async def receipt(visit: Anyone, point: str = "") -> Response:
    """The receipt, on the device that sent the post; elsewhere the form for number and code.

    `point`: one was given with the post, so it is read for its author to check.
    """
    site, number, code = visit.site, visit.number, code_of(visit.cookie(_CODE))
    if not code:
        return RedirectResponse(f"/follow?number={number}", 303)
    drawn = segno.make(f"{site.address}/follow?number={number}", error="m", micro=False)
    # The receipt is whole without intake, which is asked for nobody else's.
    path = "/v1/posts/{number}"
    own = await site.services.get("intake", path, code, number=number) if point else None
    qr = drawn.svg_inline(scale=5, border=3, light="#fff", dark="#000", omitsize=True)
    return site.pages.render(
        "receipt.html",
        number=number,
        code=code,
        point=own.body.get("point") if own is not None and own.ok else None,
        qr=qr,
        address=f"{site.address}/follow",
        minutes=KEPT_SECONDS // 60,
    )


@router.post("/receipts/{number}")
async def put_away(visit: Anyone) -> Response:
    """Forget the receipt at once, as on a device that others use, too."""
    response = RedirectResponse("/", 303)
    visit.site.cookies.forget(response, _CODE, path=_path(visit.number))
    visit.site.cookies.forget(response, _SENT, path="/post")
    return response


def _path(number: str) -> str:
    return f"/receipts/{number}"


def _digest(salt: str, content: Any) -> str:
    encoded = json.dumps(content, sort_keys=True).encode()
    return hashlib.blake2b(encoded, digest_size=16, salt=bytes.fromhex(salt)).hexdigest()
