"""The half-year of the city's report of 2011, as people lived it: as many of everything as the report names.

The report says: by the end of June 3607 people registered, 2595 threads, 11763 posts in all, 78 units that answer, reply rate 98.9 %,
satisfaction 90.6 %; of June 1373 received, 1352 answered, 98.5 % and 95.8 %. What it does not say is chosen here, and named so.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from city.profile import Profile
from contracts.identity import derived
from contracts.posts import PostKind
from contracts.replies import Solved
from wenzheng.bench.histories import SOONEST_MINUTES, Past

# -- what the report names ------------------------------------------------------------------------

REGISTERED: Final = 3607
THREADS: Final = 2595
MESSAGES: Final = 11763
UNITS: Final = 78


class Month(NamedTuple):
    """How many of a month's posts."""

    received: int
    replied: int
    rated: int
    satisfied: int


JUNE: Final = Month(1373, 1352, 1000, 958)
"""The report names received, replied and the shares 98.5 % and 95.8 %; that a thousand were rated is chosen."""

# -- what is chosen -------------------------------------------------------------------------------

MONTHS: Final = (
    Month(60, 59, 40, 33),
    Month(110, 109, 90, 76),
    Month(240, 238, 190, 161),
    Month(330, 328, 280, 240),
    Month(482, 480, 400, 344),
    JUNE,
)
"""January to June: the platform opened at the beginning of the year, and two documents of March and May spread it."""
REPLIED: Final = 2566
"""98.88 %; with 2567 the share would be 98.9 %, too, and with no other number."""
RATED: Final = 2000
SATISFIED: Final = 1812
LATE_OF: Final = 40
"""One in so many replies is late."""
LATE: Final = len(range(0, REPLIED, LATE_OF))
ASKED_BACK: Final = 120
EXTENDED: Final = 130
AGAIN: Final = 42
AUTHORS: Final = 2100
"""People among the authors; some write twice, and some sign nothing."""
UNSIGNED: Final = 200
FOLLOW_UPS: Final = MESSAGES - THREADS - REPLIED - AGAIN - ASKED_BACK
SUPPORTERS: Final = REGISTERED - AUTHORS
"""People who only support what others wrote."""
KINDS: Final[tuple[PostKind, ...]] = ("consult", "complaint", "suggestion", "mailbox")
SOLVED: Final[tuple[Solved | None, ...]] = ("yes", None, "partly")
LATE_MINUTES: Final = 60
"""Of working time, after the reply was due."""


def pasts(profile: Profile) -> Iterator[Past]:
    """Every post from January to June, in order."""
    n = replied = 0
    for month, counts in enumerate(MONTHS, 1):
        first = datetime(2011, month, 1, tzinfo=profile.zone)
        length = (first + timedelta(days=31)).replace(day=1) - first
        for place in range(counts.received):
            at = (first + length * ((place + 0.5) / counts.received)).replace(microsecond=0)
            yield _past(profile, n, at, place, counts, replied)
            replied += place < counts.replied
            n += 1


def _past(profile: Profile, n: int, at: datetime, place: int, counts: Month, replied: int) -> Past:
    """The post that came as number n, and as number `place` of its month."""
    time_of, areas = profile.working_time, sorted({one.area_code for one in profile.divisions})
    answers = place < counts.replied
    late = answers and replied % LATE_OF == 0
    grade = 0
    if place < counts.rated:
        # Who was content stand in order of their month; of the others the first are as bitter as one can be.
        grade = 5 - place % 2 if place < counts.satisfied else 1 + place % 3
    minutes = SOONEST_MINUTES + 37 * n % 900 if answers else 0
    if late:
        minutes = time_of.minutes_between(at, time_of.due(at).at) + LATE_MINUTES
    quiet = answers and not late
    return Past(
        subject=derived("half-year", "post", n),
        number=f"SQ{at:%y%m%d}-{n:06}",
        at=at,
        unit=profile.departments[n % len(profile.departments)].code,
        kind=KINDS[n // len(profile.departments) % len(KINDS)],
        area=areas[n % len(areas)],
        citizen="" if n < UNSIGNED else f"author-{(n - UNSIGNED) % AUTHORS}",
        minutes=minutes,
        asked_back=quiet and _among(replied, ASKED_BACK, 1),
        extended=quiet and _among(replied, EXTENDED, 2),
        follow_ups=FOLLOW_UPS // THREADS + (n < FOLLOW_UPS % THREADS),
        supporters=_supporters(n),
        grade=grade,
        solved=SOLVED[n % len(SOLVED)] if grade else None,
        again=quiet and _among(replied, AGAIN, 3),
    )


def _among(replied: int, some: int, rest: int) -> bool:
    """Whether the reply is one of the first `some` whose place leaves this rest."""
    return replied % 10 == rest and replied // 10 < some


def _supporters(n: int) -> tuple[str, ...]:
    """One supporter of each of the first posts who never wrote, and an author who did: a person is counted once."""
    new = (f"supporter-{n}",) if n < SUPPORTERS else ()
    return (*new, f"author-{n % AUTHORS}") if n % 5 == 0 else new
