"""A round from the draw to its end: how a sample is drawn, what each act does, when it is refused, and what it comes to."""

import hashlib
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json

from contracts.decision import Context, Refused, Say
from contracts.facts import Fact
from contracts.inspections import CaseInspected, CorrectionJudged, RoundOpened
from services.stats.core.case import Case, Replied
from services.stats.core.cells import cells
from services.stats.core.inspections.acts import RULES, possible
from services.stats.core.inspections.figures import (
    OF_CALLBACKS,
    OF_INSPECTIONS,
    by_point,
    counted,
    overdue,
)
from services.stats.core.inspections.round import (
    MOST_LINES,
    Call,
    Close,
    Inspect,
    Item,
    Judge,
    Open,
    Report,
    Round,
    Stop,
    new,
    subject_of,
)
from services.stats.core.inspections.sample import Draw, draw
from services.stats.core.inspections.sight import allowed_of_round, shown
from tests.services.stats.test_core import PROFILE, at

START: Final = at("2026-03-02T10:00")
NUMBERS: Final = [f"SQ260302-{n:06}" for n in range(1, 21)]
ANSWERED: Final = [(number, ("water", "housing")[n % 2]) for n, number in enumerate(NUMBERS)]
FIRST, SECOND, THIRD = NUMBERS[:3]
ONE: Final = "supervisor-1"


# -- the draw --------------------------------------------------------------------------------------


def test_the_same_seed_list_and_size_draw_the_same_cases_and_another_seed_draws_others() -> None:
    assert draw("a seed", ANSWERED, 5) == draw("a seed", ANSWERED, 5)
    assert draw("a seed", ANSWERED, 5).drawn != draw("another", ANSWERED, 5).drawn


def test_a_draw_is_what_sha256_and_sort_give_to_anybody() -> None:
    tickets = sorted((hashlib.sha256(f"a seed/{number}".encode()).hexdigest(), number) for number in NUMBERS)
    listed = "".join(f"{number}\n" for number in NUMBERS)

    sample = draw("a seed", ANSWERED, 5)

    assert [one.case for one in sample.drawn] == sorted(number for _, number in tickets[:5])
    assert sample.fingerprint == hashlib.sha256(listed.encode()).hexdigest()
    assert sample.population == len(NUMBERS)


@given(
    st.sets(st.integers(1, 999_999), max_size=60), st.integers(1, 20), st.text(max_size=8), st.integers(1, 9)
)
def test_a_draw_in_pieces_draws_as_one_in_a_single_piece(
    found: set[int], size: int, seed: str, piece: int
) -> None:
    answered = [(f"SQ260302-{n:06}", "water") for n in sorted(found)]
    drawing = Draw(seed, size)
    for start in range(0, len(answered), piece):
        drawing.take(answered[start : start + piece])

    assert drawing.done() == draw(seed, answered, size)
    assert len(drawing.done().drawn) == min(size, len(answered))


def test_one_case_more_changes_no_more_than_one_place_of_the_sample() -> None:
    before = set(draw("a seed", ANSWERED, 5).drawn)
    for n in range(50):
        after = set(draw("a seed", [*ANSWERED, (f"SQ260399-{n:06}", "water")], 5).drawn)
        assert len(before - after) <= 1


def test_what_was_withdrawn_or_left_its_group_unanswered_is_not_drawn_from() -> None:
    replied = Case(number=FIRST, replies=(Replied(START, "water", 1, ""),))
    lead = Case(number=FIRST, replies=(Replied(START, "water", 1, "lead"),), ungrouped=True)

    assert replied.answered_at() == START
    assert lead.answered_at() is None
    assert Case(number=FIRST, left="withdrawn", replies=replied.replies).answered_at() is None
    assert Case(replies=replied.replies).answered_at() is None, "nothing was heard of its receipt yet"


# -- acts ------------------------------------------------------------------------------------------


class Desk:
    """A round, and a clock."""

    def __init__(self, form: Any = "inspection", size: int = 3) -> None:
        self.round = new(subject_of("r"))
        self.now = START
        self.said: list[Fact] = []
        sample = draw("a seed", ANSWERED[:size], size)
        self.takes(Open(ONE, form, "2026-03", "", "a seed", size, sample, {"0": {"posts": 7}}))

    def takes(self, given: Any, later: timedelta = timedelta(minutes=1)) -> "Desk":
        self.now += later
        decision = RULES[type(given)](self.round, given, Context("s", "c", self.now, PROFILE))
        self.round = decision.state
        self.said += [effect.fact for effect in decision.effects if isinstance(effect, Say)]
        return self

    def refuses(self, given: Any, later: timedelta = timedelta(minutes=1)) -> str:
        before = self.round
        with pytest.raises(Refused) as refused:
            self.takes(given, later)
        assert self.round == before
        return refused.value.kind

    def item(self, number: str) -> Item:
        found = self.round.item(number)
        assert found is not None
        return found

    def faulty(self) -> "Desk":
        return self.takes(Inspect(ONE, FIRST, ("答复切题",), "没有日期"))


