"""Where intake keeps its cases, numbers, kept answers and the keys of the vault; and how it looks cases up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

import asyncpg
from msgspec.structs import replace

from chassis.memory.store import MemoryStore
from chassis.postgres.store import PostgresStore
from chassis.store import Column, Input, Packing
from chassis.vault import Keys, seal
from contracts.city_facts import CityFacts
from services.intake.core import requests as ask
from services.intake.core.case import Case, Group, new

MAX_PAGE: Final = 100


def listed_at(case: Case) -> datetime | None:
    """Where a post stands in the public list: at its last reply, or at its receipt when it asks nobody for one."""
    if case.replies:
        return case.replies[-1].at
    return None if case.asks else case.received_at


def _shown(case: Case) -> bool:
    answered = bool(case.replies) or not case.asks
    return case.exists and case.public and case.moderation == "" and answered and case.step != "withdrawn"


COLUMNS: Final = (
    Column[Case]("number", "text", lambda case: case.number),
    Column[Case]("kind", "text", lambda case: case.kind),
    Column[Case]("step", "text", lambda case: case.step),
    Column[Case]("department", "text", lambda case: case.department),
    Column[Case]("assisting", "text", lambda case: f" {' '.join(case.assisting)} " if case.assisting else ""),
    Column[Case]("area", "text", lambda case: case.area),
    Column[Case]("open", "boolean", lambda case: case.exists and case.open),
    Column[Case]("for_person", "boolean", lambda case: case.held),
    Column[Case](
        "to_approve", "boolean", lambda case: case.draft is not None or case.extension_asked is not None
    ),
    Column[Case]("returned", "boolean", lambda case: any(r.state == "asked" for r in case.returns)),
    Column[Case]("meeting", "boolean", lambda case: case.meeting),
    Column[Case]("moderation", "text", lambda case: case.moderation),
    Column[Case]("missed", "boolean", lambda case: case.missed),
    Column[Case]("shown", "boolean", _shown),
    Column[Case]("citizen", "text", lambda case: case.citizen),
    Column[Case]("received_at", "timestamptz", lambda case: case.received_at),
    Column[Case]("due", "timestamptz", lambda case: case.due),
    Column[Case]("answered_at", "timestamptz", listed_at),
    Column[Case]("words", "text", lambda case: f"{case.title}\n{case.text}" if _shown(case) else case.title),
)


class Seal:
    """Makes sealed boxes for a whole group of requests, with one look at the vault."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def __call__(self, connection: Any, inputs: Sequence[Input]) -> Sequence[Input]:
        """The inputs, personal fields sealed; an erasure deletes the key in the same transaction."""
        sealing = [
            (given.citizen if isinstance(given, ask.Submit) else given.personal["citizen"])
            for _, given in inputs
            if isinstance(given, ask.Submit)
            or (isinstance(given, ask.FollowUp | ask.Answer) and given.personal)
        ]
        keys = await self._keys.get_or_create(connection, sealing) if sealing else {}
        sealed: list[Input] = []
        for subject, given in inputs:
            if isinstance(given, ask.Submit):
                box = seal(keys[given.citizen], given.personal, subject)
                sealed.append((subject, _with_box(given, box)))
            elif isinstance(given, ask.FollowUp | ask.Answer) and given.personal:
                box = seal(keys[given.personal["citizen"]], {"text": given.personal["text"]}, subject)
                sealed.append((subject, _with_box(given, box)))
            else:
                if isinstance(given, ask.Erase):
                    await self._keys.erase(connection, given.citizen)
                sealed.append((subject, given))
        return sealed


Sealable = TypeVar("Sealable", bound=ask.Submit | ask.FollowUp | ask.Answer)


def _with_box(given: Sealable, box: bytes) -> Sealable:
    return replace(given, sealed=box, personal={})


def postgres(pool: asyncpg.Pool) -> PostgresStore:
    """The store of one instance, web or listener."""
    return PostgresStore(pool, Case, new, COLUMNS)


def memory() -> MemoryStore:
    """The twin."""
    return MemoryStore(Case)


@dataclass(frozen=True)
class Query:
    """What a list of cases is asked for; empty fields ask for nothing."""

    unit: str = ""
    """Cases this unit holds or assists with."""
    state: str = ""
    kind: str = ""
    """One kind, or several separated by commas."""
    area: str = ""
    words: str = ""
    public: bool = False
    """Only answered posts anyone may see, newest answer first; else open cases by due date."""
    after: tuple[str, str] | None = None
    """Sort key and number of the last row shown."""
    limit: int = 20


