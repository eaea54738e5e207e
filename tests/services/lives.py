"""Whole lives of what is no post: records, rounds, bulletins, surveys, forums and what is said in them, act by act."""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from chassis.service import Service
from contracts.bulletins import Frozen, ScorePart, Section, UnitFigures, UnitScore, YearScores
from contracts.debates import HotTopic, Matter
from contracts.dialogues import Occasion
from contracts.inspections import Drawn
from contracts.surveys import Condition, Figure, Question, Questionnaire
from services.debate import app as debate
from services.debate.core import requests as talk
from services.debate.core.states import COMMENT, DIALOGUE, PERSON, VOICE
from services.stats import app as stats
from services.stats.core.accountability import record
from services.stats.core.bulletin import document
from services.stats.core.inspections import round as rounds
from services.stats.core.inspections.sample import Sample
from services.survey import app as survey
from services.survey.core import requests as ask
from services.survey.core.states import BALLOT, VOTER
from tests.services.intake.door import PROFILE, at

START: Final = at("2026-03-02T10:00")
NUMBER: Final = "SQ260302-000001"
LEADER, CLERK, ONE, OTHER = "leader-water", "clerk-water", "supervisor-1", "supervisor-2"

Step = tuple[float, Any]
"""Days since the step before, and what is asked."""


class Life(NamedTuple):
    """One subject from its first act to its last."""

    service: Service[Any, Any]
    subject: str
    steps: list[Step]


def _ground(n: int, stands: bool = True) -> record.GroundFound:
    return record.GroundFound("overdue", "water", NUMBER, n, stands, 1, (START,) if stands else ())


RECORDS: Final[dict[str, list[Step]]] = {
    "a record that a rule opened": [
        (0, _ground(1)),
        (1, record.Name(ONE, CLERK)),
        (1, record.State(LEADER, "配件停产", (NUMBER,))),
        (1, record.State(CLERK, "已报告", (NUMBER,))),
        (1, record.Find(ONE, True, "属实", "talk")),
        (1, record.Appeal(LEADER, "过重", (NUMBER,))),
        (1, record.Appeal(CLERK, "不服", (NUMBER,))),
        (1, record.Decide(OTHER, "lightened", "改为提醒", "reminder")),
        (1, record.Close(ONE, "已提醒")),
        (1, _ground(2, stands=False)),
        (1, record.Decide(OTHER, "revoked", "未发生")),
    ],
    "a record whose ground fell and stood again": [
        (0, _ground(1)),
        (1, _ground(2, stands=False)),
        (9, _ground(3)),
        (1, record.State(LEADER, "说明")),
        (1, record.Find(ONE, False, "不属实")),
        (1, record.Close(ONE, "无责")),
    ],
    "a record that a person opened": [
        (0, record.Open(ONE, "water", (NUMBER, "SQ260302-000002"), "两次敷衍")),
        (9, record.Find(ONE, True, "属实", "circular")),
        (40, record.Close(OTHER, "已通报")),
    ],
}

SAMPLE: Final = Sample((Drawn("n1", "water"), Drawn("n2", "housing")), 7, "00ff")
_OPEN: Final[dict[str, Any]] = {
    "period": "2026-02",
    "department": "",
    "seed": "a seed",
    "size": 2,
    "sample": SAMPLE,
}


def _called(contact: Any, solved: Any = None, satisfied: Any = None) -> rounds.Call:
    return rounds.Call(ONE, "n1", contact, solved, satisfied, "说过了")


