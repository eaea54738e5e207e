"""Topic `deadlines`: what the clock of a case says. Writer: deadline."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from contracts.facts import Fact

Clock = Literal["reply", "second", "promise"]
"""reply: the three-working-day clock · second: after reopening · promise: the date given in an extension."""

EscalationLevel = Literal["remind", "leader", "supervisor", "bulletin"]
"""催办承办人 · 分管领导 · 督查 · 通报: the steps of the ladder, in order."""

# `handling` of the facts below: 1 the first, 2 and more after reopenings; 0 in facts of before it was told. A fact about an
# earlier handling than the one at hand is of the record alone: something was heard late, and the clock at hand is another.


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
    handling: int = 0


class DeadlineNear(Fact, frozen=True, kw_only=True, tag="deadline.near.v1"):
    """80 % of the working time is gone."""

    clock: Clock = "reply"
    due: datetime
    department: str = ""
    handling: int = 0


class DeadlineMissed(Fact, frozen=True, kw_only=True, tag="deadline.missed.v1"):
    """No published reply was heard by the due instant; `at` is the due instant."""

    clock: Clock = "reply"
    due: datetime
    department: str = ""
    handling: int = 0


class MissWithdrawn(Fact, frozen=True, kw_only=True, tag="deadline.miss-withdrawn.v1"):
    """A reply (or pause, extension, withdrawal) was heard late: there was no miss, or no such step of the ladder; a miss that stands is said anew."""

    clock: Clock = "reply"
    due: datetime
    department: str = ""
    handling: int = 0


class DeadlineExtended(Fact, frozen=True, kw_only=True, tag="deadline.extended.v1"):
    """The due date moved, with reason, new date and progress told to the citizen."""

    extension: str
    clock: Clock = "reply"
    reason: str
    progress: str
    due: datetime
    provisional: bool = False
    department: str = ""
    handling: int = 0


class ClockPaused(Fact, frozen=True, kw_only=True, tag="clock.paused.v1"):
    """A question to the citizen is open; the working minutes left are frozen."""

    question: str
    minutes_left: int
    handling: int = 0


class ClockResumed(Fact, frozen=True, kw_only=True, tag="clock.resumed.v1"):
    """The question was answered or waited for long enough; `due` is when the frozen minutes are used up."""

    question: str
    due: datetime
    provisional: bool = False
    handling: int = 0


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
    handling: int = 0


class DispatchLate(Fact, frozen=True, kw_only=True, tag="dispatch.late.v1"):
    """A post that was held for a person had no unit when the time for dispatch was over; `at` is that instant."""

    due: datetime


class MeetingLate(Fact, frozen=True, kw_only=True, tag="meeting.late.v1"):
    """An assignment meeting had not ruled when its time was over, and nobody had assigned the post; `at` is that instant."""

    until: datetime
    """As the call named it; `at` is later where the post was hidden meanwhile."""
    department: str
    """The unit that held the post then."""


class DispatchLateWithdrawn(Fact, frozen=True, kw_only=True, tag="dispatch.late-withdrawn.v1"):
    """A unit had the post by then, or it was answered, hidden or gone, which was heard late: its dispatch was not late; one that is late
    at another instant is said anew."""

    due: datetime
    """The instant at which it was called late."""


class MeetingLateWithdrawn(Fact, frozen=True, kw_only=True, tag="meeting.late-withdrawn.v1"):
    """The meeting was over by then, or the post was answered, hidden or gone, which was heard late: it was not late; one that is late
    at another instant is said anew."""

    until: datetime
    """As the call named it."""
    department: str
    """The unit that held the post at the instant at which the meeting was called late."""


class CaseEscalated(Fact, frozen=True, kw_only=True, tag="case.escalated.v1"):
    """A step of the ladder was reached; `at` is the instant of the step, not of its saying."""

    level: EscalationLevel
    clock: Clock = "reply"
    due: datetime
    department: str = ""
    late: bool = False
    """Said late: the service was down or the case could not be judged at that instant."""
    handling: int = 0


class PromiseBroken(Fact, frozen=True, kw_only=True, tag="promise.broken.v1"):
    """The date promised in an extension passed without a reply."""

    extension: str
    promised: datetime
    department: str = ""
    handling: int = 0


class ReplyPromiseSet(Fact, frozen=True, kw_only=True, tag="reply-promise.set.v1"):
    """A published reply promised something by a day; said again when the calendar moves the due instant."""

    reply: str
    """The reply that made the promise; there is one promise for a reply."""
    day: date
    """As the reply names it."""
    due: datetime
    """Its closing time; of the next day worked where it is none."""
    provisional: bool = False
    department: str
    """The unit that promised."""


class ReplyPromiseNear(Fact, frozen=True, kw_only=True, tag="reply-promise.near.v1"):
    """What a reply promised is due soon, and nothing was reported; `at` is the instant of the warning."""

    reply: str
    day: date
    due: datetime
    department: str = ""
    """The unit that holds the case."""


class ReplyPromiseBroken(Fact, frozen=True, kw_only=True, tag="reply-promise.broken.v1"):
    """Nothing was reported on a reply's promise by its due instant; `at` is that instant."""

    reply: str
    day: date
    due: datetime
    department: str = ""
    """The unit that held the case then: it answers for the promise, whoever gave it."""


