"""What single facts change in the figures: each test a mistake somebody could make."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.city_facts import PolicyChanged
from contracts.deadlines import (
    CaseEscalated,
    ClockStopped,
    DeadlineExtended,
    DeadlineMissed,
    Held,
    MissWithdrawn,
    PromiseBroken,
    ReplyPromiseBreakWithdrawn,
    ReplyPromiseBroken,
    ReplyPromiseEnded,
    ReplyPromiseSet,
)
from contracts.facts import Fact
from contracts.posts import PostFollowedUp, PostHidden, PostsGrouped, PostUngrouped
from contracts.replies import CitizenAnswered, FollowUpAnswered, PostReopened, ReturnRequested, Solved
from services.stats.core.case import Case, new
from services.stats.core.cells import cells
from services.stats.core.course import HOUR_BUCKETS, bucket
from services.stats.core.figures import origins, row, volume_group
from tests.services.stats.test_core import PROFILE, WHEN, assigned, at, met, rated, received, replied, told

HOUR = timedelta(hours=1)
DUE = WHEN + timedelta(days=3)


def counts(*facts: Fact) -> dict[str, int]:
    """Measure to count, whatever the day and the unit."""
    measures: dict[str, int] = {}
    for (_, _, _, measure), count in told(facts)[1].items():
        measures[measure] = measures.get(measure, 0) + count
    return measures


def of_unit(unit: str, *facts: Fact) -> dict[str, int]:
    """Measure to count of one unit."""
    return {cell[3]: count for cell, count in told(facts)[1].items() if cell[1] == unit}


def second(fact: Any) -> Any:
    """The same about the second handling's clock."""
    return replace(fact, clock="second")


def reopened(when: Any) -> PostReopened:
    return PostReopened(at=when, reason="没修好", reply="r1", department="water")


def second_reply(when: Any) -> Fact:
    return replace(replied(when), reply="r2", handling=2)


ANSWERED = (received(WHEN), assigned(WHEN, "water"), replied(WHEN + HOUR))


def test_of_two_ratings_the_later_counts() -> None:
    better = counts(*ANSWERED, rated(WHEN + 2 * HOUR, 1), rated(WHEN + 9 * HOUR, 5))
    worse = counts(*ANSWERED, rated(WHEN + 2 * HOUR, 5), rated(WHEN + 9 * HOUR, 1))

    assert (better["rated"], better["satisfied"]) == (1, 1)
    assert (worse["rated"], worse.get("satisfied", 0)) == (1, 0)


def test_whether_a_matter_is_solved_is_counted_apart_from_the_grade_and_only_where_it_was_said() -> None:
    def said(grade: int, solved: Solved | None) -> dict[str, int]:
        return counts(*ANSWERED, replace(rated(WHEN + 2 * HOUR, grade), solved=solved))

    kindly, silent = said(5, "no"), said(5, None)
    assert (kindly["satisfied"], kindly["solved_told"], kindly["unsolved"], kindly.get("solved")) == (
        1,
        1,
        1,
        None,
    )
    assert "solved_told" not in silent
    assert row(said(2, "yes"))["solved_rate"] == 1.0
    assert row(said(4, "partly"))["solved_rate"] == 0.0, "partly is not solved"
    assert row(silent)["solved_rate"] is None


def test_a_later_rating_that_does_not_say_takes_back_what_an_earlier_one_said() -> None:
    before = replace(rated(WHEN + 2 * HOUR, 1), solved="no")

    after = counts(*ANSWERED, before, rated(WHEN + 9 * HOUR, 4))

    assert (after["rated"], after.get("solved_told", 0), after.get("unsolved", 0)) == (1, 0, 0)


@pytest.mark.parametrize(("grade", "satisfied"), [(3, 0), (4, 1), (5, 1)])
def test_a_grade_at_the_threshold_is_satisfied_in_both_ways_of_counting(grade: int, satisfied: int) -> None:
    counted = counts(*ANSWERED, rated(WHEN + 2 * HOUR, grade))

    assert (counted["rated"], counted.get("satisfied", 0)) == (1, satisfied)
    assert (counted["report_rated"], counted.get("report_satisfied", 0)) == (1, satisfied)


