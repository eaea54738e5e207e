"""How often one client may ask: a token bucket for each, and one declared limit for each door."""

import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from fastapi import Request
from msgspec import Struct
from msgspec.structs import asdict

from chassis import problem
from chassis.problem import HttpRefused

REMEMBERED: Final = 50_000
"""Clients whose buckets are kept, about 10 MB; then the one heard of longest ago is forgotten."""
HOURLY: Final = "_an_hour"
"""How the names of doors end whose limit is for an hour; all others are for a minute."""
IPV6_PREFIX: Final = 64
"""Bits of an IPv6 address that name a client: a household or a phone has a whole /64 to itself (RFC 6177)."""


@lru_cache(4096)
def client_key(host: str) -> str:
    """What counts as one client: an IPv4 address, the /64 of an IPv6 one, else the word itself."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> IPV6_PREFIX << IPV6_PREFIX))
    return str(address)


def client_of(request: Request) -> str:
    """The address a request came from, as the server believes it (`WENZHENG_FORWARDED_BY`)."""
    return request.client.host if request.client is not None else "-"


class RateLimit:
    """A token bucket per client; `per_minute` 0 switches it off. `seconds` is another span than a minute, `now` tells
    seconds that only grow.

    An instance counts for itself: with n instances behind one address a client has up to n times the rate (ADR 19).
    """

    def __init__(
        self,
        per_minute: int,
        remember: int = REMEMBERED,
        seconds: int = 60,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self._rate = per_minute / seconds
        self._burst = float(per_minute)
        self._remember = remember
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def check(self, client: str) -> None:
        """Raises Refused 429 with Retry-After when the client's bucket is empty."""
        if not self._rate:
            return
        now = self._now()
        key = client_key(client)
        level, at = self._buckets.get(key, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._rate)
        spent = level < 1
        self._buckets[key] = (level if spent else level - 1, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._remember:
            self._buckets.popitem(last=False)
        if spent:
            again = int((1 - level) / self._rate) + 1
            raise HttpRefused(429, "too-many", problem.TITLES[429], "请稍后再试。", retry_after=again)


class Limits:
    """The limits of a service's doors, each by its name in the policy's `[rates]`."""

    def __init__(self, rates: Struct, on: bool) -> None:
        self._doors = {
            door: RateLimit(rate if on else 0, seconds=3600 if door.endswith(HOURLY) else 60)
            for door, rate in asdict(rates).items()
        }

    def check(self, door: str, client: str) -> None:
        """Raises Refused 429 with Retry-After when the client has asked too often at this door."""
        self._doors[door].check(client)
