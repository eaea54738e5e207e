"""What is answered about bulletins, shape by shape; the OpenAPI schemas follow from these."""

from datetime import datetime

from msgspec import Struct, defstruct
from msgspec.structs import fields

from contracts.bulletins import NamedCase, Section
from services.stats.assessment.answers import UnitScore
from services.stats.core.answers import ISSUED_INTERVALS, ROW
from services.stats.core.bulletin.document import Objection
from services.stats.core.bulletin.freezing import LATER, LEFT_OUT
from services.stats.core.bulletin.tables import Cell

BULLETIN_ROW: type[Struct] = defstruct(
    "BulletinRow",
    [
        ("code", str),
        ("name", str),
        *(
            (one.encode_name, one.type | None if one.encode_name in LATER else one.type)
            for one in fields(ROW)
            if one.encode_name not in (*LEFT_OUT, "intervals")
        ),
        ("intervals", ISSUED_INTERVALS),
    ],
    kw_only=True,
    namespace={
        "__doc__": "The frozen figures of a unit, or of the whole city; null is what the bulletin does not freeze."
    },
)


class Head(Struct, kw_only=True):
    """Which bulletin it is, and how it stands."""

    id: str
    number: str
    title: str
    period: str
    period_name: str
    step: str
    step_name: str
    issuer: str
    issued_at: datetime | None
    corrects: str
    corrected_by: list[str]


class Heads(Struct):
    """Bulletins, the newest period first."""

    bulletins: list[Head]


class Table(Struct):
    """A table of units, as it is printed; `course` is that of what comes before the reply and after it, where it is frozen."""

    heads: tuple[str, ...]
    rows: list[list[Cell]]


class ObjectionShown(Struct, kw_only=True):
    """What a unit said against a draft, and what it was answered; `upheld` is null while nobody has."""

    id: str
    department: str
    text: str
    cases: tuple[str, ...]
    at: datetime
    by: str
    upheld: bool | None
    answer: str
    answered_at: datetime | None
    answered_by: str


WHOLE: type[Struct] = defstruct(
    "WholeBulletin",
    [
        ("cut_off", datetime),
        ("code", str),
        ("policy", str),
        ("offsets", dict[str, dict[str, int]]),
        ("until", datetime | None),
        ("sections", tuple[Section, ...]),
        ("city", BULLETIN_ROW),
        ("units", list[BULLETIN_ROW]),  # type: ignore[valid-type]  # made from the table, so no type to mypy
        ("named", tuple[NamedCase, ...]),
        ("derivation", int),
        ("table", Table),
        ("course", Table | None),
        ("own", str),
        ("scores", list[UnitScore]),
        ("objections", list[ObjectionShown]),
        ("papers", list[str]),
    ],
    bases=(Head,),
    kw_only=True,
    namespace={"__doc__": "A bulletin with its text, its figures and where they came from."},
)


class Standing(Struct):
    """How a bulletin stands after an act."""

    id: str
    number: str
    step: str
    until: datetime | None
    objections: int


def shown(objection: Objection) -> ObjectionShown:
    """An objection with every field, answered or not."""
    return ObjectionShown(**{name: getattr(objection, name) for name in ObjectionShown.__struct_fields__})
