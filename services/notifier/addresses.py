"""How many messages each address has been sent today: whoever typed a telephone has not shown that it is theirs.

An address is kept as a keyed hash, under a key that only notifier has, and for a day.
"""

import hmac
from collections import Counter
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Protocol

import asyncpg

from chassis.vault import derived

_COUNT = """
insert into address_day (day, address, count) select $1::date, address, count
from unnest($2::bytea[], $3::integer[]) new (address, count) order by address
on conflict (day, address) do update set count = address_day.count + excluded.count
returning address, count"""
_FORGET = "delete from address_day where day < $1::date"


class Addresses(Protocol):
    """The count, of all instances together."""

    async def count(self, day: date, more: Mapping[str, int]) -> dict[str, int]:
        """Count messages of a day (city time) for each address; returns how many there were before these."""


class PostgresAddresses:
    """One statement a batch of messages."""

    def __init__(self, pool: asyncpg.Pool, secret: bytes) -> None:
        self._pool = pool
        self._key = derived(secret, b"addresses of a day")
        self._day = date.min

    async def count(self, day: date, more: Mapping[str, int]) -> dict[str, int]:
        """What earlier days counted is deleted at the first message of a day."""
        if day > self._day:
            await self._pool.execute(_FORGET, day)
            self._day = day
        hashed = {self._hashed(address): address for address in more}
        rows = await self._pool.fetch(_COUNT, day, list(hashed), [more[hashed[one]] for one in hashed])
        return {hashed[row["address"]]: row["count"] - more[hashed[row["address"]]] for row in rows}

    def _hashed(self, address: str) -> bytes:
        return hmac.digest(self._key, address.encode(), sha256)[:16]


class MemoryAddresses:
    """What `PostgresAddresses` promises, in memory."""

    def __init__(self) -> None:
        self._counted: Counter[tuple[date, str]] = Counter()

    async def count(self, day: date, more: Mapping[str, int]) -> dict[str, int]:
        before = {address: self._counted[day, address] for address in more}
        for address, messages in more.items():
            self._counted[day, address] += messages
        return before
