"""What a person is told when the database is away: come again, never that the system is broken."""

import asyncpg
import pytest

from chassis.failures import Refused
from chassis.web.responses import as_refused


@pytest.mark.parametrize(
    "failure",
    [
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.CrashShutdownError("terminating connection because of crash of another server process"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.DiskFullError("could not extend file"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("cannot switch to state 11"),
        ConnectionRefusedError(),
        TimeoutError(),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_while_nothing_can_be_stored_the_answer_is_503_with_when_to_come_again(failure: Exception) -> None:
    told = as_refused(failure)

    assert told.status == 503
    assert told.retry_after


def test_a_refusal_stays_what_it_is_and_a_bug_is_a_bug() -> None:
    assert as_refused(Refused(409, "wrong-step", "现在不能")).status == 409
    assert as_refused(KeyError("x")).status == 500
