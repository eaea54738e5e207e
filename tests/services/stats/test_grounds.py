"""What happened in a case is ground for a record, or is not: by rule, unit and policy, in whatever order it is heard."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Final

import pytest

from city.profile import Profile
from contracts.accountability import OpeningRule
from contracts.assignments import ReturnRefused
from contracts.city_facts import PolicyChanged
from contracts.deadlines import CaseEscalated, MissWithdrawn, PromiseBroken, ReplyPromiseBroken
from contracts.decision import Context
from contracts.facts import Fact
from contracts.replies import PostReopened, ReplySentBack
from services.stats.app import RULES
from services.stats.core.case import Case, Suspected
from tests.services.stats.test_core import PROFILE, WHEN, assigned, received

DUE: Final = WHEN + timedelta(days=3)
NAMED: Final = DUE + timedelta(days=7)


def overdue(at: datetime = NAMED, unit: str = "water", due: datetime = DUE) -> CaseEscalated:
    return CaseEscalated(at=at, level="bulletin", due=due, department=unit)


def broken(day: int, unit: str = "water") -> PromiseBroken:
    at = DUE + timedelta(days=day)
    return PromiseBroken(at=at, extension=f"e-{day}", promised=at, department=unit)


def reply_broken(day: int, unit: str = "water") -> ReplyPromiseBroken:
    at = DUE + timedelta(days=day)
    return ReplyPromiseBroken(at=at, reply=f"r-{day}", day=at.date(), due=at, department=unit)


def sent_back(hour: int, unit: str = "water") -> ReplySentBack:
    at = WHEN + timedelta(hours=hour)
    return ReplySentBack(at=at, reply=f"r-{hour}", remark="套话", department=unit, by="leader-1")


def reopened(day: int, unit: str = "water") -> PostReopened:
    return PostReopened(at=WHEN + timedelta(days=day), reason="没修", reply="r", department=unit)


def refused(unfounded: bool, unit: str = "water") -> ReturnRefused:
    return ReturnRefused(at=WHEN, request="q", department=unit, reason="是你的", unfounded=unfounded)


def suspected(facts: Sequence[Fact], city: Profile = PROFILE) -> tuple[Case, list[Suspected]]:
    """The case after the facts, and each ground that came or went."""
    case, found = Case(), list[Suspected]()
    for fact in facts:
        decision = RULES[type(fact)](case, fact, Context("p", "c", fact.at, city))
        case = decision.state
        found += [effect for effect in decision.effects if isinstance(effect, Suspected)]
    return case, found


def standing(case: Case) -> list[tuple[OpeningRule, str]]:
    return [(ground.rule, ground.unit) for ground in case.grounds if ground.stands]


def asking(**numbers: int) -> Profile:
    """The city after its policy asks for other numbers."""
    return PROFILE.amended(PolicyChanged(at=WHEN, part={"accountability": dict(numbers)}, by="operator-1"))


BEGUN: Final = (received(WHEN), assigned(WHEN, "water"))


@pytest.mark.parametrize(
    ("rule", "enough", "one_less"),
    [
        ("overdue", [overdue()], []),
        ("promise", [broken(1), broken(2)], [broken(1)]),
        ("promise", [broken(1), reply_broken(2)], [reply_broken(2)]),
        ("return", [refused(True)], [refused(False)]),
        ("sent-back", [sent_back(1), sent_back(2)], [sent_back(1)]),
        ("reopened", [reopened(1), reopened(2)], [reopened(1)]),
    ],
)
def test_each_rule_asks_for_as_many_as_the_policy_says(
    rule: OpeningRule, enough: list[Fact], one_less: list[Fact]
) -> None:
    case, found = suspected([*BEGUN, *enough])
    more = suspected([*BEGUN, *enough, *enough])[1]

    assert standing(case) == [(rule, "water")]
    assert [(one.ground.n, one.number, one.happened) for one in found] == [
        (1, "n", tuple(fact.at for fact in enough))
    ]
    assert len(more) == 1, "a ground is found once"
    assert suspected([*BEGUN, *one_less])[1] == []


def test_two_units_that_break_a_promise_each_have_not_broken_two() -> None:
    assert suspected([*BEGUN, broken(1), broken(2, "transport")])[1] == []


def test_an_earlier_step_of_the_ladder_is_no_ground() -> None:
    step = CaseEscalated(at=NAMED, level="supervisor", due=DUE, department="water")

    assert suspected([*BEGUN, step])[1] == []


def test_a_rule_that_the_policy_switches_off_opens_nothing() -> None:
    assert suspected([*BEGUN, overdue()], asking(overdue=0))[1] == []


def test_a_policy_that_asks_for_more_takes_no_ground_away() -> None:
    case, _ = suspected([*BEGUN, broken(1), broken(2)])
    fact, city = broken(3), asking(promises_broken=5)
    after = RULES[PromiseBroken](case, fact, Context("p", "c", fact.at, city)).state

    assert standing(after) == [("promise", "water")]


def test_what_did_not_happen_after_all_is_no_ground_and_may_become_one_again() -> None:
    withdrawn = MissWithdrawn(at=NAMED, due=DUE, department="water")
    later = overdue(NAMED + timedelta(days=9), due=DUE + timedelta(days=9))
    case, found = suspected([*BEGUN, overdue(), withdrawn, later])

    assert [(one.ground.n, one.ground.stands) for one in found] == [(1, True), (2, False), (3, True)]
    assert standing(case) == [("overdue", "water")]


def test_a_kept_promise_takes_back_the_one_that_was_called_broken() -> None:
    kept = MissWithdrawn(at=DUE + timedelta(days=3), clock="promise", due=broken(1).promised)
    case, found = suspected([*BEGUN, broken(1), broken(2), kept])

    assert [one.ground.stands for one in found] == [True, False]
    assert standing(case) == []


def test_the_unit_is_whoever_held_the_post_where_the_fact_names_none() -> None:
    moved = assigned(WHEN + timedelta(days=1), "transport")

    assert standing(suspected([*BEGUN, moved, overdue(unit="")])[0]) == [("overdue", "transport")]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_every_order_of_topics_leads_to_the_same_grounds(order: tuple[int, ...]) -> None:
    moved = assigned(WHEN + timedelta(days=1), "transport")
    topics: list[list[Fact]] = [
        [received(WHEN)],
        [sent_back(1), sent_back(2), reopened(4), reopened(5)],
        [assigned(WHEN, "water"), refused(True), moved],
        [broken(1), overdue(unit="")],
    ]
    case, found = suspected([fact for index in order for fact in topics[index]])

    assert sorted(standing(case)) == [
        ("overdue", "transport"),
        ("reopened", "water"),
        ("return", "water"),
        ("sent-back", "water"),
    ]
    last = {(one.ground.rule, one.ground.unit): one.ground.stands for one in found}
    assert sorted(place for place, stands in last.items() if stands) == sorted(standing(case))
