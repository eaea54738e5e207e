"""What is remembered of a post while it is hidden, what a moderator may do to it, and what its hiding takes of others' time. Pure."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from services.intake.core.steps import Step


class Hiding(Struct, frozen=True, gc=False, omit_defaults=True):
    """A hiding that has not been undone."""

    step: Step
    """At which the case stood before."""
    appealed_at: datetime | None = None
    upheld: bool = False
    """A moderator looked at the appeal, and the post stays hidden."""
    at: datetime | None = None
    """Since when; None of one that began before this was kept."""

    @property
    def waits(self) -> bool:
        """Whether an appeal waits for a moderator."""
        return self.appealed_at is not None and not self.upheld


def possible(moderation: str, hiding: Hiding | None) -> tuple[str, ...]:
    """What a moderator may do to a post as it stands: actions of the act `moderation`."""
    if moderation == "hidden":
        return ("restore", "uphold") if hiding is not None and hiding.waits else ("restore",)
    return ("release", "hide") if moderation == "held" else ("hold", "hide")


def later_by_hidings(
    until: datetime, since: datetime, undone: Iterable[tuple[datetime, datetime]]
) -> datetime:
    """The end of a time that began at `since`, later by what hidings that were undone took of it."""
    for start, end in undone:
        if since <= start < until:
            until += end - start
    return until
