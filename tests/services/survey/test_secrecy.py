"""What a survey keeps of its people: rights that cannot be compared, ballots by the day, and nobody's name once it is counted."""

from datetime import datetime, time, timedelta
from typing import Final

import pytest

from chassis.passes import Passes
from contracts.decision import Context, NotNow, Say
from contracts.surveys import BallotCast
from services.survey.core import requests as ask
from services.survey.core import rules
from services.survey.core.states import Ballot, Judged, Survey, Voter
from services.survey.entitlement import Entitlements
from tests.services.intake.door import PROFILE, at

NOW: Final = at("2026-03-03T10:17")
CONTEXT: Final = Context("survey-1", "cause-1", NOW, PROFILE)
SECRET: Final = b"a secret of the tests, long enough"


def test_the_same_person_is_another_voter_in_each_survey() -> None:
    rights, passes = Entitlements(SECRET), Passes(SECRET)

    def proved(survey: str) -> str:
        return rights.by_pass(survey, passes.give(survey, "13812345678", NOW), NOW)

    for entitled in (lambda survey: rights.by_phone(survey, "13812345678"), proved):
        assert entitled("survey-1") == entitled("survey-1") != entitled("survey-2")
    first, second = (rights.by_invitation(s, rights.invitation(s, 1), 1) for s in ("survey-1", "survey-2"))
    assert first != second


def test_a_ballot_says_its_day_and_not_the_hour_at_which_it_came() -> None:
    [said] = rules.cast(Ballot(), ask.Cast("survey-1", b"t", b"s", b"x"), CONTEXT).effects

    assert isinstance(said, Say)
    assert isinstance(said.fact, BallotCast)
    assert said.fact.at == datetime.combine(NOW.date(), time(), NOW.tzinfo) < NOW - timedelta(hours=10)


def test_with_the_result_it_is_forgotten_who_was_given_a_token() -> None:
    counted = rules.publish_result(
        Survey(step="closed", answers=2), ask.PublishResult("s", 2, 3, ()), CONTEXT
    )

    assert ask.ForgetVoters() in counted.effects
    assert (counted.state.step, counted.state.tokens) == ("counted", 3)


def test_the_same_request_for_a_token_again_is_taken_and_another_is_not() -> None:
    voter = rules.give_token(Voter(), ask.GiveToken("survey-1", "blinded"), CONTEXT).state

    assert rules.give_token(voter, ask.GiveToken("survey-1", "blinded"), CONTEXT).state == voter
    with pytest.raises(NotNow):
        rules.give_token(voter, ask.GiveToken("survey-1", "another"), CONTEXT)


def test_each_text_of_a_ballot_is_judged_by_itself_and_the_last_word_counts() -> None:
    survey = Survey(step="closed")
    for question, shown in (("q1", True), ("q2", True), ("q1", False)):
        request = ask.JudgeText("ballot-1", question, shown, "" if shown else "含有电话", "s")
        survey = rules.judge_text(survey, request, CONTEXT).state

    assert survey.judged == (Judged("ballot-1", "q2", True), Judged("ballot-1", "q1", False))
