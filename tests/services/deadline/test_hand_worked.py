"""Cases worked out by hand with the notices of the State Council at hand: what happened, and when the answer is due.

Instants carry their weekday, and a wrong one fails: whoever reads a row can count along. Both clocks must agree
with every row.

The notices: 2010 spring festival 13-19 February, worked 20 and 21 · 2011 spring festival 2-8 February, worked 30 January
and 12 February; Qingming 3-5 April, worked 2 April · 2012 New Year 1-3 January, worked 31 December 2011; spring festival
22-28 January, worked 21 and 29 · 2013 spring festival 9-15 February, worked 16 and 17 · 2018 spring festival 15-21
February, worked 11 and 24 · 2020 spring festival 24 January - 2 February, worked 19 January · 2022 New Year 1-3 January ·
2023 New Year 31 December 2022 - 2 January; spring festival 21-27 January, worked 28 and 29 · 2024 spring festival 10-17
February, worked 4 and 18; Qingming 4-6 April, worked 7 · 2024 National Day 1-7 October, worked 29 September and 12
October · 2025 National Day 1-8 October, worked 28 September and 11 October · 2026 New Year 1-3 January, worked 4; spring
festival 15-23 February, worked 14 and 28; Qingming 4-6 April; Labour Day 1-5 May, worked 9; Dragon Boat 19-21 June; Mid-Autumn
25-27 September, worked 20; National Day 1-7 October, worked 10.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import pytest

from contracts.facts import Fact
from contracts.posts import PostHidden, PostWithdrawn
from services.deadline.core.clock import clock
from tests.services.deadline.desk import given
from tests.services.deadline.facts import (
    PROFILE,
    answered,
    asked,
    assigned,
    at,
    extended,
    grouped,
    moved,
    published,
    received,
    reopened,
    ungrouped,
)
from tests.services.deadline.second_calendar import Days
from tests.services.deadline.second_clock import Rules, read
from tests.stack import ROOT

DAYS: Final = Days(ROOT / "cities" / "suqian" / "calendar.csv", 2010, 2027)
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


RECEIVED: Final[tuple[tuple[str, str, str], ...]] = (
    ("a Monday in a plain week", "Mon 2026-03-02 10:00", "Thu 2026-03-05 18:00"),
    ("before opening counts as that day", "Mon 2026-03-02 00:00", "Thu 2026-03-05 18:00"),
    ("a minute before closing", "Mon 2026-03-02 17:59", "Thu 2026-03-05 18:00"),
    ("at closing", "Mon 2026-03-02 18:00", "Thu 2026-03-05 18:00"),
    ("after closing counts as that day", "Mon 2026-03-02 23:59", "Thu 2026-03-05 18:00"),
    ("a Wednesday: over a weekend", "Wed 2026-03-04 09:00", "Mon 2026-03-09 18:00"),
    ("a Friday", "Fri 2026-03-06 12:30", "Wed 2026-03-11 18:00"),
    ("a Saturday", "Sat 2026-03-07 10:00", "Wed 2026-03-11 18:00"),
    ("a Sunday", "Sun 2026-03-08 10:00", "Wed 2026-03-11 18:00"),
    ("29 February", "Thu 2024-02-29 15:00", "Tue 2024-03-05 18:00"),
    ("spring festival 2010 begins on a Saturday", "Thu 2010-02-11 10:00", "Sun 2010-02-21 18:00"),
    ("within spring festival 2010", "Wed 2010-02-17 10:00", "Mon 2010-02-22 18:00"),
    ("the Friday before spring festival 2011; Sunday worked", "Fri 2011-01-28 10:00", "Tue 2011-02-01 18:00"),
    ("over spring festival 2011, Saturday 12 worked", "Mon 2011-01-31 10:00", "Thu 2011-02-10 18:00"),
    ("over spring festival 2012, Sunday 29 worked", "Fri 2012-01-20 10:00", "Mon 2012-01-30 18:00"),
    ("over spring festival 2013, weekend worked after it", "Thu 2013-02-07 10:00", "Sun 2013-02-17 18:00"),
    ("over spring festival 2018, Saturday 24 worked", "Tue 2018-02-13 10:00", "Fri 2018-02-23 18:00"),
    ("over spring festival 2023", "Thu 2023-01-19 10:00", "Sun 2023-01-29 18:00"),
    ("the Friday that was eve 2024, not a holiday", "Fri 2024-02-09 10:00", "Tue 2024-02-20 18:00"),
    ("over spring festival 2026, Saturday 14 worked", "Fri 2026-02-13 16:00", "Wed 2026-02-25 18:00"),
    ("on a worked Saturday before it", "Sat 2026-02-14 10:00", "Thu 2026-02-26 18:00"),
    ("the last Saturday of February 2026 is worked", "Wed 2026-02-25 10:00", "Sat 2026-02-28 18:00"),
    ("over New Year 2012, Saturday 31 worked", "Thu 2011-12-29 10:00", "Wed 2012-01-04 18:00"),
    ("over New Year 2022, a Monday", "Thu 2021-12-30 10:00", "Wed 2022-01-05 18:00"),
    ("over New Year 2023, Monday 2 off", "Fri 2022-12-30 10:00", "Thu 2023-01-05 18:00"),
    ("over New Year 2026, Sunday 4 worked", "Mon 2025-12-29 10:00", "Sun 2026-01-04 18:00"),
    ("on New Year's Eve 2025", "Wed 2025-12-31 10:00", "Tue 2026-01-06 18:00"),
    ("Qingming 2011, Saturday 2 worked", "Fri 2011-04-01 10:00", "Thu 2011-04-07 18:00"),
    ("Qingming 2024, Sunday 7 worked", "Wed 2024-04-03 10:00", "Tue 2024-04-09 18:00"),
    ("Qingming 2026", "Thu 2026-04-02 10:00", "Wed 2026-04-08 18:00"),
    ("Labour Day 2026, Saturday 9 worked", "Wed 2026-04-29 10:00", "Thu 2026-05-07 18:00"),
    ("the worked Saturday after Labour Day 2026", "Wed 2026-05-06 10:00", "Sat 2026-05-09 18:00"),
    ("Dragon Boat 2026", "Thu 2026-06-18 10:00", "Wed 2026-06-24 18:00"),
    ("a worked Sunday of September 2026", "Sun 2026-09-20 10:00", "Wed 2026-09-23 18:00"),
    ("the Saturday before it", "Sat 2026-09-19 10:00", "Tue 2026-09-22 18:00"),
    ("over Mid-Autumn 2026", "Wed 2026-09-23 10:00", "Tue 2026-09-29 18:00"),
    ("over National Day 2026, Saturday 10 worked", "Wed 2026-09-30 10:00", "Sat 2026-10-10 18:00"),
    ("within National Day 2026", "Sun 2026-10-04 10:00", "Sat 2026-10-10 18:00"),
    ("Saturday 12 October 2024 worked", "Sat 2024-10-12 10:00", "Wed 2024-10-16 18:00"),
    ("Sunday 28 September 2025 worked", "Fri 2025-09-26 10:00", "Tue 2025-09-30 18:00"),
    ("over National Day 2025, Saturday 11 worked", "Tue 2025-09-30 10:00", "Sat 2025-10-11 18:00"),
)


def instant(text: str) -> datetime:
    """An instant with its weekday, which must be right."""
    weekday, day, hour = text.split()
    when = at(f"{day}T{hour}")
    assert WEEKDAYS[when.weekday()] == weekday, f"{text} is a {WEEKDAYS[when.weekday()]}"
    return when


def when(text: str) -> str:
    return instant(text).replace(tzinfo=None).isoformat()


def agree(facts: Sequence[Fact], due: str) -> None:
    """Both clocks say that it is due then."""
    first = clock(given(*facts).case, PROFILE)
    second = read(sorted(facts, key=lambda fact: fact.at), DAYS, Rules())

    assert first is not None
    assert (first.due, second.due) == (instant(due), instant(due))
    assert first.provisional == second.provisional == (instant(due).year > 2026)
    assert (first.stop, first.in_time) == (second.stop, second.in_time)


@pytest.mark.parametrize(("about", "receipt", "due"), RECEIVED, ids=[row[0] for row in RECEIVED])
def test_the_third_working_day_after_the_day_of_receipt(about: str, receipt: str, due: str) -> None:
    agree([received(when(receipt)), assigned(when(receipt))], due)


MONDAY: Final = "Mon 2026-03-02 10:00"
HAPPENED: Final[tuple[tuple[str, str, tuple[Fact, ...], str], ...]] = (
    # pauses
    (
        "a question of an hour costs a day: rounded up to closing",
        MONDAY,
        (asked(when("Tue 2026-03-03 10:00")), answered(when("Tue 2026-03-03 11:00"))),
        "Fri 2026-03-06 18:00",
    ),
    (
        "asked and answered outside working time costs nothing",
        MONDAY,
        (asked(when("Mon 2026-03-02 20:00")), answered(when("Tue 2026-03-03 08:00"))),
        "Thu 2026-03-05 18:00",
    ),
    (
        "asked and answered within the midday rest costs nothing",
        MONDAY,
        (asked(when("Tue 2026-03-03 12:00")), answered(when("Tue 2026-03-03 13:30"))),
        "Thu 2026-03-05 18:00",
    ),
    (
        "two days and six hours left on Tuesday, from Friday morning on",
        MONDAY,
        (asked(when("Tue 2026-03-03 10:00")), answered(when("Fri 2026-03-06 10:00"))),
        "Tue 2026-03-10 18:00",
    ),
    (
        "an hour left, answered after a weekend",
        MONDAY,
        (asked(when("Thu 2026-03-05 17:00")), answered(when("Sun 2026-03-08 20:00"))),
        "Mon 2026-03-09 18:00",
    ),
    (
        "an hour left, answered with half an hour of Friday left",
        MONDAY,
        (asked(when("Thu 2026-03-05 17:00")), answered(when("Fri 2026-03-06 17:30"))),
        "Mon 2026-03-09 18:00",
    ),
    (
        "never answered: five working days of waiting",
        MONDAY,
        (asked(when("Tue 2026-03-03 10:00")),),
        "Fri 2026-03-13 18:00",
    ),
    (
        "answered after the waiting was over",
        MONDAY,
        (asked(when("Tue 2026-03-03 10:00")), answered(when("Wed 2026-03-11 10:00"))),
        "Fri 2026-03-13 18:00",
    ),
    (
        "asked when the due instant had passed",
        MONDAY,
        (asked(when("Fri 2026-03-06 10:00")), answered(when("Mon 2026-03-09 10:00"))),
        "Thu 2026-03-05 18:00",
    ),
    (
        "asked before National Day, answered after it",
        "Tue 2026-09-29 10:00",
        (asked(when("Wed 2026-09-30 10:00")), answered(when("Thu 2026-10-08 11:00"))),
        "Mon 2026-10-12 18:00",
    ),
    (
        "waiting over spring festival 2026: five working days end on the 28th",
        "Fri 2026-02-13 10:00",
        (asked(when("Sat 2026-02-14 10:00")),),
        "Wed 2026-03-04 18:00",
    ),
    (
        "two questions that overlap freeze the shared time once",
        MONDAY,
        (
            asked(when("Tue 2026-03-03 10:00"), "q1"),
            asked(when("Tue 2026-03-03 15:00"), "q2"),
            answered(when("Wed 2026-03-04 10:00"), "q1"),
            answered(when("Wed 2026-03-04 16:00"), "q2"),
        ),
        "Mon 2026-03-09 18:00",
    ),
    (
        "overlapping questions round up once: nothing is lost on Tuesday night",
        MONDAY,
        (
            asked(when("Tue 2026-03-03 09:00"), "q1"),
            asked(when("Tue 2026-03-03 15:00"), "q2"),
            answered(when("Tue 2026-03-03 17:00"), "q1"),
            answered(when("Wed 2026-03-04 09:00"), "q2"),
        ),
        "Fri 2026-03-06 18:00",
    ),
    (
        "one question after another: each rounds up",
        MONDAY,
        (
            asked(when("Tue 2026-03-03 10:00"), "q1"),
            answered(when("Tue 2026-03-03 11:00"), "q1"),
            asked(when("Wed 2026-03-04 10:00"), "q2"),
            answered(when("Wed 2026-03-04 11:00"), "q2"),
        ),
        "Mon 2026-03-09 18:00",
    ),
    # extensions
    ("extended", MONDAY, (extended(when("Wed 2026-03-04 10:00"), "2026-03-10"),), "Tue 2026-03-10 18:00"),
    (
        "extended twice",
        MONDAY,
        (
            extended(when("Wed 2026-03-04 10:00"), "2026-03-10", "e1"),
            extended(when("Tue 2026-03-10 10:00"), "2026-03-13", "e2"),
        ),
        "Fri 2026-03-13 18:00",
    ),
    (
        "extended to a worked Saturday",
        "Tue 2026-09-29 10:00",
        (extended(when("Thu 2026-10-08 10:00"), "2026-10-10"),),
        "Sat 2026-10-10 18:00",
    ),
    (
        "extended to a Sunday: Monday",
        "Wed 2026-09-30 10:00",
        (extended(when("Fri 2026-10-09 10:00"), "2026-10-11"),),
        "Mon 2026-10-12 18:00",
    ),
    (
        "extended, then a question",
        MONDAY,
        (
            extended(when("Wed 2026-03-04 10:00"), "2026-03-10"),
            asked(when("Mon 2026-03-09 10:00")),
            answered(when("Tue 2026-03-10 10:00")),
        ),
        "Wed 2026-03-11 18:00",
    ),
    (
        "extended while the citizen is asked, to a later date",
        MONDAY,
        (
            asked(when("Tue 2026-03-03 10:00")),
            extended(when("Tue 2026-03-03 11:00"), "2026-03-12"),
            answered(when("Wed 2026-03-04 10:00")),
        ),
        "Thu 2026-03-12 18:00",
    ),
    (
        "extended while the citizen is asked, to an earlier date",
        MONDAY,
        (
            asked(when("Tue 2026-03-03 10:00")),
            extended(when("Tue 2026-03-03 11:00"), "2026-03-05"),
            answered(when("Wed 2026-03-04 10:00")),
        ),
        "Fri 2026-03-06 18:00",
    ),
    (
        "long works, beyond the calendar",
        "Mon 2026-11-02 10:00",
        (extended(when("Wed 2026-11-04 10:00"), "2027-03-01"),),
        "Mon 2027-03-01 18:00",
    ),
    (
        "answered at the closing instant",
        MONDAY,
        (published(when("Thu 2026-03-05 18:00")),),
        "Thu 2026-03-05 18:00",
    ),
    (
        "withdrawn while the citizen is asked: the due date stays",
        "Fri 2026-11-27 10:00",
        (asked(when("Fri 2026-11-27 15:00")), PostWithdrawn(at=instant("Fri 2026-11-27 15:07"))),
        "Wed 2026-12-02 18:00",
    ),
    (
        "answered while the citizen is asked, after the former due date: the minutes left count from there",
        MONDAY,
        (asked(when("Wed 2026-03-04 16:00")), published(when("Mon 2026-03-09 11:00"))),
        "Tue 2026-03-10 18:00",
    ),
    (
        "an extension after the reply",
        MONDAY,
        (published(when("Wed 2026-03-04 10:00")), extended(when("Wed 2026-03-04 11:00"), "2026-03-10")),
        "Thu 2026-03-05 18:00",
    ),
    (
        "hidden",
        MONDAY,
        (PostHidden(at=instant("Fri 2026-03-06 10:00"), reason="", by="s"),),
        "Thu 2026-03-05 18:00",
    ),
    (
        "transfers move nothing",
        MONDAY,
        (moved(when("Tue 2026-03-03 10:00"), "transport"), moved(when("Thu 2026-03-05 17:00"), "housing")),
        "Thu 2026-03-05 18:00",
    ),
    (
        "grouped, answered by the lead, then left alone: as if never grouped",
        MONDAY,
        (
            grouped(when("Tue 2026-03-03 10:00")),
            published(when("Wed 2026-03-04 10:00"), lead="other"),
            ungrouped(when("Wed 2026-03-04 11:00")),
        ),
        "Thu 2026-03-05 18:00",
    ),
    (
        "grouped while the citizen is asked",
        MONDAY,
        (
            asked(when("Tue 2026-03-03 10:00")),
            grouped(when("Tue 2026-03-03 11:00")),
            answered(when("Tue 2026-03-03 15:00")),
        ),
        "Fri 2026-03-06 18:00",
    ),
    (
        "reopened: five working days",
        MONDAY,
        (published(when("Tue 2026-03-03 10:00")), reopened(when("Fri 2026-03-06 10:00"))),
        "Fri 2026-03-13 18:00",
    ),
    (
        "reopened on a Sunday",
        MONDAY,
        (published(when("Tue 2026-03-03 10:00")), reopened(when("Sun 2026-03-08 22:00"))),
        "Fri 2026-03-13 18:00",
    ),
    (
        "reopened before National Day 2026",
        "Mon 2026-09-28 10:00",
        (published(when("Tue 2026-09-29 10:00")), reopened(when("Wed 2026-09-30 10:00"))),
        "Tue 2026-10-13 18:00",
    ),
    (
        "reopened twice: from the last reopening",
        MONDAY,
        (
            published(when("Tue 2026-03-03 10:00")),
            reopened(when("Fri 2026-03-06 10:00")),
            published(when("Mon 2026-03-09 10:00"), 2),
            reopened(when("Tue 2026-03-10 10:00")),
        ),
        "Tue 2026-03-17 18:00",
    ),
    (
        "a question of the second handling",
        MONDAY,
        (
            published(when("Tue 2026-03-03 10:00")),
            reopened(when("Fri 2026-03-06 10:00")),
            asked(when("Mon 2026-03-09 10:00")),
            answered(when("Mon 2026-03-09 15:00")),
        ),
        "Mon 2026-03-16 18:00",
    ),
    # beyond the calendar
    (
        "received two days before the calendar ends: by the weekdays, for now",
        "Wed 2026-12-30 10:00",
        (),
        "Mon 2027-01-04 18:00",
    ),
    (
        "a wait that ends in the next year",
        "Thu 2026-12-24 10:00",
        (asked(when("Fri 2026-12-25 10:00")),),
        "Wed 2027-01-06 18:00",
    ),
)


@pytest.mark.parametrize(("about", "receipt", "facts", "due"), HAPPENED, ids=[row[0] for row in HAPPENED])
def test_what_happens_moves_the_due_instant_to_where_a_person_counts_it(
    about: str, receipt: str, facts: tuple[Fact, ...], due: str
) -> None:
    agree([received(when(receipt)), assigned(when(receipt)), *facts], due)
