"""I5: the live figures equal a recount."""

from collections import Counter
from typing import Any, Final

from msgspec.structs import replace

from contracts.decision import Context
from contracts.facts import Fact
from services.stats.app import RULES
from services.stats.core.case import Case, Cell, new
from services.stats.core.cells import cells
from wenzheng.audit.row import Invariant
from wenzheng.audit.snapshot import Part, Snapshot, heard

_OTHER_SUMS: Final = """
select month, unit, measure from (
    select date_trunc('month', day)::date as month, unit, measure, sum(count)::bigint as count
    from stats.cell group by 1, 2, 3
) as added full join (
    select month, unit, measure, sum(count)::bigint as count from stats.monthly group by 1, 2, 3
) as kept using (month, unit, measure)
where coalesce(added.count, 0) <> coalesce(kept.count, 0)"""
"""Sums by month that are not those of the cells."""


class Figures(Invariant):
    """The cells in the table and their sums by month, the cells that the posts remembered imply, and those that the log implies."""

    name = "I5"
    sentence = "统计等于重算 live figures equal a recount"

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self._implied: Counter[Cell] = Counter()

    async def part(self, part: Part) -> None:
        """Fold each post anew; add up what the posts remembered imply."""
        position = self.snapshot.positions["stats"].get(part.partition, {})
        facts = heard(part, ("posts", "replies", "assignments", "deadlines", "surveys"), position)
        for subject, remembered in part.states["stats"].items():
            self.row.checked += 1
            implied = cells(remembered.state)
            self._implied.update(implied)
            if remembered.held:
                self.row.in_flight += 1
                continue
            folded = _folded(subject, facts.get(subject, []), part, remembered.state)
            if cells(folded) != implied:
                self.row.fail(f"{subject}: the log implies other cells than the state")
            elif folded.review != remembered.state.review:
                self.row.fail(f"{subject}: the log tells another review of units than the state")

    async def whole(self) -> None:
        """Compare the sum with the table."""
        stored: dict[Cell, int] = {}
        async for cell in self.snapshot.connection.cursor(
            "select day, unit, kind, measure, sum(count)::bigint count from stats.cell group by day, unit, kind, measure"
        ):
            if cell["count"]:
                stored[(cell["day"].isoformat(), cell["unit"], cell["kind"], cell["measure"])] = cell["count"]
        self.row.checked += len(stored)
        recounted = {cell: count for cell, count in self._implied.items() if count}
        for place in stored.keys() | recounted.keys():
            if stored.get(place, 0) != recounted.get(place, 0):
                self.row.fail(f"{place}: shown {stored.get(place, 0)}, recounted {recounted.get(place, 0)}")
        for sums in await self.snapshot.connection.fetch(_OTHER_SUMS):
            self.row.fail(
                f"{sums['month']} {sums['unit']} {sums['measure']}: the month is not the sum of its days"
            )


def _folded(subject: str, facts: list[Fact], part: Part, remembered: Case) -> Case:
    """The case that the log makes, by the rules of then, which the state remembers: the policy may have changed since."""
    case: Any = new(subject)
    for fact in facts:
        rule = RULES.get(type(fact))
        if rule is not None:
            context = Context(subject, "audit", fact.at, part.city.city, part.city.amendments)
            case = rule(case, fact, context).state
    folded: Case = replace(
        case,
        clock=remembered.clock,
        satisfied_from=remembered.satisfied_from,
        sent_back=case.sent_back if remembered.whole else _newest(case.sent_back, len(remembered.sent_back)),
        whole_course=remembered.whole_course,
        whole_instructions=remembered.whole_instructions,
    )
    return folded


def _newest(sent_back: tuple[str, ...], count: int) -> tuple[str, ...]:
    """So many of the log's: a state of before there were scores does not know of what was sent back until then, and of nothing else."""
    return sent_back[-count:] if count else ()