STATES: Final = {
    "open": "open",
    "held": "open and for_person",
    "to_approve": "open and to_approve",
    "returned": "open and returned",
    "meeting": "open and meeting",
    "overdue": "open and missed",
    "moderation": "moderation = 'held'",
    "received": "open and step = 'received'",
    "assigned": "open and step = 'assigned'",
    "accepted": "open and step = 'accepted'",
    "asked": "open and step = 'asked'",
    "replied": "not open and step = 'replied'",
    "rated": "not open and step = 'rated'",
    "reopened": "open and step = 'reopened'",
    "all": "true",
}
"""Value of `state` in a list of cases, and its condition; it says whether they are open, for the indexes."""
_HALVES: Final = ("open", "not open")
"""All cases, as the two walks that have an index."""

_ROW: Final = "subject, partition, held, remembered"
_HELD: Final = "department = {unit}::text"
_ASSISTED: Final = (
    "(assisting <> '' and string_to_array(assisting, ' ') @> array[{unit}::text]"
    " and department <> {unit}::text)"
)


class Cases(Protocol):
    """Looks cases up; reads only."""

    async def subject(self, number: str) -> str | None:
        """The post id of a number."""

    async def case(self, number: str) -> tuple[str, Case] | None:
        """The post id and the case."""

    async def page(self, query: Query) -> list[Case]:
        """One page, sorted as the query asks."""

    async def of_citizen(self, citizen: str) -> list[tuple[str, Case]]:
        """All cases of one citizen."""

    async def of_group(self, group: Group) -> list[Case]:
        """The cases that are in it now, by number; one that was taken out is not."""


class PostgresCases:
    """The cases in PostgreSQL. A number's post id never changes, so it is remembered."""

    def __init__(self, pool: asyncpg.Pool, remember: int = 50_000) -> None:
        self._pool = pool
        self._packing = Packing(Case)
        self._subjects: dict[str, str] = {}
        self._remember = remember

    async def subject(self, number: str) -> str | None:
        """As the protocol says."""
        known = self._subjects.get(number)
        if known is not None:
            return known
        found: str | None = await self._pool.fetchval(
            "select subject from subject where number = $1::text and number <> ''", number
        )
        if found is not None:
            if len(self._subjects) >= self._remember:
                self._subjects.clear()
            self._subjects[number] = found
        return found

    async def case(self, number: str) -> tuple[str, Case] | None:
        """As the protocol says."""
        row = await self._pool.fetchrow(
            f"select {_ROW} from subject where number = $1::text and number <> ''",
            number,
        )
        return None if row is None else (row["subject"], self._unpack(row))

    async def page(self, query: Query) -> list[Case]:
        """As the protocol says: keyset pages over (due, number) or (answered_at desc, number)."""
        conditions, values = ["number <> ''"], []

        def value(given: object) -> str:
            values.append(given)
            return f"${len(values)}"

        if query.public:
            conditions.append("shown")
        if query.state:
            conditions.append(STATES[query.state])
        if query.kind:
            conditions.append(f"kind = any(string_to_array({value(query.kind)}::text, ','))")
        if query.area:
            conditions.append(f"area = {value(query.area)}::text")
        if query.words:
            escaped = query.words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
            conditions.append(f"words ilike {value(f'%{escaped}%')}::text")
        order = "answered_at desc, number" if query.public else "coalesce(due, received_at), number"
        if query.after is not None:
            at, number = datetime.fromisoformat(query.after[0]), query.after[1]
            place = value(at)
            if query.public:
                conditions.append(
                    f"(answered_at < {place}::timestamptz or (answered_at = {place}::timestamptz and number > {value(number)}::text))"
                )
            else:
                conditions.append(
                    f"(coalesce(due, received_at), number) > ({place}::timestamptz, {value(number)}::text)"
                )
        last = f"order by {order} limit {min(query.limit, MAX_PAGE)}"
        # Short walks, each along its index, instead of one condition with `or`, which no index serves.
        walks = [[*conditions, half] for half in _HALVES] if query.state == "all" else [conditions]
        if query.unit:
            unit = value(query.unit)
            walks = [[*walk, part.format(unit=unit)] for walk in walks for part in (_HELD, _ASSISTED)]
        parts = [f"(select * from subject where {' and '.join(walk)} {last})" for walk in walks]
        found = f"({' union all '.join(parts)}) as found"
        rows = await self._pool.fetch(f"select {_ROW} from {found} {last}", *values)
        return [self._unpack(row) for row in rows]

    async def of_citizen(self, citizen: str) -> list[tuple[str, Case]]:
        """As the protocol says."""
        rows = await self._pool.fetch(f"select {_ROW} from subject where citizen = $1::text", citizen)
        return [(row["subject"], self._unpack(row)) for row in rows]

    async def of_group(self, group: Group) -> list[Case]:
        """As the protocol says."""
        rows = await self._pool.fetch(
            f"select {_ROW} from subject where subject = any($1::text[]) order by number",
            list(group.members),
        )
        return _members(map(self._unpack, rows), group)

    def _unpack(self, row: asyncpg.Record) -> Case:
        state: Case = self._packing.unpack(
            row["subject"], row["partition"], row["held"], row["remembered"]
        ).state
        return state


