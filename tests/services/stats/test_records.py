"""A record from its opening to its closing: what each act does, when it is refused, and that nothing is ever lost."""

from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from msgspec import json
from msgspec.structs import replace

from contracts.accountability import (
    AppealDecided,
    GroundsRestored,
    GroundsWithdrawn,
    RecordClosed,
    RecordOpened,
)
from contracts.decision import Context, Refused, Say
from contracts.facts import Fact
from services.stats.core.accountability.acts import RULES, possible
from services.stats.core.accountability.record import (
    MOST_STATEMENTS,
    Appeal,
    Close,
    Decide,
    Find,
    GroundFound,
    Name,
    Open,
    Record,
    State,
    by_rule,
    new,
    subject_of,
)
from services.stats.core.case import Case
from services.stats.core.cells import cells
from tests.services.stats.test_core import PROFILE, at

NUMBER: Final = "SQ260302-000001"
ID: Final = by_rule("overdue", "water", NUMBER)
START: Final = at("2026-03-12T18:00")
HAPPENED: Final = (START,)
LEADER, CLERK, ONE, OTHER = "leader-water", "clerk-water", "supervisor-1", "supervisor-2"


def found(n: int = 1, stands: bool = True) -> GroundFound:
    return GroundFound("overdue", "water", NUMBER, n, stands, 1, HAPPENED if stands else ())


class Desk:
    """A record, and a clock."""

    def __init__(self) -> None:
        self.record = new(subject_of(ID))
        self.now = START
        self.said: list[Fact] = []

    def takes(self, given: Any, later: timedelta = timedelta(minutes=1)) -> "Desk":
        self.now += later
        decision = RULES[type(given)](self.record, given, Context("s", "c", self.now, PROFILE))
        self.record = decision.state
        self.said += [effect.fact for effect in decision.effects if isinstance(effect, Say)]
        return self

    def refuses(self, given: Any, later: timedelta = timedelta(minutes=1)) -> str:
        before = self.record
        with pytest.raises(Refused) as refused:
            self.takes(given, later)
        assert self.record == before
        return refused.value.kind

    def opened(self) -> "Desk":
        return self.takes(found())

    def blamed(self, measure: Any = "talk") -> "Desk":
        self.opened().takes(State(LEADER, "配件停产"))
        return self.takes(Find(ONE, True, "属实", measure))


def test_a_rule_opens_one_record_and_a_repeat_changes_and_says_nothing() -> None:
    desk = Desk().opened()
    once = desk.record
    desk.takes(found()).takes(found())

    assert desk.record == once
    (said,) = desk.said
    assert isinstance(said, RecordOpened)
    assert (said.rule, said.department, said.cases, said.happened, said.threshold, said.by) == (
        "overdue",
        "water",
        (NUMBER,),
        HAPPENED,
        1,
        "",
    )
    assert said.until == at("2026-03-19T18:00"), "five working days"


def test_a_ground_that_fell_before_it_was_handed_in_opens_nothing() -> None:
    desk = Desk().takes(found(2, stands=False)).takes(found(1))

    assert (desk.record.step, desk.said) == ("", [])


def test_a_ground_that_falls_is_noted_blames_nobody_and_lets_the_record_be_closed() -> None:
    desk = Desk().opened().takes(State(LEADER, "已按时答复")).takes(found(2, stands=False))

    assert isinstance(desk.said[-1], GroundsWithdrawn)
    assert desk.refuses(Find(ONE, True, "属实", "talk")) == "grounds-withdrawn"
    assert "closing" in possible(desk.record)
    assert desk.takes(Close(ONE, "依据撤回")).record.step == "closed"
    assert isinstance(desk.said[-1], RecordClosed)
    assert desk.takes(found(3)).record.step == "closed", "what is closed stays closed"


def test_a_measure_whose_ground_fell_is_revoked_without_an_appeal_by_another_supervisor() -> None:
    """Nobody goes on bearing a measure for what did not happen, because they let the thirty days pass."""
    desk = Desk().blamed().takes(found(2, stands=False), timedelta(days=40))
    assert (desk.record.measure, "decision" in possible(desk.record)) == ("talk", True)
    assert desk.refuses(Decide(ONE, "revoked", "所计事项未发生")) == "own-finding"
    assert desk.refuses(Decide(OTHER, "upheld", "维持")) == "grounds-withdrawn"

    desk.takes(Decide(OTHER, "revoked", "所计事项未发生"))

    said = desk.said[-1]
    assert isinstance(said, AppealDecided)
    assert (said.outcome, said.measure, desk.record.step, desk.record.measure) == (
        "revoked",
        "",
        "decided",
        "",
    )
    assert "decision" not in possible(desk.record)


