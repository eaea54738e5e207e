"""What becomes of a post beside its assignment: it is open again, supported, gone. Pure."""

from msgspec.structs import replace

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
    return Decision(replace(case, closed=True, held=False))
