"""What a person is told when something is wrong: problem documents (RFC 9457) with the remedy, in Chinese."""

from typing import Any, Final

import msgspec

from chassis.failures import HttpRefused, Refused
from contracts.decision import FieldError, Forbidden, Invalid, NotFound, NotNow

MEDIA_TYPE = "application/problem+json"
_encoder = msgspec.json.Encoder()

TITLES = {
    400: "请求不正确",
    401: "请先登录",
    403: "没有此项权限",
    404: "没有找到",
    405: "不支持这种请求方式",
    409: "现在不能这样做",
    413: "内容太长",
    415: "不支持这种内容格式",
    422: "填写的内容有问题",
    429: "请求太频繁,请稍后再试",
    500: "系统出错,请稍后再试",
    503: "系统暂时不能保存,请稍后再试",
}


STATUSES: Final[dict[type[Refused], int]] = {Invalid: 422, Forbidden: 403, NotFound: 404, NotNow: 409}
"""What a rule's refusal becomes, by its kind."""


def status_of(refused: Refused) -> int:
    """The HTTP status of a refusal. Raises KeyError for a kind without one."""
    return refused.status if isinstance(refused, HttpRefused) else STATUSES[type(refused)]


def document(refused: Refused) -> bytes:
    """The body of a problem document."""
    found: dict[str, Any] = {
        "type": f"urn:wenzheng:problem:{refused.kind}",
        "title": refused.title,
        "status": status_of(refused),
    }
    if refused.detail:
        found["detail"] = refused.detail
    if refused.errors:
        found["errors"] = refused.errors
    if refused.allowed is not None:
        found["allowed"] = refused.allowed
    return _encoder.encode(found)


def headers(refused: Refused) -> list[tuple[bytes, bytes]]:
    """The headers that go with it."""
    found = [(b"content-type", MEDIA_TYPE.encode())]
    if isinstance(refused, HttpRefused) and refused.retry_after is not None:
        found.append((b"retry-after", str(refused.retry_after).encode()))
    if status_of(refused) == 401:
        found.append((b"www-authenticate", b"Bearer"))
    return found


def plain(status: int, detail: str = "") -> HttpRefused:
    """A problem that says no more than its status does."""
    return HttpRefused(status, f"http-{status}", TITLES.get(status, TITLES[500]), detail)


def wrong_field(field: str, reason: str) -> HttpRefused:
    """One field is wrong."""
    return HttpRefused(422, "invalid", TITLES[422], errors=(FieldError(field, reason),))


def not_stored() -> HttpRefused:
    """The system cannot store now: never a 202."""
    return HttpRefused(503, "unavailable", TITLES[503], retry_after=5)
