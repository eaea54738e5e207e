"""The outbox's one row per commit: the records of a batch packed in one blob, and the way back."""

from collections.abc import Sequence

import msgspec

from contracts.codec import Addressed

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Addressed])


def pack(records: Sequence[Addressed]) -> bytes:
    """The blob of these records; empty bytes for none."""
    return _encoder.encode(records) if records else b""


def unpack(blob: bytes) -> list[Addressed]:
    """The records of a blob, in the order they were said."""
    return _decoder.decode(blob) if blob else []
