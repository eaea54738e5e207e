"""What `wenzheng recount` tells, of whatever was written into a survey and whatever lies on the log."""

import io

from rich.console import Console

from contracts.codec import Event, encode
from contracts.examples import EXAMPLES
from contracts.surveys import BallotCast, Figure, Question, Questionnaire, SurveyClosed, SurveyPublished
from contracts.topics import BALLOTS
from tests.services.intake.door import at
from wenzheng.commands.recount import tell
from wenzheng.recount import Recount, readable

NOW = at("2026-03-02T10:00")


def told(found: Recount) -> str:
    """What somebody reads in a terminal."""
    written = io.StringIO()
    tell(found, Console(file=written, width=100, color_system=None))
    return written.getvalue()


def survey(*questions: Question, title: str = "标题") -> SurveyPublished:
    asked = Questionnaire(title, "", "phone", NOW, questions)
    return SurveyPublished(at=NOW, questionnaire=asked, public_key="", by="s1")


def test_what_staff_wrote_in_brackets_is_told_as_they_wrote_it() -> None:
    asked = survey(
        Question("q1", "single", "[red]必答[/red]", ("[a] 赞成", "[/b] 反对")), title="问卷[/] [bold]一"
    )
    closed = SurveyClosed(at=NOW, answers=3, opening_key=b"", by="s1")
    figures = (Figure("q1", 3, 3, (2, 1)),)

    text = told(Recount(asked, closed, figures=figures, ballots=3, faults=["[/] 不同"]))

    for written in (
        "问卷[/] [bold]一:答卷 ballots 3",
        "[red]必答[/red]",
        "[a] 赞成",
        "[/b] 反对",
        "[/] 不同",
    ):
        assert written in text


def test_of_a_survey_that_is_not_closed_no_figure_is_told() -> None:
    asked = survey(Question("q1", "single", "题", ("甲", "乙")))

    assert told(Recount(asked, ballots=4)).splitlines() == ["标题:答卷 ballots 4"]


def test_a_record_that_cannot_be_read_keeps_nobody_from_counting() -> None:
    fact = next(example for example in EXAMPLES if isinstance(example, BallotCast))
    cast = Event("an id", BALLOTS.name, "ballot:one", 1, fact, "survey")
    good = encode(cast)

    found = readable(
        [
            (BALLOTS, None, b"{}", ()),
            (BALLOTS, good.key, b"no json", good.headers),
            (BALLOTS, good.key, good.value, good.headers),
            (BALLOTS, good.key, None, good.headers),
        ]
    )

    assert found == [cast]
