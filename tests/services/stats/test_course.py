"""What comes before the reply: how soon a post has a unit, how soon that takes it on, and whether a meeting ruled in time."""

from collections import Counter
from datetime import timedelta
from itertools import permutations

import msgspec
import pytest
from msgspec.structs import replace

from contracts.assignments import LeadNamed, MeetingCalled, PostAssigned, PostReassigned
from contracts.bulletins import Frozen
from contracts.deadlines import (
    DeadlineMissed,
    DispatchLate,
    DispatchLateWithdrawn,
    MeetingLate,
    MeetingLateWithdrawn,
)
from contracts.facts import Fact
from contracts.posts import PostWithdrawn
from contracts.replies import CaseAccepted
from services.stats.core.bulletin.freezing import Counted, frozen, row_of
from services.stats.core.case import Case, new
from services.stats.core.cells import cells
from services.stats.core.course import duties
from services.stats.core.figures import row
from services.stats.core.periods import Period
from tests.services.stats.test_core import HIDDEN, PROFILE, RESTORED, WHEN, met, received, replied, told
from tests.services.stats.test_hidings import orders

HOUR = timedelta(hours=1)
DAY = 24 * HOUR


def assigned(hours: float, unit: str = "water", duty: str = "water-01") -> PostAssigned:
    return PostAssigned(
        at=WHEN + hours * HOUR,
        number="n",
        department=unit,
        duty_item=duty,
        reasons=(),
        confidence=1,
        rule_version="r",
    )


def moved(hours: float, unit: str, duty: str = "") -> PostReassigned:
    return PostReassigned(
        at=WHEN + hours * HOUR, number="n", department=unit, previous="water", cause="return", duty_item=duty
    )


def accepted(hours: float, unit: str = "water") -> CaseAccepted:
    return CaseAccepted(at=WHEN + hours * HOUR, department=unit, by="c")


def called(hours: float, until: float) -> MeetingCalled:
    return MeetingCalled(
        at=WHEN + hours * HOUR, departments=("water",), reason="r", until=WHEN + until * HOUR
    )


def named(hours: float) -> LeadNamed:
    return LeadNamed(at=WHEN + hours * HOUR, lead="water", assisting=(), reason="r")


LATE = DispatchLate(at=WHEN + 4 * HOUR, due=WHEN + 4 * HOUR)


def of(*facts: Fact) -> dict[str, object]:
    """The figures of the city after these facts, of a post that was heard from the beginning."""
    measures: dict[str, int] = {}
    for (_, _, _, measure), count in met(new("p"), facts, PROFILE)[1].items():
        measures[measure] = measures.get(measure, 0) + count
    return row(measures)


def told_of(name: str, *facts: Fact) -> object:
    return of(received(WHEN), *facts)[name]


def test_a_unit_has_responded_when_it_took_the_post_on_or_answered() -> None:
    assert (told_of("response_rate"), told_of("response_rate", assigned(1))) == (0.0, 0.0)
    assert told_of("response_rate", assigned(1), accepted(3)) == 1.0
    assert told_of("response_rate", assigned(1), replied(WHEN + 5 * HOUR)) == 1.0
    assert told_of("responses", assigned(1), accepted(3), replied(WHEN + 5 * HOUR)) == 1


def test_the_hours_to_the_response_begin_when_the_unit_got_the_post() -> None:
    assert told_of("response_hours", assigned(1), accepted(3)) == 2.0
    assert told_of("response_hours", assigned(1), accepted(3), moved(10, "transport")) is None
    there_and_back = (assigned(1), accepted(3), moved(10, "transport"), moved(20, "water"))
    assert told_of("response_hours", *there_and_back) == 2.0, "it had responded before it got the post again"
    assert (
        told_of("response_hours", assigned(1), accepted(3), moved(10, "transport"), accepted(14, "transport"))
        == 4.0
    )


@pytest.mark.parametrize(
    ("hours", "shown"),
    [(0, 0.5), (0.6, 1.0), (2, 2.0), (4.5, 6.0), (25, 36.0), (300, 1440.0), (9_000, 1440.0)],
)
def test_the_hours_to_the_response_are_told_in_few_steps(hours: float, shown: float) -> None:
    assert told_of("response_hours", assigned(1), accepted(1 + hours)) == shown


def test_what_another_unit_took_on_is_no_response_of_the_one_that_holds_the_post() -> None:
    facts = (assigned(1), accepted(3), moved(10, "transport"))

    assert told_of("responses", *facts) == 0
    assert told_of("responses", *facts, accepted(12, "transport")) == 1


