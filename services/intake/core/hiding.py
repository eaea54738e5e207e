"""What is remembered of a post while it is hidden: where it stood before, and whether its author appealed. Pure data."""

from datetime import datetime

from msgspec import Struct


class Hiding(Struct, frozen=True, gc=False, omit_defaults=True):
    """A hiding that has not been undone."""

    step: str
    """Where the case stood before."""
    appealed_at: datetime | None = None
    upheld: bool = False
    """A moderator looked at the appeal, and the post stays hidden."""

    @property
    def waits(self) -> bool:
        """Whether an appeal waits for a moderator."""
        return self.appealed_at is not None and not self.upheld
