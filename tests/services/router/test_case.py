"""Disputes: who keeps a case, when it moves, when a meeting must rule, and when the city leaders are asked."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.assignments import (
    AssignmentHeld,
    LeadNamed,
    MeetingCalled,
    PostAssigned,
    PostReassigned,
    ReturnRefused,
    SpecialReportRaised,
)
from contracts.facts import Fact
from contracts.posts import PostHidden, PostRestored, PostSupported, PostUngrouped, PostWithdrawn
from contracts.replies import (
    AssignmentChosen,
    PostReopened,
    ReplyPublished,
    SpecialReportRequested,
)
from services.router.store import COLUMNS
from tests.services.intake.door import PROFILE, at
from tests.services.router.cases import ITEM, MONDAY, UNITS, Judge, Post, kinds

HELD = next(column for column in COLUMNS if column.name == "held_for_person")


def test_a_return_that_names_another_units_item_moves_the_case_at_once() -> None:
    post = Post().received()
    [moved] = post.returned("transport", "housing-item")

    assert isinstance(moved, PostReassigned)
    assert (moved.department, moved.previous, moved.cause) == ("housing", "transport", "return")
    assert (moved.rule_version, moved.model_version) == ("r1", "m1")


def test_a_return_after_one_working_day_is_refused_and_the_unit_keeps_it() -> None:
    post = Post().received()
    [refused] = post.returned("transport", "housing-item", hours=24 + 8.5)

    assert isinstance(refused, ReturnRefused)
    assert "首问负责" in refused.reason
    assert post.case.department == "transport"


def test_a_return_on_the_next_day_before_its_hour_is_in_time() -> None:
    assert kinds(Post().received().returned("transport", "housing-item", hours=23.9)) == [PostReassigned]


def test_a_unit_returns_a_case_only_once() -> None:
    post = Post().received()
    post.returned("transport", "transport-item")
    assert kinds(post.returned("transport", "housing-item")) == [ReturnRefused]


def test_an_item_of_its_own_names_nobody_and_waits_for_the_supervisor() -> None:
    post = Post().received()
    assert kinds(post.returned("transport", "transport-item")) == [AssignmentHeld]
    [ruled] = post.chosen("transport")

    assert isinstance(ruled, ReturnRefused)
    assert post.case.department == "transport"


def test_who_assists_is_said_when_a_supervisor_changes_it() -> None:
    post = Post().received()
    joined = AssignmentChosen(
        at=MONDAY, department="transport", assisting=("housing",), reason="协办", by="s"
    )
    [named] = post.hear(joined)

    assert isinstance(named, LeadNamed)
    assert (named.lead, named.assisting) == ("transport", ("housing",))
    assert post.hear(joined) == []
    assert kinds(post.returned("transport", "water-item")) == [PostReassigned]


def test_a_supervisor_may_move_it_to_another() -> None:
    post = Post().received()
    post.returned("transport", "transport-item")
    [moved] = post.chosen("water")

    assert isinstance(moved, PostReassigned)
    assert (moved.cause, moved.department, moved.request) == ("chosen", "water", "r1")


def test_a_case_sent_back_to_who_has_held_it_is_ping_pong_and_calls_the_meeting() -> None:
    post = Post().received()
    post.returned("transport", "housing-item")
    [called] = post.returned("housing", "transport-item", hours=2)

    assert isinstance(called, MeetingCalled)
    assert called.departments == ("housing", "transport")
    assert called.until == at("2026-03-03T18:00")
    assert post.case.department == "housing"


def test_a_refused_return_is_no_step_towards_the_meeting() -> None:
    post = Post().received()
    post.chosen("housing", hours=0.5)
    assert kinds(post.returned("transport", "water-item", hours=1)) == [ReturnRefused]
    assert kinds(post.returned("education", "education-item", hours=1)) == [ReturnRefused]

    assert kinds(post.returned("housing", "water-item", hours=2)) == [PostReassigned]


def test_a_return_too_late_draws_nobody_in() -> None:
    post = Post().received()
    assert kinds(post.returned("transport", "education-item", hours=24 + 8.5)) == [ReturnRefused]
    post.chosen("housing", hours=25 + 8.5)

    assert kinds(post.returned("housing", "water-item", hours=26 + 8.5)) == [PostReassigned]


def test_naming_who_assists_does_not_give_the_unit_another_day_to_return_it() -> None:
    post = Post().received()
    for hours in (5, 20):
        post.hear(
            AssignmentChosen(
                at=MONDAY + timedelta(hours=hours),
                department="transport",
                assisting=("water", "education")[: 1 + (hours > 5)],
                reason="协办",
                by="s",
            )
        )
    assert post.case.assisting == ("water", "education")
    assert kinds(post.returned("transport", "housing-item", hours=24 + 8.5)) == [ReturnRefused]


def test_a_case_that_moved_gives_its_new_unit_a_day_of_its_own() -> None:
    post = Post().received()
    post.chosen("housing", hours=24 + 7)
    assert kinds(post.returned("housing", "water-item", hours=24 + 8.5)) == [PostReassigned]


@pytest.mark.parametrize(
    "gone",
    [PostWithdrawn(at=MONDAY), PostHidden(at=MONDAY, reason="违规", by="s")],
    ids=["withdrawn", "hidden"],
)
def test_a_held_post_that_is_taken_out_no_longer_waits_for_a_person(gone: Fact) -> None:
    post = Post(Judge(department="")).received()
    assert (post.case.held, HELD.value(post.case)) == (True, True)

    post.hear(gone)
    assert (post.case.held, HELD.value(post.case)) == (False, False)
    assert post.chosen("water") == []


def test_a_restored_post_waits_for_a_person_again_where_it_did_and_else_keeps_its_unit() -> None:
    hidden, back = (
        PostHidden(at=MONDAY, reason="违规", by="s"),
        PostRestored(at=MONDAY, reason="误判", by="s"),
    )
    post = Post(Judge(department="")).received()
    post.hear(hidden)

    assert kinds(post.hear(back)) == [AssignmentHeld]
    assert (post.case.held, HELD.value(post.case)) == (True, True)
    assert kinds(post.chosen("water")) == [PostAssigned]

    post.hear(hidden)
    assert kinds(post.hear(back)) == []
    assert kinds(post.chosen("housing")) == [PostReassigned]


def test_a_unit_that_still_could_return_a_post_when_it_was_hidden_has_its_day_when_it_is_restored() -> None:
    def returned_after(hidden: float, back: float, asked: float) -> list[type[Fact]]:
        post = Post().received()
        post.hear(PostHidden(at=MONDAY + timedelta(hours=hidden), reason="违规", by="s"))
        post.hear(PostRestored(at=MONDAY + timedelta(hours=back), reason="误判", by="s"))
        return kinds(post.returned("transport", "housing-item", hours=asked))

    assert returned_after(2, 14 * 24, 14 * 24 + 2) == [PostReassigned]
    assert returned_after(2, 14 * 24, 16 * 24) == [ReturnRefused]
    assert returned_after(48, 14 * 24, 14 * 24 + 2) == [ReturnRefused], "its day was over before"
    until = (MONDAY.replace(hour=18) - MONDAY).total_seconds() / 3600 + 24
    assert returned_after(until, 14 * 24, 14 * 24 + 2) == [PostReassigned], "at the very end of its day"


def test_a_restored_post_that_was_held_waits_for_a_person_again_though_a_special_report_was_raised_since() -> (
    None
):
    post = Post(Judge(department="")).received()
    post.hear(SpecialReportRequested(at=MONDAY, text="报请协调", by="s"))
    post.hear(PostHidden(at=MONDAY, reason="违规", by="s"))

    assert kinds(post.hear(PostRestored(at=MONDAY, reason="误判", by="s"))) == [AssignmentHeld]


def test_a_post_withdrawn_before_it_was_heard_waits_for_nobody() -> None:
    post = Post(Judge(department=""))
    post.hear(PostWithdrawn(at=MONDAY))
    post.received()
    assert (post.said, post.case.held) == ([], False)


def test_a_third_unit_drawn_in_calls_the_meeting() -> None:
    post = Post().received()
    post.returned("transport", "housing-item")
    [called] = post.returned("housing", "water-item", hours=2)

    assert isinstance(called, MeetingCalled)
    assert called.departments == ("housing", "transport", "water")


def test_a_unit_a_person_took_it_from_is_no_party_to_the_dispute() -> None:
    post = Post().received()
    post.chosen("housing", hours=0.5)
    assert kinds(post.returned("housing", "water-item")) == [PostReassigned]


def test_a_unit_that_would_send_it_back_to_there_needs_the_meeting() -> None:
    post = Post().received()
    post.chosen("housing", hours=0.5)
    assert kinds(post.returned("housing", "transport-item")) == [MeetingCalled]


def test_nothing_moves_before_the_meeting_has_ruled_and_its_ruling_stands() -> None:
    post = Post().received()
    post.returned("transport", "housing-item")
    post.returned("housing", "water-item", hours=2)
    assert kinds(post.returned("housing", "education-item", hours=3)) == [ReturnRefused]

    named, moved = post.ruled("water", "housing")
    assert isinstance(named, LeadNamed)
    assert (named.lead, named.assisting, named.parts) == ("water", ("housing",), {"housing": "配合"})
    assert isinstance(moved, PostReassigned)
    assert (moved.cause, moved.department) == ("meeting", "water")

    [refused] = post.returned("water", "education-item", hours=6)
    assert isinstance(refused, ReturnRefused)
    assert "裁定" in refused.reason


def test_where_nobody_is_left_the_city_leaders_are_asked_once() -> None:
    post = Post(Judge(candidates=("transport",))).received()
    assert kinds(post.returned("transport", "transport-item")) == [AssignmentHeld, SpecialReportRaised]


def test_a_second_return_calls_the_meeting_also_where_it_names_nobody() -> None:
    post = Post().received()
    post.returned("transport", "housing-item")

    assert kinds(post.returned("housing", "housing-item", hours=2)) == [MeetingCalled]


def test_the_city_leaders_are_asked_about_a_case_once_however_often_nobody_is_left() -> None:
    patient = replace(
        PROFILE,
        policy=PROFILE.policy.changed({"return": {"before_meeting": 9, "departments_before_meeting": 9}}),
    )
    post = Post(Judge(candidates=("transport",), profile=patient)).received()
    assert SpecialReportRaised in kinds(post.returned("transport", "transport-item"))
    post.chosen("housing", hours=2)

    assert kinds(post.returned("housing", "housing-item", hours=3)) == [AssignmentHeld]


def test_a_unit_that_does_not_hold_the_case_cannot_return_it() -> None:
    assert kinds(Post().received().returned("water", "housing-item")) == [ReturnRefused]


def test_what_was_heard_before_the_post_takes_effect_after_it() -> None:
    post = Post()
    post.returned("transport", "housing-item")
    assert post.said == []
    post.received()
    assert kinds(post.said) == [PostAssigned, PostReassigned]


def test_nobody_answers_for_a_withdrawn_post() -> None:
    post = Post().received()
    post.hear(PostWithdrawn(at=MONDAY))
    assert kinds(post.returned("transport", "housing-item")) == [ReturnRefused]
    assert post.chosen("water") == []


def test_whether_it_is_answered_is_the_same_in_any_order_of_the_two_topics() -> None:
    lead = ReplyPublished(at=MONDAY, reply="r", text="好", department="water", by="c", lead="other")
    left = PostUngrouped(at=MONDAY + timedelta(hours=1), group="g", by="s")
    first, second = Post().received(), Post().received()
    for fact in (lead, left):
        first.hear(fact)
    for fact in (left, lead):
        second.hear(fact)
    assert not first.case.answered
    assert not second.case.answered

    own = ReplyPublished(at=MONDAY + timedelta(hours=2), reply="r2", text="好", department="water", by="c")
    first.hear(own)
    assert first.case.answered
    first.hear(PostReopened(at=MONDAY + timedelta(hours=3), reason="没好", reply="r2", department="water"))
    assert not first.case.answered


@pytest.mark.parametrize("late", [0, 1, 2])
def test_a_member_that_left_and_joined_another_group_is_answered_by_that_one_however_late_the_leaving_is_heard(
    late: int,
) -> None:
    first, second = (
        ReplyPublished(at=MONDAY, reply="r", text="好", department="water", by="c", lead="other", group=group)
        for group in ("g1", "g2")
    )
    heard: list[Any] = [first, second]
    heard.insert(late, PostUngrouped(at=MONDAY + timedelta(hours=1), group="g1", by="s"))
    post = Post().received()
    for fact in heard:
        post.hear(fact)

    assert post.case.answered
    post.hear(PostUngrouped(at=MONDAY + timedelta(hours=2), group="g2", by="s"))
    assert not post.case.answered


def test_every_neighbours_voice_is_counted() -> None:
    post = Post().received()
    for n in range(3):
        post.hear(PostSupported(at=MONDAY, supporter=f"s{n}"))
    assert post.case.supports == 3


@pytest.mark.parametrize("seed", range(300))
def test_no_case_makes_more_than_two_hops_without_a_ruling(seed: int) -> None:
    lots = random.Random(seed)
    judge = Judge(lots.choice(("", *UNITS)), tuple(lots.sample(UNITS, 2)))
    post = Post(judge).received()
    if not judge.department:
        post.chosen(lots.choice(UNITS))
    hops, called = 0, False
    for step in range(30):
        roll = lots.random()
        if roll < 0.75:
            said = post.returned(lots.choice((post.case.department, *UNITS)), lots.choice(list(ITEM)), step)
        elif roll < 0.85 and called:
            said = post.ruled(lots.choice(UNITS), hours=step)
        else:
            said = post.chosen(lots.choice(UNITS), hours=step) if lots.random() < 0.2 else []
        for fact in said:
            if isinstance(fact, PostReassigned):
                by_return = fact.cause == "return"
                assert not (by_return and called), "moved while a meeting is called or after it ruled"
                hops = hops + 1 if by_return else 0
            called = called or isinstance(fact, MeetingCalled)
            assert hops <= 2
        assert len(post.case.returned) <= 31
    assert sum(isinstance(fact, MeetingCalled) for fact in post.said) <= 1 + sum(
        isinstance(fact, LeadNamed) for fact in post.said
    )


@pytest.mark.medium
@settings(max_examples=200)
@given(st.lists(st.sampled_from(UNITS), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_every_request_to_return_is_answered_once(units: list[str], lots: random.Random) -> None:
    post = Post().received()
    asked = 0
    for n, unit in enumerate(units):
        holder = post.case.department
        said = post.returned(lots.choice((unit, holder)), f"{unit}-item", hours=n / 2)
        asked += 1
        answers = [
            fact
            for fact in said
            if isinstance(fact, ReturnRefused | PostReassigned | MeetingCalled | AssignmentHeld)
        ]
        assert len(answers) == 1
    assert len(post.case.returned) == asked
