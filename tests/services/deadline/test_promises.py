"""The clock of what a reply promises: beside the case's own, in the one timer, ended once; docs/states.md has the table."""

from datetime import date, datetime
from itertools import permutations

import pytest
from msgspec.structs import replace

from contracts.deadlines import (
    ReplyPromiseBreakWithdrawn,
    ReplyPromiseBroken,
    ReplyPromiseEnded,
    ReplyPromiseNear,
    ReplyPromiseSet,
)
from contracts.facts import Fact
from contracts.posts import CitizenErased, PostHidden, PostRestored, PostWithdrawn
from contracts.replies import PromiseReported, ReplyPublished
from tests.services.deadline.desk import Desk, given
from tests.services.deadline.facts import (
    assigned,
    at,
    day_off,
    extended,
    grouped,
    half_day,
    moved,
    policy,
    published,
    received,
    reopened,
    ungrouped,
)

MONDAY = "2026-03-02T09:00"
TUESDAY = "2026-03-03T10:00"
"""When the reply is published."""
FRIDAY = at("2026-03-13T18:00")
"""When what it promises is due."""
AFTER = "2026-04-30T18:00"

Words = list[tuple[str, datetime]]


def promised(
    when: str = TUESDAY, day: str = "2026-03-13", handling: int = 1, lead: str = ""
) -> ReplyPublished:
    return replace(published(when, handling, lead), promised_day=date.fromisoformat(day))


def reported(when: str, reply: str = "r1") -> PromiseReported:
    return PromiseReported(at=at(when), reply=reply, text="已修", department="water", by="c")


def heard(*facts: Fact) -> Desk:
    return given(received(MONDAY), assigned(MONDAY), *facts)


def words(facts: list[Fact]) -> Words:
    """What was said of promises, with its instant; the outcome for an end."""
    kinds = (
        ReplyPromiseSet,
        ReplyPromiseNear,
        ReplyPromiseBroken,
        ReplyPromiseBreakWithdrawn,
        ReplyPromiseEnded,
    )
    return [
        (fact.outcome if isinstance(fact, ReplyPromiseEnded) else type(fact).__name__[12:].lower(), fact.at)
        for fact in facts
        if isinstance(fact, kinds)
    ]


SET = ("set", at(TUESDAY))
NEAR = ("near", at("2026-03-12T18:00"))
BROKEN = ("broken", FRIDAY)


def test_nothing_reported_by_the_day_is_warned_of_the_working_day_before_and_broken_once() -> None:
    desk = heard(promised())

    desk.until(AFTER)

    assert words(desk.said) == [SET, NEAR, BROKEN]
    [broken] = [fact for fact in desk.said if isinstance(fact, ReplyPromiseBroken)]
    assert (broken.due, broken.day, broken.department) == (FRIDAY, date(2026, 3, 13), "water")
    assert desk.armed is None


def test_a_report_in_time_keeps_it_and_lets_the_timer_go() -> None:
    desk = heard(promised())
    assert desk.armed == NEAR[1]

    desk.hear(reported("2026-03-13T18:00"))

    assert words(desk.said) == [SET, ("kept", FRIDAY)]
    assert (desk.armed, desk.case.promises) == (None, ()), "what waits for nobody is not remembered"
    assert words(desk.until(AFTER)) == []


@pytest.mark.parametrize("rung", [True, False])
def test_a_late_report_ends_a_broken_promise_whichever_is_heard_first(rung: bool) -> None:
    desk = heard(promised())
    if rung:
        desk.until(AFTER)

    desk.hear(reported("2026-03-16T09:00"))

    near = [NEAR] if rung else []
    assert words(desk.said) == [SET, *near, BROKEN, ("late", at("2026-03-16T09:00"))]
    assert words(desk.until(AFTER)) == []


def test_a_report_in_time_that_is_heard_after_the_word_takes_it_back() -> None:
    desk = heard(promised())
    desk.until("2026-03-13T18:00")

    desk.hear(reported("2026-03-13T17:00"))

    kept = at("2026-03-13T17:00")
    assert words(desk.said) == [SET, NEAR, BROKEN, ("breakwithdrawn", kept), ("kept", kept)]


