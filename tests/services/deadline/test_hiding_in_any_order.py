"""A hiding that is undone, beside what lies in other topics: questions, drafts and reports are heard before it or after."""

from datetime import date, datetime

import pytest
from msgspec.structs import replace

from contracts.deadlines import ClockStopped, Held, InstructionOverdue, ReplyPromiseEnded
from contracts.facts import Fact
from contracts.replies import InstructionGiven, InstructionReported, PromiseReported, ReplyDrafted
from tests.services.deadline.facts import answered, asked, at, published
from tests.services.deadline.test_hiding import heard, hidden, last_due, restored

GIVEN = InstructionGiven(
    at=at("2026-03-02T11:00"),
    instruction="i1",
    text="请查",
    by="mayor",
    due_day=date(2026, 3, 5),
)


def test_a_question_whose_time_runs_out_while_the_post_is_hidden_and_the_hiding_are_one_standstill() -> None:
    """Two days and seven hours are left on Tuesday at ten, whichever of the two holds the clock."""
    question = asked("2026-03-03T10:00")

    desk, _ = heard(question, hidden("2026-03-04T10:00"), restored("2026-03-12T10:00"))
    _, alone = heard(hidden("2026-03-03T10:00"), restored("2026-03-12T10:00"))

    assert last_due(desk.until("2026-03-12T10:01")) == last_due(alone) == at("2026-03-16T18:00")


def test_an_answer_after_the_restoration_ends_one_standstill() -> None:
    _, both = heard(
        asked("2026-03-03T10:00"),
        hidden("2026-03-04T10:00"),
        restored("2026-03-05T10:00"),
        answered("2026-03-06T10:00"),
    )
    _, alone = heard(asked("2026-03-03T10:00"), answered("2026-03-06T10:00"))

    assert last_due(both) == last_due(alone)


@pytest.mark.parametrize("back", ["2026-03-02T16:00", "2026-03-02T14:00"], ids=["later", "at once"])
def test_a_draft_that_lay_before_the_leader_when_the_post_was_hidden_is_with_the_unit_again(
    back: str,
) -> None:
    draft = ReplyDrafted(at=at("2026-03-02T11:00"), reply="d", text="", department="water", by="c")

    _, said = heard(draft, hidden("2026-03-02T14:00"), restored(back), published("2026-03-02T17:00"))

    [*_, stop] = [fact for fact in said if isinstance(fact, ClockStopped)]
    shut = (int(back[11:13]) - 14) * 60
    with_unit = Held("water", 60 + 180 - shut)
    assert set(stop.held) - {Held("moderation", shut)} == {with_unit, Held("leader:water", 60)}


def test_what_was_reported_after_the_restoration_counts_though_it_is_heard_before_it() -> None:
    promising = replace(published("2026-03-03T10:00"), promised_day=date(2026, 3, 13))
    shut, back = hidden("2026-03-04T10:00"), restored("2026-03-05T10:00")
    kept = PromiseReported(at=at("2026-03-06T10:00"), reply="r1", text="已修", department="water", by="c")

    desk, said = heard(promising, shut, kept, back)

    ended = [fact.outcome for fact in said if isinstance(fact, ReplyPromiseEnded)]
    assert ended == ["hidden", "kept"]
    assert desk.case.promises == ()


def test_the_end_of_a_promise_names_the_hiding_that_ended_it_though_the_next_begins_when_it_was_undone() -> (
    None
):
    promising = replace(published("2026-03-03T10:00"), promised_day=date(2026, 3, 13))
    kept = PromiseReported(at=at("2026-03-06T10:00"), reply="r1", text="已修", department="water", by="c")
    first = hidden("2026-03-04T10:00"), restored("2026-03-05T10:00")
    second = hidden("2026-03-05T10:00")

    def ended(*facts: Fact) -> list[tuple[str, datetime, int]]:
        _, said = heard(*facts)
        return [(one.outcome, one.at, one.hiding) for one in said if isinstance(one, ReplyPromiseEnded)]

    by_the_second = ("hidden", second.at, 2)
    assert ended(promising, *first, second) == [("hidden", first[0].at, 1), by_the_second]
    assert ended(*first, promising, second) == ended(*first, second, promising) == [by_the_second]
    assert ended(*first, promising, kept) == [("kept", kept.at, 0)]


def test_a_report_on_an_instruction_that_came_late_after_the_restoration_is_late_though_heard_before_it() -> (
    None
):
    shut, back = hidden("2026-03-03T10:00"), restored("2026-03-04T10:00")
    late = InstructionReported(
        at=at("2026-03-09T10:00"), instruction="i1", text="已查", department="water", by="c"
    )

    desk, said = heard(GIVEN, shut, late, back)

    assert [fact.due_day for fact in said if isinstance(fact, InstructionOverdue)] == [date(2026, 3, 5)]
    assert desk.case.instructions == ()
