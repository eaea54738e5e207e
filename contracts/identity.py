"""Names that follow from what they name: derived ids, and the partition of a subject."""

from hashlib import sha1
from typing import Final
from uuid import UUID
from zlib import crc32

PARTITIONS: Final = 12
"""The same for every topic, so that one instance owns a subject in all of them."""

_NAMESPACE: Final = UUID("6f8f4f8e-8d6b-5d0a-9a4e-3f1f4b1c2a77").bytes
_CITY_PREFIX: Final = "city:"


def derived(cause: str, kind: str, n: int = 0) -> str:
    """The id of the n-th `kind` caused by `cause`: the same cause gives the same id, so a replay writes what is there.

    A UUIDv5 (RFC 9562), made by hand: the standard library's takes three times as long.
    """
    digest = bytearray(sha1(_NAMESPACE + f"{cause}/{kind}/{n}".encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def city_subject(partition: int) -> str:
    """The subject under which facts about the whole city are said in one partition."""
    return f"{_CITY_PREFIX}{partition}"


def is_city_subject(subject: str) -> bool:
    """Whether the subject is a partition of the city and not a post or a topic of talk."""
    return subject.startswith(_CITY_PREFIX)


def partition_of(subject: str) -> int:
    """The partition number of a subject, the same in every topic."""
    if subject.startswith(_CITY_PREFIX):
        return int(subject[len(_CITY_PREFIX) :])
    return crc32(subject.encode()) % PARTITIONS
