"""What the real providers would refuse, read from their documents and not from our own channels."""

import hashlib
import hmac
import re
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request

TEMPLATES: Final = ("progress",)
FIELD_LENGTH: Final = 20
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


def refusal(message: dict[str, Any]) -> int:
    """WeChat's error code for a subscription message; 0 for one that is right."""
    if not OPENID.fullmatch(str(message.get("touser", ""))):
        return 40003
    if message.get("template_id") not in TEMPLATES:
        return 40037
    fields = message.get("data", {})
    values = [str(field.get("value", "")) for field in fields.values()]
    if not values or any(
        not value or len(value) > FIELD_LENGTH or not value.isprintable() for value in values
    ):
        return 47003
    return 0


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
