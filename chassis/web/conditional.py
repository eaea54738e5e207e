"""Conditional reads: an ETag over what is answered, 304 for a reader who has it."""

import hashlib
from typing import Any

import msgspec
from fastapi import Request
from fastapi.responses import Response

from chassis.web.responses import Json

_encoder = msgspec.json.Encoder()


def with_etag(request: Request, content: Any, **headers: str) -> Response:
    """A public read with its ETag; 304 when the reader has it already."""
    body = content if isinstance(content, bytes) else _encoder.encode(content)
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"etag": tag, **headers})
    return Json(body, headers={"etag": tag, **headers})