def called(number: str, contact: Any = "reached", solved: Any = None, satisfied: Any = None) -> Call:
    return Call(ONE, number, contact, solved, satisfied, "")


def test_the_fact_holds_everything_that_the_draw_came_from() -> None:
    desk = Desk()

    (fact,) = desk.said
    assert isinstance(fact, RoundOpened)
    assert draw(fact.seed, ANSWERED[:3], fact.size).drawn == fact.drawn
    assert (fact.offsets, fact.population, fact.by) == ({"0": {"posts": 7}}, 3, ONE)
    assert fact.checklist == ("受理及时", "答复切题", "承诺兑现", "用语规范", "资料完整")
    assert desk.refuses(Open(ONE, "inspection", "2026-03", "", "again", 3, draw("b", ANSWERED, 3), {})) == (
        "wrong-step"
    )


def test_a_finding_gives_the_unit_working_days_and_may_be_mended_until_the_unit_has_answered() -> None:
    desk = Desk().faulty()
    assert desk.item(FIRST).until == at("2026-03-09T18:00")

    desk.takes(Inspect(ONE, FIRST, ("用语规范", "受理及时"), "还有", 2))
    assert desk.item(FIRST).faults == ("受理及时", "用语规范"), "in the order of the list"
    assert desk.item(FIRST).until == at("2026-03-04T18:00")
    desk.takes(Inspect(ONE, FIRST, (), ""))
    assert (desk.item(FIRST).standing, desk.item(FIRST).until) == ("sound", None)
    desk.faulty().takes(Report("leader", FIRST, "已补"))
    assert desk.refuses(Inspect(ONE, FIRST, (), "")) == "wrong-standing"
    desk.takes(Judge(ONE, FIRST, "returned", "不行"))
    assert desk.refuses(Inspect(ONE, FIRST, (), "")) == "reported"


def test_what_was_not_reported_is_judged_after_its_day_alone_and_then_only_as_a_failure() -> None:
    desk = Desk().faulty()

    assert desk.refuses(Judge(ONE, FIRST, "accepted", "")) == "not-reported"
    assert desk.refuses(Judge(ONE, FIRST, "failed", "没有动静")) == "not-reported"
    assert desk.refuses(Judge(ONE, FIRST, "accepted", ""), timedelta(days=9)) == "not-reported"
    desk.takes(Judge(ONE, FIRST, "failed", "没有动静"))
    assert desk.item(FIRST).standing == "failed"


def test_a_units_day_is_over_after_its_last_instant_and_not_with_it() -> None:
    item = Desk().faulty().item(FIRST)
    last = at("2026-03-09T18:00")

    assert (overdue(item, last), overdue(item, last + timedelta(microseconds=1))) == (False, True)


def test_a_return_gives_another_day_and_a_report_that_comes_late_is_taken() -> None:
    desk = Desk().faulty().takes(Report("leader", FIRST, "已补"), timedelta(days=20))
    assert desk.refuses(Judge(ONE, FIRST, "returned", "")) == "invalid", "a return says why"
    desk.takes(Judge(ONE, FIRST, "returned", "仍无日期", 3))

    fact = desk.said[-1]
    assert isinstance(fact, CorrectionJudged)
    assert fact.until == desk.item(FIRST).until == at("2026-03-25T18:00")
    assert possible(desk.round, desk.item(FIRST)) == ("correction", "judgement")


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (Inspect(ONE, FIRST, ("答复切题",), ""), "invalid"),
        (Inspect(ONE, FIRST, ("别的",), "不好"), "invalid"),
        (Inspect(ONE, "SQ260302-000020", (), ""), "not-drawn"),
        (Report("leader", FIRST, "已补"), "wrong-standing"),
        (called(FIRST, solved="solved"), "wrong-form"),
        (Close(ONE, ""), "undone"),
    ],
)
def test_an_inspection_refuses(given: Any, kind: str) -> None:
    assert Desk().refuses(given) == kind


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (called(FIRST), "invalid"),
        (called(FIRST, "unreached", "solved"), "invalid"),
        (called(FIRST, "refused", None, False), "invalid"),
        (Inspect(ONE, FIRST, (), ""), "wrong-form"),
        (Close(ONE, ""), "undone"),
    ],
)
def test_a_call_back_refuses(given: Any, kind: str) -> None:
    assert Desk("callback").refuses(given) == kind


@pytest.mark.parametrize(
    ("form", "given", "field"),
    [
        ("inspection", Inspect(ONE, FIRST, ("别的",), "不好"), "faults"),
        ("inspection", Inspect(ONE, FIRST, ("答复切题",), ""), "text"),
        ("callback", called(FIRST), "solved"),
        ("callback", called(FIRST, "unreached", satisfied=True), "contact"),
    ],
)
def test_what_is_wanting_is_told_by_its_field(form: str, given: Any, field: str) -> None:
    desk = Desk(form)

    with pytest.raises(Refused) as refused:
        desk.takes(given)

    assert [error.field for error in refused.value.errors] == [field]


