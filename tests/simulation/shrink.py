"""Makes a failing plan shorter, part by part, as long as it fails: what is left is what a person has to read."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from tests.simulation.plan import Plan

T = TypeVar("T")


def shrunk(plan: Plan, fails: Callable[[Plan], bool], tries: int = 60) -> Plan:
    """The shortest plan found within so many runs that still fails; faults go first, then posts, then acts.

    Faults take half of the runs at most, so that of a plan with many of them posts are left out as well.
    """
    left = [tries // 2]

    def still(shorter: Plan) -> bool:
        left[0] -= 1
        return left[0] >= 0 and fails(shorter)

    plan = replace(plan, faults=_fewer(plan.faults, lambda faults: still(replace(plan, faults=faults))))
    left[0] = max(0, left[0]) + tries - tries // 2
    plan = replace(plan, visits=_fewer(plan.visits, lambda visits: still(replace(plan, visits=visits))))
    for n, visit in enumerate(plan.visits):
        for acts in range(visit.acts):
            fewer = replace(plan, visits=(*plan.visits[:n], replace(visit, acts=acts), *plan.visits[n + 1 :]))
            if still(fewer):
                plan = fewer
                break
    return plan


def _fewer(parts: tuple[T, ...], fails: Callable[[tuple[T, ...]], bool]) -> tuple[T, ...]:
    """Leave halves out, then quarters, down to single parts (Zeller and Hildebrandt 2002)."""
    size = max(1, len(parts) // 2)
    while parts:
        for begin in range(0, len(parts), size):
            rest = _without(parts, begin, size)
            if fails(rest):
                parts = rest
                break
        else:
            if size == 1:
                break
            size = max(1, size // 2)
    return parts


def _without(parts: Sequence[T], begin: int, size: int) -> tuple[T, ...]:
    return (*parts[:begin], *parts[begin + size :])
