"""Every way in which something can go wrong, and what happens then.

Failure
 ├─ Refused      a person can put it right: problem document with the remedy (`contracts/decision.py`)
 │   ├─ Invalid, Forbidden, NotFound, NotNow    a rule refused
 │   └─ HttpRefused                             a door refused, before any rule was asked (`problem.py`)
 ├─ Unreadable   bytes that are no event we know: parked at once (`contracts/codec.py`)
 ├─ Hopeless     a known event whose rule raised: rules are pure, so it would raise again; parked at
 │               once, later events of its subject wait behind it in its own topic
 ├─ ConnectionLost  the database's connection ended in the middle of a transaction: another one is taken, and
 │               the same inputs are tried again, fewer at a time; whoever asks while there is none to be had is
 │               told so at once (503)
 ├─ Superseded   another instance owns the partition: this one ends, harmless
 ├─ Misplaced    the stored position and the log do not belong together: refuse to run, say so
 └─ any other    the process ends and starts again from its position
"""

from typing import Final

import asyncpg

EXIT_FAILED: Final = 70
"""Something unforeseen (sysexits EX_SOFTWARE): start again from the stored position."""
EXIT_SUPERSEDED: Final = 75
"""Another instance took over (EX_TEMPFAIL): start again as a new member."""
EXIT_MISPLACED: Final = 78
"""Settings, database or log do not belong together (EX_CONFIG): a person must look."""


class Superseded(Exception):
    """The position rows name another owner or other offsets than this instance knows."""


class Misplaced(Exception):
    """The stored position is beyond the log's end, or the log is another cluster's, or ahead of its writer."""


class ConnectionLost(Exception):
    """The connection of a transaction ended; `undone` when nothing of it can have been kept, since no commit was asked for.

    `away` when there was none to be had: another try in the same moment would meet the same.
    """

    def __init__(self, reason: str, undone: bool, away: bool = False) -> None:
        super().__init__(reason)
        self.undone = undone
        self.away = away


STORAGE_ERRORS = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionLost,
    OSError,
)
"""What a database raises that is away, starting, stopping or full; TimeoutError is an OSError."""
