"""The audit of handlings that are over: what is heard late of one is a word of its own, said once, and must be said."""

from typing import Any

from msgspec.structs import replace

from contracts.deadlines import DeadlineMissed
from contracts.facts import Fact
from services.deadline.core.case import Over
from tests.services.deadline.desk import Desk
from tests.services.deadline.facts import assigned, grouped, published, received, reopened, ungrouped
from tests.services.deadline.test_over import DUE, member
from tests.wenzheng.test_audit_of_days import told
from tests.wenzheng.test_audit_of_parts import WEEKS_LATER, part, snapshot
from wenzheng.audit.timed import Timed

LEFT = ungrouped("2026-03-03T11:00")


def heard() -> Desk:
    """Of the first handling everything was heard at last, while the second was missed as well."""
    desk = member()
    desk.until("2026-03-20T10:00")
    desk.hear(LEFT)
    return desk


def test_a_miss_of_each_handling_is_borne_in_whichever_order_they_are_said_and_the_same_one_twice_is_told() -> (
    None
):
    said = heard().said
    missed: Any = [fact for fact in said if isinstance(fact, DeadlineMissed)]

    assert [fact.handling for fact in missed] == [2, 1]
    assert told(said) == []
    for fact in missed:
        assert told([*said, fact]) == ["p: DeadlineMissed was said twice"]
    unnamed: list[Fact] = [replace(fact, handling=0) for fact in said if getattr(fact, "handling", 0) == 2]
    assert told([*unnamed, *unnamed]) == [], "of facts of before the next clock that is set begins anew"


def test_a_handling_that_is_over_and_was_late_must_be_called_so() -> None:
    desk = member()
    desk.hear(LEFT)
    assert desk.case.next_at is not None
    [over] = desk.case.over
    forgotten = replace(desk.case, over=(Over(replace(over.said, missed=None), over.amendments),))
    row = Timed(snapshot("2026-03-09T11:00"))

    row._late(desk.case, part({}))
    assert row.row.examples == []

    row._late(forgotten, part({}))
    assert row.row.examples == [f"SQ1: late since {DUE}, and nobody says so"]


def test_a_miss_that_stands_of_a_handling_that_is_over_against_a_reply_in_time_is_told() -> None:
    desk = member(reply="2026-03-04T10:00", again="2026-03-04T11:00")
    lived = [desk.case, replace(desk.case, over=(Over(replace(desk.case.over[0].said, missed=DUE)),))]
    facts: list[Fact] = _facts()
    examples = []
    for case in lived:
        row = Timed(snapshot(WEEKS_LATER))
        row._clock("p", case, facts, part({}))
        examples.append(row.row.examples)

    assert examples == [[], ["SQ1: a miss stands against a reply in time"]]


def test_a_clock_of_a_handling_that_is_over_which_the_log_has_otherwise_is_told() -> None:
    desk = member(reply="2026-03-04T10:00", again="2026-03-04T11:00")
    row = Timed(snapshot(WEEKS_LATER))

    row._clock("p", desk.case, [*_facts(), LEFT], part({}))

    assert row.row.examples == ["SQ1: the clock of the log differs from the one remembered"]


def _facts() -> list[Fact]:
    return [
        received("2026-03-02T10:00"),
        assigned("2026-03-02T10:00"),
        grouped("2026-03-02T11:00"),
        published("2026-03-03T10:00", lead="other", group="g1"),
        published("2026-03-04T10:00"),
        reopened("2026-03-04T11:00"),
    ]
