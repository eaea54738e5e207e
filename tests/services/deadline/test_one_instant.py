"""Two things that happened to a case in one instant, as acts that are committed together do: which was which is not told by the instant."""

import pytest
from msgspec.structs import replace

from contracts.deadlines import ClockStopped, Held, MissWithdrawn
from contracts.facts import Fact
from contracts.replies import ReplyDrafted
from services.deadline.core.clock import clock
from tests.services.deadline.desk import Desk, given
from tests.services.deadline.facts import (
    PROFILE,
    asked,
    assigned,
    at,
    extended,
    moved,
    published,
    received,
)
from tests.services.deadline.test_hiding import hidden, restored

MONDAY = "2026-03-02T10:00"


def heard(*facts: Fact) -> Desk:
    return given(received(MONDAY), assigned(MONDAY), *facts)


def stops(facts: list[Fact]) -> list[ClockStopped]:
    return [fact for fact in facts if isinstance(fact, ClockStopped)]


def test_time_granted_in_the_instant_of_the_reply_was_granted_before_it() -> None:
    """After the reply nobody could grant it: the leader's two words were committed together."""
    desk = heard()
    desk.until("2026-03-06T09:00")

    granted = desk.hear(extended("2026-03-06T10:00", "2026-03-09"))
    [stop] = stops(desk.hear(published("2026-03-06T10:00")))

    assert [fact.due for fact in granted if isinstance(fact, MissWithdrawn)] == [at("2026-03-05T18:00")]
    assert (stop.in_time, stop.due) == (True, at("2026-03-09T18:00"))


def test_time_granted_in_one_instant_with_the_reply_counts_for_nothing_in_a_state_that_kept_no_order() -> (
    None
):
    desk = heard(extended("2026-03-04T10:00", "2026-03-09"))
    desk.case = replace(
        desk.case, extensions=tuple(replace(one, replies=None) for one in desk.case.extensions)
    )

    [stop] = stops(desk.hear(published("2026-03-04T10:00")))

    assert stop.due == at("2026-03-05T18:00")


def test_granted_so_while_a_question_is_open_it_makes_the_due_instant_no_earlier() -> None:
    reply = published("2026-03-06T10:00")
    plain = clock(heard(asked("2026-03-03T10:00"), reply).case, PROFILE)
    more = clock(
        heard(asked("2026-03-03T10:00"), extended("2026-03-06T10:00", "2026-03-06"), reply).case, PROFILE
    )

    assert plain is not None
    assert more is not None
    assert more.due == plain.due > at("2026-03-06T18:00")


def test_a_draft_that_came_before_the_leader_in_the_instant_of_the_hiding_is_gone_with_it() -> None:
    draft = ReplyDrafted(at=at("2026-03-02T14:00"), reply="d", text="", department="water", by="c")
    desk = heard(
        draft, hidden("2026-03-02T14:00"), restored("2026-03-02T16:00"), published("2026-03-02T17:00")
    )

    assert set(stops(desk.said)[-1].held) == {Held("water", 180), Held("moderation", 120)}


def test_of_two_assignments_in_one_instant_the_helpers_of_the_last_one_help() -> None:
    first, last = (
        replace(moved("2026-03-02T11:00", "housing"), assisting=units) for units in (("fire",), ("police",))
    )

    assert heard(first, last).case.helpers == ("police",)


@pytest.mark.parametrize("known", [True, False])
def test_a_reply_heard_after_a_hiding_of_the_same_instant_is_said_to_have_stopped_the_clock(
    known: bool,
) -> None:
    """Nobody replies to a hidden post: it was answered first. Of states of before the cause was kept nothing is said anew."""
    desk = heard(hidden("2026-03-03T10:00"))
    if not known:
        desk.case = replace(desk.case, said=replace(desk.case.said, cause=""))

    said = stops(desk.hear(published("2026-03-03T10:00")))

    assert [one.cause for one in stops(desk.said)] == ["hidden", *(["replied"] if known else [])]
    assert [(one.at, one.department) for one in said] == [(at("2026-03-03T10:00"), "water")] * known
    assert stops(desk.hear(moved("2026-03-03T10:00", "water"))) == []
