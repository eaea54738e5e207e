"""Whose fault an error is: an input's own, so that it would come again with it, or the moment's."""

import asyncpg

from chassis.failures import STORAGE_ERRORS, Misplaced, Superseded

REFUSED_DATA = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
"""What the database raises of data that it will never take (SQLSTATE 22, 23)."""
_OF_THE_MOMENT = (Superseded, Misplaced, asyncpg.PostgresError, *STORAGE_ERRORS)


def hopeless(problem: BaseException) -> bool:
    """Whether an input that failed so would fail again, whoever tries it: its rule raised, or its data cannot be stored.

    A loop that hands inputs in puts such a one aside and goes on; whatever else went wrong may be over the next time.
    """
    if not isinstance(problem, Exception):
        return False
    # The driver's word on a value that it cannot write is a ValueError, and one of the interface, too.
    return isinstance(problem, (*REFUSED_DATA, ValueError)) or not isinstance(problem, _OF_THE_MOMENT)
