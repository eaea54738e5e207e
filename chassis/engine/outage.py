"""The database is away: told once when it begins and once when it is over, and looked at ever more rarely meanwhile."""

from typing import Final

import structlog

from chassis.clock import real_seconds

_log = structlog.get_logger()

FIRST_SECONDS: Final = 0.1
"""Before the first new try: most connections that are lost are lost alone."""
MOST_SECONDS: Final = 1.0
"""Between two tries at most: who waits for the database begins within a second of its return."""


class Outage:
    """Whether a listener waits for its database, since when, and for how long it rests before it looks again."""

    def __init__(self) -> None:
        self.reason = ""
        """Why nothing can be committed now; empty while it can. Without the database's own words, which may hold its address."""
        self._since = 0.0
        self._rest = FIRST_SECONDS

    def met(self, reason: str) -> float:
        """The database was tried in vain; returns the seconds to rest before the next try."""
        if not self.reason:
            self.reason, self._since, self._rest = "waits for the database", real_seconds(), FIRST_SECONDS
            _log.warning("waits for the database", reason=reason)
        rest, self._rest = self._rest, min(2 * self._rest, MOST_SECONDS)
        return rest

    def over(self) -> None:
        """It has answered, or nobody needs it any more."""
        if self.reason:
            _log.info("waits for the database no more", seconds=round(real_seconds() - self._since, 1))
        self.reason = ""
