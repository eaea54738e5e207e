"""What people of the demonstration answer to its surveys is what the survey's own rules take."""

import random
from datetime import datetime

import msgspec
import pytest

from contracts import surveys
from services.survey.core.questionnaire import check, check_answers
from wenzheng.demo.survey import BUSES, PARKS, Questionnaire, answers

ENDS = datetime.fromisoformat("2011-06-30T20:00:00+08:00")


def _published(asked: Questionnaire) -> surveys.Questionnaire:
    questions = msgspec.convert(asked.questions, tuple[surveys.Question, ...])
    return surveys.Questionnaire(asked.title, asked.intro, "phone", ENDS, questions)


@pytest.mark.parametrize("asked", [BUSES, PARKS], ids=["buses", "parks"])
def test_two_hundred_people_answer_as_the_rules_allow_and_use_every_option(asked: Questionnaire) -> None:
    questionnaire, chance, chosen = _published(asked), random.Random(1), set[tuple[str, int]]()
    check(questionnaire)

    for _ in range(200):
        given = msgspec.convert(answers(asked, chance), tuple[surveys.Answer, ...])
        check_answers(questionnaire, given)
        chosen |= {(answer.question, choice) for answer in given for choice in answer.choices or ()}

    options = {
        (question.id, place) for question in questionnaire.questions for place in range(len(question.options))
    }
    assert chosen == options
