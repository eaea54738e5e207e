"""Who answers for what, where, and how it begins: units, duty items, streets and towns, templates of replies."""

from typing import Final

from msgspec import Struct

LEVELS: Final = ("municipal", "county", "both")
"""Whether the municipal bureau answers, the district's or county's own, or either."""


class Department(Struct, frozen=True):
    """A unit that answers (单位)."""

    code: str
    name: str
    kind: str
    """A plain word: bureau, district, park, utility, office …"""
    parent: str = ""
    """The code of the unit above, if any."""
    leader_role: str = ""
    supervisor: str = ""
    """The code of the unit that supervises its answers, if any."""
    level: str = "municipal"


class Duty(Struct, frozen=True):
    """A duty item (职责清单): what a unit answers for, in official and in everyday words."""

    code: str
    department: str
    name: str
    words: tuple[str, ...]
    basis: str
    """The law, regulation or institution it rests on."""
    level: str


class ReplyTemplate(Struct, frozen=True):
    """A beginning of a reply (常用模板); each blank 〔…〕 is to be filled in before it is sent."""

    code: str
    department: str
    """The unit that has it for itself; empty: every unit's."""
    name: str
    text: str


class CityLeader(Struct, frozen=True):
    """A leader of the city to whom letters may be written (领导信箱)."""

    code: str
    name: str
    """The office, as it stands under an answer."""
    duties: str = ""
    """What they are in charge of (分管), for those who choose."""
    account: str = ""
    """Staff id of their own account; empty: any account of a city leader is theirs."""


class Division(Struct, frozen=True):
    """A street or town (街道、镇、乡) of an area (区、县)."""

    area_code: str
    area: str
    street_code: str
    street: str
    aliases: tuple[str, ...] = ()


CONTACT_KINDS: Final = ("phone", "mail", "address")


class PublicContact(Struct, frozen=True):
    """A telephone, mail address or place of a unit that anybody may read (对外公开的联系方式)."""

    department: str
    """The unit's code; empty: the city's."""
    kind: str
    """One of CONTACT_KINDS."""
    value: str
    """As it is shown."""
    note: str = ""
    """What it is for."""