class MemoryCases:
    """The twin."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def _all(self) -> list[tuple[str, Case]]:
        found = [(subject, self._store.state_of(subject)) for subject in self._store.subject]
        return [
            (subject, state) for subject, state in found if not isinstance(state, CityFacts) and state.exists
        ]

    async def subject(self, number: str) -> str | None:
        """As the protocol says."""
        return next((subject for subject, case in self._all() if case.number == number), None)

    async def case(self, number: str) -> tuple[str, Case] | None:
        """As the protocol says."""
        return next(((subject, case) for subject, case in self._all() if case.number == number), None)

    async def page(self, query: Query) -> list[Case]:
        """As the protocol says."""
        found = []
        for _, case in self._all():
            values = {column.name: column.value(case) for column in COLUMNS}
            state = query.state or "all"
            column = {"held": "for_person"}.get(state, state)
            fits = {
                "open": case.open,
                "overdue": case.open and case.missed,
                "moderation": case.moderation == "held",
                "all": True,
            }.get(state, case.open and values[column] if column in values else case.step == state)
            if (
                fits
                and (not query.public or _shown(case))
                and query.unit in ("", case.department, *case.assisting)
                and (not query.kind or case.kind in query.kind.split(","))
                and query.area in ("", case.area)
                and query.words.lower() in values["words"].lower()
            ):
                found.append(case)
        if query.public:
            found.sort(key=lambda case: case.number)
            found.sort(key=lambda case: listed_at(case) or datetime.min, reverse=True)
        else:
            found.sort(key=lambda case: (case.due or case.received_at or datetime.min, case.number))
        if query.after is not None:
            numbers = [case.number for case in found]
            found = found[numbers.index(query.after[1]) + 1 :]
        return found[: min(query.limit, MAX_PAGE)]

    async def of_citizen(self, citizen: str) -> list[tuple[str, Case]]:
        """As the protocol says."""
        return [(subject, case) for subject, case in self._all() if case.citizen == citizen]

    async def of_group(self, group: Group) -> list[Case]:
        """As the protocol says."""
        found = [case for subject, case in self._all() if subject in group.members]
        return _members(sorted(found, key=lambda case: case.number), group)


def _members(cases: Iterable[Case], group: Group) -> list[Case]:
    return [case for case in cases if case.group is not None and case.group.id == group.id]


class Numbers(Protocol):
    """Draws public numbers."""

    async def draw(self) -> int:
        """The next one; gaps are allowed, repeats are not."""


class PostgresNumbers:
    """Numbers from a sequence, reserved a hundred at a time."""

    BLOCK: Final = 100

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._next = 0
        self._end = 0

    async def draw(self) -> int:
        """As the protocol says."""
        while self._next >= self._end:
            start: int = await self._pool.fetchval("select nextval('number')")
            if self._next >= self._end:
                self._next, self._end = start, start + self.BLOCK
        drawn = self._next
        self._next += 1
        return drawn


class MemoryNumbers:
    """The twin."""

    def __init__(self) -> None:
        self._next = 0

    async def draw(self) -> int:
        """As the protocol says."""
        self._next += 1
        return self._next


class ReadLog(Protocol):
    """Remembers who opened whose personal data."""

    async def note(self, actor: ask.Actor, subject: str) -> None:
        """Before the data is shown."""


class PostgresReadLog:
    """In schema `vault`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def note(self, actor: ask.Actor, subject: str) -> None:
        """As the protocol says."""
        await self._pool.execute(
            "insert into vault.read_log (person, department, role, subject) "
            "values ($1::text, $2::text, $3::text, $4::text)",
            actor.person,
            actor.department,
            actor.role,
            subject,
        )


class MemoryReadLog:
    """The twin."""

    def __init__(self) -> None:
        self.reads: list[tuple[str, str, str, str]] = []

    async def note(self, actor: ask.Actor, subject: str) -> None:
        """As the protocol says."""
        self.reads.append((actor.person, actor.department, actor.role, subject))
