"""The supervisor's list begins with what is due: a debate, which nobody is to answer, is shown where it is chosen."""

import pytest

from fronts.portal.staff.supervision import STATES, kinds_asked, left_out
from tests.fronts.portal.staff.alone import PROFILE
from tests.fronts.portal.staff.office import SUPERVISION, Office


@pytest.mark.parametrize("state", [state for state, _ in STATES])
def test_a_kind_without_a_clock_is_left_out_only_where_somebody_is_to_answer(state: str) -> None:
    waits_for_an_answer = state in ("open", "received")

    assert list(left_out(PROFILE, state)) == (["debate"] if waits_for_an_answer else [])
    asked = kinds_asked(PROFILE, state).split(",") if waits_for_an_answer else []
    assert set(asked) == (set(PROFILE.policy.kinds) - {"debate"} if waits_for_an_answer else set())


@pytest.mark.real
def test_the_desk_shows_a_debate_where_its_kind_is_chosen_and_says_that_it_left_it_out(
    office: Office,
) -> None:
    title = "小区门口的早市该不该留"
    number = office.post(kind="debate", title=title)["number"]
    supervisor = office.person("supervisor-of-lists", SUPERVISION, "supervisor")

    first = supervisor.open("/staff/supervision")
    chosen = supervisor.open("/staff/supervision?state=open&kind=debate")
    held = supervisor.open("/staff/supervision?state=moderation")

    assert number not in first.text
    assert "全部(热点评议另选)" in first.text
    assert number in chosen.text
    assert number in held.text, "what waits to be looked through is no less there"
    assert "另选" not in held.text
