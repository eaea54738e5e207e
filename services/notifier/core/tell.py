"""What a row of the table of notices is: one kind of notice to one audience, and which unit's staff those are. Pure data."""

from collections.abc import Callable
from typing import Any, Final, Literal

from msgspec import Struct

from contracts.assignments import LeadNamed, MeetingCalled, PostAssigned, PostReassigned
from contracts.dialogues import DialogueOpened
from contracts.notices import Audience
from contracts.replies import PartWritten
from services.notifier.core.case import Case
from services.notifier.core.conditions import Condition, always

SUPERVISION: Final = "supervision"
"""Code of the supervising e-government centre in every profile."""

MAYOR_DESK: Final = "government-office"
"""Code of the unit at which the city leaders read."""

URGENT: Final = frozenset(
    (
        # Overdue, or not after all.
        *("missed", "escalated", "miss-withdrawn", "promise-broken", "undispatched", "meeting-late"),
        *("instruction-overdue", "instruction-overdue-withdrawn", "correction-overdue"),
        *("reply-promise-broken", "reply-promise-break-withdrawn"),
        # Somebody above waits.
        *("instructed", "instruction-sent-back", "urged", "sent-back"),
        # People ask, and wait for the answer while the event is held.
        "answer-to-approve",
    )
)
"""Kinds of notices that staff are told of at once, at night, too, whatever their inbox chose."""

Units = Callable[[Case, Any], tuple[str, ...]]


# -- which unit is told ----------------------------------------------------------------------------


def holder(case: Case, fact: Any) -> tuple[str, ...]:
    """the unit named by the fact, else the one that holds the case"""
    return (getattr(fact, "department", "") or case.department,)


def lead(case: Case, fact: PartWritten) -> tuple[str, ...]:
    """the lead unit"""
    return (fact.lead,)


def former(case: Case, fact: PostReassigned) -> tuple[str, ...]:
    """the unit that held the case before"""
    return (fact.previous,) if fact.previous else ()


def newly_assisting(case: Case, fact: PostAssigned | PostReassigned | LeadNamed) -> tuple[str, ...]:
    """each assisting unit that did not assist before"""
    return tuple(unit for unit in fact.assisting if unit not in case.assisting)


def disputing(case: Case, fact: MeetingCalled) -> tuple[str, ...]:
    """each unit in dispute"""
    return fact.departments


def answering(case: Case, fact: DialogueOpened) -> tuple[str, ...]:
    """each unit that is to answer"""
    return fact.units


def supervision(case: Case, fact: Any) -> tuple[str, ...]:
    """the supervising centre"""
    return (SUPERVISION,)


def mayor_desk(case: Case, fact: Any) -> tuple[str, ...]:
    """the city leaders' office"""
    return (MAYOR_DESK,)


class Tell(Struct, frozen=True):
    """A row: one kind of notice to one audience."""

    kind: str
    audience: Audience
    text: str
    """`{number}` is the post's; other names are the fact's own, or the case's. `{unit}` is the unit's Chinese name."""
    to: Units = holder
    """Which units' staff; of citizens, whose unit is named with the notice."""
    when: Condition = always
    without_unit: Literal["wait", "supervisor"] = "wait"
    """Nobody holds the case yet: told to the unit that will, or at once to the supervisor."""
    sets: tuple[str, bool] | None = None
    """What the case remembers of having told it."""
    over: bool = False
    """It is told of a handling that is over as well: most is not, for nobody has to hurry with that."""
    called: str = ""
    """Its name, where the kind has several texts to this audience."""

    @property
    def name(self) -> str:
        """By which a city that says it in its own words names it."""
        return self.called or self.kind
