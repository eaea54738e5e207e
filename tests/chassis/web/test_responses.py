"""What a person is told when the database is away: come again, never that the system is broken."""

import asyncpg
import pytest

from chassis.problem import HttpRefused, status_of
from chassis.web.responses import as_refused
from contracts.decision import Forbidden, Invalid, NotFound, NotNow, Refused


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

    assert isinstance(told, HttpRefused)
    assert told.status == 503
    assert told.retry_after


def test_a_refusal_stays_what_it_is_and_a_bug_is_a_bug() -> None:
    assert status_of(as_refused(HttpRefused(409, "wrong-step", "现在不能"))) == 409
    assert status_of(as_refused(KeyError("x"))) == 500


def test_every_kind_of_refusal_that_a_rule_raises_has_a_status() -> None:
    told = {
        kind: status_of(kind("kind", "标题")) for kind in Refused.__subclasses__() if kind is not HttpRefused
    }

    assert told == {Invalid: 422, Forbidden: 403, NotFound: 404, NotNow: 409}
