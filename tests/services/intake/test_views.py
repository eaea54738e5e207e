"""What staff are shown of a case: every field is there, also one that says what is usual."""

from datetime import UTC, datetime

import msgspec

from services.intake.core import views
from services.intake.core.case import Case, Returned
from services.intake.core.sealing import CLOSED
from tests.services.intake.door import PROFILE

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)


def test_a_return_that_waits_for_a_ruling_says_so() -> None:
    case = Case(
        number="SQ1", kind="complaint", received_at=AT, returns=(Returned("r1", "transport", "", AT),)
    )

    shown = msgspec.json.decode(msgspec.json.encode(views.staff(case, PROFILE, CLOSED)))

    assert shown["returns"][0]["state"] == "asked"