def test_a_grade_stays_what_the_policy_in_force_called_it() -> None:
    part = {"rating": {"satisfied_from": 5}}
    stricter = PROFILE.amended(PolicyChanged(at=WHEN, part=part))
    before = met(Case(), [*ANSWERED, rated(WHEN + 2 * HOUR, 4)], PROFILE)[0]

    after, total = met(before, [PostFollowedUp(at=DUE, follow_up="f", text="谢谢")], stricter)

    assert {cell[3]: by for cell, by in total.items()} == {"messages": 1, "follow_ups": 1}
    assert any(cell[3] == "satisfied" for cell in cells(after))
    assert not any(cell[3] == "satisfied" for cell in cells(met(after, [rated(DUE, 4)], stricter)[0]))


def test_an_older_holder_that_is_heard_last_does_not_win() -> None:
    assert "water" not in {
        cell[1]
        for cell in told([received(WHEN), assigned(WHEN + HOUR, "transport"), assigned(WHEN, "water")])[1]
    }


def test_of_two_reopenings_one_second_reply_answers_one() -> None:
    facts = [*ANSWERED, reopened(DUE), second_reply(DUE + HOUR), reopened(DUE + 9 * HOUR)]

    assert "second_replied" not in counts(*facts)
    assert counts(*facts, second_reply(DUE + 10 * HOUR))["second_replied"] == 1


def test_an_overdue_post_lowers_the_on_time_rate() -> None:
    in_time = ClockStopped(at=WHEN + HOUR, in_time=True, due=DUE)
    answered = counts(*ANSWERED, in_time)
    overdue = counts(received(WHEN), assigned(WHEN, "water"), DeadlineMissed(at=DUE, due=DUE))

    both = row({name: answered.get(name, 0) + overdue.get(name, 0) for name in answered | overdue})

    assert row(answered)["on_time_rate"] == 1.0
    assert (both["on_time_rate"], both["overdue"], both["open"]) == (0.5, 1, 1)


def test_minutes_at_the_leaders_desk_are_the_units() -> None:
    held = (Held("water", 60), Held("leader:water", 30), Held("citizen", 15))
    stopped = ClockStopped(at=DUE, in_time=True, due=DUE, held=held)

    assert of_unit("water", *ANSWERED, stopped)["held_minutes"] == 90
    assert of_unit("citizen", *ANSWERED, stopped)["held_minutes"] == 15
    assert "leader:water" not in {cell[1] for cell in told([*ANSWERED, stopped])[1]}


def test_minutes_of_both_handlings_add_up() -> None:
    stops = [
        ClockStopped(at=DUE, in_time=True, due=DUE, held=(Held("water", 60),)),
        second(ClockStopped(at=DUE, in_time=True, due=DUE, held=(Held("water", 7),))),
    ]

    assert of_unit("water", *ANSWERED, reopened(DUE), *stops)["held_minutes"] == 67


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_second_handling_that_is_missed_is_counted_whichever_topic_is_read_first(
    order: tuple[int, ...],
) -> None:
    """A reader that starts from nothing may read all of `deadlines` before `replies`."""
    late = DUE + timedelta(days=7)
    topics: list[tuple[Fact, ...]] = [
        (received(WHEN),),
        (replied(WHEN + HOUR), reopened(DUE)),
        (second(DeadlineMissed(at=late, due=late)),),
    ]

    assert counts(*(fact for n in order for fact in topics[n]))["second_overdue"] == 1


def test_what_an_earlier_second_handling_missed_is_no_miss_of_the_newest() -> None:
    late = DUE + timedelta(days=7)
    missed = second(DeadlineMissed(at=late, due=late))
    facts = [*ANSWERED, reopened(DUE), missed, second_reply(late + HOUR), reopened(late + 2 * HOUR)]

    assert "second_overdue" not in counts(*facts)
    later = late + timedelta(days=7)
    assert counts(*facts, second(DeadlineMissed(at=later, due=later)))["second_overdue"] == 1


def test_a_miss_of_the_second_handling_that_is_taken_back_is_none() -> None:
    facts = [*ANSWERED, reopened(DUE), second(DeadlineMissed(at=DUE + HOUR, due=DUE + HOUR))]

    assert "second_overdue" not in counts(*facts, second(MissWithdrawn(at=DUE + HOUR, due=DUE + HOUR)))


