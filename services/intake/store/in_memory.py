"""The twins in memory: cases, numbers and the log of reads."""

from collections import Counter
from datetime import datetime

from chassis.memory.store import MemoryStore
from contracts.city_facts import CityFacts
from services.intake.core import requests as ask
from services.intake.core.case import Case, Group
from services.intake.store.cases import (
    LEDGER,
    MAX_PAGE,
    NEWEST_FIRST,
    SEARCHED,
    SPECIAL,
    Query,
    Shown,
    counted,
    members_of,
    place_of,
)
from services.intake.store.columns import COLUMNS, instructed, listed_at, shown


class MemoryCases:
    """Cases of a memory store."""

    def __init__(self, store: MemoryStore, searched: int = SEARCHED) -> None:
        self._store = store
        self._searched = searched

    def _all(self) -> list[tuple[str, Case]]:
        found = [(subject, self._store.state_of(subject)) for subject in self._store.subject]
        return [
            (subject, state) for subject, state in found if not isinstance(state, CityFacts) and state.exists
        ]

    async def subject(self, number: str) -> str | None:
        return next((subject for subject, case in self._all() if case.number == number), None)

    async def case(self, number: str) -> tuple[str, Case] | None:
        return next(((subject, case) for subject, case in self._all() if case.number == number), None)

    async def page(self, query: Query) -> list[Case]:
        found = []
        for case in self._looked_through(query):
            values = {column.name: column.value(case) for column in COLUMNS}
            state = query.state or "all"
            column = {"held": "for_person"}.get(state, state)
            word = query.word if state in LEDGER else ""
            fits = {
                **dict.fromkeys(LEDGER, word in values["instructed"].split("\n")),
                "open": case.open,
                "overdue": case.open and case.missed,
                "moderation": values["moderation"] == "held",
                "followed_up": values["followed_up"],
                **{word: values["suggestion"] == word for word in ("undecided", "unfulfilled")},
                SPECIAL: bool(case.special_reports),
                "all": True,
            }.get(state, case.open and values[column] if column in values else case.step == state)
            if (
                fits
                and (not query.public or shown(case))
                and query.unit in ("", case.department, *case.assisting)
                and (not query.kind or case.kind in query.kind.split(","))
                and query.area in ("", case.area)
                and query.addressee in ("", case.addressee)
                and (query.since is None or query.until is None or _within(case, query.since, query.until))
                and query.words.lower() in values["words"].lower()
            ):
                found.append(case)
        found.sort(key=lambda case: case.number)
        newest_first = query.public or query.state in NEWEST_FIRST
        found.sort(key=lambda case: place_of(case, query) or datetime.min, reverse=newest_first)
        if query.after is not None:
            numbers = [case.number for case in found]
            found = found[numbers.index(query.after[1]) + 1 :]
        return found[: min(query.limit, MAX_PAGE)]

    def _looked_through(self, query: Query) -> list[Case]:
        """Every case; for a public search the newest of those that are shown."""
        cases = [case for _, case in self._all()]
        if not (query.public and query.words):
            return cases
        listed = sorted(filter(shown, cases), key=lambda case: case.number)
        listed.sort(key=lambda case: listed_at(case) or datetime.min, reverse=True)
        return listed[: self._searched]

    async def of_citizen(
        self, citizen: str, after: tuple[str, str] | None, limit: int
    ) -> list[tuple[str, Case]]:
        def place(case: Case) -> tuple[datetime, str]:
            return case.received_at or datetime.min, case.number

        found = sorted(
            (one for one in self._all() if one[1].citizen == citizen),
            key=lambda one: place(one[1]),
            reverse=True,
        )
        if after is not None:
            last = datetime.fromisoformat(after[0]), after[1]
            found = [one for one in found if place(one[1]) < last]
        return found[:limit]

    async def of_group(self, group: Group) -> list[Case]:
        found = [case for subject, case in self._all() if subject in group.members]
        return members_of(sorted(found, key=lambda case: case.number), group)

    async def shown(self, since: datetime, until: datetime) -> Shown:
        found = [case for _, case in self._all() if shown(case) and _within(case, since, until)]
        units = Counter(unit for case in found for unit in {case.department, *case.assisting} - {""})
        areas, kinds = Counter(case.area for case in found), Counter(case.kind for case in found)
        return Shown(len(found), dict(units), dict(areas), dict(kinds))

    async def ledger(self, instructed_by: str = "") -> dict[str, int]:
        words = [word for _, case in self._all() for word in instructed(case).split("\n")]
        return {name: words.count(word) for word, name in counted(instructed_by).items()}


def _within(case: Case, since: datetime, until: datetime) -> bool:
    """Whether it was received in a time."""
    return case.received_at is not None and since <= case.received_at < until


class MemoryNumbers:
    """Numbers from 1."""

    def __init__(self) -> None:
        self._next = 0

    async def draw(self) -> int:
        self._next += 1
        return self._next


class MemoryReadLog:
    """(person, department, role, subject) of each read."""

    def __init__(self) -> None:
        self.reads: list[tuple[str, str, str, str]] = []
        self.reasons: list[str] = []

    async def note(self, actor: ask.Actor, subject: str, why: str = "") -> None:
        self.reasons.append(why)
        self.reads.append((actor.person, actor.department, actor.role, subject))
