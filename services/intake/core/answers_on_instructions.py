"""What intake answers about city leaders' instructions."""

from datetime import datetime
from typing import TypedDict

from services.intake.core.instruction import State


class PublishedInstruction(TypedDict):
    """A city leader's instruction that may be read by whoever may see the post."""

    text: str
    leader_name: str
    at: datetime


class InstructionFigures(TypedDict):
    """How many instructions there are, by how they stand."""

    waiting: int
    """For a report, overdue ones among them."""
    overdue: int
    reported: int
    """For the leader's word."""
    accepted: int
    on_time: int
    """Of those that are reported or accepted: every report came by its due instant."""


class ReportOnInstruction(TypedDict):
    """What the unit reported back; with why, where the leader sent it back."""

    text: str
    department_name: str
    by: str
    at: datetime
    in_time: bool
    remark: str
    returned_at: datetime | None


class RaisedReport(TypedDict):
    """What was taken to the city leaders (专报)."""

    at: datetime
    reason: str
    text: str
    by: str
    """Staff id of the supervisor; empty where the router found no unit whose duty it is."""


class GivenInstruction(PublishedInstruction):
    """An instruction as staff follow it."""

    instruction_id: str
    by: str
    """Staff id of whoever gave it."""
    published: bool
    state: State
    state_name: str
    due: datetime | None
    overdue: bool
    """Nothing was reported by the due instant in force."""
    read_at: datetime | None
    in_hand_at: datetime | None
    accepted_at: datetime | None
    reports: list[ReportOnInstruction]


class BeforeCityLeaders(TypedDict):
    """What went up to the city leaders and came down from them."""

    special_reports: list[RaisedReport]
    """Newest first."""
    instructions_given: list[GivenInstruction]
    """Published or not, with what became of them."""
