"""The steps of a case's life; `docs/states.md` draws which leads to which."""

from typing import Final, Literal, get_args

Step = Literal[
    "received", "assigned", "accepted", "asked", "replied", "rated", "reopened", "withdrawn", "hidden"
]
EVERY_STEP: Final[tuple[Step, ...]] = get_args(Step)
