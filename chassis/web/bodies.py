"""Bodies: read within their limit, decoded strictly, and refused with the field and the reason."""

import re
from datetime import datetime, tzinfo
from email.message import Message as MailMessage
from functools import lru_cache
from typing import Final, TypeVar

import msgspec
from fastapi import Request

from chassis import problem
from chassis.problem import HttpRefused
from chassis.web.asgi import Receive, Scope
from chassis.web.headers import header
from chassis.web.reasons import Offered, all_wrong, of_no_json

T = TypeVar("T")

BODY_LIMIT: Final = 256 * 1024
"""Bytes of a request body: 10,000 pictures of two code points, escaped as `\\uXXXX\\uXXXX`, are 240,000."""
CHARSETS: Final = frozenset(
    ("utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "gb18030", "gbk", "gb2312", "big5")
)
"""Charsets of a JSON body that are read beside UTF-8: what older systems of departments write."""
_BOM: Final = b"\xef\xbb\xbf"
_YEARS: Final = range(2000, 9999)
"""Of an instant that somebody sends: at the ends of what a date can be nobody could show it in another zone."""


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The JSON body as UTF-8, at most `limit` bytes as it was sent. Raises Refused 413, 415, or 400 for a wrong charset."""
    charset = _charset(request.headers.get("content-type"))
    return _as_utf8(await read_file(request, limit), charset)


async def read_file(request: Request, limit: int) -> bytes:
    """A body of any type as it was sent, at most `limit` bytes. Raises Refused 413."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise _too_long(limit)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise _too_long(limit)
        parts.append(part)
    return b"".join(parts)


async def raw_body(scope: Scope, receive: Receive) -> bytes:
    """The JSON body on a hot route, as UTF-8. Raises what `read_body` does."""
    content_type = header(scope, b"content-type")
    charset = _charset(content_type.decode("latin-1") if content_type is not None else None)
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise problem.plain(400, "连接中断。")
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > BODY_LIMIT:
            raise _too_long(BODY_LIMIT)
        if not message.get("more_body"):
            return _as_utf8(body, charset)


def _too_long(limit: int) -> HttpRefused:
    return problem.plain(413, f"每次提交最多 {limit // 1024} KiB。")


@lru_cache(256)
def _charset(content_type: str | None) -> str:
    """The charset of a JSON body; one without a content type is taken as JSON. Raises Refused 415."""
    if content_type is None or content_type == "application/json":
        return "utf-8"
    parsed = MailMessage()
    parsed["content-type"] = content_type[:200]
    kind = parsed.get_content_type()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise problem.plain(415, "请以 Content-Type: application/json 提交。")
    charset = (parsed.get_content_charset() or "utf-8").replace("utf8", "utf-8")
    if charset not in CHARSETS:
        raise problem.plain(415, "请以 UTF-8 提交。")
    return charset


def _as_utf8(body: bytes, charset: str) -> bytes:
    """The body without a byte order mark, in UTF-8. Raises Refused 400 when it is not in its charset."""
    if charset != "utf-8":
        try:
            body = body.decode(charset).encode()
        except UnicodeError as failure:
            raise HttpRefused(400, "not-utf8", f"内容不是 {charset} 文本", "请以 UTF-8 提交。") from failure
    return body.removeprefix(_BOM)


_ESCAPED_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""U+0000 written as an escape; a backslash before it that is itself escaped does not count."""


def decode_body(body: bytes, kind: type[T], offered: Offered | None = None) -> T:
    """The strict JSON body of a request; raises Refused 400 for what is no JSON, 422 with every wrong field.

    `offered`: what would be taken of a field's choices, where that is less than its type allows.
    U+0000 and lone surrogates, which PostgreSQL refuses, are refused here with a clear sentence.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as failure:
        raise HttpRefused(400, "not-utf8", "内容不是 UTF-8 文本", "请以 UTF-8 提交。") from failure
    if "\0" in text or ("\\u0000" in text and _ESCAPED_NUL.search(text)):
        raise HttpRefused(400, "nul", "内容含有不能保存的字符", "请去掉空字符 U+0000。")
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as failure:
        wrong = all_wrong(body, kind, failure, offered or {})
        if wrong[0].field == "body" and wrong[0].reason.startswith("应为对象"):
            raise HttpRefused(400, "not-json", "内容应是一个 JSON 对象", wrong[0].reason) from failure
        raise HttpRefused(422, "invalid", problem.TITLES[422], errors=wrong) from failure
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as failure:
        raise HttpRefused(400, "not-json", "内容不是正确的 JSON", of_no_json(failure)) from failure


def in_city_time(instant: datetime, zone: tzinfo, field: str) -> datetime:
    """An instant of a body; without an offset it is city time. Raises Refused 422 for one that is of no time people live in."""
    try:
        found = instant.replace(tzinfo=zone) if instant.tzinfo is None else instant.astimezone(zone)
    except OverflowError as failure:
        raise problem.wrong_field(field, "不是有效的时间") from failure
    if found.year not in _YEARS:
        raise problem.wrong_field(field, f"应在 {_YEARS[0]} 年至 {_YEARS[-1]} 年之间")
    return found
