"""Topic `accountability`: the 问责 record of a unit, from its opening to its closing. Writer: stats, which hears the grounds."""

from datetime import datetime
from typing import Literal

from contracts.facts import Fact

OpeningRule = Literal["", "overdue", "promise", "return", "sent-back", "reopened"]
"""Which rule opened a record: five days over · a promise broken twice · a return refused as unfounded · a reply sent back
twice · a repeated reopening; empty: a person did."""

Measure = Literal["", "reminder", "self-criticism", "talk", "circular", "referral"]
"""口头提醒, 书面检查, 约谈, 通报批评, 移交, from the lightest to the heaviest; empty: none."""

Side = Literal["unit", "person"]
"""Who of those concerned speaks: the unit, by its leader, or the person."""

AppealOutcome = Literal["upheld", "lightened", "revoked"]
"""维持, 减轻, 撤销: what becomes of the finding; an appeal never makes it heavier."""


class RecordOpened(Fact, frozen=True, kw_only=True, tag="accountability.opened.v1"):
    """A rule, or a person, says that a unit has something to answer for."""

    record: str
    rule: OpeningRule = ""
    department: str
    cases: tuple[str, ...]
    """Numbers of the cases that are the grounds."""
    happened: tuple[datetime, ...] = ()
    """Of a rule: the instants of what it counted."""
    threshold: int = 0
    """Of a rule: how many it asked for, by the policy then in force."""
    text: str = ""
    """Of a person: the grounds in words."""
    until: datetime
    """Those concerned may state until then before anything is found."""
    by: str = ""


class GroundsWithdrawn(Fact, frozen=True, kw_only=True, tag="accountability.grounds-withdrawn.v1"):
    """What the rule had counted did not happen: it was said before a reply given in time was heard."""

    record: str
    department: str


class GroundsRestored(Fact, frozen=True, kw_only=True, tag="accountability.grounds-restored.v1"):
    """What the rule counts has happened after all, in the same case and of the same unit."""

    record: str
    department: str
    happened: tuple[datetime, ...]
    threshold: int
    until: datetime


class PersonNamed(Fact, frozen=True, kw_only=True, tag="accountability.person-named.v1"):
    """The supervisor says which person of the unit is concerned; no rule does."""

    record: str
    department: str
    person: str
    """Staff id."""
    until: datetime
    """The person may state until then."""
    by: str


class DefenceStated(Fact, frozen=True, kw_only=True, tag="accountability.defence-stated.v1"):
    """Those concerned say what they have to say (陈述申辩)."""

    record: str
    department: str
    side: Side
    text: str
    cases: tuple[str, ...] = ()
    by: str


class FindingMade(Fact, frozen=True, kw_only=True, tag="accountability.finding-made.v1"):
    """The supervisor found whether those concerned are to blame, and what follows."""

    record: str
    department: str
    responsible: bool
    text: str
    measure: Measure = ""
    until: datetime | None = None
    """Those concerned may appeal until then; none where nobody is to blame."""
    by: str


class AppealRaised(Fact, frozen=True, kw_only=True, tag="accountability.appeal-raised.v1"):
    """Those concerned ask for the finding to be looked at again, by another person."""

    record: str
    department: str
    side: Side
    text: str
    cases: tuple[str, ...] = ()
    by: str


class AppealDecided(Fact, frozen=True, kw_only=True, tag="accountability.appeal-decided.v1"):
    """A supervisor who did not make the finding decided on the appeals, and on the measure that stands.

    Without an appeal where the grounds were withdrawn: then it is revoked.
    """

    record: str
    department: str
    outcome: AppealOutcome
    text: str
    measure: Measure = ""
    by: str


class RecordClosed(Fact, frozen=True, kw_only=True, tag="accountability.closed.v1"):
    """Nothing is left to do; the text says how the measure was carried out, or why there was none."""

    record: str
    department: str
    measure: Measure = ""
    text: str
    by: str


AccountabilityFact = (
    RecordOpened
    | GroundsWithdrawn
    | GroundsRestored
    | PersonNamed
    | DefenceStated
    | FindingMade
    | AppealRaised
    | AppealDecided
    | RecordClosed
)
