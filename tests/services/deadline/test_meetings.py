"""The day of an assignment meeting: one that has not ruled by then is told of, once."""

from datetime import datetime

import pytest
from msgspec.structs import replace

from contracts.assignments import LeadNamed, MeetingCalled
from contracts.deadlines import ClockStopped, MeetingLate, MeetingLateWithdrawn
from contracts.facts import Fact
from contracts.posts import PostHidden, PostRestored, PostWithdrawn
from tests.services.deadline.desk import Desk, given
from tests.services.deadline.facts import assigned, at, moved, published, received, reopened

MONDAY = "2026-03-02T10:00"
UNTIL = "2026-03-03T11:00"


def called(when: str = "2026-03-02T11:00", until: str = UNTIL) -> MeetingCalled:
    return MeetingCalled(at=at(when), departments=("water", "housing"), reason="r", until=at(until))


def named(when: str) -> LeadNamed:
    return LeadNamed(at=at(when), lead="water", assisting=(), reason="r")


def late(*facts: Fact) -> list[datetime]:
    """When meetings were said to be late, of a post that a unit has."""
    desk = Desk()
    desk.hear(received(MONDAY), assigned(MONDAY), *facts)
    desk.until("2026-03-31T18:00")
    return [fact.at for fact in desk.said if isinstance(fact, MeetingLate)]


def test_a_meeting_that_does_not_rule_by_its_day_is_told_of_once() -> None:
    assert late(called()) == [at(UNTIL)]


@pytest.mark.parametrize("end", [named(UNTIL), moved("2026-03-03T10:00", "transport")])
def test_one_that_ruled_or_over_whose_head_a_person_assigned_the_post_is_not(end: Fact) -> None:
    assert late(called(), end) == []


def test_one_that_ruled_too_late_is_told_of_whichever_is_heard_first() -> None:
    assert late(called(), named("2026-03-03T15:00")) == [at(UNTIL)]


def test_each_meeting_has_its_own_day() -> None:
    again = called("2026-03-04T10:00", "2026-03-05T10:00")

    assert late(called(), named("2026-03-03T10:00"), again) == [at("2026-03-05T10:00")]
    assert late(called(), named("2026-03-03T15:00"), again) == [at(UNTIL), at("2026-03-05T10:00")]


def test_of_an_answered_or_withdrawn_post_no_meeting_is_awaited() -> None:
    assert late(called(), published("2026-03-02T15:00")) == []
    assert late(called(), PostWithdrawn(at=at("2026-03-02T15:00"))) == []


def test_a_meeting_of_the_first_handling_is_not_awaited_in_the_second() -> None:
    assert late(called(), published("2026-03-02T15:00"), reopened("2026-03-02T16:00")) == []


def test_while_the_post_is_hidden_the_meeting_waits() -> None:
    hidden = PostHidden(at=at("2026-03-02T15:00"), reason="广告", by="m")
    restored = PostRestored(at=at("2026-03-09T10:00"), reason="误判", by="m")

    assert late(called(), hidden, restored) == [at("2026-03-09T18:00")]


def test_one_that_was_called_before_meetings_had_a_clock_is_not_told_of() -> None:
    desk = Desk()
    desk.hear(received(MONDAY), assigned(MONDAY), called())
    [meeting] = desk.case.meetings
    desk.case = replace(desk.case, meetings=(replace(meeting, until=None),))

    assert [fact for fact in desk.until("2026-03-31T18:00") if isinstance(fact, MeetingLate)] == []


def called_late() -> Desk:
    """A meeting that was called late by a clock that had heard of nothing else."""
    desk = given(received(MONDAY), assigned(MONDAY), called())
    assert [fact.at for fact in desk.until("2026-03-03T17:00") if isinstance(fact, MeetingLate)] == [
        at(UNTIL)
    ]
    return desk


def withdrawn(facts: list[Fact]) -> list[tuple[datetime, str]]:
    """Of which meetings, by their day, it was taken back that they were late, and who held the post."""
    return [(fact.until, fact.department) for fact in facts if isinstance(fact, MeetingLateWithdrawn)]


@pytest.mark.parametrize(
    "end",
    [
        named(UNTIL),
        moved("2026-03-03T11:00", "transport"),
        published("2026-03-03T10:00"),
        PostWithdrawn(at=at("2026-03-02T15:00")),
    ],
    ids=["it ruled", "a person assigned the post", "it was answered", "it was withdrawn"],
)
def test_a_meeting_called_late_is_taken_back_once_it_is_heard_that_it_was_over_in_time(end: Fact) -> None:
    desk = called_late()

    said = desk.hear(end)

    assert [until for until, _ in withdrawn(said)] == [at(UNTIL)]
    assert withdrawn(desk.until("2026-03-31T18:00")) == []


def test_one_that_was_late_stays_late_whatever_is_heard_of_it() -> None:
    desk = called_late()

    desk.hear(named("2026-03-03T11:01"), published("2026-03-03T16:00"), reopened("2026-03-03T17:00"))

    assert withdrawn([*desk.said, *desk.until("2026-03-31T18:00")]) == []


def test_one_that_had_longer_since_the_post_was_hidden_meanwhile_is_taken_back_and_late_later() -> None:
    desk = called_late()
    desk.hear(PostHidden(at=at("2026-03-02T15:00"), reason="广告", by="m"))
    desk.hear(PostRestored(at=at("2026-03-09T10:00"), reason="误判", by="m"))
    desk.until("2026-03-31T18:00")

    assert withdrawn(desk.said) == [(at(UNTIL), "water")]
    assert [fact.at for fact in desk.said if isinstance(fact, MeetingLate)] == [
        at(UNTIL),
        at("2026-03-09T18:00"),
    ]
    assert withdrawn(desk.hear(named("2026-03-09T17:00"))) == [(at(UNTIL), "water")]


def test_what_was_called_late_before_its_instant_was_kept_is_never_taken_back() -> None:
    desk = called_late()
    desk.case = replace(desk.case, said=replace(desk.case.said, meetings_over=()))

    assert withdrawn(desk.hear(named(UNTIL), published("2026-03-03T16:00"))) == []


@pytest.mark.parametrize("end", [named("2026-03-02T11:00"), moved("2026-03-02T11:00", "transport")])
def test_what_happens_in_the_instant_of_the_call_ends_the_meeting_only_if_it_came_after_it(end: Fact) -> None:
    """Two supervisors act at once: router says what followed, in order, and the instant is the same."""
    assert late(called(), end) == []
    assert late(end, called()) == [at(UNTIL)]

    def held(*facts: Fact) -> set[str]:
        desk = given(received(MONDAY), assigned(MONDAY), *facts, published("2026-03-02T16:00"))
        [stop] = [fact for fact in desk.said if isinstance(fact, ClockStopped)]
        return {one.holder for one in stop.held}

    assert "meeting" not in held(called(), end)
    assert "meeting" in held(end, called())
