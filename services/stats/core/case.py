"""What stats remembers of a case, and what it wants counted."""

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter

from msgspec import Struct

from contracts.accountability import OpeningRule
from contracts.decision import Effect
from contracts.posts import Origin
from contracts.replies import AdoptionOutcome, Solved

Cell = tuple[str, str, str, str]
"""Day of receipt (ISO; of `replies_given` the day of the reply), unit (empty: nobody yet), kind, measure."""


class Replied(Struct, frozen=True, gc=False, omit_defaults=True):
    """A published reply."""

    at: datetime
    department: str
    handling: int
    lead: str
    group: str = ""
    """By which a lead's reply answers this member; empty in states of before."""


class Said(Struct, frozen=True, gc=False, omit_defaults=True):
    """A first word (初步回复) of the first handling."""

    at: datetime
    department: str


class Fault(Struct, frozen=True, gc=False, omit_defaults=True):
    """Something for which a unit may have to answer (问责)."""

    rule: OpeningRule
    unit: str
    """As the fact names it; empty: whoever held the post then."""
    at: datetime
    about: str = ""
    """The clock and the instant it is about, for the fact that takes it back."""


class Ground(Struct, frozen=True, gc=False, omit_defaults=True):
    """Enough of it to open a record; of a unit and a rule there is one in a case."""

    rule: OpeningRule
    unit: str
    n: int = 0
    """How often it came and went, the last time included."""
    stands: bool = False
    threshold: int = 0
    """How many happenings the policy asked for when it was found."""


class Review(Struct, frozen=True, gc=False, omit_defaults=True):
    """A survey in which citizens grade units (政行风评议), as far as its result is published."""

    year: int
    """Whose conduct is graded."""
    asked: tuple[tuple[str, str], ...]
    """Question to the unit that it grades."""
    grades: tuple[tuple[str, int, int], ...] = ()
    """Unit, answers, and those of them that are content; empty until the result is published."""


