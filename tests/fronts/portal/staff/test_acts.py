"""The buttons of the pages follow from intake's table of acts: one word an act, the same role, the same address."""

import pytest

from fronts.portal.citizens.following import DONE
from fronts.portal.forms import form_of
from fronts.portal.staff.acts import ACTS, Act
from services.intake.core import acts as intake

BY_UNIT = {act.name: act for act in intake.ACTS if act.path and not act.public}


FIELDS = (
    *(
        "text",
        "reason",
        "remark",
        "progress",
        "new_date",
        "long_works",
        "duty_item",
        "department",
        "lead",
        "assisting",
    ),
    *("part", "action", "outcome", "done_on", "due_day", "published", "promised_day", "no_promise", "kept"),
)
"""Of all forms of acts: whatever an act has a use for is filled in."""


def test_every_act_of_staff_has_a_button_under_its_own_word() -> None:
    assert {act.name: (act.roles, act.path, act.title) for act in ACTS} == {
        name: (act.who.roles, act.path, act.chinese) for name, act in BY_UNIT.items()
    }


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_what_a_form_of_staff_sends_is_what_the_act_takes(act: Act) -> None:
    filled = form_of({name: ["2026-03-02"] for name in FIELDS})

    assert set(act.body(filled)) <= set(BY_UNIT[act.name].body.__struct_encode_fields__)


def test_an_act_of_an_assisting_unit_is_offered_to_assisting_units_alone() -> None:
    assert {act.name for act in ACTS if act.assists} == {
        name for name, act in BY_UNIT.items() if act.who.units == "assisting"
    }


def test_every_act_of_an_author_is_on_the_page_of_the_own_post() -> None:
    assert set(DONE) == {act.path for act in intake.ACTS if act.who is intake.AUTHOR}
