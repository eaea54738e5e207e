"""Topic `deadlines`: what the clock of a case says. Writer: deadline."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from contracts.facts import Fact

Clock = Literal["reply", "second", "promise"]
"""reply: the three-working-day clock · second: after reopening · promise: the date given in an extension."""

EscalationLevel = Literal["remind", "leader", "supervisor", "bulletin"]
"""催办承办人 · 分管领导 · 督查 · 通报: the steps of the ladder, in order."""


class CountedDay(Struct, frozen=True, gc=False):
    """One calendar day between receipt and due date, and why it counts or not."""

    day: date
    counts: bool
    reason: str
    """Chinese, such as 国庆节, 周末, 调休上班, 第2个工作日."""


class Held(Struct, frozen=True, gc=False):
    """Working minutes for which one holder had the case."""

    holder: str
    """A department code, or `citizen`, `leader:<department>`, `meeting`, `router`."""
    minutes: int


class DeadlineSet(Fact, frozen=True, kw_only=True, tag="deadline.set.v1"):
    """The case must be answered by `due`; the days are counted one by one."""

    clock: Clock = "reply"
    due: datetime
    provisional: bool = False
    """Beyond the last published calendar year: may be dated again."""
    counted: tuple[CountedDay, ...] = ()
    department: str = ""
    """The holder, when the assignment was already heard."""


class DeadlineNear(Fact, frozen=True, kw_only=True, tag="deadline.near.v1"):
    """80 % of the working time is gone."""

    clock: Clock = "reply"
    due: datetime
    department: str = ""


class DeadlineMissed(Fact, frozen=True, kw_only=True, tag="deadline.missed.v1"):
    """No published reply was heard by the due instant; `at` is the due instant."""

    clock: Clock = "reply"
    due: datetime
    department: str = ""


class MissWithdrawn(Fact, frozen=True, kw_only=True, tag="deadline.miss-withdrawn.v1"):
    """A reply (or pause, extension, withdrawal) given before the due instant was heard after it: there was no miss."""

    clock: Clock = "reply"
    due: datetime
    department: str = ""


class DeadlineExtended(Fact, frozen=True, kw_only=True, tag="deadline.extended.v1"):
    """The due date moved, with reason, new date and progress told to the citizen."""

    extension: str
    clock: Clock = "reply"
    reason: str
    progress: str
    due: datetime
    provisional: bool = False
    department: str = ""


class ClockPaused(Fact, frozen=True, kw_only=True, tag="clock.paused.v1"):
    """A question to the citizen is open; the working minutes left are frozen."""

    question: str
    minutes_left: int


class ClockResumed(Fact, frozen=True, kw_only=True, tag="clock.resumed.v1"):
    """The question was answered or waited for long enough; `due` is when the frozen minutes are used up."""

    question: str
    due: datetime
    provisional: bool = False


class ClockStopped(Fact, frozen=True, kw_only=True, tag="clock.stopped.v1"):
    """The case's clock ended: by a published reply, or because the post left the count."""

    clock: Clock = "reply"
    cause: Literal["replied", "withdrawn", "hidden"] = "replied"
    in_time: bool
    due: datetime
    late_minutes: int = 0
    """Working minutes after the due instant; 0 when in time."""
    held: tuple[Held, ...] = ()
    """Sums to the elapsed working minutes from receipt (or reopening) to `at`."""
    department: str = ""


class DispatchLate(Fact, frozen=True, kw_only=True, tag="dispatch.late.v1"):
    """A post that was held for a person had no unit when the time for dispatch was over; `at` is that instant."""

    due: datetime


class CaseEscalated(Fact, frozen=True, kw_only=True, tag="case.escalated.v1"):
    """A step of the ladder was reached; `at` is the instant of the step, not of its saying."""

    level: EscalationLevel
    clock: Clock = "reply"
    due: datetime
    department: str = ""
    late: bool = False
    """Said late: the service was down or the case could not be judged at that instant."""


class PromiseBroken(Fact, frozen=True, kw_only=True, tag="promise.broken.v1"):
    """The date promised in an extension passed without a reply."""

    extension: str
    promised: datetime
    department: str = ""


class DeadlineRedated(Fact, frozen=True, kw_only=True, tag="deadline.redated.v1"):
    """The calendar or the policy changed, and with it the due date."""

    clock: Clock = "reply"
    previous: datetime
    due: datetime
    provisional: bool = False
    reason: str
    counted: tuple[CountedDay, ...] = ()
    department: str = ""


DeadlineFact = (
    DeadlineSet
    | DeadlineNear
    | DeadlineMissed
    | MissWithdrawn
    | DeadlineExtended
    | ClockPaused
    | ClockResumed
    | ClockStopped
    | CaseEscalated
    | DispatchLate
    | PromiseBroken
    | DeadlineRedated
)
