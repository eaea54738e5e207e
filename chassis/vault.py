"""Sealed boxes: personal data on an immutable log, readable only while the citizen's key exists.

The keys are rows of the schema `vault`; deleting one erases the person everywhere at once.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chassis.identity import crockford

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(dict[str, str])

QUERY_CODE_LENGTH = 10


class Secrets:
    """Keys for separate uses, derived from the one shared secret (HKDF-SHA256)."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._citizen = self._derive(b"citizen")
        self._code = self._derive(b"query code")
        self.cursor = self._derive(b"cursor")
        """Signs list cursors."""

    def citizen(self, identity: str) -> str:
        """The keyed hash under which a phone or openid is known; the same person, the same hash."""
        return crockford(self._mac(self._citizen, identity), 24)

    def query_code(self, subject: str) -> str:
        """The 10 Crockford characters that open one's own post; follows from the post, is stored nowhere."""
        return crockford(self._mac(self._code, subject), QUERY_CODE_LENGTH)

    def _derive(self, use: bytes) -> bytes:
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=b"wenzheng", info=use).derive(self._secret)

    @staticmethod
    def _mac(key: bytes, text: str) -> bytes:
        mac = hmac.HMAC(key, hashes.SHA256())
        mac.update(text.encode())
        return mac.finalize()


def new_key() -> bytes:
    """A fresh 256-bit key."""
    return AESGCM.generate_key(256)


def seal(key: bytes, fields: Mapping[str, str], bound_to: str) -> bytes:
    """AES-256-GCM of the fields, bound to a subject so that a box cannot be moved to another post."""
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, _encoder.encode(dict(fields)), bound_to.encode())


def unseal(key: bytes, box: bytes, bound_to: str) -> dict[str, str]:
    """The fields of a box; raises ValueError when key, box or subject do not belong together."""
    try:
        return _decoder.decode(AESGCM(key).decrypt(box[:12], box[12:], bound_to.encode()))
    except (InvalidTag, msgspec.DecodeError) as problem:
        raise ValueError("the box does not open with this key") from problem


class Keys(Protocol):
    """The per-citizen keys."""

    async def get_or_create(self, connection: Any, citizens: Sequence[str]) -> dict[str, bytes]:
        """A key for each, made where there is none, in one transaction with what they seal."""

    async def get(self, connection: Any, citizens: Sequence[str]) -> dict[str, bytes]:
        """The keys that exist; an erased citizen is absent."""

    async def erase(self, connection: Any, citizen: str) -> None:
        """Delete the key: the boxes sealed with it can never be opened again."""


class KeysInMemory:
    """The twin."""

    def __init__(self) -> None:
        self.keys: dict[str, bytes] = {}
        self.reads: list[tuple[str, str, str]] = []

    async def get_or_create(self, connection: Any, citizens: Sequence[str]) -> dict[str, bytes]:
        """As the protocol says."""
        for citizen in citizens:
            self.keys.setdefault(citizen, new_key())
        return {citizen: self.keys[citizen] for citizen in citizens}

    async def get(self, connection: Any, citizens: Sequence[str]) -> dict[str, bytes]:
        """As the protocol says."""
        return {citizen: self.keys[citizen] for citizen in citizens if citizen in self.keys}

    async def erase(self, connection: Any, citizen: str) -> None:
        """As the protocol says."""
        self.keys.pop(citizen, None)


_GET = "select citizen, key from vault.citizen_key where citizen = any($1::text[])"
_CREATE = f"""
with made as (
    insert into vault.citizen_key (citizen, key) select * from unnest($1::text[], $2::bytea[]) order by 1
    on conflict do nothing returning citizen, key)
select citizen, key from made union all {_GET}"""
"""The last part sees the table as it was before: what another made meanwhile is in neither."""


class PostgresKeys:
    """The keys in schema `vault`."""

    async def get_or_create(self, connection: Any, citizens: Sequence[str]) -> dict[str, bytes]:
        """As the protocol says."""
        wanted = sorted(set(citizens))
        rows = await connection.fetch(_CREATE, wanted, [new_key() for _ in wanted])
        found = {row["citizen"]: row["key"] for row in rows}
        if missing := [citizen for citizen in wanted if citizen not in found]:
            found |= await self.get(connection, missing)
        return found

    async def get(self, connection: Any, citizens: Sequence[str]) -> dict[str, bytes]:
        """As the protocol says."""
        rows = await connection.fetch(_GET, list(citizens))
        return {row["citizen"]: row["key"] for row in rows}

    async def erase(self, connection: Any, citizen: str) -> None:
        """As the protocol says."""
        await connection.execute("delete from vault.citizen_key where citizen = $1::text", citizen)


VAULT_SCHEMA = """
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
