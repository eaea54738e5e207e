"""Sealed boxes: personal data on an immutable log, readable only while the post's keys exist.

The keys are rows of the schema `vault`; deleting those of a post ends its boxes wherever copies of them lie.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(dict[str, str])

SEALED_MORE = 28
"""Bytes by which a sealed box is longer than its content: the nonce and the tag of AES-GCM."""
QUERY_CODE_LENGTH = 10
STOP_TOKEN_LENGTH = 16
FOLLOWER_LENGTH = 16
"""Characters of the name of one who follows a post, of 80 bits."""


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def crockford(data: bytes, length: int) -> str:
    """The first `length` characters of Crockford's base 32 of the bytes, which people can read to each other."""
    number = int.from_bytes(data)
    bits = len(data) * 8
    return "".join(_CROCKFORD[(number >> (bits - 5 * (n + 1))) & 31] for n in range(length))


def derived(secret: bytes, use: bytes, whose: bytes = b"wenzheng") -> bytes:
    """A key of 32 bytes for one use, from the shared secret (HKDF-SHA256, RFC 5869); `whose` is the salt."""
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=whose, info=use).derive(secret)


class Secrets:
    """Keys for separate uses, derived from the one shared secret (HKDF-SHA256)."""

    def __init__(self, secret: bytes) -> None:
        self._citizen = derived(secret, b"citizen")
        self._code = derived(secret, b"query code")
        self._sign_in = derived(secret, b"sign-in code")
        self.cursor = derived(secret, b"cursor")
        """Signs list cursors."""
        self.ticket = derived(secret, b"ticket of a file")
        """Seals what a client holds of a file until it posts."""

    def citizen(self, identity: str) -> str:
        """The keyed hash under which a phone or openid is known; the same person, the same hash."""
        return crockford(_mac(self._citizen, identity), 24)

    def query_code(self, subject: str) -> str:
        """The 10 Crockford characters that open one's own post; follows from the post, is stored nowhere."""
        return crockford(_mac(self._code, subject), QUERY_CODE_LENGTH)

    def code(self, identity: str, digits: str) -> bytes:
        """The keyed hash under which a code sent to a telephone is kept; bound to the sign-in it belongs to."""
        return _mac(self._sign_in, f"{identity}/{digits}")


class LinkSecret:
    """What is derived from the secret of links, which they alone know who write such links or answer them."""

    def __init__(self, secret: bytes) -> None:
        self._stop = derived(secret, b"unsubscribing")

    def stop_token(self, number: str) -> str:
        """16 Crockford characters, of 80 bits, that end the notices about a post to its author and do nothing else."""
        return crockford(_mac(self._stop, number), STOP_TOKEN_LENGTH)

    def follower_token(self, number: str, follower: str) -> str:
        """The follower's name and 16 characters that end the news of a post for this follower alone."""
        return follower + crockford(_mac(self._stop, f"{number}/{follower}"), STOP_TOKEN_LENGTH)


def _mac(key: bytes, text: str) -> bytes:
    mac = hmac.HMAC(key, hashes.SHA256())
    mac.update(text.encode())
    return mac.finalize()


def new_key() -> bytes:
    """A fresh 256-bit key."""
    return AESGCM.generate_key(256)


def seal(key: bytes, fields: Mapping[str, str], bound_to: str) -> bytes:
    """AES-256-GCM of the fields, bound to a subject so that a box cannot be moved to another post."""
    return seal_bytes(key, _encoder.encode(dict(fields)), bound_to)


def unseal(key: bytes, box: bytes, bound_to: str) -> dict[str, str]:
    """The fields of a box; raises ValueError when key, box or subject do not belong together."""
    try:
        return _decoder.decode(unseal_bytes(key, box, bound_to))
    except msgspec.DecodeError as problem:
        raise ValueError("the box does not open with this key") from problem


def seal_bytes(key: bytes, content: bytes, bound_to: str) -> bytes:
    """AES-256-GCM of anything, bound to what it is for."""
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, content, bound_to.encode())


def unseal_bytes(key: bytes, box: bytes, bound_to: str) -> bytes:
    """What was sealed; raises ValueError when key, box and purpose do not belong together."""
    try:
        return AESGCM(key).decrypt(box[:12], box[12:], bound_to.encode())
    except (InvalidTag, ValueError) as problem:
        raise ValueError("the box does not open with this key") from problem


