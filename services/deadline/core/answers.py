"""What deadline answers, shape by shape; the OpenAPI schemas follow from these."""

from datetime import date, datetime
from typing import TypedDict


class CountedDay(TypedDict):
    """One calendar day on the way to the due date; `text` is the Chinese line."""

    day: date
    counts: bool
    reason: str
    text: str


Pause = TypedDict(
    "Pause", {"question": str, "from": datetime, "to": datetime, "answered": bool, "due": datetime}
)
Pause.__doc__ = "The clock stood still for a question to the citizen; `due` is the due instant afterwards."


class GrantedExtension(TypedDict):
    """More time that was granted; `reason` and `progress` are empty for those who may not read them."""

    extension: str
    at: datetime
    reason: str
    new_date: date
    progress: str
    department: str
    promise_broken: bool


class HeldTime(TypedDict):
    """Working minutes for which somebody held the case."""

    holder: str
    """A unit, `leader:` and a unit, `citizen`, `meeting` or `router`."""
    name: str
    minutes: int


class AssistedTime(TypedDict):
    """Working minutes for which a unit assisted."""

    department: str
    name: str
    minutes: int


class NoClock(TypedDict):
    """A post that asks nobody for an answer by a date."""

    number: str
    clock: None
    reason: str
    lines: list[str]


class CountedDeadline(TypedDict):
    """How the deadline of a case was counted, and where its time went; `lines` tells all of it in Chinese."""

    number: str
    clock: str
    """Name of the policy's clock."""
    start: datetime
    due: datetime
    first_due: datetime
    """Before any pause or extension."""
    provisional: bool
    counted: list[CountedDay]
    pauses: list[Pause]
    extensions: list[GrantedExtension]
    ladder: list[str]
    """Steps of escalation taken."""
    missed: datetime | None
    stopped: datetime | None
    in_time: bool | None
    """None while the clock runs."""
    held: list[HeldTime]
    assisting: list[AssistedTime]
    lines: list[str]