def test_whoever_answered_is_not_called_again_until_they_say_something_else() -> None:
    desk = Desk("callback").takes(called(FIRST, "unreached")).takes(called(FIRST, solved="unsolved"))

    assert desk.refuses(called(FIRST, solved="solved", satisfied=True)) == "wrong-standing"
    assert desk.takes(called(SECOND, "refused")).refuses(called(SECOND, solved="solved")) == "wrong-standing"


def test_so_many_calls_and_no_more_and_the_round_can_be_ended_all_the_same() -> None:
    desk = Desk("callback", 1)
    for _ in range(MOST_LINES):
        desk.takes(called(FIRST, "unreached"))

    assert desk.refuses(called(FIRST, "unreached")) == "too-many-lines"
    assert desk.takes(Close(ONE, "")).round.step == "closed"


def test_a_round_that_is_given_up_keeps_what_was_found_and_takes_nothing_more() -> None:
    desk = Desk().faulty().takes(Stop(ONE, "时期选错"))

    assert (desk.round.step, desk.item(FIRST).standing) == ("stopped", "faulty")
    assert desk.refuses(Report("leader", FIRST, "已补")) == "wrong-step"
    assert desk.refuses(Close(ONE, "")) == desk.refuses(Stop(ONE, "再")) == "wrong-step"
    assert possible(desk.round, desk.item(FIRST)) == ()


# -- figures and sight -----------------------------------------------------------------------------


def test_the_figures_of_an_inspection() -> None:
    desk = (
        Desk().faulty().takes(Inspect(ONE, SECOND, (), "")).takes(Inspect(ONE, THIRD, ("用语规范",), "生硬"))
    )
    desk.takes(Report("leader", FIRST, "已补")).takes(Judge(ONE, FIRST, "accepted", ""))
    late = counted(desk.round.items, desk.now + timedelta(days=30))

    figures = counted(desk.round.items, desk.now)
    assert {share.code: share.of(figures) for share in OF_INSPECTIONS} == {"sound": 0.3333, "put_right": 0.5}
    assert (figures["overdue"], late["overdue"], figures["undone"]) == (0, 1, 1)
    assert by_point(desk.round.items, desk.round.checklist)["用语规范"] == 1
    assert allowed_of_round(desk.round, "supervisor") == ("stopping",)


def test_the_figures_of_a_call_back_leave_out_whom_nobody_reached() -> None:
    desk = Desk("callback", 20)
    for n, number in enumerate(NUMBERS[:10]):
        desk.takes(called(number, solved=("solved", "partly")[n % 2], satisfied=n < 9))
    desk.takes(called(NUMBERS[10], "unreached")).takes(called(NUMBERS[11], "refused"))

    figures = counted(desk.round.items, desk.now)
    assert {share.code: share.of(figures) for share in OF_CALLBACKS} == {
        "reached": 0.8333,
        "solved": 0.5,
        "satisfied": 0.9,
    }
    assert OF_CALLBACKS[1].interval(figures) == (0.2366, 0.7634)


def test_a_unit_is_shown_its_own_cases_and_only_once_they_were_looked_through() -> None:
    desk = Desk()
    own = {number for number, unit in ANSWERED[:3] if unit == "water"}
    assert (shown(desk.round, "leader", "water"), desk.round.units()) == ((), ())
    desk.faulty()

    assert [one.case for one in shown(desk.round, "clerk", "water")] == [FIRST]
    assert (shown(desk.round, "clerk", "housing"), desk.round.units()) == ((), ("water",))
    assert {one.case for one in desk.round.items if one.department == "water"} == own
    assert shown(desk.round, "operator", "water") == ()
    assert shown(desk.round, "auditor", "supervision") == desk.round.items


def test_a_unit_is_shown_what_its_citizens_said_when_the_round_has_ended() -> None:
    desk = Desk("callback").takes(called(FIRST, solved="unsolved"))
    assert desk.round.units() == ()

    desk.takes(Stop(ONE, "够了"))
    assert [one.case for one in shown(desk.round, "leader", "water")] == [FIRST], "not whom nobody called"


def test_every_act_is_dated_and_stays() -> None:
    desk = Desk().faulty().takes(Report("leader", FIRST, "已补")).takes(Judge(ONE, FIRST, "accepted", "好"))

    assert [(one.what, one.text, one.by) for one in desk.item(FIRST).lines] == [
        ("检查:答复切题不符合", "没有日期", ONE),
        ("单位反馈整改", "已补", "leader"),
        ("整改合格", "好", ONE),
    ]
    assert isinstance(desk.said[1], CaseInspected)
    assert len(desk.said) == 1 + len(desk.item(FIRST).lines)


def test_a_round_that_is_read_as_a_case_counts_in_no_figure() -> None:
    """They share a table, and the audit reads every row of it as a case."""
    packed = json.encode(Desk().faulty().round)

    assert cells(json.decode(packed, type=Case)) == {}
    assert json.decode(packed, type=Round).step == "opened"
