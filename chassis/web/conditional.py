"""Conditional reads: an ETag over what is answered, 304 for a reader who has it (RFC 9110, 13.1.2)."""

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from fastapi import Request
from fastapi.responses import Response

from chassis.web.responses import Json

_encoder = msgspec.json.Encoder()


def with_etag(request: Request, content: Any, unhashed: Collection[str] = (), **headers: str) -> Response:
    """A read with its ETag; 304 when the reader has it already.

    The tag is weak: it stands for what is said, whether it is sent compressed or not (RFC 9110, 8.8.3).
    `unhashed` names fields of the content that do not make it another answer, such as the time of asking. Caches may
    keep the answer and must ask again before they use it.
    """
    body = content if isinstance(content, bytes) else _encoder.encode(content)
    tag = f'W/"{_digest(_without(content, unhashed)) if unhashed else _digest(body)}"'
    headers = {"Cache-Control": "no-cache"} | headers | {"ETag": tag}
    if has_it(request, tag):
        return Response(status_code=304, headers=headers)
    return Json(body, headers=headers)


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=12).hexdigest()


def _without(content: Mapping[str, Any], unhashed: Collection[str]) -> bytes:
    return _encoder.encode({name: value for name, value in content.items() if name not in unhashed})


def has_it(request: Request, tag: str) -> bool:
    """Whether the reader has what the tag stands for: `If-None-Match` names it, or `*`; several, weak or strong, compared weakly."""
    named = ",".join(request.headers.getlist("if-none-match"))
    given = [part.strip().removeprefix("W/") for part in named.split(",")]
    return given == ["*"] or tag.removeprefix("W/") in given
