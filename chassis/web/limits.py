"""How often one client may ask."""

import time

from chassis import problem
from chassis.failures import HttpRefused


class RateLimit:
    """A token bucket per client; `per_minute` 0 switches it off."""

    def __init__(self, per_minute: int, remember: int = 10_000) -> None:
        self._rate = per_minute / 60
        self._burst = float(per_minute)
        self._remember = remember
        self._buckets: dict[str, tuple[float, float]] = {}

    def check(self, client: str) -> None:
        """Raises Refused 429 with Retry-After when the client's bucket is empty."""
        if not self._rate:
            return
        now = time.monotonic()
        level, at = self._buckets.get(client, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._rate)
        if level < 1:
            raise HttpRefused(
                429, "too-many", problem.TITLES[429], retry_after=int((1 - level) / self._rate) + 1
            )
        if len(self._buckets) >= self._remember:
            self._buckets.clear()
        self._buckets[client] = (level - 1, now)
