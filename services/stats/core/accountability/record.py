"""The 问责 record of a unit: what is remembered of it, and what is handed in about it.

opened -> found -> appealed -> decided -> closed; who is not to blame is not appealed against, and nothing is ever deleted.
"""

from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from contracts.accountability import AppealOutcome, Measure, OpeningRule, Side
from contracts.decision import NotNow

Step = Literal["", "opened", "found", "appealed", "decided", "closed"]
STEP_NAMES: Final[dict[Step, str]] = {
    "": "未立案",
    "opened": "已立案",
    "found": "已认定",
    "appealed": "申诉中",
    "decided": "已复核",
    "closed": "已结案",
}
MEASURE_NAMES: Final[dict[Measure, str]] = {
    "": "不采取措施",
    "reminder": "口头提醒",
    "self-criticism": "书面检查",
    "talk": "约谈",
    "circular": "通报批评",
    "referral": "移交",
}
"""From the lightest to the heaviest."""
MEASURES: Final = tuple(MEASURE_NAMES)
OUTCOME_NAMES: Final[dict[AppealOutcome, str]] = {"upheld": "维持", "lightened": "减轻", "revoked": "撤销"}
SIDE_NAMES: Final[dict[Side, str]] = {"unit": "单位", "person": "本人"}
MOST_STATEMENTS: Final = 10
"""Of each side to one record."""


class Said(Struct, frozen=True, omit_defaults=True):
    """What one side of those concerned said, as a statement or an appeal."""

    side: Side
    text: str
    at: datetime
    by: str
    cases: tuple[str, ...] = ()


class Finding(Struct, frozen=True, omit_defaults=True):
    """Whether those concerned are to blame, and what follows."""

    responsible: bool
    text: str
    at: datetime
    by: str
    measure: Measure = ""
    until: datetime | None = None
    """The end of the time for an appeal."""


class Ruling(Struct, frozen=True, omit_defaults=True):
    """What became of the finding after the appeals."""

    outcome: AppealOutcome
    text: str
    at: datetime
    by: str
    measure: Measure = ""


class Happening(Struct, frozen=True, omit_defaults=True):
    """A line of the record's history: what was done, when and by whom."""

    at: datetime
    what: str
    by: str = ""


class Record(Struct, frozen=True, omit_defaults=True):
    """What is remembered of a record. No field bears the name of a case's with another type: they share a table."""

    id: str
    step: Step = ""
    rule: OpeningRule = ""
    department: str = ""
    person: str = ""
    cases: tuple[str, ...] = ()
    happened: tuple[datetime, ...] = ()
    threshold: int = 0
    text: str = ""
    opened_at: datetime | None = None
    opened_by: str = ""
    until: datetime | None = None
    """The end of the time for statements."""
    ground: int = 0
    """How often the ground came and went, as far as was heard."""
    withdrawn_at: datetime | None = None
    """What the rule had counted did not happen."""
    statements: tuple[Said, ...] = ()
    finding: Finding | None = None
    appeals: tuple[Said, ...] = ()
    ruling: Ruling | None = None
    closing: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""
    history: tuple[Happening, ...] = ()

    @property
    def measure(self) -> Measure:
        """The measure that stands."""
        if self.ruling is not None:
            return self.ruling.measure
        return self.finding.measure if self.finding is not None else ""

    @property
    def baseless(self) -> bool:
        """Whether a measure stands although what the rule had counted did not happen."""
        return self.withdrawn_at is not None and bool(self.measure)

    def measure_at(self, instant: datetime) -> Measure:
        """The measure that stood at an instant."""
        if self.ruling is not None and self.ruling.at <= instant:
            return self.ruling.measure
        return self.finding.measure if self.finding is not None and self.finding.at <= instant else ""

    def side_of(self, person: str) -> Side:
        """For whom a member of staff of those concerned speaks."""
        return "person" if person == self.person else "unit"

    def heard_all(self) -> bool:
        """Whether everybody concerned has stated."""
        spoke = {one.side for one in self.statements}
        return "unit" in spoke and (not self.person or "person" in spoke)


def new(subject: str) -> Record:
    """A record that nobody has opened."""
    return Record(identity(subject))


PREFIX: Final = "accountability:"


def subject_of(identity: str) -> str:
    """The subject under which a record's facts are said."""
    return PREFIX + identity


def identity(subject: str) -> str:
    """The way back."""
    return subject.removeprefix(PREFIX)


def by_rule(rule: OpeningRule, department: str, number: str) -> str:
    """The id of the one record of a rule, a unit and a case, however often it is handed in."""
    return f"{rule}-{department}-{number}"


class GroundFound(Struct, frozen=True, tag="accountability.ground"):
    """A rule found a ground, or it fell: what stats' counting hands in."""

    rule: OpeningRule
    department: str
    number: str
    """The case's."""
    n: int
    """How often it came and went; an earlier one that is handed in later is passed over."""
    stands: bool
    threshold: int
    happened: tuple[datetime, ...]


class Open(Struct, frozen=True, tag="accountability.open"):
    """A supervisor opens a record."""

    by: str
    department: str
    cases: tuple[str, ...]
    text: str


class Name(Struct, frozen=True, tag="accountability.name"):
    """The supervisor names the person concerned."""

    by: str
    person: str


class State(Struct, frozen=True, tag="accountability.state"):
    """Those concerned state."""

    by: str
    text: str
    cases: tuple[str, ...] = ()


class Find(Struct, frozen=True, tag="accountability.find"):
    """The supervisor finds."""

    by: str
    responsible: bool
    text: str
    measure: Measure = ""


class Appeal(Struct, frozen=True, tag="accountability.appeal"):
    """Those concerned appeal."""

    by: str
    text: str
    cases: tuple[str, ...] = ()


class Decide(Struct, frozen=True, tag="accountability.decide"):
    """Another supervisor decides on the appeals."""

    by: str
    outcome: AppealOutcome
    text: str
    measure: Measure = ""


class Close(Struct, frozen=True, tag="accountability.close"):
    """The supervisor closes the record."""

    by: str
    text: str


def not_now(record: Record) -> NotNow:
    """The refusal of an act at another step."""
    return NotNow("wrong-step", f"记录现在是“{STEP_NAMES[record.step]}”,不能这样做")