def test_a_day_that_is_not_worked_closes_with_the_next_one_that_is() -> None:
    desk = heard(promised(day="2026-03-14"))

    desk.until(AFTER)

    assert words(desk.said)[-1] == ("broken", at("2026-03-16T18:00"))


def test_there_is_no_warning_where_it_would_come_before_the_promise_or_the_policy_wants_none() -> None:
    short = heard(promised(day="2026-03-03"))
    short.until(AFTER)
    none = Desk()
    none.learn(policy(MONDAY, promise={"warning_working_days": 0}))
    none.hear(received(MONDAY), assigned(MONDAY), promised())
    none.until(AFTER)

    assert words(short.said) == [SET, ("broken", at("2026-03-03T18:00"))]
    assert words(none.said) == [SET, BROKEN]


def test_a_timer_that_rings_after_both_says_the_breaking_alone() -> None:
    desk = heard(promised())
    assert desk.armed is not None

    desk.ring(desk.armed, at("2026-03-20T09:00"))

    assert words(desk.said) == [SET, BROKEN]


# -- the table of docs/states.md ----------------------------------------------------------------


def test_a_reopening_leaves_it_running_and_a_second_reply_adds_its_own() -> None:
    desk = heard(promised(), reopened("2026-03-04T10:00"))
    desk.hear(promised("2026-03-05T10:00", "2026-03-20", handling=2))

    desk.until(AFTER)

    assert [word for word in words(desk.said) if word[0] == "broken"] == [
        BROKEN,
        ("broken", at("2026-03-20T18:00")),
    ]
    desk.hear(reported("2026-05-06T10:00", "r2"))
    assert [one.id for one in desk.case.promises] == ["r1"]


def test_an_extension_of_the_second_handling_does_not_move_it() -> None:
    desk = heard(promised(), reopened("2026-03-04T10:00"), extended("2026-03-05T10:00", "2026-03-13"))

    desk.until("2026-03-13T18:01")

    assert words(desk.said) == [SET, NEAR, BROKEN]


def test_it_goes_with_the_case_to_another_unit_which_answers_for_it() -> None:
    desk = heard(promised(), reopened("2026-03-04T10:00"), moved("2026-03-05T10:00", "housing"))

    desk.until(AFTER)

    assert words(desk.said) == [SET, NEAR, BROKEN]
    assert [
        fact.department for fact in desk.said if isinstance(fact, ReplyPromiseNear | ReplyPromiseBroken)
    ] == [
        "housing",
        "housing",
    ]


@pytest.mark.parametrize(
    ("leaving", "outcome"),
    [
        (PostWithdrawn(at=at("2026-03-06T10:00")), "withdrawn"),
        (PostHidden(at=at("2026-03-06T10:00"), by="s", reason="隐私"), "hidden"),
    ],
)
def test_it_ends_with_the_post_whichever_is_heard_first(leaving: Fact, outcome: str) -> None:
    for order in permutations((promised(), reopened("2026-03-04T10:00"), leaving)):
        desk = heard(*order)
        desk.until(AFTER)
        assert words(desk.said) == [SET, (outcome, at("2026-03-06T10:00"))]


def test_what_was_broken_before_the_post_left_stays_broken() -> None:
    desk = heard(promised(), PostWithdrawn(at=at("2026-03-16T10:00")))

    desk.until(AFTER)

    assert words(desk.said) == [SET, BROKEN, ("withdrawn", at("2026-03-16T10:00"))]


def test_a_withdrawal_before_the_day_that_is_heard_after_it_takes_the_breaking_back() -> None:
    desk = heard(promised())
    desk.until(AFTER)

    desk.hear(PostWithdrawn(at=at("2026-03-06T10:00")))

    assert [word for word, _ in words(desk.said)] == ["set", "near", "broken", "breakwithdrawn", "withdrawn"]


