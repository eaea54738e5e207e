"""Hidden posts that were restored, worked out by hand: when the answer is due; both clocks must agree, and the weekday is right."""

from typing import Final

import pytest

from contracts.facts import Fact
from contracts.posts import PostHidden, PostRestored
from tests.services.deadline.facts import answered, asked, assigned, received
from tests.services.deadline.test_hand_worked import MONDAY, agree, instant, when


def hidden(text: str) -> PostHidden:
    return PostHidden(at=instant(text), reason="广告", by="s")


def restored(text: str) -> PostRestored:
    return PostRestored(at=instant(text), reason="误判", by="s")


HIDDEN: Final[tuple[tuple[str, str, tuple[Fact, ...], str], ...]] = (
    (
        "for a day: an hour less than three days were left",
        MONDAY,
        (hidden("Tue 2026-03-03 10:00"), restored("Tue 2026-03-03 17:00")),
        "Fri 2026-03-06 18:00",
    ),
    (
        "for ten days",
        MONDAY,
        (hidden("Tue 2026-03-03 10:00"), restored("Fri 2026-03-13 10:00")),
        "Tue 2026-03-17 18:00",
    ),
    (
        "before National Day, restored after it: twenty hours, the last of them on Monday",
        "Tue 2026-09-29 10:00",
        (hidden("Wed 2026-09-30 10:00"), restored("Thu 2026-10-08 11:00")),
        "Mon 2026-10-12 18:00",
    ),
    (
        "while the citizen was asked: the time stood still once",
        MONDAY,
        (
            asked(when("Tue 2026-03-03 10:00")),
            hidden("Tue 2026-03-03 11:00"),
            restored("Tue 2026-03-03 17:00"),
            answered(when("Wed 2026-03-04 10:00")),
        ),
        "Fri 2026-03-06 18:00",
    ),
    (
        "when the due instant had passed",
        MONDAY,
        (hidden("Fri 2026-03-06 10:00"), restored("Mon 2026-03-16 10:00")),
        "Thu 2026-03-05 18:00",
    ),
)


@pytest.mark.parametrize(("about", "receipt", "facts", "due"), HIDDEN, ids=[row[0] for row in HIDDEN])
def test_a_post_that_was_hidden_and_came_back_is_due_where_a_person_counts_it(
    about: str, receipt: str, facts: tuple[Fact, ...], due: str
) -> None:
    agree([received(when(receipt)), assigned(when(receipt)), *facts], due)
