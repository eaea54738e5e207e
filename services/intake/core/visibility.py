"""Who is shown what of a post: one table for every door of intake. Pure."""

from typing import Final, Literal, get_args

from contracts.attachments import Attachment
from services.intake.core import requests as ask
from services.intake.core.case import Case, Draft, Reply, WrittenPart

Reader = Literal["anyone", "author", "assisting", "holding", "overseer"]
"""`overseer`: the supervisor and the city leaders."""

Standing = Literal["published", "open", "private", "held", "hidden", "withdrawn", "erased"]
"""`open`: anyone may see it, and it waits for its answer; `published`: it is answered, or asks nobody for one."""

Part = Literal[
    "standing", "words", "attachments", "history", "replies", "listed", "support", "said", "boxes", "inner"
]
"""What is shown or possible.

- standing: number, kind, status, unit, area, dates
- words: title, text and place, masked
- attachments: the files that came with it, which nobody can mask: after the erasure nobody has them
- history: the public lines; replies: the published ones with their files, first words before them, city leaders' published instructions, what became of a suggestion
- listed: it stands in the public list and is found by its words; support: neighbours may support it
- said: what unit and citizen asked, answered, added and graded, masked; and the files that came with it
- boxes: the contact, the point on the map with its street, and everything as it was written; each opening is logged. Whoever has to call an author back sees the contact by a pass (`web/calling.py`)
- inner: drafts and parts with their files, returns, city leaders' instructions with what was reported on them, and the lines of the history that are not public
"""

READERS: Final[tuple[Reader, ...]] = get_args(Reader)
STANDINGS: Final[tuple[Standing, ...]] = get_args(Standing)

_NOTHING: Final = frozenset[Part]({"standing"})
_FILES: Final = frozenset[Part]({"attachments"})
_SHOWN: Final = frozenset[Part]({"standing", "words", "attachments", "history", "replies", "support"})
_OWN: Final = frozenset[Part]({"standing", "words", "attachments", "history", "replies", "said"})
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
    "author": dict.fromkeys(STANDINGS, _OWN | _BOXES) | {"erased": _OWN - _FILES},
    "holding": dict.fromkeys(STANDINGS, _STAFF | _BOXES) | {"erased": _STAFF - _FILES},
    "assisting": dict.fromkeys(STANDINGS, _STAFF) | {"erased": _STAFF - _FILES},
    "overseer": dict.fromkeys(STANDINGS, _STAFF) | {"erased": _STAFF - _FILES},
}
"""The table: reader and standing of the post to what is shown."""


def file_of(case: Case, reader: Reader, identity: str) -> tuple[Attachment, bytes] | None:
    """A file of a case and the box with its key, where this reader is shown it: with the words it came with."""
    parts: list[tuple[Part, tuple[Attachment, ...], bytes]] = [
        ("attachments", case.attachments, case.sealed_attachments)
    ]
    parts += [("said", added.attachments, added.sealed_attachments) for added in case.questions]
    parts += [("said", added.attachments, added.sealed_attachments) for added in case.follow_ups]
    parts += [("replies", reply.attachments, reply.sealed_attachments) for reply in case.replies]
    inner: list[Draft | WrittenPart] = [*case.written_parts]
    inner += [draft for draft in (case.draft, case.sent_back) if draft is not None]
    parts += [("inner", each.attachments, each.sealed_attachments) for each in inner]
    shown = visible(case, reader)
    found = ((one, box) for part, files, box in parts if part in shown for one in files)
    return next((each for each in found if each[0].id == identity), None)


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


def given_by_staff(case: Case) -> dict[str, tuple[Attachment, bytes]]:
    """Every file that a part or a reply of this case has, published, before a leader or sent back, with the box that holds its key."""
    written: list[WrittenPart | Reply | Draft] = [*case.written_parts, *case.replies]
    written += [draft for draft in (case.draft, case.sent_back) if draft is not None]
    return {one.id: (one, each.sealed_attachments) for each in written for one in each.attachments}