class ReplyPromiseBreakWithdrawn(Fact, frozen=True, kw_only=True, tag="reply-promise.break-withdrawn.v1"):
    """A report (or withdrawal) given before the due instant was heard after it: the promise was not broken."""

    reply: str
    day: date
    due: datetime
    """The instant at which it was called broken."""
    department: str = ""


class ReplyPromiseEnded(Fact, frozen=True, kw_only=True, tag="reply-promise.ended.v1"):
    """Nobody waits for a reply's promise any more; said again only where an earlier end was heard later."""

    reply: str
    day: date
    due: datetime
    outcome: Literal["kept", "late", "withdrawn", "hidden"]
    """kept, late: it was reported done, by the due instant or after it; else the post left the count."""
    department: str = ""
    """The unit that held the case then."""
    hiding: int = 0
    """Of the post's hidings the one that ended it, 1 the first; 0 where none did, and in facts of before it was told. A post may be
    hidden, restored and hidden again in one instant: `at` does not say which it was."""


class InstructionNear(Fact, frozen=True, kw_only=True, tag="instruction.near.v1"):
    """A report on a city leader's instruction is due soon, and none was given; `at` is the instant of the warning."""

    instruction: str
    due_day: date
    due: datetime
    department: str = ""
    """The unit that holds the case."""


class InstructionOverdue(Fact, frozen=True, kw_only=True, tag="instruction.overdue.v1"):
    """Nothing was reported on a city leader's instruction by its due instant; `at` is that instant."""

    instruction: str
    due_day: date
    """The day that the leader or the policy set."""
    due: datetime
    """Its closing time; of the next day worked where it is none any more."""
    department: str = ""


class InstructionOverdueWithdrawn(Fact, frozen=True, kw_only=True, tag="instruction.overdue-withdrawn.v1"):
    """A report given before the due instant was heard after it: the instruction was not overdue."""

    instruction: str
    due_day: date
    due: datetime
    """The instant at which it was called overdue."""
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
    handling: int = 0


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
    | DispatchLateWithdrawn
    | MeetingLate
    | MeetingLateWithdrawn
    | PromiseBroken
    | ReplyPromiseSet
    | ReplyPromiseNear
    | ReplyPromiseBroken
    | ReplyPromiseBreakWithdrawn
    | ReplyPromiseEnded
    | InstructionNear
    | InstructionOverdue
    | InstructionOverdueWithdrawn
    | DeadlineRedated
)
