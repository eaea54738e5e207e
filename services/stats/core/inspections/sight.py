"""Who is shown what of a round, and who may do what in it: one table for the whole of it. Pure.

A round belongs to the centre. A unit is shown its own cases alone, and those only once they have been looked through: before,
nobody outside the centre knows which cases were drawn. Of a call-back it is shown them when the round has ended, so that no citizen
is spoken to before the centre calls.
"""

from collections.abc import Mapping
from typing import Final

from services.stats.core.inspections.acts import possible
from services.stats.core.inspections.round import Item, Round

READERS: Final[Mapping[str, str]] = {
    "supervisor": "every round",
    "auditor": "every round, and nothing may be done",
    "mayor": "every round, and nothing may be done",
    "leader": "of an inspection the own unit's cases that were looked through, of a call-back those of an ended round",
    "clerk": "as the unit's leader",
}
"""Role to what it is shown; every other role is refused."""

DOERS: Final[Mapping[str, tuple[str, ...]]] = {
    "opening": ("supervisor",),
    "finding": ("supervisor",),
    "correction": ("leader", "clerk"),
    "judgement": ("supervisor",),
    "call": ("supervisor",),
    "contact": ("supervisor",),
    "closing": ("supervisor",),
    "stopping": ("supervisor",),
}
"""Act to the roles that may do it, about a case that they are shown."""


def sees_all(role: str) -> bool:
    """Whether a role is shown every case of every round."""
    return role in ("supervisor", "auditor", "mayor")


def shown(round_: Round, role: str, department: str) -> tuple[Item, ...]:
    """The cases of a round that somebody is shown; of a round in which there are none, they do not learn."""
    if sees_all(role):
        return round_.items
    if role not in READERS:
        return ()
    return tuple(one for one in round_.items if one.department == department and round_.told(one))


def allowed(round_: Round, item: Item, role: str) -> tuple[str, ...]:
    """The acts that somebody who is shown the case may do about it, as far as role and standing tell."""
    return tuple(act for act in possible(round_, item) if role in DOERS[act])


def allowed_of_round(round_: Round, role: str) -> tuple[str, ...]:
    """The acts on the round itself."""
    if round_.step != "opened" or role not in DOERS["closing"]:
        return ()
    return ("stopping",) if round_.undone() else ("closing", "stopping")
