"""One client's part, whatever addresses it has."""

import contextlib

import pytest

from chassis.problem import HttpRefused
from chassis.web.limits import RateLimit, client_key


def test_a_client_that_asks_too_often_is_told_when_to_come_again() -> None:
    limit = RateLimit(10)
    for _ in range(10):
        limit.check("192.0.2.1")

    with pytest.raises(HttpRefused) as refused:
        limit.check("192.0.2.1")

    assert refused.value.status == 429
    assert 1 <= (refused.value.retry_after or 0) <= 7
    limit.check("192.0.2.2")


def answered(limit: RateLimit, many: int) -> int:
    """How many of so many requests at one moment are let in."""
    count = 0
    for _ in range(many):
        with contextlib.suppress(HttpRefused):
            limit.check("192.0.2.1")
            count += 1
    return count


def test_who_waits_may_ask_again_by_as_much_as_was_waited_and_never_more_than_a_minutes_part() -> None:
    clock = [0.0]
    limit = RateLimit(60, now=lambda: clock[0])
    assert answered(limit, 100) == 60

    clock[0] += 5
    assert answered(limit, 100) == 5

    clock[0] += 86_400
    assert answered(limit, 100) == 60, "a day of silence saves nothing up"


def test_who_comes_again_when_told_to_is_let_in() -> None:
    clock = [0.0]
    limit = RateLimit(10, seconds=3600, now=lambda: clock[0])
    answered(limit, 10)
    with pytest.raises(HttpRefused) as refused:
        limit.check("192.0.2.1")

    clock[0] += refused.value.retry_after or 0

    assert answered(limit, 1) == 1


def test_the_addresses_of_one_ipv6_network_are_one_client() -> None:
    limit = RateLimit(10)

    with pytest.raises(HttpRefused):
        for n in range(300):
            limit.check(f"2001:db8:1:2::{n:x}")

    limit.check("2001:db8:1:3::1")


def test_an_ipv4_address_written_as_ipv6_is_the_same_client() -> None:
    assert client_key("::ffff:192.0.2.1") == client_key("192.0.2.1")
    assert client_key("fe80::1%eth0") == client_key("fe80::2")
    assert client_key("-") == "-"


def test_ten_thousand_strangers_do_not_free_who_has_spent_his_part() -> None:
    limit = RateLimit(10, remember=1_000)
    for _ in range(10):
        limit.check("192.0.2.1")

    for n in range(5_000):
        limit.check(f"10.0.{n // 250}.{n % 250}")
        if n % 500 == 0:
            with pytest.raises(HttpRefused):
                limit.check("192.0.2.1")


def test_whoever_was_heard_of_longest_ago_is_forgotten_first() -> None:
    limit = RateLimit(1, remember=2)
    for client in ("first", "second", "third"):
        limit.check(client)

    limit.check("first")
    with pytest.raises(HttpRefused):
        limit.check("third")