class Keys(Protocol):
    """The keys of a post: one for the box with the contact, one for the boxes with what was written."""

    async def contacts(self, connection: Any, subjects: Sequence[str]) -> dict[str, bytes]:
        """The keys of the contacts, by post; an erased post, or one without a contact, is absent."""

    async def texts(self, connection: Any, subjects: Sequence[str]) -> dict[str, bytes]:
        """The keys of the texts, by post; an erased post is absent."""


class MemoryKeys:
    """What `PostgresKeys` promises, in memory."""

    def __init__(self) -> None:
        self.contact: dict[str, bytes] = {}
        self.text: dict[str, bytes] = {}

    async def contacts(self, connection: Any, subjects: Sequence[str]) -> dict[str, bytes]:
        return {subject: self.contact[subject] for subject in subjects if subject in self.contact}

    async def texts(self, connection: Any, subjects: Sequence[str]) -> dict[str, bytes]:
        return {subject: self.text[subject] for subject in subjects if subject in self.text}


_KEEP = """
with contact as (
    insert into vault.contact_key (subject, key, post)
    select * from unnest($1::text[], $2::bytea[], $5::text[]) on conflict do nothing)
insert into vault.text_key (subject, key) select * from unnest($3::text[], $4::bytea[]) on conflict do nothing"""
_ERASE = """
with contact as (delete from vault.contact_key where subject = any($1::text[]) or post = any($1::text[])),
     noted as (insert into vault.erased (at) values (clock_timestamp()))
delete from vault.text_key where subject = any($1::text[])"""


class PostgresKeys:
    """The keys in schema `vault`, two tables, so that the database can grant one and refuse the other."""

    async def contacts(self, connection: Any, subjects: Sequence[str]) -> dict[str, bytes]:
        return await self._of(connection, "contact", subjects)

    async def texts(self, connection: Any, subjects: Sequence[str]) -> dict[str, bytes]:
        return await self._of(connection, "text", subjects)

    @staticmethod
    async def _of(connection: Any, box: str, subjects: Sequence[str]) -> dict[str, bytes]:
        rows = await connection.fetch(
            f"select subject, key from vault.{box}_key where subject = any($1::text[])", list(subjects)
        )
        return {row["subject"]: row["key"] for row in rows}

    async def keep(
        self,
        connection: Any,
        contacts: Mapping[str, bytes],
        texts: Mapping[str, bytes],
        followed: Mapping[str, str] | None = None,
    ) -> None:
        """Keep new keys, in one transaction with the boxes they seal; a post that has one keeps it.

        `followed`: a follower's name to the post they follow; their key is deleted with the post's.
        """
        posts = [(followed or {}).get(name) for name in contacts]
        await connection.execute(
            _KEEP, list(contacts), list(contacts.values()), list(texts), list(texts.values()), posts
        )

    async def erase(self, connection: Any, subjects: Sequence[str]) -> None:
        """Delete both keys of each post and its followers' keys: their boxes can never be opened again.

        The database's files hold them until they are overwritten, which `vault.erased` asks for.
        """
        await connection.execute(_ERASE, list(subjects))


FIRST_SCHEMA = """
create table vault.citizen_key (
    citizen    text collate "C" primary key,
    key        bytea not null,
    created_at timestamptz not null default clock_timestamp()
);
create table vault.read_log (
    id         bigint generated always as identity primary key,
    at         timestamptz not null default clock_timestamp(),
    person     text not null,
    department text not null,
    role       text not null,
    subject    text collate "C" not null
);
create index read_log_subject on vault.read_log (subject);
"""
"""For the first revision of the service that owns the vault. Reads of personal data leave a row in `read_log`."""

KEYS_SCHEMA = """
create table vault.contact_key (
    subject    text collate "C" primary key,
    key        bytea not null,
    created_at timestamptz not null default clock_timestamp()
);
create table vault.text_key (
    subject    text collate "C" primary key,
    key        bytea not null,
    created_at timestamptz not null default clock_timestamp()
);
"""
"""For the revision that gives each post keys of its own, in place of one for each citizen."""

ERASED_SCHEMA = """
create table vault.erased (at timestamptz not null);
insert into vault.erased (at) values (clock_timestamp());
"""
"""For the revision since which erased keys are overwritten in the database's files, too."""
