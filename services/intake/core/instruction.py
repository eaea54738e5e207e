"""A city leader's instruction (批示) as intake remembers it, and how it stands. Pure."""

from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

State = Literal["given", "read", "in_hand", "reported", "accepted"]

STATE_NAMES: Final[dict[State, str]] = {
    "given": "待签收",
    "read": "已签收",
    "in_hand": "办理中",
    "reported": "待审阅",
    "accepted": "已办结",
}
"""What staff read."""


class Report(Struct, frozen=True, gc=False, omit_defaults=True):
    """What the unit reported back (反馈)."""

    text: str
    department: str
    by: str
    at: datetime
    in_time: bool = True
    """Before the due instant that was in force."""
    remark: str = ""
    """Why the leader sent it back."""
    returned_at: datetime | None = None


class Instruction(Struct, frozen=True, gc=False, omit_defaults=True):
    """A city leader's instruction; whoever may see the post reads it where it is published."""

    text: str
    leader: str
    """Code of the leader; empty where the account is no leader's of the profile."""
    at: datetime
    id: str = ""
    """Empty of those from before they were followed, which were kept where they were published only."""
    by: str = ""
    """Staff id of whoever gave it."""
    published: bool = True
    due: datetime | None = None
    """Closing time of the day by which the unit is to report back, as the calendar was when the day was set."""
    read_at: datetime | None = None
    in_hand_at: datetime | None = None
    reports: tuple[Report, ...] = ()
    """In order of time; the last one counts."""
    accepted_at: datetime | None = None
    overdue: bool = False
    """Deadline said so of the due instant in force."""

    @property
    def state(self) -> State:
        """How far it has come; one that was sent back is in hand again."""
        if self.accepted_at is not None:
            return "accepted"
        if self.reports and self.reports[-1].returned_at is None:
            return "reported"
        if self.in_hand_at is not None:
            return "in_hand"
        return "given" if self.read_at is None else "read"

    @property
    def waits(self) -> bool:
        """The unit has still to report back."""
        return bool(self.id) and self.state in ("given", "read", "in_hand")


def changed(
    instructions: tuple[Instruction, ...], changing: Instruction, now: Instruction
) -> tuple[Instruction, ...]:
    """The instructions with one of them as it is now."""
    return tuple(now if one is changing else one for one in instructions)
