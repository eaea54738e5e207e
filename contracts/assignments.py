"""Topic `assignments`: who must answer, and why. Writer: router. Nothing personal; department systems read it."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from contracts.facts import Fact


class Reason(Struct, frozen=True, gc=False, omit_defaults=True):
    """One thing that spoke for a unit, said so that a clerk can check it."""

    kind: Literal["words", "duty", "place", "level", "model", "similar", "person", "ruling"]
    text: str
    """Chinese, one line."""
    words: tuple[tuple[str, int], ...] = ()
    """Matched words with their offset in title + newline + text (masked; offsets hold)."""
    weight: float = 0.0


class Candidate(Struct, frozen=True, gc=False, omit_defaults=True):
    """A unit that might answer."""

    department: str
    duty_item: str = ""
    score: float = 0.0
    """Between 0 and 1; of all candidates together at most 1."""
    reasons: tuple[Reason, ...] = ()


class PostAssigned(Fact, frozen=True, kw_only=True, tag="post.assigned.v1"):
    """The post has a unit that must answer."""

    number: str
    department: str
    duty_item: str
    reasons: tuple[Reason, ...]
    confidence: float
    rule_version: str
    model_version: str = ""
    assisting: tuple[str, ...] = ()
    area: str = ""
    street: str = ""
    chosen_by: str = ""
    """The person who decided a held post; empty when the rules did."""


class AssignmentHeld(Fact, frozen=True, kw_only=True, tag="assignment.held.v1"):
    """The router is not sure: a person must choose among the best three, within half a working day."""

    number: str
    candidates: tuple[Candidate, ...]
    rule_version: str
    model_version: str = ""


class PostReassigned(Fact, frozen=True, kw_only=True, tag="post.reassigned.v1"):
    """The case moved to another unit, by a ruling; the due date stays."""

    number: str
    department: str
    previous: str
    cause: Literal["return", "chosen", "meeting"]
    duty_item: str = ""
    reasons: tuple[Reason, ...] = ()
    assisting: tuple[str, ...] = ()
    request: str = ""
    """The return request this rules upon, if any."""
    rule_version: str = ""
    model_version: str = ""


class ReturnRefused(Fact, frozen=True, kw_only=True, tag="return.refused.v1"):
    """The unit keeps the case: 首问负责, or the cited duty item does not say otherwise."""

    request: str
    department: str
    reason: str
    unfounded: bool = False
    """A person looked at the grounds and ruled that the matter is the unit's own; a refusal by limits alone is none."""


class MeetingCalled(Fact, frozen=True, kw_only=True, tag="meeting.called.v1"):
    """Units pass the case around: an assignment meeting must name lead and assisting units."""

    departments: tuple[str, ...]
    reason: str
    until: datetime
    """One working day from the call."""


class LeadNamed(Fact, frozen=True, kw_only=True, tag="lead.named.v1"):
    """The meeting's ruling as it stands: who leads, who assists, and with what."""

    lead: str
    assisting: tuple[str, ...]
    reason: str
    parts: dict[str, str] = {}
    """Unit to its part of the matter (masked), where the meeting said so."""


class SpecialReportRaised(Fact, frozen=True, kw_only=True, tag="special-report.raised.v1"):
    """No owner was found, or the matter needs the city leaders: 专报."""

    reason: str
    text: str = ""
    by: str = ""
    """Staff id of the supervisor who asked for it; empty where the router itself found no owner."""


AssignmentFact = (
    PostAssigned
    | AssignmentHeld
    | PostReassigned
    | ReturnRefused
    | MeetingCalled
    | LeadNamed
    | SpecialReportRaised
)
