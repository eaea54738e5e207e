"""A refusal as a program reads it: the type, and the headers that RFC 9110 wants with its status."""

import pytest

from chassis import problem
from chassis.problem import HttpRefused


@pytest.mark.parametrize(
    ("status", "asks_to_sign_in"), [(400, False), (401, True), (403, False), (404, False), (503, False)]
)
def test_who_is_unknown_is_asked_to_sign_in_and_who_may_not_is_not(
    status: int, asks_to_sign_in: bool
) -> None:
    """RFC 9110, 15.5.2: a 401 says how to sign in; signing in again helps nobody who may not."""
    found = dict(problem.headers(HttpRefused(status, "x", "x")))

    assert (b"www-authenticate" in found) is asks_to_sign_in
    assert found[b"content-type"] == b"application/problem+json"


def test_who_has_to_wait_is_told_how_long_and_nobody_else_is() -> None:
    later = dict(problem.headers(HttpRefused(429, "x", "x", retry_after=7)))

    assert later[b"retry-after"] == b"7"
    assert b"retry-after" not in dict(problem.headers(problem.plain(400)))
