"""What other services say of a post while it is hidden counts once it is restored."""

from datetime import timedelta
from typing import Any, Final

import pytest
from msgspec.structs import replace

from contracts.assignments import PostReassigned
from contracts.deadlines import ClockResumed
from contracts.decision import Context, NotNow
from services.intake.core import heard
from services.intake.core import requests as ask
from services.intake.core.case import Case, Draft, Group, Question, Reply
from services.intake.core.deciding import decide
from services.intake.core.hiding import Hiding, later_by_hidings
from tests.services.intake.door import PROFILE, at

NOW: Final = at("2026-03-03T10:00")
CONTEXT: Final = Context("post-1", "cause-1", NOW, PROFILE)
_SUPERVISOR: Final = ask.Actor("s1", "", "supervisor")


def _case(before: str, **changed: Any) -> Case:
    """A hidden case."""
    hiding = Hiding(before)
    case = Case(number="SQ1", received_at=NOW, step="hidden", moderation="hidden", hiding=hiding)
    return replace(case, department="housing", **changed)


def _restored(case: Case) -> str:
    asked = ask.Asked("moderation", _SUPERVISOR, ask.Moderation("restore", "误判"))
    return str(decide(case, asked, CONTEXT).state.step)


@pytest.mark.parametrize(
    ("before", "now"), [("received", "assigned"), ("accepted", "assigned"), ("asked", "asked")]
)
def test_a_unit_that_was_named_meanwhile_has_to_accept_it(before: str, now: str) -> None:
    named = PostReassigned(at=NOW, number="SQ1", department="transport", previous="housing", cause="chosen")

    case = heard.assigned(_case(before), named, CONTEXT).state

    assert (case.step, case.department) == ("hidden", "transport")
    assert _restored(case) == now


def test_a_question_whose_time_ran_out_meanwhile_is_open_no_longer() -> None:
    case = _case("asked", questions=(Question("q1", "哪一盏?", NOW),), paused=True)

    case = heard.resumed(case, ClockResumed(at=NOW, question="q1", due=NOW), CONTEXT).state

    assert (case.step, case.paused) == ("hidden", False)
    assert _restored(case) == "accepted"


def test_who_left_a_group_meanwhile_whose_lead_had_answered_is_open_again() -> None:
    joint = Reply("r1", "已修", "housing", "c1", NOW, 1, "post-2")
    case = _case("replied", replies=(joint,), group=Group("g1", "post-2", "SQ2", ("post-1", "post-2")))
    asked = ask.Asked("ungroup", _SUPERVISOR, ask.Nothing(), "g1")

    assert _restored(decide(case, asked, CONTEXT).state) == "accepted"


def test_one_hidden_before_it_was_kept_where_it_stood_goes_on_by_what_its_case_shows() -> None:
    answered = (Reply("r1", "已修", "housing", "c1", NOW, 1),)
    appealed = decide(
        _case("", hiding=None, replies=answered),
        ask.Asked("appeal", ask.AUTHOR, ask.ReasonOnly("请再看")),
        CONTEXT,
    )

    assert _restored(appealed.state) == "replied"
    assert _restored(_case("", hiding=None)) == "assigned"
    assert _restored(replace(_case("", hiding=None), department="")) == "received"


def test_the_author_has_all_days_to_rate_though_the_post_was_hidden_twice_since_the_reply() -> None:
    reply = Reply("r1", "已修", "housing", "c1", NOW - timedelta(days=60), 1)
    hidings = tuple((reply.at + timedelta(days=n), reply.at + timedelta(days=n + 5)) for n in (1, 8))
    days = PROFILE.policy.rating.days
    case = Case(number="SQ1", received_at=reply.at, step="replied", replies=(reply,), hidings_undone=hidings)
    last = reply.at + timedelta(days=days + 10)

    def rated(late: timedelta) -> str:
        context = Context("post-1", "cause-1", last + late, PROFILE)
        return str(decide(case, ask.Asked("rating", ask.AUTHOR, ask.Grade(5)), context).state.step)

    assert rated(timedelta(0)) == "rated"
    with pytest.raises(NotNow):
        rated(timedelta(seconds=1))


def test_a_hiding_of_before_takes_nothing_of_a_time_that_began_after_it() -> None:
    hour, until = timedelta(hours=1), NOW + timedelta(days=1)

    assert later_by_hidings(until, NOW, [(NOW - 2 * hour, NOW - hour)]) == until
    assert later_by_hidings(until, NOW, [(NOW, NOW + hour), (until + hour, until + 2 * hour)]) == until + hour
    assert later_by_hidings(
        until, NOW, [(NOW + hour, until + hour), (until + 9 * hour, until + 10 * hour)]
    ) == (until + 25 * hour), "the second took of the time that the first had given"


def test_every_hiding_that_was_undone_is_remembered() -> None:
    case = Case(number="SQ1", received_at=NOW, step="accepted", department="housing")
    for action in ("hide", "restore") * 2:
        case = decide(
            case, ask.Asked("moderation", _SUPERVISOR, ask.Moderation(action, "误判")), CONTEXT
        ).state

    assert case.hidings_undone == ((NOW, NOW), (NOW, NOW))


def test_a_draft_of_a_post_that_is_hidden_is_gone_wherever_it_lay() -> None:
    draft = Draft("d1", "稿", "c1", NOW)
    case = Case(number="SQ1", received_at=NOW, step="accepted", department="housing")
    hide = ask.Asked("moderation", _SUPERVISOR, ask.Moderation("hide", "广告"))

    for changed in ({"draft": draft}, {"sent_back": draft}):
        hidden = decide(replace(case, **changed), hide, CONTEXT).state
        assert (hidden.draft, hidden.sent_back) == (None, None)
