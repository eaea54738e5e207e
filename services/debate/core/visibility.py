"""Who is shown what of a comment: one table for every door of debate. Pure."""

from typing import Final, Literal, get_args

from services.debate.core.states import Comment

Reader = Literal["anyone", "author", "moderator", "unit"]
"""Of what people say a unit's leader reads as anyone does: what is said of a unit is not the unit's to look through.
`unit`: the unit in whose name it is said, of its own statements and prepared answers."""

Standing = Literal["shown", "held", "hidden", "withdrawn"]

Part = Literal["text", "answers", "reason", "counted", "listed"]
"""What is shown, or comes of it.

- text: what was said, masked
- answers: what was said in answer to it, each by its own standing
- reason: why it was hidden; to moderators also why it waits
- counted: it counts in the figures, with its author and its supports
- listed: it stands in the reader's own list, of what one said oneself or of what a moderator looks through
"""

READERS: Final[tuple[Reader, ...]] = get_args(Reader)
STANDINGS: Final[tuple[Standing, ...]] = get_args(Standing)

SHOWN: Final[dict[Reader, dict[Standing, frozenset[Part]]]] = {
    "anyone": {
        "shown": frozenset({"text", "answers", "counted"}),
        "held": frozenset(),
        "hidden": frozenset({"answers"}),
        "withdrawn": frozenset({"answers"}),
    },
    "author": {
        "shown": frozenset({"text", "answers", "counted", "listed"}),
        "held": frozenset({"text", "listed"}),
        "hidden": frozenset({"text", "answers", "reason", "listed"}),
        "withdrawn": frozenset({"answers", "listed"}),
    },
    "unit": {
        "shown": frozenset({"text"}),
        "held": frozenset({"text", "reason", "listed"}),
        "hidden": frozenset({"text", "reason", "listed"}),
        "withdrawn": frozenset(),
    },
    "moderator": {
        "shown": frozenset({"text", "answers", "counted", "listed"}),
        "held": frozenset({"text", "reason", "listed"}),
        "hidden": frozenset({"text", "answers", "reason", "listed"}),
        "withdrawn": frozenset({"answers"}),
    },
}
"""The table: reader and standing of the comment to what is shown. Of a comment that was withdrawn nobody is shown the text; a
statement is never withdrawn."""


def visible(comment: Comment, reader: Reader) -> frozenset[Part]:
    """What this reader is shown of this comment."""
    return SHOWN[reader][comment.standing] if comment.standing else frozenset()
