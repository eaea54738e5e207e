"""How a request with an idempotency key reaches a desk: a repeat is answered as the first time."""

import hashlib
from collections.abc import Callable, Sequence

from fastapi import Request
from fastapi.responses import Response

from chassis.engine.answers import IdempotencyKey
from chassis.engine.desk import Desk
from chassis.identity import uuid7
from chassis.store import Input
from chassis.web.headers import idempotency_key
from chassis.web.responses import Json


def body_hash(body: bytes) -> str:
    """A body's hash, by which a repeat is told from another request under the same key."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def of_staff(person: str) -> str:
    """In whose name the keys of a member of staff hold; citizens' names stand apart from it."""
    return f"staff:{person}"


async def hand_in(
    desk: Desk,
    request: Request,
    caller: str,
    body: bytes,
    inputs: Sequence[Input],
    encode: Callable[[list[object]], bytes],
) -> Response:
    """All inputs of a request or none; 202 with what `encode` makes of the rules' answers.

    `caller` is in whose name the key holds. Raises Refused as the rules do, 400 for a key that is none, and 422 for
    one that was used for another body.
    """
    key = idempotency_key(request.headers.get("idempotency-key"))
    named = IdempotencyKey(caller, request.url.path, key, body_hash(body))
    return Json(await desk.submit(inputs, uuid7(), encode, named), 202)
