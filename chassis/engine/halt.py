"""A listener that parks one record after the other stops: whatever is wrong, a person has to look first."""

from collections import deque

import structlog

from chassis.clock import real_seconds

_log = structlog.get_logger()

WINDOW_SECONDS = 3600.0
"""How long a parked record counts."""


class Halt:
    """How many records a listener parked within an hour, and whether that was too many."""

    def __init__(self, service: str, limit: int) -> None:
        self._service, self._limit = service, limit
        self._parked_at: deque[float] = deque()
        self.reason = ""
        """Why the listener stopped handling anything, in a sentence; empty while it works."""

    def parked(self, count: int) -> None:
        """`count` records were parked now."""
        now = real_seconds()
        self._parked_at.extend([now] * count)
        while self._parked_at and self._parked_at[0] < now - WINDOW_SECONDS:
            self._parked_at.popleft()
        if len(self._parked_at) > self._limit:
            self.reason = f"{len(self._parked_at)} events parked within an hour; a person must look"
            _log.critical("listener halted", service=self._service, reason=self.reason)
