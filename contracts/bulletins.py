"""Topic `bulletins`: what a 通报 says of every unit, and how it came to be said. Writer: stats, which keeps the figures."""

from datetime import datetime

from msgspec import Struct

from contracts.facts import Fact


class UnitFigures(Struct, frozen=True, gc=False, omit_defaults=True):
    """What is counted of one unit, or of the whole city, over a period."""

    unit: str
    """Its code; empty for the whole city."""
    name: str
    measures: dict[str, int]
    """Measure to its count; what each means stands in `docs/figures.md`. Histograms and areas are left out."""
    median_hours: float | None = None
    p90_hours: float | None = None


class NamedCase(Struct, frozen=True, gc=False, omit_defaults=True):
    """A case that was overdue for as long as the ladder's last step says: it is named (点名)."""

    number: str
    unit: str
    named_at: datetime
    """The instant of that step."""
    answered: bool = False
    """Whether it has a reply at the cut-off."""


class Frozen(Struct, frozen=True, gc=False):
    """The figures of a period as they were at one moment, and where in the log that moment is."""

    period: str
    """`2026-06`, `2026-Q2`, `2026-H1` or `2026`."""
    cut_off: datetime
    city: UnitFigures
    units: tuple[UnitFigures, ...]
    before: UnitFigures
    """The city over the period before (环比)."""
    year_before: UnitFigures
    """The city over that of the year before (同比)."""
    named: tuple[NamedCase, ...]
    offsets: dict[str, dict[str, int]]
    """Partition to topic to the first offset that is not counted: whoever folds the log up to here gets these figures."""
    code: str
    """A hash of the rules and definitions that counted."""
    policy: str
    """The version of the city's rules when the process began."""


class Section(Struct, frozen=True, gc=False):
    """A part of a bulletin's text."""

    heading: str
    text: str
    """Paragraphs, parted by line ends."""


class BulletinDrafted(Fact, frozen=True, kw_only=True, tag="bulletin.drafted.v1"):
    """The system counted a period and wrote what follows from the figures; an earlier draft is replaced."""

    bulletin: str
    title: str
    figures: Frozen
    sections: tuple[Section, ...]
    corrects: str = ""
    """The number of the issued bulletin that this one corrects."""
    by: str


class BulletinEdited(Fact, frozen=True, kw_only=True, tag="bulletin.edited.v1"):
    """A person changed the text; figures are not edited."""

    bulletin: str
    sections: tuple[Section, ...]
    by: str


class BulletinCirculated(Fact, frozen=True, kw_only=True, tag="bulletin.circulated.v1"):
    """Every unit may read what will be said of it, and object (对账)."""

    bulletin: str
    until: datetime
    """Until then a unit may object."""
    by: str


class ObjectionRaised(Fact, frozen=True, kw_only=True, tag="bulletin.objection-raised.v1"):
    """A unit says that the draft is wrong about it."""

    bulletin: str
    objection: str
    department: str
    text: str
    cases: tuple[str, ...] = ()
    """Numbers of the cases that show it."""
    by: str


class ObjectionAnswered(Fact, frozen=True, kw_only=True, tag="bulletin.objection-answered.v1"):
    """The supervisor answered an objection."""

    bulletin: str
    objection: str
    department: str
    upheld: bool
    """Whether the unit is right."""
    text: str
    by: str


class BulletinIssued(Fact, frozen=True, kw_only=True, tag="bulletin.issued.v1"):
    """The bulletin is public and final: a mistake in it is put right by another one that names it."""

    bulletin: str
    number: str
    """As it is printed, such as 宿网督〔2026〕6号."""
    title: str
    figures: Frozen
    sections: tuple[Section, ...]
    corrects: str = ""
    by: str


BulletinFact = (
    BulletinDrafted
    | BulletinEdited
    | BulletinCirculated
    | ObjectionRaised
    | ObjectionAnswered
    | BulletinIssued
)
