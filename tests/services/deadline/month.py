"""A month of eight cases, worked by hand: what each is under three working days, and what under two for complaints."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from contracts.facts import Fact
from contracts.posts import PostWithdrawn
from services.deadline.core.case import Case
from tests.services.deadline.desk import given
from tests.services.deadline.facts import assigned, at, published, received, reopened

NOW: datetime = at("2026-04-01T19:00")
"""A Wednesday, after closing."""


def case(number: str, when: str, *more: Any, kind: str = "complaint", unit: str = "water") -> Case:
    """A case received and at once assigned."""
    facts: list[Fact] = [replace(received(when, kind), number=number), assigned(when, unit), *more]
    return given(*facts).case


def by(unit: str, when: str, handling: int = 1) -> Fact:
    return replace(published(when, handling), department=unit)


def a_month() -> list[Case]:
    """Received on Monday 2 March unless said: due on Thursday 5 March at 18:00, or a day earlier."""
    return [
        # In time under both.
        case("SQ260302-000001", "2026-03-02T10:00", by("water", "2026-03-04T11:00")),
        # On the third day: late under two.
        case("SQ260302-000002", "2026-03-02T10:00", by("water", "2026-03-05T11:00")),
        # On the fourth day: late under both.
        case("SQ260302-000003", "2026-03-02T10:00", by("water", "2026-03-06T11:00")),
        # Friday 6 March, never answered: overdue under both, and in the bulletin.
        case("SQ260306-000004", "2026-03-06T10:00", unit="housing"),
        # Monday 30 March, open: due on 2 April, so not judged yet; under two it was due an hour ago.
        case("SQ260330-000005", "2026-03-30T10:00", unit="housing"),
        # Withdrawn: left out, as in the figures.
        case("SQ260302-000006", "2026-03-02T10:00", PostWithdrawn(at=at("2026-03-02T11:00"))),
        # In time; reopened on 9 March, answered on the sixth day (17 March): the second handling is late.
        case(
            "SQ260302-000007",
            "2026-03-02T10:00",
            by("water", "2026-03-03T11:00"),
            reopened("2026-03-09T10:00"),
            by("water", "2026-03-17T11:00", 2),
        ),
        # Of another kind, which keeps its three days: in time under both.
        case("SQ260302-000008", "2026-03-02T10:00", by("water", "2026-03-05T11:00"), kind="consult"),
    ]