def test_a_ground_that_falls_after_the_closing_is_noted_and_its_measure_can_be_revoked() -> None:
    desk = Desk().blamed().takes(Close(ONE, "已约谈"), timedelta(days=31)).takes(found(2, stands=False))

    assert isinstance(desk.said[-1], GroundsWithdrawn), "those concerned are told"
    assert (desk.record.step, possible(desk.record)) == ("closed", ("decision",))
    desk.takes(Decide(OTHER, "revoked", "所计事项未发生"))
    assert (desk.record.step, desk.record.measure, desk.record.closing) == ("closed", "", "已约谈")
    assert possible(desk.record) == ()


def test_a_ground_that_stands_again_after_the_closing_leaves_the_measure_as_it_was() -> None:
    desk = Desk().blamed().takes(Close(ONE, "已约谈"), timedelta(days=31))
    desk.takes(found(2, stands=False)).takes(found(3))

    assert (desk.record.withdrawn_at, desk.record.measure, possible(desk.record)) == (None, "talk", ())


def test_where_nobody_was_blamed_a_ground_that_falls_after_the_closing_changes_nothing() -> None:
    desk = (
        Desk().opened().takes(State(LEADER, "说明")).takes(Find(ONE, False, "无责")).takes(Close(ONE, "结"))
    )
    said = len(desk.said)

    desk.takes(found(2, stands=False))

    assert (len(desk.said), possible(desk.record)) == (said, ())


def test_a_ground_that_stands_again_gives_the_whole_time_to_state() -> None:
    desk = Desk().opened().takes(found(2, stands=False)).takes(found(3), timedelta(days=10))

    assert isinstance(desk.said[-1], GroundsRestored)
    assert desk.record.withdrawn_at is None
    assert desk.record.until == at("2026-03-27T18:00"), "a Sunday, and five working days"


def test_nothing_is_found_before_those_concerned_could_speak() -> None:
    desk = Desk().opened()
    assert desk.refuses(Find(ONE, True, "属实", "talk")) == "statements-open"
    desk.takes(Name(ONE, CLERK)).takes(State(LEADER, "配件停产"))
    assert desk.refuses(Find(ONE, True, "属实", "talk")) == "statements-open", "the person has not spoken"

    spoken = Desk().opened().takes(Name(ONE, CLERK)).takes(State(LEADER, "甲")).takes(State(CLERK, "乙"))
    assert [one.side for one in spoken.record.statements] == ["unit", "person"]
    assert spoken.takes(Find(ONE, True, "属实", "talk")).record.step == "found"
    silent = Desk().opened().takes(Find(ONE, True, "属实", "talk"), timedelta(days=8))
    assert silent.record.step == "found", "silence does not stop it for ever"


def test_a_person_is_named_once_is_given_the_whole_time_and_is_nobody_who_judges() -> None:
    desk = Desk().opened()
    assert desk.refuses(Name(ONE, ONE)) == "own-record"
    desk.takes(Name(ONE, CLERK), timedelta(days=5))

    assert desk.record.until is not None
    assert desk.record.until > desk.now + timedelta(days=5)
    assert desk.refuses(Name(ONE, "somebody-else")) == "person-named"
    desk.record = replace(desk.record, person=OTHER)
    assert desk.refuses(Find(OTHER, True, "属实", "talk"), timedelta(days=30)) == "own-record"
    assert desk.refuses(Close(OTHER, "算了")) == "own-record"


@pytest.mark.parametrize(("responsible", "measure"), [(True, ""), (False, "talk")])
def test_blame_has_a_measure_and_without_blame_there_is_none(responsible: bool, measure: Any) -> None:
    desk = Desk().opened().takes(State(LEADER, "说明"))

    assert desk.refuses(Find(ONE, responsible, "经查", measure)) == "invalid"


def test_who_is_not_to_blame_does_not_appeal_and_the_record_can_be_closed_at_once() -> None:
    desk = Desk().opened().takes(State(LEADER, "说明")).takes(Find(ONE, False, "不属实"))

    assert desk.refuses(Appeal(LEADER, "还要申诉")) == "not-blamed"
    assert possible(desk.record) == ("closing",)
    assert desk.takes(Close(ONE, "无责")).record.step == "closed"


def test_each_side_appeals_once_in_its_time_and_another_supervisor_decides() -> None:
    desk = Desk().blamed()
    assert desk.refuses(Close(ONE, "完成"), timedelta(days=29)) == "appeals-open"
    desk.takes(Appeal(LEADER, "过重"))
    assert desk.refuses(Appeal(LEADER, "再申诉")) == "appealed"
    assert desk.refuses(Decide(ONE, "upheld", "维持")) == "own-finding"
    desk.takes(Decide(OTHER, "lightened", "改为提醒", "reminder"))

    decided = desk.said[-1]
    assert isinstance(decided, AppealDecided)
    assert (decided.outcome, decided.measure, desk.record.measure) == ("lightened", "reminder", "reminder")
    assert desk.takes(Close(ONE, "已提醒")).record.step == "closed"


