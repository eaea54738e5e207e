"""What a person is told when something is wrong: problem documents (RFC 9457) with the remedy, in Chinese."""

from typing import Any

import msgspec

from chassis.failures import Refused
from contracts.decision import FieldError

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


def document(refused: Refused) -> bytes:
    """The body of a problem document."""
    found: dict[str, Any] = {
        "type": f"urn:wenzheng:problem:{refused.kind}",
        "title": refused.title,
        "status": refused.status,
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
    if refused.retry_after is not None:
        found.append((b"retry-after", str(refused.retry_after).encode()))
    if refused.status == 401:
        found.append((b"www-authenticate", b"Bearer"))
    return found


def plain(status: int, detail: str = "") -> Refused:
    """A problem that says no more than its status does."""
    return Refused(status, f"http-{status}", TITLES.get(status, TITLES[500]), detail)


def wrong_field(field: str, reason: str) -> Refused:
    """One field is wrong."""
    return Refused(422, "invalid", TITLES[422], errors=(FieldError(field, reason),))


def not_stored() -> Refused:
    """The system cannot store now: never a 202."""
    return Refused(503, "unavailable", TITLES[503], retry_after=5)
