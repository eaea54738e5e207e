"""What router remembers of one post: whose it is, whose it was, and why. Pure."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from city.profile import Profile
from contracts.assignments import Candidate, Reason
from contracts.posts import PostReceived
from contracts.replies import AssignmentChosen, MeetingRuled, ReturnRequested, SpecialReportRequested


class Choice(Struct, frozen=True, gc=False):
    """What the routing rules say about a post."""

    department: str
    """The unit that must answer; empty when a person has to choose."""
    candidates: tuple[Candidate, ...]
    """The best three, best first."""
    confidence: float
    """Calibrated chance that the first candidate is right, 0 to 1."""
    rule_version: str
    model_version: str = ""
    area: str = ""
    street: str = ""


class Judges(Protocol):
    """The city as router knows it: the profile, the duty list compiled, the model in force."""

    profile: Profile

    def choose(self, post: PostReceived) -> Choice:
        """Whose matter the post is; deterministic, without I/O."""

    def owner(self, duty_item: str) -> str:
        """The department of a duty item; empty when there is no such item."""


class Returned(Struct, frozen=True):
    """A return that was asked for, and what became of it."""

    request: str
    department: str
    duty_item: str
    at: datetime
    outcome: str
    """`reassigned`, `refused`, `meeting` or `open` (waits for the supervisor)."""


class Decided(Struct, frozen=True):
    """One decision on the case, for those who ask why."""

    at: datetime
    kind: str
    """Name of the fact that was said."""
    department: str
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    reasons: tuple[Reason, ...] = ()
    rule_version: str = ""
    model_version: str = ""
    chosen_by: str = ""


class Case(Struct, frozen=True):
    """What router remembers of a post."""

    number: str = ""
    received_at: datetime | None = None
    department: str = ""
    assigned_at: datetime | None = None
    assisting: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    """Every unit that has held the case, first asked first."""
    returned: tuple[Returned, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    decided: tuple[Decided, ...] = ()
    held: bool = False
    meeting: bool = False
    """A meeting was called and has not ruled."""
    ruled: bool = False
    """A meeting has ruled: whoever leads now keeps the case."""
    reported: bool = False
    """A special report was raised since no owner was found."""
    closed: bool = False
    """Withdrawn or hidden: nobody has to answer."""
    closed_at: datetime | None = None
    """When it was; None of one that was closed before this was kept."""
    answered: bool = False
    """A published reply stands."""
    answered_by_lead: bool = False
    """And it is the reply of the group's lead."""
    answering_group: str = ""
    """The group by which it does; empty in states of before."""
    left_groups: tuple[str, ...] = ()
    ungrouped_at: datetime | None = None
    """When it last left a group: a lead's earlier reply that names no group and is heard later does not stand for it."""
    supports: int = 0
    """Neighbours who have the same matter at heart."""
    early: tuple[AssignmentChosen | MeetingRuled | ReturnRequested | SpecialReportRequested, ...] = ()
    """Facts heard before the post itself."""


def new(subject: str) -> Case:
    """A post of which nothing was heard yet."""
    return Case()
