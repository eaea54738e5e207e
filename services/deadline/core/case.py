"""What deadline remembers of a case: the facts that move its clock, and what it has said and armed."""

from datetime import date, datetime

from msgspec import Struct

from contracts.deadlines import Clock as ClockName
from contracts.deadlines import Held
from contracts.decision import Effect


class Handling(Struct, frozen=True, gc=False, omit_defaults=True):
    """The case from receipt (or from a reopening) on; each has a clock of its own."""

    number: int
    start: datetime


class Question(Struct, frozen=True, gc=False, omit_defaults=True):
    """A question to the citizen; the clock pauses while it is open."""

    id: str
    asked_at: datetime
    answered_at: datetime | None = None


class Extension(Struct, frozen=True, gc=False, omit_defaults=True):
    """An extension that was approved; its date is a promise, too."""

    id: str
    approved_at: datetime
    new_date: date
    reason: str
    progress: str
    department: str
    replies: int | None = None
    """How many replies had been given when it was approved; None of one that was approved before this was kept."""


class Requested(Struct, frozen=True, gc=False, omit_defaults=True):
    """More time was asked for: nothing moves by it, but under other rules it might not have been allowed."""

    id: str
    """Of the extension."""
    at: datetime
    long_works: bool = False


class Published(Struct, frozen=True, gc=False, omit_defaults=True):
    """A published reply; `lead` names the group's lead whose reply it is."""

    id: str
    at: datetime
    department: str
    handling: int
    lead: str = ""
    group: str = ""
    """By which that reply answers the case; empty in states of before."""


class Holding(Struct, frozen=True, gc=False, omit_defaults=True):
    """From `at` on the unit has the case."""

    at: datetime
    department: str


class Assisting(Struct, frozen=True, gc=False, omit_defaults=True):
    """From `at` on these units help the one that holds the case."""

    at: datetime
    units: tuple[str, ...]


class DraftMove(Struct, frozen=True, gc=False, omit_defaults=True):
    """The draft went to the leader's desk (`there`), or came back from it."""

    at: datetime
    department: str
    there: bool


class Meeting(Struct, frozen=True, gc=False, omit_defaults=True):
    """An assignment meeting was called, or ruled."""

    at: datetime
    called: bool
    until: datetime | None = None
    """By when it is to rule; None of one that ruled, or was called before its day was kept."""
    holdings: int | None = None
    """How many units had had the case when it was called; None of one that ruled, or was called before this was kept."""


class Member(Struct, frozen=True, gc=False, omit_defaults=True):
    """The case's place in a group whose lead's reply answers it; `parted` when it has left it."""

    group: str
    lead: str
    """Post id of the group's lead."""
    parted: bool = False


class Left(Struct, frozen=True, gc=False, omit_defaults=True):
    """The post left the count: withdrawn or hidden."""

    at: datetime
    cause: str


class Hidden(Struct, frozen=True, gc=False, omit_defaults=True):
    """A hiding that was undone: from `start` to `end` nobody could work on the post."""

    start: datetime
    end: datetime


class Instructed(Struct, frozen=True, gc=False, omit_defaults=True):
    """A city leader's instruction on which the unit has to report back."""

    id: str
    due_day: date
    reported_at: datetime | None = None
    overdue: datetime | None = None
    """The due instant of a word that stands: nothing was reported by then."""
    given_at: datetime | None = None
    """None of one that was heard before units were warned: it is not warned of."""
    near: datetime | None = None
    """The due instant of which the unit was warned."""


class Promised(Struct, frozen=True, gc=False, omit_defaults=True):
    """Something a published reply promised by a day, of which nothing was reported yet."""

    id: str
    """Of the reply."""
    at: datetime
    """When it was published."""
    day: date
    department: str
    """The unit that promised."""
    reported_at: datetime | None = None
    due: datetime | None = None
    """The due instant that was said last."""
    near: datetime | None = None
    """The due instant of which was warned."""
    broken: datetime | None = None
    """The due instant of a word that stands: nothing was reported by then."""
    outcome: str = ""
    """The end that was said; empty while it is waited for."""


class Said(Struct, frozen=True, gc=False, omit_defaults=True):
    """What was said about the clock of a handling."""

    handling: int = 0
    due: datetime | None = None
    provisional: bool = False
    missed: datetime | None = None
    """The due instant of a miss that stands."""
    stopped: datetime | None = None
    dispatch: bool = False
    """That no unit had it in time."""
    dispatch_over: tuple[datetime, datetime] | None = None
    """When the time for it was over by the policy, and the instant said, which is later where the post was hidden meanwhile.
    None of what was said before this was kept, which is never taken back."""
    meetings: tuple[datetime, ...] = ()
    """The calls of meetings that had not ruled in time."""
    meetings_over: tuple[tuple[datetime, datetime], ...] = ()
    """Call to the instant said; none of what was said before this was kept, which is never taken back."""
    cause: str = ""
    """Of the stop that was said, where it was no reply; empty as well of one that was said before this was kept."""
    near: tuple[datetime, ...] = ()
    escalated: tuple[str, ...] = ()
    """Levels said; each once per handling."""
    paused: tuple[str, ...] = ()
    resumed: tuple[tuple[str, datetime], ...] = ()
    """Question and the due instant said with its resumption."""
    extended: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    """Extensions whose broken promise stands."""
    held: tuple[Held, ...] = ()
    """The ledger said with the stop."""


class Over(Struct, frozen=True, gc=False, omit_defaults=True):
    """A handling that is over, for another has begun: what was said of it, and by which rules."""

    said: Said
    amendments: int = 0


