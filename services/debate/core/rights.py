"""Who of the staff may do what to a dialogue: one table for every door. Pure."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from contracts.dialogues import Occasion

Part = Literal["host", "guest's leader", "guest's clerk", "invited leader", "invited clerk", "nobody"]
"""As what a member of staff takes part: the host is a supervisor; an invited unit answers beside the guest's."""

Act = Literal["change", "answer", "prepare", "approve"]
"""- change: write, publish and close it, and hand over what it left open
- answer: say something that everybody reads at once
- prepare: write an answer that somebody must approve first
- approve: let a prepared answer of the own unit be read, or send it back; the host of every unit"""

Voice = Literal["guest", "host", "unit"]
"""In whose name something is said."""

PARTS: Final[tuple[Part, ...]] = get_args(Part)
MAY: Final[Mapping[Part, frozenset[Act | Voice]]] = {
    "host": frozenset({"change", "answer", "approve", "guest", "host", "unit"}),
    "guest's leader": frozenset({"change", "answer", "approve", "guest", "unit"}),
    "guest's clerk": frozenset({"prepare", "guest", "unit"}),
    "invited leader": frozenset({"answer", "approve", "unit"}),
    "invited clerk": frozenset({"prepare", "unit"}),
    "nobody": frozenset(),
}
"""What each part in a dialogue entitles to."""
_OF_GUEST: Final[Mapping[str, Part]] = {"leader": "guest's leader", "clerk": "guest's clerk"}
_OF_INVITED: Final[Mapping[str, Part]] = {"leader": "invited leader", "clerk": "invited clerk"}


def part_of(role: str, department: str, occasion: Occasion) -> Part:
    """As what somebody of this role and unit takes part."""
    if role == "supervisor":
        return "host"
    if department == occasion.department:
        return _OF_GUEST.get(role, "nobody")
    return _OF_INVITED.get(role, "nobody") if department in occasion.invited else "nobody"
