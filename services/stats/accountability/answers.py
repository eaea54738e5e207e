"""What is answered about records, shape by shape; the OpenAPI schemas follow from these."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from city.profile import Profile
from services.stats.core.accountability.grounds import RULE_NAMES
from services.stats.core.accountability.record import (
    MEASURE_NAMES,
    OUTCOME_NAMES,
    SIDE_NAMES,
    STEP_NAMES,
    Finding,
    Record,
    Ruling,
    Said,
)


class RecordHead(Struct, kw_only=True):
    """Which record it is, and how it stands; `rule` is empty where a person opened it."""

    id: str
    rule: str
    rule_name: str
    step: str
    step_name: str
    department: str
    department_name: str
    person: str
    cases: tuple[str, ...]
    opened_at: datetime | None
    withdrawn_at: datetime | None
    measure: str
    measure_name: str
    closed_at: datetime | None


class RecordHeads(Struct):
    """Records, the newest first; `left_off`: there are more than are shown."""

    records: list[RecordHead]
    left_off: bool


class SaidShown(Struct, kw_only=True):
    """A statement or an appeal."""

    side: str
    side_name: str
    text: str
    cases: tuple[str, ...]
    at: datetime
    by: str


class FindingShown(Struct, kw_only=True):
    """Whether those concerned are to blame, and until when they may appeal."""

    responsible: bool
    text: str
    measure: str
    measure_name: str
    until: datetime | None
    at: datetime
    by: str


class RulingShown(Struct, kw_only=True):
    """What became of the finding."""

    outcome: str
    outcome_name: str
    text: str
    measure: str
    measure_name: str
    at: datetime
    by: str


class HappeningShown(Struct, kw_only=True):
    """A line of the history; `by` is empty where a rule did it."""

    at: datetime
    what: str
    by: str


class WholeRecord(RecordHead, kw_only=True):
    """A record with its grounds, what was said, found and decided, and its history."""

    happened: tuple[datetime, ...]
    """Of a rule: the instants of what it counted."""
    threshold: int
    """Of a rule: how many it asked for."""
    text: str
    opened_by: str
    until: datetime | None
    statements: list[SaidShown]
    finding: FindingShown | None
    appeals: list[SaidShown]
    ruling: RulingShown | None
    closing: str
    closed_by: str
    history: list[HappeningShown]
    allowed: tuple[str, ...]
    """The acts that the reader may do at this step."""


class RecordStanding(Struct):
    """How a record stands after an act."""

    id: str
    step: str
    until: datetime | None
    """Of statements while nothing is found, of appeals afterwards."""


def head(record: Record, profile: Profile) -> RecordHead:
    """A line of the list."""
    return RecordHead(**_head(record, profile))


def whole(record: Record, profile: Profile, allowed: tuple[str, ...]) -> WholeRecord:
    """All of it, to a reader who may do so much."""
    return WholeRecord(
        **_head(record, profile),
        happened=record.happened,
        threshold=record.threshold,
        text=record.text,
        opened_by=record.opened_by,
        until=record.until,
        statements=[_said(one) for one in record.statements],
        finding=_finding(record.finding),
        appeals=[_said(one) for one in record.appeals],
        ruling=_ruling(record.ruling),
        closing=record.closing,
        closed_by=record.closed_by,
        history=[HappeningShown(at=one.at, what=one.what, by=one.by) for one in record.history],
        allowed=allowed,
    )


def standing(record: Record) -> RecordStanding:
    """What the person who acted is told."""
    until = record.until if record.finding is None else record.finding.until
    return RecordStanding(record.id, record.step, until)


def _head(record: Record, profile: Profile) -> dict[str, Any]:
    return {
        "id": record.id,
        "rule": record.rule,
        "rule_name": RULE_NAMES[record.rule],
        "step": record.step,
        "step_name": STEP_NAMES[record.step],
        "department": record.department,
        "department_name": profile.department_name(record.department),
        "person": record.person,
        "cases": record.cases,
        "opened_at": record.opened_at,
        "withdrawn_at": record.withdrawn_at,
        "measure": record.measure,
        "measure_name": MEASURE_NAMES[record.measure] if record.finding is not None else "",
        "closed_at": record.closed_at,
    }


def _said(said: Said) -> SaidShown:
    return SaidShown(
        side=said.side,
        side_name=SIDE_NAMES[said.side],
        text=said.text,
        cases=said.cases,
        at=said.at,
        by=said.by,
    )


def _finding(finding: Finding | None) -> FindingShown | None:
    if finding is None:
        return None
    return FindingShown(
        responsible=finding.responsible,
        text=finding.text,
        measure=finding.measure,
        measure_name=MEASURE_NAMES[finding.measure],
        until=finding.until,
        at=finding.at,
        by=finding.by,
    )


def _ruling(ruling: Ruling | None) -> RulingShown | None:
    if ruling is None:
        return None
    return RulingShown(
        outcome=ruling.outcome,
        outcome_name=OUTCOME_NAMES[ruling.outcome],
        text=ruling.text,
        measure=ruling.measure,
        measure_name=MEASURE_NAMES[ruling.measure],
        at=ruling.at,
        by=ruling.by,
    )
