"""Is there an order in which these operations, one at a time, would have answered as they did? (Wing and Gong 1993)

An operation takes its effect at one instant between call and answer. One that was never answered may have taken it
at any instant after its call, or not at all. The operations of one case are few, so the search is short.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final

UNKNOWN: Final = "unknown"
"""The result of an operation whose answer was never heard."""
FOREVER: Final = float("inf")


@dataclass(frozen=True)
class Operation:
    """What somebody asked, when, and what was answered."""

    called: float
    answered: float
    """FOREVER where no answer came."""
    what: Any
    result: Hashable = UNKNOWN

    @property
    def may_never_be(self) -> bool:
        """Nobody knows whether it took effect."""
        return self.result == UNKNOWN


Step = Callable[[Any, Any], tuple[Any, Hashable]]
"""step(state, what) -> the state afterwards, and the result. States are hashable values."""


def linearisable(history: Sequence[Operation], initial: Hashable, step: Step) -> bool:
    """Whether some order explains every answer."""
    operations = sorted(history, key=lambda one: (one.called, one.answered))
    certain = sum(not one.may_never_be for one in operations)
    seen: set[tuple[int, Hashable]] = set()

    def search(done: int, left: int, state: Any) -> bool:
        if not left:
            return True
        if (done, state) in seen:
            return False
        seen.add((done, state))
        # Only what was called before the first answer of those that are left can come next.
        bound = min(one.answered for n, one in enumerate(operations) if not done >> n & 1)
        for n, one in enumerate(operations):
            if done >> n & 1:
                continue
            if one.called > bound:
                break
            after, result = step(state, one.what)
            if one.may_never_be:
                if search(done | 1 << n, left, after):
                    return True
            elif result == one.result and search(done | 1 << n, left - 1, after):
                return True
        return False

    return search(0, certain, initial)