ROUNDS: Final[dict[str, list[Step]]] = {
    "an inspection": [
        (0, rounds.Open(by=ONE, form="inspection", offsets={"0": {"posts": 7}}, **_OPEN)),
        (1, rounds.Inspect(ONE, "n1", ("用语规范", "答复切题"), "没有日期", 5)),
        (6.5, rounds.Ring()),
        (0, rounds.Ring()),
        (3, rounds.Ring()),
        (1, rounds.Report(LEADER, "n1", "已补")),
        (1, rounds.Judge(ONE, "n1", "returned", "仍无日期", 3)),
        (9, rounds.Ring()),
        (1, rounds.Judge(ONE, "n1", "failed", "没有动静")),
        (1, rounds.Inspect(ONE, "n2", (), "很好")),
        (1, rounds.Inspect(ONE, "n2", ("资料完整",), "缺附件")),
        (1, rounds.Report("leader-housing", "n2", "已附")),
        (1, rounds.Judge(ONE, "n2", "accepted", "好")),
        (1, rounds.Close(OTHER, "完成")),
    ],
    "a round of calls": [
        (
            0,
            rounds.Open(
                by=ONE, form="callback", offsets={"0": {"posts": 7}}, **_OPEN | {"department": "water"}
            ),
        ),
        (1, _called("unreached")),
        (1, _called("reached", "partly", False)),
        (1, rounds.Stop(OTHER, "时期选错")),
    ],
}

_FIGURES: Final = Frozen(
    period="2026-02",
    cut_off=START,
    city=UnitFigures("", "全市", {"received": 3}),
    units=(UnitFigures("water", "市水利局", {"received": 3}),),
    before=UnitFigures("", "全市", {}),
    year_before=UnitFigures("", "全市", {}),
    named=(),
    offsets={"0": {"posts": 7}},
    code="00ff",
    policy="a1b2",
)
_SCORES: Final = YearScores(
    {"on_time": 60.0},
    "a1b2",
    (UnitScore("water", (ScorePart("on_time", "按时率", 60, 60, "3 / 3"),), 100, 1),),
)
_OWN: Final = Section("另记", "写明一件事。")


def _drafted(by: str, **more: Any) -> document.Draft:
    return document.Draft(by, "通报", _FIGURES, (Section("一、总体情况", "受理3件。"),), **more)


BULLETINS: Final[dict[str, list[Step]]] = {
    "a bulletin": [
        (0, _drafted(ONE, corrects="宿网督〔2026〕1号", scores=_SCORES)),
        (1, document.Edit(OTHER, (Section("一、总体情况", "受理三件。"), _OWN))),
        (1, _drafted(ONE, corrects="宿网督〔2026〕2号", scores=_SCORES)),
        (1, document.Circulate(ONE)),
        (1, document.Object(CLERK, "water", "不是三件", (NUMBER,))),
        (0, document.AnswerObjection(ONE, "o-1", True, "属实")),
        (9, document.Issue("leader-supervision", "supervision", 3)),
    ],
    "the register of a year's numbers": [(0, document.Number(1)), (1, document.Number(2))],
}

_ASKED: Final = Questionnaire(
    "标题",
    "说明",
    "invited",
    at("2026-03-05T18:00"),
    (
        Question("q1", "single", "题", ("是", "否")),
        Question("q2", "text", "题", only_if=Condition("q1", (0,))),
    ),
)
SURVEYS: Final[dict[str, tuple[str, list[Step]]]] = {
    "a survey": (
        "s1",
        [
            (0, ask.Draft(_ASKED, 3)),
            (1, ask.Publish(ONE, "a public key", b"signs", b"opens")),
            (1, ask.Entitle()),
            (0, ask.Count()),
            (0, ask.Close(ONE, "提前结束", b"opens")),
            (1, ask.JudgeText("b1", "q2", False, "与问题无关", OTHER)),
            (1, ask.PublishResult(ONE, 1, 2, (Figure("q1", 1, 1, (1, 0)), Figure("q2", 1, 1, (), 1)))),
        ],
    ),
    "a right to answer": (f"{VOTER}v1", [(0, ask.GiveToken("s1", "blinded"))]),
    "an answer": (f"{BALLOT}b1", [(0, ask.Cast("s1", b"token", b"signature", b"sealed"))]),
}

