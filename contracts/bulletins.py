"""Topic `bulletins`: what a 通报 says of every unit, and how it came to be said. Writer: stats, which keeps the figures."""

from datetime import datetime
from typing import Literal

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
    first_word_hours: float | None = None
    response_hours: float | None = None
    """Medians; like the measures with a colon, only in figures of derivation 2."""


class NamedCase(Struct, frozen=True, gc=False, omit_defaults=True):
    """A case that was overdue for as long as the ladder's last step says: it is named (点名)."""

    number: str
    unit: str
    named_at: datetime
    """The instant of that step."""
    answered: bool = False
    """Whether it has a reply at the cut-off."""


class Frozen(Struct, frozen=True, gc=False, omit_defaults=True):
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
    derivation: Literal[1, 2] = 1
    """What is frozen of the period itself: 1, measures without a colon; 2, also what comes before the reply. A recount keeps to it."""


class Section(Struct, frozen=True, gc=False):
    """A part of a bulletin's text."""

    heading: str
    text: str
    """Paragraphs, parted by line ends."""


class ScorePart(Struct, frozen=True, gc=False):
    """A part of a score."""

    code: str
    name: str
    points: float
    """As many as can be had."""
    got: float | None
    """As many as were had; None: too little happened to judge it, and its points count in no sum."""
    working: str
    """How it is reckoned, in figures."""


class UnitScore(Struct, frozen=True, gc=False, omit_defaults=True):
    """What a unit comes to over a year, and what it is reckoned from beside its row of the bulletin."""

    unit: str
    parts: tuple[ScorePart, ...]
    score: float | None = None
    """Of a hundred; None where no share could be judged."""
    rank: int | None = None
    """None: it has too few posts to be compared."""
    unprinted: dict[str, int] = {}
    """Measures that the score is reckoned from and the table leaves out, such as `quality:sent_back`."""
    blame: dict[str, int] = {}
    """Measure of a 问责 record to how many records of the unit it stood in at the cut-off."""


class YearScores(Struct, frozen=True, gc=False):
    """The scores (考核) of all units, of the same moment as the figures. They are printed nowhere: each unit reads its own."""

    weights: dict[str, int | float]
    """Points and limits they are reckoned by, named as in the policy's `[assessment]`."""
    policy: str
    """The version of the city's rules that they stand in."""
    units: tuple[UnitScore, ...]
    """In the order of the figures."""


class BulletinDrafted(Fact, frozen=True, kw_only=True, tag="bulletin.drafted.v1"):
    """The system counted a period and wrote what follows from the figures; an earlier draft is replaced."""

    bulletin: str
    title: str
    figures: Frozen
    sections: tuple[Section, ...]
    corrects: str = ""
    """The number of the issued bulletin that this one corrects."""
    scores: YearScores | None = None
    """Of a year."""
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
    scores: YearScores | None = None
    """Of a year: frozen with it from now on. A correction's take the place of the old ones."""
    by: str


BulletinFact = (
    BulletinDrafted
    | BulletinEdited
    | BulletinCirculated
    | ObjectionRaised
    | ObjectionAnswered
    | BulletinIssued
)
