"""What people send about a record: bodies with their limits, and an example of each."""

import re
from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from chassis import problem
from city.profile import Profile
from contracts.accountability import AppealOutcome
from services.stats.written import MOST_CASES, Body, Cases, Short, numbers

PERSON: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,63}")
"""A staff id, as the portal gives them."""

SomeCases = Annotated[
    tuple[Annotated[str, Meta(max_length=40)], ...], Meta(min_length=1, max_length=MOST_CASES)
]
MeasureTaken = Literal["reminder", "self-criticism", "talk", "circular", "referral"]


class OpeningBody(Body, frozen=True):
    """What a unit has to answer for, in words, and the cases that show it."""

    department: Annotated[str, Meta(min_length=1, max_length=60)]
    cases: SomeCases
    text: Short


class PersonBody(Body, frozen=True):
    """The staff id of the person concerned."""

    person: Annotated[str, Meta(min_length=2, max_length=64)]


class WordsBody(Body, frozen=True):
    """What those concerned say, and the cases that show it."""

    text: Short
    cases: Cases = ()


class FindingBody(Body, frozen=True):
    """Whether those concerned are to blame, and why; who is takes a measure with it."""

    responsible: bool
    text: Short
    measure: MeasureTaken | Literal[""] = ""


class DecisionBody(Body, frozen=True):
    """What becomes of the finding; only `lightened` takes a measure."""

    outcome: AppealOutcome
    text: Short
    measure: MeasureTaken | Literal[""] = ""


class ClosingBody(Body, frozen=True):
    """How the measure was carried out, or why there was none."""

    text: Short


BODIES: Final[dict[str, type[Body]]] = {
    "opening": OpeningBody,
    "person": PersonBody,
    "statement": WordsBody,
    "finding": FindingBody,
    "appeal": WordsBody,
    "decision": DecisionBody,
    "closing": ClosingBody,
}
"""Act to what it sends."""

EXAMPLES: Final[dict[str, dict[str, Any]]] = {
    "opening": {
        "department": "housing",
        "cases": ["SQ260302-000001"],
        "text": "网民两次反映同一问题,均以“已转相关单位”答复。",
    },
    "person": {"person": "clerk-housing"},
    "statement": {"text": "该处管网正在改造,已多次电话告知网民。", "cases": ["SQ260302-000001"]},
    "finding": {"responsible": True, "text": "未作实质答复,属实。", "measure": "talk"},
    "appeal": {"text": "改造工期不由我单位决定,请予复核。"},
    "decision": {"outcome": "lightened", "text": "工期确由他单位决定。", "measure": "reminder"},
    "closing": {"text": "已当面提醒,该单位已补充答复。"},
}


def cases(typed: tuple[str, ...], profile: Profile) -> tuple[str, ...]:
    """Numbers of posts of this city, each once. Raises Refused 422 for what is none."""
    found = numbers(typed)
    known = re.compile(rf"{re.escape(profile.number_prefix)}\d{{6}}-\d{{6,9}}", re.ASCII)
    for number in found:
        if not known.fullmatch(number):
            raise problem.wrong_field("cases", f"“{number}”不是帖子编号")
    return found
