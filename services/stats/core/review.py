"""What citizens say of units in reviews (政行风评议): heard with the survey, counted when its result is published. Pure."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from city.profile import Profile
from contracts.decision import Context, Decision, unchanged
from contracts.surveys import ResultPublished, SurveyPublished
from services.stats.core.case import Case, Review

Here = Context[Profile]

ANSWERED: Final = "review:answered"
CONTENT: Final = "review:content"
"""Measures of a unit's year, told to its score and to no table: with a colon, so that bulletins leave them out."""
BEST_STEPS: Final = 2
"""The best of the five steps that call somebody content, as 好差评 (GB/T 39735) has it."""


def asked(case: Case, fact: SurveyPublished, _: Here) -> Decision[Case]:
    """A survey that grades units is remembered with what it asks; any other is passed over."""
    form = fact.questionnaire
    units = tuple((question.id, question.unit) for question in form.questions if question.unit)
    if not form.review_of or not units:
        return unchanged(case)
    return Decision(replace(case, review=Review(form.review_of, units)))


def published(case: Case, fact: ResultPublished, _: Here) -> Decision[Case]:
    """The published figures count, and nothing before them: until then the answers are sealed."""
    if case.review is None:
        return unchanged(case)
    figures = {figure.question: figure for figure in fact.figures}
    grades = tuple(
        (unit, sum(figures[question].counts), sum(figures[question].counts[-BEST_STEPS:]))
        for question, unit in case.review.asked
        if question in figures
    )
    return Decision(replace(case, review=replace(case.review, grades=grades)))


def graded(cases: Iterable[Case], year: int) -> dict[str, dict[str, int]]:
    """Unit to its measures of all published reviews of a year together."""
    found: dict[str, dict[str, int]] = {}
    for case in cases:
        if case.review is not None and case.review.year == year:
            for unit, answered, content in case.review.grades:
                of_unit = found.setdefault(unit, {ANSWERED: 0, CONTENT: 0})
                of_unit[ANSWERED] += answered
                of_unit[CONTENT] += content
    return found
