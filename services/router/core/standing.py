"""What becomes of a post beside its assignment: it is open again, supported, gone. Pure."""

from datetime import datetime

from msgspec.structs import replace

from city.working_time import WorkingTime
from contracts.decision import Context, Decision
from contracts.posts import PostHidden, PostSupported, PostWithdrawn
from contracts.replies import PostReopened
from services.router.core.case import Case, Judges


def reopen(case: Case, fact: PostReopened, context: Context[Judges]) -> Decision[Case]:
    """The citizen was not satisfied: it is open again."""
    return Decision(replace(case, answered=False))


def support(case: Case, fact: PostSupported, context: Context[Judges]) -> Decision[Case]:
    """One more neighbour has the matter at heart."""
    return Decision(replace(case, supports=case.supports + 1))


def close(case: Case, fact: PostWithdrawn | PostHidden, context: Context[Judges]) -> Decision[Case]:
    """The post left the count; nobody has to answer it any more."""
    return Decision(replace(case, closed=True, closed_at=fact.at, held=False))


def back_since(case: Case, at: datetime, time: WorkingTime, days: int) -> datetime | None:
    """Since when the unit is taken to have a post that is restored at an instant.

    If its days to return the post were not over when it was hidden, they begin anew.
    """
    had, hidden = case.assigned_at, case.closed_at
    return had if had is None or hidden is None or hidden > time.add_days(had, days) else max(had, at)