class Case(Struct, frozen=True, gc=False, omit_defaults=True):
    """One case: facts first, then what was made of them."""

    number: str = ""
    kind: str = ""
    public: bool = False
    """Its author lets anybody see it. False as well for cases remembered since before this was kept."""
    withheld: bool = False
    """Moderation keeps it from public view."""
    erased: bool = False
    received_at: datetime | None = None
    reopened: tuple[datetime, ...] = ()
    held: bool = False
    """Router was not sure of a unit and left the first choice to a person."""
    holdings: tuple[Holding, ...] = ()
    questions: tuple[Question, ...] = ()
    answered_early: tuple[tuple[str, datetime], ...] = ()
    extensions: tuple[Extension, ...] = ()
    requests: tuple[Requested, ...] = ()
    """Requests for more time, granted or not; none of cases remembered since before they were kept."""
    replies: tuple[Published, ...] = ()
    desk: tuple[DraftMove, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    assisting: tuple[Assisting, ...] = ()
    """Each change of who helps, in the order in which router said them."""
    left: Left | None = None
    hidden: tuple[Hidden, ...] = ()
    """In order; one that stands is in `left`."""
    groups: tuple[Member, ...] = ()
    """Every group the case has been in, in order."""
    instructions: tuple[Instructed, ...] = ()
    """Those that wait for a report; their clock is not the case's."""
    promises: tuple[Promised, ...] = ()
    """What replies promised and nobody has reported done; their clock is not the case's either."""
    amendments: int = 0
    """City facts by which it was last dated."""
    beside: int = 0
    """City facts by which instructions and promises were last dated, where any waits: they outlive the case's own clock."""
    said: Said = Said()
    """Of the handling at hand."""
    over: tuple[Over, ...] = ()
    """Handlings before it; none of those that were over before this was kept: of them nothing more is said."""
    next_at: datetime | None = None
    """The instant at which the next word is due; the case's one timer is armed for it."""
    rung: int = 0
    """How often the timer has rung: the number of the timer that is armed."""

    @property
    def handling(self) -> Handling | None:
        """The handling at hand; none before the post was heard."""
        return self.handling_of(1 + len(self.reopened))

    def handling_of(self, number: int) -> Handling | None:
        """The handling of this number; none before the post was heard."""
        if self.received_at is None:
            return None
        return Handling(number, self.reopened[number - 2] if number > 1 else self.received_at)

    def is_over(self, number: int) -> bool:
        """Whether another handling has begun since."""
        return number <= len(self.reopened)

    @property
    def dated_by(self) -> int | None:
        """City facts by which whatever is waited for was last dated; None where nothing is."""
        if self.received_at is None:
            return None
        if self.said.stopped is None:
            return self.amendments
        owes = any(not one.outcome for one in self.promises) or any(
            one.reported_at is None for one in self.instructions
        )
        return self.beside if owes and self.left is None else None

    @property
    def shown(self) -> bool:
        """Whether anybody may see the post."""
        return self.public and not self.withheld and not self.erased and self.left is None

    @property
    def helpers(self) -> tuple[str, ...]:
        """The units that assist now."""
        return self.assisting[-1].units if self.assisting else ()

    @property
    def clock_name(self) -> ClockName:
        """Of the handling at hand."""
        return clock_name(1 + len(self.reopened))

    def answered_by(self, lead: str, group: str) -> bool:
        """Whether a reply of this lead, given to this group, answers the case: not once it has left that group.

        A reply that names no group is older: of the groups of its lead the last one counts.
        """
        memberships = [
            member for member in self.groups if (member.group == group if group else member.lead == lead)
        ]
        return not memberships or not memberships[-1].parted

    def ends_of(self, call: Meeting) -> list[datetime]:
        """When the meeting may have been over: a meeting ruled after the call, or a person assigned the case over its head.

        Router says all three in one topic: of what happened in the instant of the call, the order says what came after it.
        """
        if call.holdings is None:
            ruled = [one.at for one in self.meetings if not one.called]
            return [at for at in (*ruled, *(one.at for one in self.holdings)) if at > call.at]
        later = self.meetings[self.meetings.index(call) + 1 :]
        ruled = [one.at for one in later if not one.called]
        return [*ruled, *(one.at for one in self.holdings[call.holdings :])]

    def holding_at(self, at: datetime) -> Holding | None:
        """Whose the case was at an instant; None before it was anyone's."""
        held = [holding for holding in self.holdings if holding.at <= at]
        return held[-1] if held else None

    def department_at(self, at: datetime) -> str:
        """The unit that held the case at an instant; empty before any did."""
        holding = self.holding_at(at)
        return holding.department if holding is not None else ""

    @property
    def department(self) -> str:
        """The unit that holds the case now."""
        return self.holdings[-1].department if self.holdings else ""


def clock_name(handling: int) -> ClockName:
    """`reply`, or `second` after a reopening."""
    return "second" if handling > 1 else "reply"


class Arm(Effect, frozen=True, gc=False):
    """Let the case's timer ring at this instant, in place of any other for which it was armed."""

    at: datetime
    number: int
    """Of the timer: how many of this case have rung before."""


class Cancel(Effect, frozen=True, gc=False):
    """The case's timer is to ring no more."""


class TimerDue(Struct, frozen=True, gc=False, omit_defaults=True, tag="TimerDue"):
    """Input of the clock's door: the instant of a case's timer has passed.

    It does not say what is due: that follows from the facts. So it may come late or twice.
    """

    id: str
    """Follows from the case and the timer's number; what is said has its ids from it."""
    due_at: datetime
    until: datetime | None = None
    """City time up to which words are due now; None: up to `due_at`."""


class Redate(Struct, frozen=True, gc=False, omit_defaults=True, tag="Redate"):
    """Input of the sweep's door: the city's rules have changed since the case was dated."""

    amendments: int


def new(subject: str) -> Case:
    """A case of which nothing was heard yet."""
    return Case()
