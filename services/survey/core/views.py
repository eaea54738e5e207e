"""A survey as people see it: its questions while it runs, its figures and texts when they are published. Pure."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import get_args

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
    shown = _shown(survey, texts)
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


def standings(survey: Survey, texts: Sequence[Text]) -> list[answers.Standing]:
    """Of each text: a moderator's word counts; without one, what no word list held is shown."""
    words = {(judged.ballot, judged.question): judged.shown for judged in survey.judged}
    found: list[answers.Standing] = []
    for text in texts:
        shown = words.get((text.ballot, text.question))
        if shown is None:
            found.append("held" if text.held else "shown")
        else:
            found.append("shown" if shown else "hidden")
    return found


def written(
    survey: Survey, texts: Sequence[Text], standing: answers.Standing | None, after: int, limit: int
) -> tuple[answers.Texts, int]:
    """A page of texts of one standing or of all for a moderator, from this place on; and the place of the next page, 0 for none."""
    stands = standings(survey, texts)
    places = [n for n in range(after, len(texts)) if standing in (None, stands[n])]
    page = tuple(
        answers.Written(
            ballot=texts[n].ballot,
            question=texts[n].question,
            text=texts[n].text,
            held=texts[n].held,
            shown=stands[n] == "shown",
            standing=stands[n],
        )
        for n in places[:limit]
    )
    counts = {name: stands.count(name) for name in get_args(answers.Standing)}
    return answers.Texts(texts=page, **counts), places[limit] if len(places) > limit else 0


def _shown(survey: Survey, texts: Sequence[Text]) -> list[Text]:
    return [text for text, stands in zip(texts, standings(survey, texts), strict=True) if stands == "shown"]


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
    asked, shown = _asked(survey), _shown(survey, texts)
    file = io.StringIO()
    lines = csv.writer(file, lineterminator="\r\n")
    lines.writerow(("题号", "题目", "选项或填写内容", "票数", "占答题人数", "答题人数", "应答人数"))
    for question, figure in zip(asked.questions, survey.figures, strict=True):
        of_all = (str(figure.answered), str(figure.asked))
        for name, count in zip(names(question), figure.counts, strict=True):
            of = share(count, figure)
            row = (question.id, question.title, name, str(count), "" if of is None else f"{of:.4f}", *of_all)
            lines.writerow(map(cell, row))
        for text in shown:
            if text.question == question.id:
                lines.writerow(map(cell, (question.id, question.title, text.text, "", "", *of_all)))
    return "\ufeff" + file.getvalue()


def cell(text: str) -> str:
    """A cell that a spreadsheet shows and does not calculate."""
    return f"'{text}" if text.startswith(FORMULA) else text