def test_a_post_is_dispatched_in_time_unless_it_was_said_to_be_late() -> None:
    def dispatch(*facts: Fact) -> tuple[object, object]:
        found = of(received(WHEN), *facts)
        return found["late_dispatches"], found["dispatch_rate"]

    assert dispatch() == (0, None), "it waits, and is not late"
    assert dispatch(assigned(1)) == (0, 1.0)
    assert dispatch(LATE) == dispatch(LATE, assigned(6)) == (1, 0.0)
    assert dispatch(LATE, assigned(4)) == (0, 1.0), "at its very end"
    assert dispatch(LATE, assigned(1)) == (0, 1.0), "the clock heard of its unit later than the hour rang"


def test_a_meeting_is_in_time_when_it_ruled_or_a_person_assigned_the_post_by_its_day() -> None:
    def meetings(*facts: Fact) -> tuple[object, object, object]:
        found = of(received(WHEN), assigned(1), *facts)
        return found["meetings"], found["meetings_in_time"], found["meeting_rate"]

    assert meetings() == (0, 0, None)
    assert meetings(called(2, 26)) == (1, 0, 0.0)
    assert meetings(called(2, 26), named(20)) == (1, 1, 1.0)
    assert meetings(called(2, 26), named(26)) == (1, 1, 1.0), "at its very end"
    assert meetings(called(2, 26), moved(20, "transport")) == (1, 1, 1.0)
    assert meetings(called(2, 26), named(30)) == (1, 0, 0.0)
    assert meetings(moved(2, "transport"), called(2, 26)) == (1, 0, 0.0), (
        "what it was called for does not end it"
    )
    assert meetings(called(2, 26), named(20), called(40, 60), named(90)) == (2, 1, 0.5)


@pytest.mark.parametrize(("late", "in_time"), [(False, 1), (True, 0)])
def test_a_meeting_waits_while_the_post_is_hidden_and_is_late_when_its_clock_says_so(
    late: bool, in_time: int
) -> None:
    hidden, restored = replace(HIDDEN, at=WHEN + 10 * HOUR), replace(RESTORED, at=WHEN + 80 * HOUR)
    said = MeetingLate(at=WHEN + 100 * HOUR, until=WHEN + 26 * HOUR, department="water")
    meeting = (assigned(1), called(2, 26), named(101 if late else 90))

    for facts in orders(meeting, (hidden, restored), (said,) if late else ()):
        assert told_of("meetings_in_time", *facts) == in_time


def test_a_late_dispatch_or_meeting_that_is_taken_back_counts_as_if_it_had_never_been_said() -> None:
    """Of a post that was hidden meanwhile the clock alone knows when its time was over."""
    hidden, restored = replace(HIDDEN, at=WHEN + 3 * HOUR), replace(RESTORED, at=WHEN + 30 * HOUR)
    back = DispatchLateWithdrawn(at=WHEN + 5 * HOUR, due=LATE.due)
    posts, assignments = (received(WHEN), hidden, restored), (assigned(31), called(32, 50))

    for facts in orders(posts, assignments, (LATE, back)):
        figures = of(*facts)
        assert (figures["late_dispatches"], figures["dispatch_rate"]) == (0, 1.0)
    assert of(*posts, *assignments, LATE)["late_dispatches"] == 1
    again = replace(LATE, at=WHEN + 30 * HOUR, due=WHEN + 30 * HOUR)
    assert of(*posts, *assignments, LATE, back, again)["late_dispatches"] == 1


def test_a_late_meeting_that_is_taken_back_was_in_time() -> None:
    hidden, restored = replace(HIDDEN, at=WHEN + 10 * HOUR), replace(RESTORED, at=WHEN + 80 * HOUR)
    late = MeetingLate(at=WHEN + 26 * HOUR, until=WHEN + 26 * HOUR, department="water")
    back = MeetingLateWithdrawn(at=WHEN + 80 * HOUR, until=WHEN + 26 * HOUR, department="water")
    assignments = (assigned(1), called(2, 26), named(90))

    for facts in orders((hidden, restored), assignments, (late, back)):
        assert told_of("meeting_rate", *facts) == 1.0
    assert told_of("meeting_rate", hidden, restored, *assignments, late) == 0.0


FACTS: tuple[tuple[Fact, ...], ...] = (
    (received(WHEN),),
    (assigned(1), called(2, 26), named(20)),
    (accepted(3), replied(WHEN + 30 * HOUR)),
    (LATE,),
)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_every_order_of_topics_leads_to_the_same_cells(order: tuple[int, ...]) -> None:
    post, total = met(new("p"), [fact for index in order for fact in FACTS[index]], PROFILE)

    assert total == cells(post) == met(new("p"), [fact for topic in FACTS for fact in topic], PROFILE)[1]


def test_a_post_that_left_has_none_of_it_and_one_that_is_restored_all() -> None:
    facts = [fact for topic in FACTS for fact in topic]
    whole = met(new("p"), facts, PROFILE)[1]
    measures = {cell[3] for cell in met(new("p"), [*facts, PostWithdrawn(at=WHEN + 2 * DAY)], PROFILE)[1]}

    assert not [name for name in measures if name.startswith(("response", "dispatch", "meeting", "duty"))]
    assert met(new("p"), [*facts, HIDDEN, RESTORED], PROFILE)[1] == whole