class Case(Struct, frozen=True, gc=False, omit_defaults=True):
    """What stats remembers of a case: enough to imply every cell it counts in."""

    received_at: datetime | None = None
    number: str = ""
    kind: str = ""
    area: str = ""
    clock: bool = True
    citizen: str = ""
    origin: Origin = "online"
    holders: tuple[tuple[datetime, str], ...] = ()
    first_words: tuple[Said, ...] = ()
    """Of the first handling, one of each unit that gave one."""
    replies: tuple[Replied, ...] = ()
    ungrouped: bool = False
    """It left a group and has joined none since: a lead's reply that names no group counts no more."""
    left_groups: tuple[str, ...] = ()
    """Those that it left: what their leads replied counts no more, whatever group it joins later."""
    in_time: bool | None = None
    """How the first handling's clock stopped."""
    second_in_time: bool | None = None
    second_stopped: int = 0
    """Of which handling that is told: the newest whose clock has stopped; 0 where its clock did not name it."""
    held: tuple[tuple[str, int], ...] = ()
    """Holder to working minutes, of the first handling, as the clock said when it stopped."""
    second_held: tuple[tuple[str, int], ...] = ()
    missed: bool = False
    missed_due: datetime | None = None
    """The due instant that passed, of the first handling."""
    named_at: datetime | None = None
    """When the first handling was overdue for so long that a bulletin names it (点名)."""
    second_missed: bool = False
    second_due: datetime | None = None
    """The due instant that passed, of the newest second handling that missed one."""
    grade: int = 0
    """The latest rating; 0: none."""
    satisfied_from: int = 4
    """The grade from which the policy in force when it was given calls it satisfied."""
    solved: Solved | None = None
    """What the latest rating says of the matter itself; None where it says nothing."""
    left: str = ""
    restored_at: datetime | None = None
    """When the latest hiding was undone."""
    restorations: int = 0
    """Hidings that were undone; 0 for ever where one had been before they were counted."""
    extensions: int = 0
    broken: int = 0
    """Dates of extensions that passed."""
    promises: tuple[tuple[str, str], ...] = ()
    """Reply to how what it promised ended; empty while it is waited for."""
    promises_hidden: tuple[tuple[str, int], ...] = ()
    """Reply to the hiding by which what it promised ended, where it did and deadline said by which: 1 the first."""
    promises_broken: tuple[str, ...] = ()
    """Replies of which deadline says that their promise was not kept in time."""
    returns: tuple[str, ...] = ()
    """The units that asked to give the post back."""
    sent_back: tuple[str, ...] = ()
    """The units whose leader sent a draft back, once for each; counted since there are scores."""
    reopened: int = 0
    reopened_at: datetime | None = None
    """The newest reopening: an earlier due instant is no miss of the handling it began."""
    follow_ups: int = 0
    follow_up_hours: tuple[float, ...] = ()
    """Hours from each follow-up that was answered to its answer."""
    answers: int = 0
    adoption: AdoptionOutcome | None = None
    """What the unit said last of a suggestion."""
    follow_throughs: int = 0
    faults: tuple[Fault, ...] = ()
    grounds: tuple[Ground, ...] = ()
    review: Review | None = None
    """Of a subject that is no post but a survey; no cell follows from it."""
    accepted: tuple[tuple[datetime, str], ...] = ()
    """When which unit took it on."""
    duties: tuple[tuple[datetime, str, str], ...] = ()
    """When it was assigned to which unit by which duty item, where one was named."""
    dispatched_late: bool = False
    """It was said that no unit had it when the time for dispatch was over."""
    dispatch_due: datetime | None = None
    """When that was; None of what was said before this was kept."""
    meetings: tuple[tuple[datetime, datetime], ...] = ()
    """When each assignment meeting was called, and until when it was to rule."""
    meetings_after: tuple[tuple[int, int], ...] = ()
    """Rulings and assignments that were heard before each of the latest of them: router says all three in one topic, in order."""
    meetings_late: tuple[datetime, ...] = ()
    """Until when those were to rule of which it was said that they had not; it was said later where the post was hidden meanwhile."""
    ruled: tuple[datetime, ...] = ()
    """When meetings ruled."""
    instructions: tuple[str, ...] = ()
    """Those of city leaders on which the unit has to report."""
    instructions_reported: tuple[str, ...] = ()
    instructions_overdue: tuple[tuple[str, datetime], ...] = ()
    """Of which deadline says that nothing was reported by then."""
    whole_instructions: bool = False
    """It was counted from its first fact by rules that know of the three above."""
    whole_course: bool = False
    """It was counted from its first fact by rules that know of the six above (`course.py`)."""
    whole: bool = False
    """It was counted from its first fact by rules that know of drafts sent back: then the audit takes no word of the state for them."""

    def first_reply(self) -> Replied | None:
        """The first reply that counts: a lead's reply does not answer a member that left the group."""
        for reply in self.replies:
            if self.answered_by(reply):
                return reply
        return None

    def answered_by(self, reply: Replied) -> bool:
        """Whether a reply counts for the case: a lead's until the case has left the group to which it was given."""
        if not reply.lead:
            return True
        return reply.group not in self.left_groups if reply.group else not self.ungrouped

    def first_heard(self) -> datetime | None:
        """When the unit for which the post counts first spoke to the citizen: by a first word, or by the first reply."""
        reply = self.first_reply()
        spoken = [] if reply is None else [reply.at]
        if self.first_words:
            unit = self.unit()
            spoken += [word.at for word in self.first_words if word.department == unit]
        return min(spoken, default=None)

    def unit(self) -> str:
        """The unit holding the post at the first published reply, else now."""
        reply = self.first_reply()
        if reply is not None:
            return reply.department
        return latest(self.holders)

    def holder_at(self, at: datetime) -> str:
        """The unit that held the post at an instant, as far as was heard."""
        return latest([one for one in self.holders if one[0] <= at])

    def second_overdue(self) -> bool:
        """Whether the newest second handling has missed its due instant."""
        if self.second_due is not None and self.reopened_at is not None:
            return self.second_missed and self.second_due > self.reopened_at
        return self.second_missed

    def answered_at(self) -> datetime | None:
        """When its first reply was published, of a post that was neither withdrawn nor hidden; none for any other."""
        reply = self.first_reply()
        return None if reply is None or not self.number or self.left else reply.at

    def overdue_since(self) -> datetime | None:
        """The due instant of a post that counts as overdue; none for any other."""
        if self.received_at is None or self.left or not self.clock or self.first_reply() is not None:
            return None
        return self.missed_due if self.missed else None

    def reviewed_year(self) -> int | None:
        """The year of a review whose result is published; none for anything else."""
        return self.review.year if self.review is not None and self.review.grades else None

    def named_since(self) -> datetime | None:
        """When a bulletin's last step was reached, of a post that counts; none for any other."""
        return None if self.left or not self.clock else self.named_at


def latest(named: Sequence[tuple[datetime, str]]) -> str:
    """What was named last, of one instant what was heard last: router says who has a post in one topic, in order. Empty: nothing was."""
    return max(reversed(named), key=itemgetter(0))[1] if named else ""


class Count(Effect, frozen=True):
    """Cells change by so much."""

    changes: tuple[tuple[Cell, int], ...]


class Suspected(Effect, frozen=True):
    """A ground for a record was found, fell, or stands again."""

    ground: Ground
    number: str
    """The case's."""
    happened: tuple[datetime, ...]
    """The instants of what was counted; none of a ground that fell."""


class CitizenSeen(Effect, frozen=True):
    """A citizen posted, or supported a post; counted once."""

    citizen: str


def new(subject: str) -> Case:
    """A case of which nothing was heard yet."""
    return Case(whole=True, whole_course=True, whole_instructions=True)
