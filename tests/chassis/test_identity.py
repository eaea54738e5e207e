"""Identities that are drawn stand in the order in which they were drawn."""

import time
from uuid import UUID

from chassis.identity import uuid7


def test_what_a_process_draws_stands_in_its_order_within_a_millisecond_too() -> None:
    drawn = [uuid7() for _ in range(2000)]

    assert drawn == sorted(drawn)
    assert len({one[:13] for one in drawn}) < len(drawn), "many in one millisecond"


def test_it_is_a_uuid_of_version_7_that_says_when_it_was_drawn() -> None:
    before = time.time_ns() // 1_000_000
    drawn = UUID(uuid7())
    after = time.time_ns() // 1_000_000

    assert (drawn.version, drawn.variant) == (7, "specified in RFC 4122")
    assert before <= drawn.int >> 80 <= after
    assert len({uuid7()[-15:] for _ in range(100)}) == 100