def test_a_second_handling_leaves_how_the_first_ended_as_it_was() -> None:
    facts = [
        *ANSWERED,
        ClockStopped(at=WHEN + HOUR, in_time=True, due=DUE),
        reopened(DUE),
        second_reply(DUE + HOUR),
        second(ClockStopped(at=DUE + HOUR, in_time=False, due=DUE)),
    ]

    assert (counts(*facts)["on_time"], counts(*facts).get("second_on_time", 0)) == (1, 0)
    assert (counts(*facts)["reopened"], counts(*facts)["second_replied"]) == (1, 1)


def test_who_answered_in_time_after_all_is_named_in_no_bulletin() -> None:
    overdue = DeadlineMissed(at=DUE, due=DUE)
    named = CaseEscalated(at=DUE + HOUR, level="bulletin", due=DUE, department="water")
    withdrawn = MissWithdrawn(at=DUE + 2 * HOUR, due=DUE)

    late, _ = told((*ANSWERED[:2], overdue, named))
    in_time, _ = told((*ANSWERED, overdue, named, withdrawn))
    of_another_clock, _ = told((*ANSWERED[:2], overdue, named, replace(withdrawn, clock="second")))

    assert [case.named_since() for case in (late, in_time, of_another_clock)] == [named.at, None, named.at]


def test_a_broken_promise_that_was_kept_after_all_is_taken_off() -> None:
    broken = PromiseBroken(at=DUE, extension="e", promised=DUE, department="water")
    kept = MissWithdrawn(at=DUE, clock="promise", due=DUE)

    assert counts(*ANSWERED, broken)["broken"] == 1
    assert "broken" not in counts(*ANSWERED, broken, kept)
    another = PromiseBroken(at=DUE, extension="f", promised=DUE + HOUR, department="water")
    assert counts(*ANSWERED, broken, another, kept)["broken"] == 1, "the other one stays broken"


def test_what_a_reply_promises_is_counted_with_how_it_ended_once_each() -> None:
    about: dict[str, Any] = {"reply": "r", "day": DUE.date(), "due": DUE, "department": "water"}
    promised, moved = ReplyPromiseSet(at=WHEN, **about), ReplyPromiseSet(at=WHEN + HOUR, **about)
    broken = ReplyPromiseBroken(at=DUE, **about)
    back = ReplyPromiseBreakWithdrawn(at=DUE, **about)
    kept = ReplyPromiseEnded(at=DUE, outcome="kept", **about)

    waiting = counts(*ANSWERED, promised, moved)
    late = counts(*ANSWERED, promised, broken, ReplyPromiseEnded(at=DUE + HOUR, outcome="late", **about))
    in_time = counts(*ANSWERED, promised, broken, back, kept)

    names = ("promises", "promises_kept", "promises_broken")
    assert [tuple(of.get(name, 0) for name in names) for of in (waiting, late, in_time)] == [
        (1, 0, 0),
        (1, 0, 1),
        (1, 1, 0),
    ]


def test_each_extension_and_each_return_is_counted_of_whoever_asked() -> None:
    extended = DeadlineExtended(at=DUE, extension="e", reason="r", progress="p", due=DUE)
    gave_back = ReturnRequested(
        at=WHEN, request="q", duty_item="d", reason="r", department="transport", by="c"
    )
    facts = [*ANSWERED, extended, extended, gave_back, gave_back]

    assert of_unit("water", *facts)["extensions"] == 2
    assert of_unit("transport", *facts) == {"returns": 2}


def test_a_leads_reply_answers_a_member_until_it_leaves_the_group() -> None:
    grouped = PostsGrouped(at=WHEN, group="g", lead="other", lead_number="n2", members=("p", "other"), by="s")
    by_lead = replace(replied(WHEN + HOUR), lead="other")
    left = PostUngrouped(at=DUE, group="g", by="s")
    facts = [received(WHEN), assigned(WHEN, "water"), grouped, by_lead]

    assert counts(*facts)["replied"] == 1
    assert counts(*facts, left)["open"] == 1
    assert "replies_given" not in counts(*facts, left)
    assert counts(*facts, left, grouped)["replied"] == 1


def test_a_member_that_left_and_joined_another_group_is_answered_by_that_one_alone() -> None:
    one, other = (
        PostsGrouped(at=WHEN, group=group, lead="other", lead_number="n2", members=("p", "other"), by="s")
        for group in ("g1", "g2")
    )
    first, second = (replace(replied(WHEN + HOUR), lead="other", group=group) for group in ("g1", "g2"))
    left = PostUngrouped(at=DUE, group="g1", by="s")
    facts = [received(WHEN), assigned(WHEN, "water"), one, first, left, other]

    assert counts(*facts)["open"] == 1
    assert "replies_given" not in counts(*facts)
    assert counts(*facts, second)["replies_given"] == 1
    assert counts(*facts[:2], second, one, first, left, other)["replies_given"] == 1, "in any order"


