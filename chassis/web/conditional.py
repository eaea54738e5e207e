"""Conditional reads: an ETag over what is answered, 304 for a reader who has it."""

import hashlib
from collections.abc import Collection
from typing import Any

import msgspec
from fastapi import Request
from fastapi.responses import Response

from chassis.web.responses import Json

_encoder = msgspec.json.Encoder()


def with_etag(request: Request, content: Any, unhashed: Collection[str] = (), **headers: str) -> Response:
    """A public read with its ETag; 304 when the reader has it already.

    `unhashed` names the entries of a dict that differ with every read although nothing has changed,
    such as the instant of reading; the tag is made of the others.
    """
    body = content if isinstance(content, bytes) else _encoder.encode(content)
    hashed = body
    if unhashed:
        hashed = _encoder.encode({name: value for name, value in content.items() if name not in unhashed})
    tag = f'"{hashlib.blake2b(hashed, digest_size=12).hexdigest()}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"etag": tag, **headers})
    return Json(body, headers={"etag": tag, **headers})
