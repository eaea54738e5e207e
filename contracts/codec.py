"""Events to bytes and back: CloudEvents 1.0 in Kafka's binary mode, a JSON body, one record per event."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

import msgspec
from msgspec import Struct

from contracts.facts import Fact
from contracts.topics import Topic, type_of

Headers = Sequence[tuple[str, bytes]]

_encoder: Final = msgspec.json.Encoder()
_SEQ: Final = "ce_seq"

Lift = Callable[[Mapping[str, Any]], Mapping[str, Any]]
LIFTS: Final[dict[str, Lift]] = {}
"""Older type to the function that lifts its body to the present one, so that cores know one shape."""


class Unreadable(Exception):
    """Bytes that are no event we know; the argument says why, without quoting the bytes."""


class Event(Struct, frozen=True, gc=False):
    """One fact on the bus with what the bus must know of it."""

    id: str
    """Derived from its cause, so that a repeated handling says the same event."""
    topic: str
    subject: str
    seq: int
    """1, 2, 3 …: its number among the facts said in this topic about this subject."""
    fact: Fact
    source: str
    """The service that said it."""


class Record(Struct, frozen=True, gc=False):
    """What a Kafka record holds: key, value, headers."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


Addressed = tuple[str, int, Record]
"""Topic, partition, record."""


def encode(event: Event) -> Record:
    """The record of an event. Header `ce_department` is set where the fact names a department, for filtering."""
    fact = event.fact
    subject = event.subject.encode()
    headers = (
        *_fixed_headers(type(fact), event.source),
        ("ce_id", event.id.encode()),
        ("ce_time", _encoder.encode(fact.at)[1:-1]),
        ("ce_subject", subject),
        (_SEQ, str(event.seq).encode()),
    )
    department = getattr(fact, "department", "")
    if department:
        headers += (("ce_department", department.encode()),)
    return Record(subject, _encoder.encode(fact), headers)


@cache
def _fixed_headers(kind: type[Fact], source: str) -> tuple[tuple[str, bytes], ...]:
    """What is the same for all events of a kind."""
    return (
        ("ce_specversion", b"1.0"),
        ("ce_type", type_of(kind).encode()),
        ("ce_source", source.encode()),
        ("content-type", b"application/json"),
    )


def decode(topic: Topic, key: bytes | None, value: bytes | None, headers: Headers) -> Event:
    """The event of a record.

    Raises Unreadable when key, headers or body are missing, disagree, or name a kind or version
    that is not said in this topic.
    """
    found = dict(headers)
    subject, seq = placed(key, headers)
    if value is None:
        raise Unreadable("no body")
    try:
        identity = found["ce_id"].decode()
        kind = found["ce_type"].decode()
        source = found["ce_source"].decode()
    except (KeyError, UnicodeDecodeError) as problem:
        raise Unreadable(f"header missing or not text: {problem}") from None
    lift = LIFTS.get(kind)
    try:
        if lift is not None:
            value = _encoder.encode(lift(msgspec.json.decode(value)))
        fact: Fact = topic.decoder.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise Unreadable(f"body is no fact of {topic.name}: {problem}") from None
    if lift is None and type_of(type(fact)) != kind:
        raise Unreadable(f"header says {kind}, body says {type_of(type(fact))}")
    if fact.at.tzinfo is None:
        raise Unreadable("time without offset")
    return Event(
        identity,
        topic.name,
        subject,
        seq,
        fact,
        source,
    )


def placed(key: bytes | None, headers: Headers) -> tuple[str, int]:
    """Subject and sequence number of a record, readable even where its body is not.

    Raises Unreadable when the key is null, no text, or the number is missing or below 1.
    """
    if key is None:
        raise Unreadable("null key")
    found = dict(headers)
    try:
        subject = key.decode()
        seq = int(found[_SEQ])
    except KeyError:
        raise Unreadable("no sequence number") from None
    except ValueError:
        raise Unreadable("key or sequence number is no text") from None
    if seq < 1 or not subject or found.get("ce_subject", key) != key:
        raise Unreadable("key, subject and sequence number disagree")
    return subject, seq


def time_of(headers: Headers) -> datetime | None:
    """City time named in the headers, or None; for displays that do not read bodies."""
    raw = dict(headers).get("ce_time")
    try:
        return datetime.fromisoformat(raw.decode()) if raw else None
    except ValueError:
        return None
