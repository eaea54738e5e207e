"""A round of 督查 or 回访: what is remembered of it, and what is handed in about it.

opened -> closed, when every case has been dealt with; or stopped. Nothing is ever deleted.
"""

from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from city.profile import Profile
from contracts.decision import NotNow
from contracts.inspections import Contact, CorrectionNear, CorrectionOverdue, Form, Outcome, Solved
from services.stats.core.inspections.sample import Sample

Step = Literal["", "opened", "closed", "stopped"]
STEP_NAMES: Final[dict[Step, str]] = {
    "": "未开始",
    "opened": "进行中",
    "closed": "已结束",
    "stopped": "已终止",
}
FORM_NAMES: Final[dict[Form, str]] = {"inspection": "督查", "callback": "回访"}

Standing = Literal[
    "waiting", "sound", "faulty", "reported", "accepted", "failed", "unreached", "refused", "reached"
]
STANDING_NAMES: Final[dict[Standing, str]] = {
    "waiting": "待处理",
    "sound": "符合要求",
    "faulty": "待整改",
    "reported": "已反馈整改",
    "accepted": "整改合格",
    "failed": "未整改",
    "unreached": "未接通",
    "refused": "不愿回答",
    "reached": "已回访",
}
UNDONE: Final[tuple[Standing, ...]] = ("waiting", "faulty", "reported")
"""What keeps a round from being closed; nobody can be made to answer a telephone."""
CONTACT_NAMES: Final[dict[Contact, str]] = {
    "reached": "接通",
    "unreached": "未接通",
    "refused": "接通但不愿回答",
}
SOLVED_NAMES: Final[dict[Solved, str]] = {"solved": "已解决", "partly": "部分解决", "unsolved": "未解决"}
OUTCOME_NAMES: Final[dict[Outcome, str]] = {
    "accepted": "整改合格",
    "returned": "退回再整改",
    "failed": "未整改",
}
MOST_LINES: Final = 20
"""What is said of one case in a round; after that it must be ended."""


class Line(Struct, frozen=True, omit_defaults=True):
    """Something that was done about a case of the round, when, and by whom."""

    at: datetime
    what: str
    by: str
    text: str = ""


class Item(Struct, frozen=True, omit_defaults=True):
    """A case of the sample, and how far the round is with it."""

    case: str
    department: str
    standing: Standing = "waiting"
    faults: tuple[str, ...] = ()
    until: datetime | None = None
    """The unit has to put it right until then."""
    near: datetime | None = None
    """The day of which the unit was warned."""
    overdue: datetime | None = None
    """The day that passed without a word of the unit's, as was told."""
    solved: Solved | None = None
    satisfied: bool | None = None
    lines: tuple[Line, ...] = ()


class Round(Struct, frozen=True, omit_defaults=True):
    """What is remembered of a round. No field bears the name of a case's with another type: they share a table."""

    id: str
    step: Step = ""
    form: Form = "inspection"
    period: str = ""
    department: str = ""
    seed: str = ""
    size: int = 0
    population: int = 0
    fingerprint: str = ""
    checklist: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    opened_at: datetime | None = None
    opened_by: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""
    closing: str = ""

    def item(self, case: str) -> Item | None:
        """The case of the sample with this number."""
        return next((one for one in self.items if one.case == case), None)

    def told(self, item: Item) -> bool:
        """Whether the unit of a case is shown it: once looked through, or of a call-back when the round has ended."""
        ended = self.step in ("closed", "stopped")
        return item.standing != "waiting" and (self.form == "inspection" or ended)

    def units(self) -> tuple[str, ...]:
        """The units that are shown something."""
        return tuple(dict.fromkeys(one.department for one in self.items if self.told(one)))

    def undone(self) -> int:
        """How many cases nobody has come to an end with."""
        return sum(one.standing in UNDONE for one in self.items)

    def word(self, item: Item, now: datetime, city: Profile) -> CorrectionNear | CorrectionOverdue | None:
        """What is to be said now of the day of a finding, and was not said yet. A day that is over is warned of no more."""
        until = item.until
        if self.step != "opened" or item.standing != "faulty" or until is None or item.overdue == until:
            return None
        if now > until:
            return CorrectionOverdue(
                at=until, round=self.id, case=item.case, department=item.department, until=until
            )
        set_at = item.lines[-1].at if item.lines else until
        warned = city.working_time.warning(set_at, until, city.policy.inspection.warning_working_days)
        if warned is None or now < warned or item.near == until:
            return None
        return CorrectionNear(
            at=warned, round=self.id, case=item.case, department=item.department, until=until
        )


def new(subject: str) -> Round:
    """A round that nobody has opened."""
    return Round(identity(subject))


PREFIX: Final = "inspection:"


def subject_of(identity: str) -> str:
    """The subject under which a round's facts are said."""
    return PREFIX + identity


def identity(subject: str) -> str:
    """The way back."""
    return subject.removeprefix(PREFIX)


class Open(Struct, frozen=True, tag="inspection.open"):
    """The centre opens a round; the door has drawn the sample."""

    by: str
    form: Form
    period: str
    department: str
    seed: str
    size: int
    sample: Sample
    offsets: dict[str, dict[str, int]]


class Inspect(Struct, frozen=True, tag="inspection.inspect"):
    """The centre looked a case through."""

    by: str
    case: str
    faults: tuple[str, ...]
    text: str
    working_days: int | None = None
    """For the unit; None: as the policy says."""


class Report(Struct, frozen=True, tag="inspection.report"):
    """The unit says what it did about a finding."""

    by: str
    case: str
    text: str


class Judge(Struct, frozen=True, tag="inspection.judge"):
    """The centre judges what the unit did."""

    by: str
    case: str
    outcome: Outcome
    text: str
    working_days: int | None = None


class Call(Struct, frozen=True, tag="inspection.call"):
    """The centre called the citizen."""

    by: str
    case: str
    contact: Contact
    solved: Solved | None
    satisfied: bool | None
    text: str


class Ring(Struct, frozen=True, tag="inspection.ring"):
    """Time has passed: a day may be near, or over."""


class Close(Struct, frozen=True, tag="inspection.close"):
    """Every case has been dealt with."""

    by: str
    text: str


class Stop(Struct, frozen=True, tag="inspection.stop"):
    """The round is given up."""

    by: str
    text: str


def not_now(round_: Round) -> NotNow:
    """The refusal of an act at another step."""
    return NotNow("wrong-step", f"本轮现在是“{STEP_NAMES[round_.step]}”,不能这样做")
