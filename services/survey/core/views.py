"""A survey as people see it: its questions while it runs, its figures and texts when they are published. Pure."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from contracts.surveys import Figure, Question
from services.survey.core.questionnaire import choices_of
from services.survey.core.rules import is_open
from services.survey.core.states import Survey
from services.survey.core.tally import Text, mean

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""With what a cell begins that a spreadsheet would calculate (OWASP, CSV injection)."""


def state(survey: Survey, now: datetime) -> str:
    """`draft`, `open`, `ended` (its time is over), `closed`, `counted`."""
    return "ended" if survey.step == "open" and not is_open(survey, now) else survey.step


def listed(identity: str, survey: Survey, now: datetime) -> dict[str, Any]:
    """A line of the list. How many answered is told when nobody can any more."""
    asked = survey.questionnaire
    assert asked is not None
    line = {
        "id": identity,
        "title": asked.title,
        "audience": asked.audience,
        "ends": asked.ends,
        "state": state(survey, now),
        "questions": len(asked.questions),
    }
    return line if line["state"] in ("draft", "open") else line | {"answers": survey.answers}


def whole(identity: str, survey: Survey, now: datetime, staff: bool) -> dict[str, Any]:
    """Everything one needs to answer it."""
    asked = survey.questionnaire
    assert asked is not None
    view = listed(identity, survey, now) | {
        "intro": asked.intro,
        "questions": asked.questions,
        "public_key": survey.public_key,
    }
    return view | {"invitations": survey.invitations, "answers": survey.answers} if staff else view


def result(identity: str, survey: Survey, texts: Sequence[Text], now: datetime) -> dict[str, Any]:
    """The published figures with the questions, and the texts that are shown."""
    asked = survey.questionnaire
    assert asked is not None
    shown = [text for text in texts if is_shown(survey, text)]
    rows = []
    for question, figure in zip(asked.questions, survey.figures, strict=True):
        rows.append(
            {
                "id": question.id,
                "kind": question.kind,
                "title": question.title,
                "asked": figure.asked,
                "answered": figure.answered,
                "mean": mean(figure) if question.kind == "scale" else None,
                "choices": [
                    {"name": name, "count": count, "share": share(count, figure)}
                    for name, count in zip(names(question), figure.counts, strict=True)
                ],
                "written": figure.texts,
                "texts": [text.text for text in shown if text.question == question.id],
            }
        )
    return listed(identity, survey, now) | {
        "intro": asked.intro,
        "tokens": survey.tokens,
        "figures": rows,
    }


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
    asked = survey.questionnaire
    assert asked is not None
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
    return f"'{text}" if text.startswith(_FORMULA) else text
