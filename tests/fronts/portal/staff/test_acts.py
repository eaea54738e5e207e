"""The buttons of the pages follow from intake's table of acts: one word an act, the same role, the same address."""

from fronts.portal.citizens.following import DONE
from fronts.portal.staff.acts import ACTS
from services.intake.core import acts as intake

BY_UNIT = {act.name: act for act in intake.ACTS if act.path and not act.public}


def test_every_act_of_staff_has_a_button_under_its_own_word() -> None:
    assert {act.name: (act.roles, act.path) for act in ACTS} == {
        name: (act.who.roles, act.path) for name, act in BY_UNIT.items()
    }


def test_an_act_of_an_assisting_unit_is_offered_to_assisting_units_alone() -> None:
    assert {act.name for act in ACTS if act.assists} == {
        name for name, act in BY_UNIT.items() if act.who.units == "assisting"
    }


def test_every_act_of_an_author_is_on_the_page_of_the_own_post() -> None:
    assert set(DONE) == {act.path for act in intake.ACTS if act.who is intake.AUTHOR}