def test_an_appeal_after_its_time_is_refused_and_the_record_is_closed_then() -> None:
    desk = Desk().blamed()

    assert desk.refuses(Appeal(LEADER, "过重"), timedelta(days=31)) == "appeals-closed"
    assert desk.takes(Close(ONE, "已约谈")).record.step == "closed"


@pytest.mark.parametrize(
    ("found_measure", "outcome", "measure"),
    [
        ("talk", "lightened", "circular"),
        ("talk", "lightened", "talk"),
        ("talk", "lightened", ""),
        ("reminder", "lightened", "reminder"),
        ("talk", "revoked", "reminder"),
    ],
)
def test_an_appeal_makes_nothing_heavier(found_measure: Any, outcome: Any, measure: Any) -> None:
    desk = Desk().blamed(found_measure).takes(Appeal(LEADER, "过重"))

    assert desk.refuses(Decide(OTHER, outcome, "决定", measure)) == "invalid"


def test_what_is_upheld_keeps_its_measure_and_what_is_revoked_has_none() -> None:
    upheld = Desk().blamed("circular").takes(Appeal(LEADER, "过重")).takes(Decide(OTHER, "upheld", "维持"))
    revoked = Desk().blamed("circular").takes(Appeal(LEADER, "过重")).takes(Decide(OTHER, "revoked", "撤销"))

    assert (upheld.record.measure, revoked.record.measure) == ("circular", "")


ACTS: Final = {
    "person": Name(ONE, CLERK),
    "statement": State(LEADER, "说明"),
    "finding": Find(ONE, True, "属实", "talk"),
    "appeal": Appeal(LEADER, "过重"),
    "decision": Decide(OTHER, "upheld", "维持"),
    "closing": Close(ONE, "完成"),
}
STEPS: Final = {
    "opened": ("person", "statement", "finding"),
    "found": ("appeal", "closing"),
    "appealed": ("decision",),
    "decided": ("closing",),
    "closed": (),
}


def at_step(step: str) -> Desk:
    desk = Desk().opened()
    path: list[Any] = [
        State(LEADER, "说明"),
        ACTS["finding"],
        ACTS["appeal"],
        ACTS["decision"],
        ACTS["closing"],
    ]
    for given in path[: list(STEPS).index(step) + (step != "opened")]:
        desk.takes(given)
    return desk


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("act", ACTS)
def test_each_step_takes_its_own_acts_and_no_other(step: str, act: str) -> None:
    desk = at_step(step)
    assert desk.record.step == step
    desk.now += timedelta(days=8) if step == "opened" else timedelta(0)
    given, much_later = ACTS[act], timedelta(days=40) if (step, act) == ("found", "closing") else timedelta(1)
    if act in STEPS[step]:
        assert act in possible(desk.record)
        desk.takes(given, much_later)
    else:
        assert desk.refuses(given, much_later) in ("wrong-step", "appealed")


def test_every_act_is_dated_in_the_history_and_nothing_leaves_it() -> None:
    desk = at_step("closed")

    assert [(one.what, one.by) for one in desk.record.history] == [
        ("自动立案:超期五个工作日以上未回复", ""),
        ("单位陈述申辩", LEADER),
        ("认定有责任,约谈", ONE),
        ("单位申诉", LEADER),
        ("复核决定:维持,约谈", OTHER),
        ("结案", ONE),
    ]
    instants: list[datetime] = [one.at for one in desk.record.history]
    assert instants == sorted(instants)
    assert len(desk.said) == len(desk.record.history)


def test_a_side_states_so_often_and_not_without_end() -> None:
    desk = Desk().opened()
    for n in range(MOST_STATEMENTS):
        desk.takes(State(LEADER, f"补充 {n}"))

    assert desk.refuses(State(LEADER, "再补充")) == "too-many-statements"


def test_a_record_that_a_person_opened_is_not_opened_again() -> None:
    desk = Desk().takes(Open(ONE, "water", (NUMBER,), "两次敷衍"))

    assert desk.refuses(Open(OTHER, "water", (NUMBER,), "再立")) == "wrong-step"
    said = desk.said[0]
    assert isinstance(said, RecordOpened)
    assert (said.rule, said.text, said.by) == ("", "两次敷衍", ONE)


def test_a_record_that_is_read_as_a_case_counts_in_no_figure() -> None:
    """They share a table, and the audit reads every row of it as a case."""
    packed = json.encode(at_step("closed").record)

    assert cells(json.decode(packed, type=Case)) == {}
    assert json.decode(packed, type=Record).step == "closed"