def test_an_earlier_report_that_is_heard_after_the_withdrawal_puts_the_end_right() -> None:
    desk = heard(promised(), PostWithdrawn(at=at("2026-03-06T10:00")), reported("2026-03-05T10:00"))

    assert [word for word, _ in words(desk.said)] == ["set", "withdrawn", "kept"]


def test_what_was_reported_is_forgotten_of_a_withdrawn_post_and_kept_of_one_that_may_come_back() -> None:
    gone = PostWithdrawn(at=at("2026-03-06T10:00"))
    hidden = PostHidden(at=at("2026-03-06T10:00"), reason="广告", by="m")

    assert not heard(promised(), gone, reported("2026-03-05T10:00")).case.promises
    assert heard(promised(), hidden, reported("2026-03-05T10:00")).case.promises


def test_erasure_leaves_it_running() -> None:
    desk = heard(promised(), CitizenErased(at=at("2026-03-06T10:00"), citizen="c"))

    desk.until(AFTER)

    assert words(desk.said) == [SET, NEAR, BROKEN]


def test_a_leads_reply_promises_in_the_leads_case_alone() -> None:
    desk = heard(grouped(MONDAY), promised(lead="other"), ungrouped("2026-03-04T10:00"))

    desk.until(AFTER)

    assert words(desk.said) == []


@pytest.mark.parametrize(
    ("change", "due"),
    [
        (day_off("2026-03-04T09:00", "2026-03-13"), "2026-03-16T18:00"),
        (half_day("2026-03-04T09:00", "2026-03-13"), "2026-03-13T12:00"),
    ],
)
def test_the_day_closes_as_the_calendar_says_by_then(change: Fact, due: str) -> None:
    desk = heard(promised(), change)

    desk.until(AFTER)

    assert [word for word in words(desk.said) if word[0] == "broken"] == [("broken", at(due))]


@pytest.mark.parametrize(
    ("change", "due"),
    [
        (day_off("2026-03-04T09:00", "2026-03-13"), "2026-03-16T18:00"),
        (half_day("2026-03-04T09:00", "2026-03-13"), "2026-03-13T12:00"),
    ],
)
def test_whoever_waits_is_told_when_the_calendar_moves_the_day_though_the_case_is_answered(
    change: Fact, due: str
) -> None:
    desk = heard(promised(), change)

    told = [(fact.at, fact.due) for fact in desk.said if isinstance(fact, ReplyPromiseSet)]
    assert told == [(at(TUESDAY), FRIDAY), (change.at, at(due))]


def test_of_a_promise_that_was_kept_nothing_is_dated_again() -> None:
    desk = heard(promised(), reported("2026-03-04T09:00"))

    assert desk.hear(half_day("2026-03-05T09:00", "2026-03-13")) == []
    assert desk.case.dated_by is None


def test_a_day_that_moves_after_the_warning_is_warned_of_once_more() -> None:
    desk = heard(promised())
    desk.until("2026-03-13T09:00")

    desk.hear(day_off("2026-03-13T10:00", "2026-03-13"))
    desk.until(AFTER)

    warned = [fact.due for fact in desk.said if isinstance(fact, ReplyPromiseNear)]
    assert warned == [FRIDAY, at("2026-03-16T18:00")]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_order_of_topics_does_not_matter(order: tuple[int, ...]) -> None:
    facts = (received(MONDAY), assigned(MONDAY), promised(), moved("2026-03-04T09:00", "housing"))
    desk = given(*(facts[n] for n in order))

    desk.until(AFTER)

    assert words(desk.said) == [SET, NEAR, BROKEN]


def test_what_the_reply_of_a_hidden_post_promised_is_waited_for_again_once_it_is_restored() -> None:
    desk = heard(promised(), PostHidden(at=at("2026-03-04T10:00"), reason="广告", by="m"))
    said = words(desk.said)
    desk.hear(PostRestored(at=at("2026-03-05T10:00"), reason="误判", by="m"))
    after = words(desk.until(AFTER))

    assert said[-1] == ("hidden", at("2026-03-04T10:00"))
    assert after[-1] == ("broken", FRIDAY)
    assert words(desk.hear(reported("2026-04-30T19:00")))[-1][0] == "late"