_MATTER: Final = Matter(
    "公园夜间开放", "开放到几点?", "说明", "water", at("2026-03-09T18:00"), HotTopic("t1", "公园", (NUMBER,))
)
_OCCASION: Final = Occasion(
    "meeting",
    "交流会",
    "张建国",
    "局长",
    "water",
    asked_from=at("2026-03-03T10:00"),
    begins=at("2026-03-05T15:00"),
    ends=at("2026-03-05T17:00"),
    place="会议室",
    introduction="介绍",
    invited=("housing",),
)
FORUMS: Final[dict[str, tuple[str, list[Step]]]] = {
    "a debate": (
        "d1",
        [
            (0, talk.Draft(_MATTER)),
            (1, talk.Open(LEADER)),
            (1, talk.Listen()),
            (1, talk.Attend()),
            (1, talk.Close("说了什么", "决定什么", "提前结束", ONE)),
        ],
    ),
    "a dialogue": (
        f"{DIALOGUE}g1",
        [
            (0, talk.Draft(_OCCASION)),
            (0.5, talk.Open(ONE)),
            (1, talk.Prepare("housing", CLERK)),
            (0, talk.Prepare("housing", CLERK)),
            (0.5, talk.Prepare("water", CLERK)),
            (0.7, talk.Remind()),
            (0, talk.Judge("housing", True)),
            (0, talk.Judge("water", False)),
            (0, talk.End("答了一题", "提前结束", ONE)),
            (1, talk.PassOn()),
        ],
    ),
    "a comment": (
        f"{COMMENT}c1",
        [
            (0, talk.Comment("d1", "anna", "说一句", "c0", True, "先审后发")),
            (1, talk.Moderate("d1", True, "", ONE)),
            (1, talk.Support("d1", "bert")),
            (1, talk.Moderate("d1", False, "与议题无关", OTHER)),
            (1, talk.Withdraw("d1", "anna")),
        ],
    ),
    "a question that is left open": (
        f"{COMMENT}c2",
        [
            (0, talk.Comment("g1", "anna", "问一句", "", False, "")),
            (1, talk.BeAnswered("g1")),
            (1, talk.Enter("g1", NUMBER, ONE)),
        ],
    ),
    "an answer that waits for approval": (
        f"{COMMENT}c3",
        [
            (0, talk.State("g1", "water", "答一句", "c2", CLERK, "guest", "待审核")),
            (1, talk.Approve("g1", True, "", LEADER)),
        ],
    ),
    "an answer that is sent back": (
        f"{COMMENT}c4",
        [
            (0, talk.State("g1", "housing", "答一句", "", CLERK, "", "待审核")),
            (1, talk.Approve("g1", False, "不对", ONE)),
        ],
    ),
    "a person who takes part": (f"{PERSON}p1", [(0, talk.TakePart("d1")), (1, talk.TakePart("d1"))]),
    "a voice": (f"{VOICE}v1", [(0, talk.GiveVoice("d1", "c1", "bert"))]),
}


def lives() -> dict[str, Life]:
    """All of them, by what they are lives of."""
    offices: tuple[tuple[Service[Any, Any], str, dict[str, list[Step]]], ...] = (
        (stats.build_accountability(PROFILE), record.subject_of("r1"), RECORDS),
        (stats.build_inspections(PROFILE), rounds.subject_of("r1"), ROUNDS),
        (stats.build_bulletins(PROFILE), document.subject_of("2026-02"), BULLETINS),
    )
    others: tuple[tuple[Service[Any, Any], dict[str, tuple[str, list[Step]]]], ...] = (
        (survey.build(PROFILE), SURVEYS),
        (debate.build(PROFILE), FORUMS),
    )
    return {
        name: Life(service, subject, steps)
        for service, subject, those in offices
        for name, steps in those.items()
    } | {name: Life(service, *one) for service, those in others for name, one in those.items()}


def later(now: datetime, days: float) -> datetime:
    """So many days after, and a minute, so that no two acts are of one moment."""
    return now + timedelta(days=days, minutes=1)
