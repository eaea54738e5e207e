"""When what was named for a day is due: at its closing time, and later where the post was hidden then."""

from datetime import date

import pytest

from services.deadline.core.case import Hidden
from services.deadline.core.owed import due_on
from tests.services.deadline.facts import PROFILE, at

FRIDAY = date(2026, 3, 6)
CLOSING = "2026-03-06T18:00"


@pytest.mark.parametrize(
    ("since", "hidden", "restored", "due"),
    [
        # From 17:00 on Thursday an hour and a whole Friday were left: Monday, and an hour of Tuesday.
        ("2026-03-02T10:00", "2026-03-05T17:00", "2026-03-09T09:00", "2026-03-10T18:00"),
        # Two hours of Friday were left: Monday.
        ("2026-03-02T10:00", "2026-03-06T16:00", "2026-03-09T09:00", "2026-03-09T18:00"),
        # It was due before the hiding, be it by no time at all.
        ("2026-03-02T10:00", CLOSING, "2026-03-09T09:00", CLOSING),
        ("2026-03-02T10:00", "2026-03-06T19:00", "2026-03-09T09:00", CLOSING),
        # Hidden up to the very instant at which it was due: an hour was left, and none of it on Friday.
        ("2026-03-02T10:00", "2026-03-06T17:00", CLOSING, "2026-03-09T18:00"),
        # Restored before the closing time: the day stays as people named it.
        ("2026-03-02T10:00", "2026-03-05T09:00", "2026-03-06T17:59", CLOSING),
        # Named in the instant of the hiding, and after it.
        ("2026-03-06T16:00", "2026-03-06T16:00", "2026-03-09T09:00", "2026-03-09T18:00"),
        ("2026-03-06T16:01", "2026-03-06T16:00", "2026-03-09T09:00", CLOSING),
    ],
)
def test_of_a_day_on_which_the_post_was_hidden_what_was_left_comes_after_the_hiding(
    since: str, hidden: str, restored: str, due: str
) -> None:
    spans = [Hidden(at(hidden), at(restored))]

    assert due_on(FRIDAY, at(since), spans, PROFILE.working_time) == at(due)


def test_two_hidings_come_one_after_the_other() -> None:
    spans = [
        Hidden(at("2026-03-06T16:00"), at("2026-03-09T09:00")),
        Hidden(at("2026-03-09T10:00"), at("2026-03-10T14:00")),
    ]

    assert due_on(FRIDAY, None, spans, PROFILE.working_time) == at("2026-03-11T18:00")
