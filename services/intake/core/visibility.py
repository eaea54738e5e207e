"""Who is shown what of a post: one table for every door of intake. Pure."""

from typing import Final, Literal, get_args

from services.intake.core import requests as ask
from services.intake.core.case import Case

Reader = Literal["anyone", "author", "assisting", "holding", "overseer"]
"""`overseer`: the supervisor and the city leaders."""

Standing = Literal["published", "open", "private", "held", "hidden", "withdrawn", "erased"]
"""`open`: anyone may see it, and it waits for its answer; `published`: it is answered, or asks nobody for one."""

Part = Literal["standing", "words", "history", "replies", "listed", "support", "said", "boxes", "inner"]
"""What is shown or possible.

- standing: number, kind, status, unit, area, dates
- words: title, text and place, masked; history: the public lines; replies: the published ones, city leaders' published instructions, what became of a suggestion
- listed: it stands in the public list and is found by its words; support: neighbours may support it
- said: what unit and citizen asked, answered, added and graded, masked
- boxes: the contact and everything as it was written; each opening is logged
- inner: drafts, parts, returns, and the lines of the history that are not public
"""

READERS: Final[tuple[Reader, ...]] = get_args(Reader)
STANDINGS: Final[tuple[Standing, ...]] = get_args(Standing)

_NOTHING: Final = frozenset[Part]({"standing"})
_SHOWN: Final = frozenset[Part]({"standing", "words", "history", "replies", "support"})
_OWN: Final = frozenset[Part]({"standing", "words", "history", "replies", "said"})
_STAFF: Final = frozenset[Part]({*_OWN, "inner"})
_BOXES: Final = frozenset[Part]({"boxes"})

SHOWN: Final[dict[Reader, dict[Standing, frozenset[Part]]]] = {
    "anyone": {
        "published": _SHOWN | {"listed"},
        "open": _SHOWN,
        "private": _NOTHING,
        "held": _NOTHING,
        "hidden": _NOTHING,
        "withdrawn": _NOTHING,
        "erased": _NOTHING,
    },
    "author": dict.fromkeys(STANDINGS, _OWN | _BOXES) | {"erased": _OWN},
    "holding": dict.fromkeys(STANDINGS, _STAFF | _BOXES) | {"erased": _STAFF},
    "assisting": dict.fromkeys(STANDINGS, _STAFF),
    "overseer": dict.fromkeys(STANDINGS, _STAFF),
}
"""The table: reader and standing of the post to what is shown."""


def standing(case: Case) -> Standing:
    """How public a post is; where several hold, the one that shows least."""
    if case.step == "hidden" or case.moderation == "hidden":
        return "hidden"
    if case.erased:
        return "erased"
    if case.step == "withdrawn":
        return "withdrawn"
    if case.moderation == "held":
        return "held"
    if not case.public:
        return "private"
    return "published" if case.replies or not case.asks else "open"


def visible(case: Case, reader: Reader) -> frozenset[Part]:
    """What this reader is shown of this post."""
    return SHOWN[reader][standing(case)] if case.exists else frozenset()


def reader_of(actor: ask.Actor, case: Case) -> Reader | None:
    """As whom a member of staff reads a case; None when it is no business of theirs."""
    if actor.role not in ("clerk", "leader"):
        return "overseer"
    if actor.department == case.department:
        return "holding"
    return "assisting" if actor.department in case.assisting else None
