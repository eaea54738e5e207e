"""What a person is told when something is wrong: problem documents (RFC 9457) with the remedy, in Chinese."""

from types import TracebackType
from typing import Any, Final

import msgspec

from contracts.decision import FieldError, Forbidden, Invalid, NotFound, NotNow, Refused

MEDIA_TYPE = "application/problem+json"
_encoder = msgspec.json.Encoder()

TITLES = {
    400: "请求不正确",
    401: "请先登录",
    403: "没有此项权限",
    404: "没有找到",
    405: "不支持这种请求方式",
    406: "没有这种格式的回答",
    408: "请求没有按时发完",
    409: "现在不能这样做",
    413: "内容太长",
    415: "不支持这种内容格式",
    416: "文件没有这一段",
    421: "不认识这个网址",
    422: "填写的内容有问题",
    429: "请求太频繁,请稍后再试",
    431: "请求头太长",
    500: "系统出错,请稍后再试",
    503: "系统暂时不能保存,请稍后再试",
}


PLAIN: Final = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "too-slow",
    413: "too-long",
    415: "unsupported-media-type",
    416: "range-not-satisfiable",
    421: "host-unknown",
    422: "invalid",
    429: "too-many",
    431: "headers-too-large",
    500: "broken",
    503: "unavailable",
}
"""The problem's type where there is nothing more to say than the status does."""
COME_AGAIN: Final = 5
"""Seconds in `Retry-After` where no better number is known."""

STATUSES: Final[dict[type[Refused], int]] = {Invalid: 422, Forbidden: 403, NotFound: 404, NotNow: 409}
"""What a rule's refusal becomes, by its kind."""


class HttpRefused(Refused):
    """Refused at a door: `status` is the HTTP status, `retry_after` real seconds."""

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        detail: str = "",
        errors: tuple[FieldError, ...] = (),
        allowed: tuple[str, ...] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(kind, title, detail, errors, allowed)
        self.status = status
        self.retry_after = retry_after


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
    kind = PLAIN.get(status, PLAIN[500])
    title = TITLES.get(status, TITLES[500])
    return HttpRefused(status, kind, title, detail, retry_after=COME_AGAIN if status in (429, 503) else None)


def wrong_field(field: str, reason: str) -> HttpRefused:
    """One field is wrong."""
    return HttpRefused(422, "invalid", TITLES[422], errors=(FieldError(field, reason),))


def not_stored() -> HttpRefused:
    """The system cannot store now: never a 202."""
    return plain(503)


class WrongFields:
    """Gathers what is refused under `with`, field by field, so that a person reads all of it at once."""

    def __init__(self) -> None:
        self._errors: list[FieldError] = []

    def __enter__(self) -> None:
        """The fields that follow may be wrong."""

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """A refusal that names fields is kept for later; any other failure goes on."""
        if isinstance(failure, Refused) and failure.errors:
            self._errors += failure.errors
            return True
        return False

    def check(self) -> None:
        """Raises HttpRefused 422 when a field was wrong."""
        if self._errors:
            raise HttpRefused(422, "invalid", TITLES[422], errors=tuple(self._errors))
