"""What the real providers would refuse, read from their documents and not from our own channels."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from starlette.requests import Request

from city.notice_words import NoticeWords
from city.templates import OWN

FIELDS: Final = {
    "thing": re.compile(r".{1,20}"),
    "character_string": re.compile(r"[!-~]{1,32}"),
    "time": re.compile(r"(\d{4}年\d{1,2}月\d{1,2}日 )?\d{1,2}:\d{2}", re.ASCII),
    "date": re.compile(r"\d{4}年\d{1,2}月\d{1,2}日( \d{1,2}:\d{2})?", re.ASCII),
    "phrase": re.compile("[\u4e00-\u9fff]{1,5}"),
    "const": re.compile(r".{1,20}"),
}
"""What a field may hold, by its type."""
PHONE: Final = re.compile(r"(\+?86)?1[3-9]\d{9}|\+?\d{5,15}", re.ASCII)
OPENID: Final = re.compile(r"[A-Za-z0-9_-]{6,64}", re.ASCII)
_AUTHORIZATION: Final = re.compile(
    r"ACS3-HMAC-SHA256 Credential=(?P<key>[^,]+),SignedHeaders=(?P<names>[^,]+),Signature=(?P<signature>[0-9a-f]{64})"
)
_MUST_BE_SIGNED: Final = {
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
}


class Approved(NamedTuple):
    """Templates that the providers have approved: each with the fields that a message must fill."""

    wechat: Mapping[str, frozenset[str]]
    sms: Mapping[str, frozenset[str]]


def approved(words: NoticeWords) -> Approved:
    """Those that a city names, and those of a city that names none."""
    wechat: dict[str, frozenset[str]] = {}
    sms: dict[str, frozenset[str]] = {}
    for name, template in (*OWN.items(), *words.templates.items()):
        if name.startswith("wechat-"):
            wechat[template.id] = frozenset(field for field, _ in template.fields)
        elif name.startswith("sms"):
            sms[template.id] = frozenset(field for field, _ in template.fields)
    return Approved(wechat, sms)


def refusal(message: dict[str, Any], templates: Approved) -> int:
    """WeChat's error code for a subscription message; 0 for one that is right."""
    if not OPENID.fullmatch(str(message.get("touser", ""))):
        return 40003
    wanted = templates.wechat.get(str(message.get("template_id")))
    if wanted is None:
        return 40037
    values = {name: str(field.get("value", "")) for name, field in message.get("data", {}).items()}
    if values.keys() != wanted or not all(map(_fits, values, values.values())):
        return 47003
    return 0


def _fits(field: str, value: str) -> bool:
    """Whether a value is of the type that the field's name tells."""
    form = FIELDS.get(field.rstrip("0123456789"))
    return form is not None and value.isprintable() and form.fullmatch(value) is not None


def sms_refusal(template: str, parameters: str, templates: Approved) -> str:
    """Aliyun's error code for a template and its variables; empty for what is right."""
    wanted = templates.sms.get(template)
    if wanted is None:
        return "isv.SMS_TEMPLATE_ILLEGAL"
    try:
        given = json.loads(parameters)
    except ValueError:
        return "isv.INVALID_JSON_PARAM"
    return "" if all(given.get(name) for name in wanted) else "isv.TEMPLATE_MISSING_PARAMETERS"


def menu_refusal(menu: dict[str, Any]) -> int:
    """WeChat's error code for a menu of buttons without menus below them; 0 for one that is right."""
    buttons = menu.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        return 40016
    for button in buttons:
        if not 0 < len(str(button.get("name", "")).encode()) <= 16:
            return 40018
        if button.get("type") != "click" or not 0 < len(str(button.get("key", "")).encode()) <= 128:
            return 40017 if button.get("type") != "click" else 40019
    return 0


def rightly_signed(request: Request, body: bytes, secret: str) -> bool:
    """Whether a request of Aliyun's OpenAPI carries the signature that its own headers and body make."""
    given = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if given is None:
        return False
    names = given["names"].split(";")
    digest = hashlib.sha256(body).hexdigest()
    if names != sorted(names) or not set(names) >= _MUST_BE_SIGNED:
        return False
    if request.headers.get("x-acs-content-sha256") != digest:
        return False
    query = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in sorted(request.query_params.multi_items())
    )
    lines = [request.method, request.url.path, query]
    lines += [f"{name}:{request.headers.get(name, '').strip()}" for name in names]
    lines += ["", given["names"], digest]
    hashed = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    expected = hmac.new(secret.encode(), f"ACS3-HMAC-SHA256\n{hashed}".encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, given["signature"])
