"""The count: answers to figures. A fold that anyone can repeat from the log; the order of answers makes no difference. Pure."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from contracts.surveys import Answer, Figure, Question, Questionnaire
from services.survey.core.questionnaire import came_up, is_answered, places


class Opened(Struct, frozen=True, gc=False):
    """What a ballot's box holds."""

    answers: tuple[Answer, ...]
    held: tuple[str, ...] = ()
    """Questions whose text a moderator must look at before it is shown."""


class Text(Struct, frozen=True, gc=False):
    """One text that somebody wrote."""

    ballot: str
    question: str
    text: str
    held: bool


def tally(questionnaire: Questionnaire, ballots: Iterable[Opened]) -> tuple[Figure, ...]:
    """The figures of every question, in the order of the questions."""
    counts = {question.id: [0] * _length(question) for question in questionnaire.questions}
    asked, answered, texts = (dict.fromkeys(counts, 0) for _ in range(3))
    for ballot in ballots:
        given = {answer.question: answer for answer in ballot.answers}
        for question in came_up(questionnaire, given):
            asked[question.id] += 1
            answer = given.get(question.id)
            if answer is None or not is_answered(answer):
                continue
            answered[question.id] += 1
            texts[question.id] += bool(answer.text)
            for place in answer.choices or ((answer.value - 1,) if answer.value else ()):
                counts[question.id][place] += 1
    return tuple(
        Figure(id_, asked[id_], answered[id_], tuple(counted), texts[id_]) for id_, counted in counts.items()
    )


def texts_of(ballots: Sequence[tuple[str, Opened]]) -> list[Text]:
    """Every text, in an order that says nothing of when it was written: by the ballots' drawn names."""
    return [
        Text(subject, answer.question, answer.text, answer.question in ballot.held)
        for subject, ballot in sorted(ballots, key=lambda pair: pair[0])
        for answer in ballot.answers
        if answer.text
    ]


def mean(figure: Figure) -> float | None:
    """The mean of a scale; None when nobody answered."""
    total = sum(figure.counts)
    return sum(step * count for step, count in enumerate(figure.counts, 1)) / total if total else None


def _length(question: Question) -> int:
    return question.steps if question.kind == "scale" else places(question)
