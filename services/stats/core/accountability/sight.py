"""Who is shown a record, and who may do what to it: one table for the whole of it. Pure.

A record is shown as a whole or not at all: whoever is concerned reads all that speaks for and against them.
"""

from collections.abc import Mapping
from typing import Final

from services.stats.core.accountability.acts import possible
from services.stats.core.accountability.record import Record

READERS: Final[Mapping[str, str]] = {
    "supervisor": "every record",
    "auditor": "every record, and nothing may be done",
    "leader": "those of the own unit, and those in which the reader is the person concerned",
    "clerk": "those in which the reader is the person concerned",
}
"""Role to the records it is shown; every other role is refused."""

DOERS: Final[Mapping[str, tuple[str, ...]]] = {
    "opening": ("supervisor",),
    "person": ("supervisor",),
    "statement": ("leader", "clerk"),
    "finding": ("supervisor",),
    "appeal": ("leader", "clerk"),
    "decision": ("supervisor",),
    "closing": ("supervisor",),
}
"""Act to the roles that may do it, to a record that they are shown."""


def sees_all(role: str) -> bool:
    """Whether a role is shown every record."""
    return role in ("supervisor", "auditor")


def sees(record: Record, role: str, person: str, department: str) -> bool:
    """Whether somebody is shown a record."""
    if sees_all(role):
        return True
    if role not in READERS:
        return False
    if person == record.person:
        return True
    return role == "leader" and department == record.department


def allowed(record: Record, role: str) -> tuple[str, ...]:
    """The acts that somebody who is shown the record may do at its step, as far as role and step tell."""
    return tuple(act for act in possible(record) if role in DOERS[act])
