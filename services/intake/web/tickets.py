"""Tickets of files: what a client holds between giving a file and posting. The service keeps nothing of it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from chassis.problem import wrong_field
from chassis.vault import Secrets, seal_bytes, unseal_bytes
from services.intake.core.attachments import Given
from services.intake.store import TICKET_SECONDS

_BOUND_TO: Final = "ticket"
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Given)


def ticket_of(secrets: Secrets, given: Given) -> str:
    """The ticket of a file: sealed, for it holds the file's key."""
    return urlsafe_b64encode(seal_bytes(secrets.ticket, _encoder.encode(given), _BOUND_TO)).decode()


def said_again(body: msgspec.Struct, given: Sequence[Given]) -> bytes:
    """A body with what its files hold in place of their tickets: a file that is given once more is the same file."""
    held = tuple(one.content.hex() for one in given)
    return msgspec.json.encode(replace(body, attachments=held))


def opened(secrets: Secrets, tickets: tuple[str, ...], now: float) -> tuple[Given, ...]:
    """The files of tickets, each once; `now` is real seconds since 1970. Raises HttpRefused 422 for what is no valid ticket."""
    found: dict[str, Given] = {}
    for ticket in tickets:
        try:
            box = urlsafe_b64decode(ticket.encode("ascii"))
            given = _decoder.decode(unseal_bytes(secrets.ticket, box, _BOUND_TO))
        except (ValueError, msgspec.DecodeError) as failure:
            raise wrong_field("attachments", "附件凭证不正确,请重新选择文件") from failure
        if now - given.at > TICKET_SECONDS:
            raise wrong_field("attachments", "附件已超过两小时,请重新选择文件")
        found.setdefault(given.id, given)
    return tuple(found.values())
