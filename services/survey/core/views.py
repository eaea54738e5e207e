"""A survey as people see it: its questions while it runs, its figures and texts when they are published. Pure."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from msgspec import UNSET

from city.characters import FORMULA
from contracts.surveys import Figure, Question, Questionnaire
from services.survey.core import answers
from services.survey.core.questionnaire import choices_of
from services.survey.core.rules import is_open
from services.survey.core.states import Survey
from services.survey.core.tally import Text, mean


def state(survey: Survey, now: datetime) -> answers.State:
    """Where it stands for whoever looks now."""
    assert survey.step, "only what somebody wrote is shown"
    return "ended" if survey.step == "open" and not is_open(survey, now) else survey.step


def listed(identity: str, survey: Survey, now: datetime) -> answers.Listed:
    """A line of the list. How many answered is told when nobody can any more."""
    asked, stands = _asked(survey), state(survey, now)
    return answers.Listed(
        id=identity,
        title=asked.title,
        audience=asked.audience,
        proven=asked.proven,
        ends=asked.ends,
        state=stands,
        questions=len(asked.questions),
        answers=UNSET if stands in ("draft", "open") else survey.answers,
    )


def whole(identity: str, survey: Survey, now: datetime, staff: bool) -> answers.Whole:
    """Everything one needs to answer it."""
    asked, stands = _asked(survey), state(survey, now)
    return answers.Whole(
        id=identity,
        title=asked.title,
        intro=asked.intro,
        audience=asked.audience,
        proven=asked.proven,
        ends=asked.ends,
        state=stands,
        questions=asked.questions,
        review_of=asked.review_of,
        public_key=survey.public_key,
        answers=survey.answers if staff or stands not in ("draft", "open") else UNSET,
        invitations=survey.invitations if staff else UNSET,
    )


def result(identity: str, survey: Survey, texts: Sequence[Text]) -> answers.Result:
    """The published figures with the questions, and the texts that are shown."""
    asked = _asked(survey)
    shown = [text for text in texts if is_shown(survey, text)]
    return answers.Result(
        id=identity,
        title=asked.title,
        intro=asked.intro,
        audience=asked.audience,
        proven=asked.proven,
        ends=asked.ends,
        answers=survey.answers,
        tokens=survey.tokens,
        figures=tuple(
            _counted(question, figure, shown)
            for question, figure in zip(asked.questions, survey.figures, strict=True)
        ),
    )


def _counted(question: Question, figure: Figure, shown: Sequence[Text]) -> answers.Counted:
    return answers.Counted(
        id=question.id,
        kind=question.kind,
        title=question.title,
        asked=figure.asked,
        answered=figure.answered,
        mean=mean(figure) if question.kind == "scale" else None,
        choices=tuple(
            answers.Choice(name, count, share(count, figure))
            for name, count in zip(names(question), figure.counts, strict=True)
        ),
        written=figure.texts,
        texts=tuple(text.text for text in shown if text.question == question.id),
    )


def _asked(survey: Survey) -> Questionnaire:
    assert survey.questionnaire is not None
    return survey.questionnaire


def is_shown(survey: Survey, text: Text) -> bool:
    """A moderator's word counts; without one, what no word list held."""
    for judged in survey.judged:
        if (judged.ballot, judged.question) == (text.ballot, text.question):
            return judged.shown
    return not text.held


def names(question: Question) -> tuple[str, ...]:
    """What is counted of a question, each by its name."""
    if question.kind == "scale":
        return tuple(map(str, range(1, question.steps + 1)))
    return choices_of(question)


def share(count: int, figure: Figure) -> float | None:
    """Of those who answered the question; None when nobody did."""
    return count / figure.answered if figure.answered else None


def table(survey: Survey, texts: Sequence[Text]) -> str:
    """The result as CSV for spreadsheets: with a byte order mark, and no cell that is calculated."""
    asked = _asked(survey)
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\r\n")
    lines.writerow(("题号", "题目", "选项或填写内容", "票数", "占答题人数", "答题人数", "应答人数"))
    for question, figure in zip(asked.questions, survey.figures, strict=True):
        of_all = (str(figure.answered), str(figure.asked))
        for name, count in zip(names(question), figure.counts, strict=True):
            of = share(count, figure)
            row = (question.id, question.title, name, str(count), "" if of is None else f"{of:.4f}", *of_all)
            lines.writerow(map(cell, row))
        for text in texts:
            if text.question == question.id and is_shown(survey, text):
                lines.writerow(map(cell, (question.id, question.title, text.text, "", "", *of_all)))
    return "\ufeff" + written.getvalue()


def cell(text: str) -> str:
    """A cell that a spreadsheet shows and does not calculate."""
    return f"'{text}" if text.startswith(FORMULA) else text
