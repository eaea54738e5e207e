"""More time ends on a day on which somebody works."""

from datetime import date, datetime

import pytest

from contracts.decision import Context, Decision, Invalid
from services.intake.core import requests as ask
from services.intake.core.case import Case
from services.intake.core.rules import unit
from tests.services.intake.door import PROFILE, at

RECEIVED = at("2026-09-30T10:00")
DUE = at("2026-10-10T18:00")
"""National Day is over on 7 October; Saturday the 10th is worked in its place."""


def asking(new_date: str, *, long_works: bool = False, now: datetime = RECEIVED) -> Decision[Case]:
    case = Case(
        number="SQ1", kind="complaint", step="accepted", department="water", received_at=RECEIVED, due=DUE
    )
    wish = ask.Extension("等备件", date.fromisoformat(new_date), "已勘察", long_works)
    asked = ask.Asked("extensions", ask.Actor("c1", "water", "clerk"), wish)
    return unit.extension(case, asked, Context("post", "cause", now, PROFILE))


@pytest.mark.parametrize("new_date", ["2026-10-12", "2026-10-13", "2026-10-14"])
def test_a_working_day_within_three_of_the_due_date_is_taken(new_date: str) -> None:
    assert asking(new_date).state.extensions[0].new_date == date.fromisoformat(new_date)


@pytest.mark.parametrize(
    ("new_date", "offered"),
    [("2026-10-11", "2026年10月11日不上班(周末),可选2026年10月12日")],
)
def test_a_day_nobody_works_is_refused_with_the_next_one_that_is_worked(new_date: str, offered: str) -> None:
    with pytest.raises(Invalid) as refused:
        asking(new_date)

    assert [(error.field, error.reason) for error in refused.value.errors] == [("new_date", offered)]


def test_long_works_end_on_a_working_day_as_well() -> None:
    with pytest.raises(Invalid) as refused:
        asking("2027-02-06", long_works=True)

    assert refused.value.errors[0].reason == "2027年2月6日不上班(周末),可选2027年2月8日"
    assert asking("2027-02-08", long_works=True).state.extensions[0].long_works


def test_a_saturday_that_is_worked_is_taken() -> None:
    case = Case(
        number="SQ1",
        kind="complaint",
        step="accepted",
        department="water",
        received_at=at("2026-09-29T10:00"),
        due=at("2026-10-09T18:00"),
    )
    asked = ask.Asked(
        "extensions", ask.Actor("c1", "water", "clerk"), ask.Extension("等备件", date(2026, 10, 10), "已勘察")
    )

    decided = unit.extension(case, asked, Context("post", "cause", at("2026-10-08T10:00"), PROFILE))

    assert decided.state.extensions[0].new_date == date(2026, 10, 10)
