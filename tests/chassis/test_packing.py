"""What is remembered of a subject, as it is stored."""

from datetime import UTC, datetime

from chassis.store import Packing, Remembered
from services.stats.core.case import Case


def test_the_state_alone_is_read_as_the_state_of_all_that_is_remembered() -> None:
    packing = Packing(Case)
    case = Case(received_at=datetime(2026, 3, 2, 10, tzinfo=UTC), number="SQ260302-000001", kind="complaint")
    packed = packing.pack(Remembered("post-1", 3, case, {"posts": 1}, {"cases": 2}))

    assert packing.state(packed) == packing.unpack("post-1", 3, 0, packed).state == case
