"""Bodies: read within their limit, decoded strictly, and refused with the field and the reason."""

from typing import TypeVar

import msgspec
from fastapi import Request

from chassis import problem
from chassis.failures import HttpRefused
from chassis.web.asgi import Receive, Scope
from contracts.decision import FieldError

T = TypeVar("T")

BODY_LIMIT = 256 * 1024
"""Bytes of a request body: 10,000 pictures of two code points, escaped as `\\uXXXX\\uXXXX`, are 240,000."""


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The body, at most so many bytes (256 KiB where people write). Raises Refused 413."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise problem.plain(413, f"每次提交最多 {limit // 1024} KiB。")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise problem.plain(413, f"每次提交最多 {limit // 1024} KiB。")
        parts.append(part)
    return b"".join(parts)


async def raw_body(scope: Scope, receive: Receive) -> bytes:
    """The body on a hot route. Raises Refused 413."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise problem.plain(400, "连接中断。")
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > BODY_LIMIT:
            raise problem.plain(413, f"每次提交最多 {BODY_LIMIT // 1024} KiB。")
        if not message.get("more_body"):
            return body


def decode_body(body: bytes, kind: type[T]) -> T:
    """The strict JSON body of a request; raises Refused 400 for what is no JSON, 422 for a wrong field.

    U+0000 and lone surrogates, which PostgreSQL refuses, are refused here with a clear sentence.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as failure:
        raise HttpRefused(400, "not-utf8", "内容不是 UTF-8 文本") from failure
    if "\\u0000" in text or "\0" in text:
        raise HttpRefused(400, "nul", "内容含有不能保存的字符", "请去掉空字符 U+0000。")
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as failure:
        field, reason = _field(str(failure))
        if field == "body" and reason.startswith("类型"):
            raise HttpRefused(400, "not-json", "内容应是一个 JSON 对象", reason) from failure
        raise HttpRefused(
            422, "invalid", problem.TITLES[422], errors=(FieldError(field, reason),)
        ) from failure
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as failure:
        raise HttpRefused(400, "not-json", "内容不是正确的 JSON", _sentence(failure)) from failure


def _sentence(failure: Exception) -> str:
    if isinstance(failure, RecursionError):
        return "嵌套太深。"
    text = str(failure)
    if "surrogate" in text:
        return "含有不完整的字符(孤立的代理码位)。"
    return text


def _field(text: str) -> tuple[str, str]:
    """msgspec says `Expected … - at `$.field``; people want the field and a Chinese reason."""
    reason, _, place = text.partition(" - at ")
    field = place.strip("`").removeprefix("$").lstrip(".") or "body"
    if "missing required field" in reason:
        name = reason.split("`")[1]
        return (f"{field}.{name}" if field != "body" else name), "必填"
    if "unknown field" in reason:
        return reason.split("`")[1], "没有这个字段"
    if "enum value" in reason or "Invalid value" in reason:
        return field, f"取值不在允许范围内({reason})"
    if "length" in reason:
        return field, f"长度不符({reason})"
    return field, f"类型或取值不对({reason})"