def test_of_a_post_of_before_nothing_is_claimed() -> None:
    """A state of before knows neither who took it on nor whether it was late: it is in no whole either."""
    before = replace(told([received(WHEN), assigned(1)])[0], whole_course=False, duties=())
    names = {cell[3] for cell in cells(before)}

    assert not [name for name in names if name.startswith(("response", "dispatch", "duty"))]
    found = of()
    assert (found["response_rate"], found["dispatch_rate"], found["meeting_rate"]) == (None, None, None)


def issued(*cases: Case) -> Frozen:
    """A bulletin about one unit's posts."""
    measures: Counter[str] = Counter()
    for case in cases:
        measures.update({cell[3]: count for cell, count in cells(case).items() if cell[1] == "water"})
    counted = Counted({"water": dict(measures)}, {"water": dict(measures)}, {}, (), {})
    return frozen(counted, PROFILE, Period.read("2026-03"), WHEN, "c")


def lived(*facts: Fact) -> Case:
    return met(new("p"), facts, PROFILE)[0]


PLAIN = (received(WHEN), assigned(1), replied(WHEN + 30 * HOUR))
TAKEN_ON = (*PLAIN, accepted(3), replace(LATE, at=WHEN + HOUR / 2, due=WHEN + HOUR / 2), called(2, 26))


def test_a_bulletin_freezes_what_came_before_the_replies() -> None:
    figures = issued(lived(*TAKEN_ON), lived(*PLAIN))

    assert figures.derivation == 2
    row = row_of(figures.city, figures.derivation)
    assert (row["responses"], row["response_rate"], row["response_hours"]) == (2, 1.0, 2.0)
    assert (row["dispatch_rate"], row["late_dispatches"]) == (0.5, 1)
    assert (row["meetings"], row["meetings_in_time"], row["meeting_rate"]) == (1, 0, 0.0)
    assert not [name for name in figures.city.measures if "hours:" in name or name.startswith("duty")]
    assert not [name for name in figures.before.measures if ":" in name], "periods beside it as ever"


def test_a_bulletin_of_a_period_with_posts_of_before_freezes_as_it_always_did() -> None:
    """What came before the reply of such a post is not known to us, and is to whoever folds the log."""
    older = replace(lived(*PLAIN), whole_course=False)

    figures = issued(lived(*TAKEN_ON), older)

    assert figures.derivation == 1
    assert figures == issued(replace(lived(*TAKEN_ON), whole_course=False), older)
    assert not [name for name in figures.city.measures if ":" in name]
    row = row_of(figures.city, figures.derivation)
    assert {row[name] for name in ("response_rate", "responses", "dispatch_rate", "meeting_rate")} == {None}
    assert b"derivation" not in msgspec.json.encode(figures), "the same bytes as before"


def test_a_post_counts_for_the_duty_item_by_which_its_unit_has_it() -> None:
    def by_duty(*facts: Fact) -> dict[str, dict[str, int]]:
        measures = {cell[3]: count for cell, count in met(new("p"), facts, PROFILE)[1].items()}
        return duties(measures)

    one = {"received": 1, "replied": 0, "overdue": 0}
    first = (received(WHEN), assigned(1))
    assert by_duty(*first) == {"water-01": one}
    assert by_duty(*first, moved(5, "transport", "transport-03")) == {"transport-03": one}
    assert by_duty(*first, moved(5, "transport")) == {"": one}, "a meeting named no duty item"
    back = moved(7, "water", "water-02"), moved(5, "transport", "transport-03"), moved(6, "water", "water-03")
    assert by_duty(*first, *back) == {"water-02": one}, (
        "a clock was set back: the latest counts, not the last"
    )
    assert by_duty(*first, replied(WHEN + 5 * HOUR)) == {"water-01": one | {"replied": 1}}
    assert by_duty(received(WHEN)) == {}, "no unit, no duty item"


def test_by_duty_item_a_post_is_overdue_until_its_answer() -> None:
    def by_duty(*facts: Fact) -> dict[str, dict[str, int]]:
        total = met(new("p"), [received(WHEN), assigned(1), missed, *facts], PROFILE)[1]
        return duties({measure: count for (*_, measure), count in total.items()})

    missed = DeadlineMissed(at=WHEN + 3 * DAY, due=WHEN + 3 * DAY, department="water")

    assert by_duty() == {"water-01": {"received": 1, "replied": 0, "overdue": 1}}
    assert by_duty(replied(WHEN + 4 * DAY)) == {"water-01": {"received": 1, "replied": 1, "overdue": 0}}