def test_a_hidden_post_is_a_thread_of_the_report_and_no_more() -> None:
    hidden = PostHidden(at=DUE, reason="r", by="s")

    assert counts(*ANSWERED, hidden) == {"threads": 1, "messages": 2, "report_replied": 1, "left": 1}


def test_a_post_without_a_clock_is_counted_apart() -> None:
    measures = counts(received(WHEN, "survey"), replied(WHEN + HOUR))

    assert measures == {"threads": 1, "messages": 2, "report_replied": 1, "clockless": 1}


def test_what_people_add_are_messages() -> None:
    answer = CitizenAnswered(at=WHEN, question="q", text="东侧")
    followed = PostFollowedUp(at=WHEN, follow_up="f", text="还没亮")

    assert counts(*ANSWERED, answer, followed, followed)["messages"] == 5


def test_follow_ups_are_counted_with_the_time_to_their_answers_in_any_order() -> None:
    followed = PostFollowedUp(at=WHEN, follow_up="f", text="还没亮")
    soon, late = (
        FollowUpAnswered(
            at=WHEN + n * HOUR, follow_up="f", asked_at=WHEN, text="快了", department="housing", by="c"
        )
        for n in (2, 30)
    )

    for facts in permutations((followed, followed, followed, soon, late)):
        figures = row(counts(*ANSWERED, *facts))
        assert (figures["follow_ups"], figures["follow_ups_answered"]) == (3, 2)
        assert figures["follow_up_hours"] == 2.0
    assert row(counts(*ANSWERED))["follow_up_hours"] is None


@pytest.mark.parametrize(("minutes", "instant"), [(9, 1), (10, 0), (11, 0)])
def test_a_reply_within_ten_minutes_is_an_instant_closing(minutes: int, instant: int) -> None:
    facts = [received(WHEN), replied(WHEN + timedelta(minutes=minutes))]

    assert counts(*facts).get("instant", 0) == instant


@pytest.mark.parametrize(
    ("hours", "bound"),
    [(0, 0.5), (0.5, 0.5), (0.51, 1.0), (24, 24.0), (24.1, 25), (240.5, 246), (9_999, 1440)],
)
def test_a_duration_is_told_as_the_upper_bound_of_its_bucket(hours: float, bound: float) -> None:
    assert HOUR_BUCKETS[bucket(hours)] == bound


def test_nothing_is_counted_before_the_post_itself_was_heard() -> None:
    assert told([assigned(WHEN, "water"), replied(WHEN + HOUR), rated(DUE, 5)])[1] == {}


def test_the_day_is_the_citys() -> None:
    late_evening = at("2026-03-02T23:30")

    assert {cell[0] for cell in told([received(late_evening)])[1]} == {"2026-03-02"}


def test_of_a_reply_that_is_heard_before_its_post_nobody_knows_yet_that_it_answers_one() -> None:
    early, _ = told([replied(WHEN + HOUR)])
    both, _ = told([replied(WHEN + HOUR), received(WHEN)])

    assert (early.answered_at(), both.answered_at()) == (None, WHEN + HOUR)


def test_the_ways_posts_came_in_add_up_to_all_of_them_and_to_nought_where_there_are_none() -> None:
    some = origins(
        {"received": 5, "replied": 3, "origin:telephone:received": 2, "origin:telephone:replied": 2}
    )

    assert (some["online"]["received"], some["telephone"]["received"]) == (3, 2)
    assert {count for of_way in origins({}).values() for count in of_way.values()} == {0}


@pytest.mark.parametrize(
    ("received", "group"), [(0, "0"), (1, "1-9"), (9, "1-9"), (10, "10-49"), (49, "10-49"), (50, "50+")]
)
def test_a_unit_is_ranked_among_those_with_about_as_many_posts(received: int, group: str) -> None:
    assert volume_group(received) == group


def test_a_state_of_before_its_parts_were_counted_is_not_taken_for_whole() -> None:
    before, begun = Case(number="SQ1"), new("p")

    assert (before.whole, before.whole_course, before.whole_instructions) == (False, False, False)
    assert (begun.whole, begun.whole_course, begun.whole_instructions) == (True, True, True)
