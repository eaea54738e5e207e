"""What intake answers about what a front end can offer to choose from: kinds, areas, units, duty items."""

from typing import TypedDict


class OfferedKind(TypedDict):
    """A kind of post."""

    code: str
    name: str
    clock: bool
    """Whether somebody must answer within the deadline."""
    public: bool
    """Whether posts of the kind may be shown at all."""


class Kinds(TypedDict):
    """The kinds that can be posted."""

    kinds: list[OfferedKind]


class Street(TypedDict):
    """A street or town of an area."""

    code: str
    name: str


class Area(TypedDict):
    """A district or county."""

    code: str
    name: str
    streets: list[Street]


class Areas(TypedDict):
    """Every area of the city."""

    areas: list[Area]


class Unit(TypedDict):
    """A unit that answers."""

    code: str
    name: str
    kind: str


class Departments(TypedDict):
    """Every unit of the city."""

    departments: list[Unit]


class Leader(TypedDict):
    """A city leader to whom a letter may be written."""

    code: str
    name: str
    duties: str
    """What they are in charge of."""


class Leaders(TypedDict):
    """Every leader with a letter box."""

    leaders: list[Leader]


class DutyItem(TypedDict):
    """What a unit answers for."""

    code: str
    department: str
    name: str
    basis: str
    """The law, regulation or institution it rests on."""


class Duties(TypedDict):
    """Duty items, in the order of the list."""

    duties: list[DutyItem]
