"""Mail that came back: what a delivery status notification (RFC 3464) says of a notice. Pure.

A mail server that took a notice in and could not deliver it writes a `multipart/report` to the sender: for people, for
machines (`message/delivery-status`), and the notice's own headers, whose Message-ID names it. What a server says in its own words
is passed over: it may hold the address.
"""

import re
from email import message_from_bytes
from email.message import Message
from typing import Final
from uuid import UUID

from services.notifier.core.case import Receipt

MOST_PARTS: Final = 200
"""A report has three; one that has more parts within parts is none."""
_NAMED: Final = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>\s]*>")
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}", re.ASCII)
UNSAID: Final = "bounced"
"""The reason where the report names no status."""


class Unreadable(ValueError):
    """Nothing that can be read as a mail."""


def receipt_of(mail: bytes) -> Receipt | None:
    """What a mail says became of a notice; None where it says nothing final, or of nothing that is a notice. Raises Unreadable.

    Delayed, relayed and expanded are not final: the server goes on trying, or knows no more.
    """
    try:
        message = message_from_bytes(mail)
        parts = []
        for part in message.walk():
            parts.append(part)
            if len(parts) > MOST_PARTS:
                raise Unreadable("too many parts")
    except RecursionError as problem:
        raise Unreadable("too deep") from problem
    if message.get_content_type() != "multipart/report":
        return None
    notice, said = _notice(parts), _said(parts)
    if not notice or said is None:
        return None
    arrived, reason = said
    return Receipt("mail", notice, arrived, reason)


def _said(parts: list[Message]) -> tuple[bool, str] | None:
    """Whether it arrived, and the status of what did not; a notice has one recipient, and one that failed has failed."""
    found: tuple[bool, str] | None = None
    for part in parts:
        blocks = part.get_payload() if part.get_content_type() == "message/delivery-status" else ()
        # The first block is about the report itself, each further one about a recipient.
        for block in blocks:
            if not isinstance(block, Message):
                continue
            action = str(block.get("Action", "")).strip().lower()
            if action == "failed":
                status = _STATUS.search(str(block.get("Status", "")))
                return False, status.group() if status else UNSAID
            if action == "delivered":
                found = True, ""
    return found


def _notice(parts: list[Message]) -> str:
    """The notice that came back: the Message-ID among its headers."""
    for part in parts:
        kind = part.get_content_type()
        headers: object = None
        if kind == "message/rfc822" and part.is_multipart():
            headers = part.get_payload(0)
        elif kind == "text/rfc822-headers":
            # In whatever form the server let them travel: base64 where a name is not of ASCII.
            encoded = part.get_payload(decode=True)
            headers = message_from_bytes(encoded) if isinstance(encoded, bytes) else None
        if isinstance(headers, Message):
            named = _NAMED.search(str(headers.get("Message-ID", "")))
            return str(UUID(named[1])) if named else ""
    return ""
