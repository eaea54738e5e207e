"""What a reply promises (承诺办结日期) as intake remembers it, and how it stands. Pure."""

from datetime import date, datetime
from typing import Final, Literal

from msgspec import Struct

State = Literal["waiting", "broken", "kept", "late"]

STATE_NAMES: Final[dict[State, str]] = {
    "waiting": "待兑现",
    "broken": "逾期未兑现",
    "kept": "已按期兑现",
    "late": "逾期后兑现",
}


class Promise(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a published reply says will be done by a day."""

    day: date
    """As the reply names it."""
    due: datetime
    """Its closing time, or that of the next day worked; deadline's, once it has said one."""
    reported_at: datetime | None = None
    text: str = ""
    """What the unit reported done."""
    department: str = ""
    """The unit that reported."""
    broken: bool = False
    """Deadline said so."""

    @property
    def waits(self) -> bool:
        """Nobody has reported it done."""
        return self.reported_at is None

    @property
    def state(self) -> State:
        """How it stands; one that was reported goes by its due instant alone, whatever was heard when."""
        if self.reported_at is not None:
            return "kept" if self.reported_at <= self.due else "late"
        return "broken" if self.broken else "waiting"

    @property
    def state_name(self) -> str:
        """What everybody reads who reads the reply."""
        return STATE_NAMES[self.state]
