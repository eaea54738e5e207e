"""How cases are looked up: what lists are asked for, and how PostgreSQL answers. Reads only."""

import asyncio
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import asyncpg

from chassis.postgres.lookup import ROW, Lookup
from services.intake.core.case import Case, Group
from services.intake.store.columns import listed_at, report_due, special_report_at

MAX_PAGE: Final = 100
SEARCHED: Final = 5_000
"""Public posts, the newest, that a search for words looks through: no index serves it, and anybody may ask."""
SEARCHES: Final = 2
"""Searches at once; others wait, and leave the other connections to those who read and write."""


LEDGER: Final = {
    "instructed": "waiting",
    "instruction_overdue": "overdue",
    "instruction_reported": "reported",
    "instruction_accepted": "accepted",
}
"""States that make the ledger of instructions (批示台账), and the word by which a case stands in it (`columns.instructed`)."""
COUNTED: Final = ("waiting", "overdue", "reported", "accepted", "on_time")
"""Words of the ledger that are counted; the second and the last stand beside others."""
SPECIAL: Final = "special_report"
"""State of the cases that were taken to the city leaders, listed by their newest report."""
NEWEST_FIRST: Final = ("instruction_accepted", SPECIAL)
"""What is done grows for ever; the rest waits for somebody, and begins with what is due first."""


@dataclass(frozen=True)
class Query:
    """What a list of cases is asked for; empty fields ask for nothing."""

    unit: str = ""
    """Cases this unit holds or assists with."""
    state: str = ""
    kind: str = ""
    """One kind, or several separated by commas."""
    area: str = ""
    addressee: str = ""
    """Letters to this city leader."""
    instructed_by: str = ""
    """Staff id of whoever gave the instructions; together with a state that is about them."""
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Received from `since` on, and before `until`; both or neither."""
    public: bool = False
    """Only answered posts anyone may see, newest answer first; else cases by due date, of a ledger by that of the report."""
    after: tuple[str, str] | None = None
    """Sort key and number of the last row shown."""
    limit: int = 20

    @property
    def word(self) -> str:
        """By which a case stands in the ledger of instructions; only for a state of that."""
        return LEDGER[self.state] + (f"/{self.instructed_by}" if self.instructed_by else "")


STATES: Final = {
    "open": "open",
    "held": "open and for_person",
    "to_approve": "open and to_approve",
    "to_sign": "open and to_sign",
    "returned": "open and returned",
    "meeting": "open and meeting",
    "overdue": "open and missed",
    "followed_up": "followed_up",
    "moderation": "moderation = 'held'",
    "received": "open and step = 'received'",
    "assigned": "open and step = 'assigned'",
    "accepted": "open and step = 'accepted'",
    "asked": "open and step = 'asked'",
    "replied": "not open and step = 'replied'",
    "rated": "not open and step = 'rated'",
    "reopened": "open and step = 'reopened'",
    "all": "true",
    "undecided": "suggestion = 'undecided'",
    "unfulfilled": "suggestion = 'unfulfilled'",
    "instructed": "instructed <> ''",
    "instruction_overdue": "instructed <> ''",
    "instruction_reported": "instructed <> ''",
    "instruction_accepted": "instructed <> ''",
    SPECIAL: "special_report_at is not null",
}
"""Value of `state` in a list of cases, and its condition; it says whether they are open, for the indexes: those that were added to may be either, and have one of their own."""
_HALVES: Final = ("open", "not open")
"""All cases, as the two walks that have an index."""

_HELD: Final = "department = {unit}::text"
_ASSISTED: Final = (
    "(assisting <> '' and string_to_array(assisting, ' ') @> array[{unit}::text]"
    " and department <> {unit}::text)"
)


@dataclass(frozen=True)
class Shown:
    """Posts of the public list, counted as its filters would find them: a unit's are those it holds or assists with."""

    total: int
    departments: dict[str, int]
    areas: dict[str, int]
    """Under the empty code: those without an area."""
    kinds: dict[str, int]


_SHOWN: Final = """
with listed as (select department, assisting, area, kind from subject
    where shown and number <> '' and received_at >= $1::timestamptz and received_at < $2::timestamptz)
select 'total' as by, '' as of, count(*) as times from listed
union all select 'area', area, count(*) from listed group by area
union all select 'kind', kind, count(*) from listed group by kind
union all select 'unit', unit, count(*) from listed,
    lateral (select distinct unnest(string_to_array(trim(department || assisting), ' ')) as unit) units
    where unit <> '' group by unit"""


class Cases(Protocol):
    """Looks cases up; reads only."""

    async def subject(self, number: str) -> str | None:
        """The post id of a number."""

    async def case(self, number: str) -> tuple[str, Case] | None:
        """The post id and the case."""

    async def page(self, query: Query) -> list[Case]:
        """One page, sorted as the query asks."""

    async def of_citizen(
        self, citizen: str, after: tuple[str, str] | None, limit: int
    ) -> list[tuple[str, Case]]:
        """Post ids and cases under one telephone or openid, newest first; `after`: receipt and number of the last one."""

    async def of_group(self, group: Group) -> list[Case]:
        """The cases that are in it now, by number; one that was taken out is not."""

    async def shown(self, since: datetime, until: datetime) -> "Shown":
        """How many posts of the public list were received from `since` on and before `until`."""

    async def ledger(self, instructed_by: str = "") -> dict[str, int]:
        """How many instructions stand in the ledger by each word that is counted; those of one person, or all."""


class PostgresCases:
    """The cases in PostgreSQL. A number's post id never changes, so it is remembered."""

    def __init__(self, pool: asyncpg.Pool, remember: int = 50_000, searched: int = SEARCHED) -> None:
        self._pool = pool
        self._lookup = Lookup(pool, Case)
        self._subjects: dict[str, str] = {}
        self._remember = remember
        self._searched = searched
        self._searching = asyncio.Semaphore(SEARCHES)

    async def subject(self, number: str) -> str | None:
        known = self._subjects.get(number)
        if known is not None:
            return known
        subject: str | None = await self._pool.fetchval(
            "select subject from subject where number = $1::text and number <> ''", number
        )
        if subject is not None:
            if len(self._subjects) >= self._remember:
                self._subjects.clear()
            self._subjects[number] = subject
        return subject

    async def case(self, number: str) -> tuple[str, Case] | None:
        return await self._lookup.by_number(number)

    async def page(self, query: Query) -> list[Case]:
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
        if query.addressee:
            conditions.append(f"addressee = {value(query.addressee)}::text")
        if query.since is not None and query.until is not None:
            conditions.append(f"received_at >= {value(query.since)}::timestamptz")
            conditions.append(f"received_at < {value(query.until)}::timestamptz")
        if query.words:
            escaped = query.words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
            conditions.append(f"words ilike {value(f'%{escaped}%')}::text")
        if query.state in LEDGER:
            conditions.append(f"string_to_array(instructed, E'\\n') @> array[{value(query.word)}::text]")
        by, newest_first = _order(query)
        order = f"{by}{' desc' if newest_first else ''}, number"
        if query.after is not None:
            at, number = datetime.fromisoformat(query.after[0]), query.after[1]
            place = value(at)
            if newest_first:
                conditions.append(
                    f"({by} < {place}::timestamptz or ({by} = {place}::timestamptz and number > {value(number)}::text))"
                )
            else:
                conditions.append(f"({by}, number) > ({place}::timestamptz, {value(number)}::text)")
        last = f"order by {order} limit {min(query.limit, MAX_PAGE)}"
        # Short walks, each along its index, instead of one condition with `or`, which no index serves.
        walks = [[*conditions, half] for half in _HALVES] if query.state == "all" else [conditions]
        if query.unit:
            unit = value(query.unit)
            walks = [[*walk, part.format(unit=unit)] for walk in walks for part in (_HELD, _ASSISTED)]
        posts = "subject"
        if query.public and query.words:
            newest = f"order by answered_at desc, number limit {self._searched}"
            posts = f"(select * from subject where shown {newest}) newest"
        parts = [f"(select * from {posts} where {' and '.join(walk)} {last})" for walk in walks]
        statement = f"select {ROW} from ({' union all '.join(parts)}) page {last}"
        async with self._searching if query.words else nullcontext():
            rows = await self._pool.fetch(statement, *values)
        return [self._lookup.state(row) for row in rows]

    async def of_citizen(
        self, citizen: str, after: tuple[str, str] | None, limit: int
    ) -> list[tuple[str, Case]]:
        earlier = "" if after is None else "and (received_at, number) < ($3::timestamptz, $4::text)"
        rows = await self._pool.fetch(
            f"select {ROW} from subject where citizen = $1::text and number <> '' {earlier}"
            " order by received_at desc, number desc limit $2::integer",
            citizen,
            limit,
            *(() if after is None else (datetime.fromisoformat(after[0]), after[1])),
        )
        return [(row["subject"], self._lookup.state(row)) for row in rows]

    async def of_group(self, group: Group) -> list[Case]:
        rows = await self._pool.fetch(
            f"select {ROW} from subject where subject = any($1::text[]) order by number",
            list(group.members),
        )
        return members_of(map(self._lookup.state, rows), group)

    async def shown(self, since: datetime, until: datetime) -> Shown:
        rows = await self._pool.fetch(_SHOWN, since, until)

        def by(what: str) -> dict[str, int]:
            return {row["of"]: row["times"] for row in rows if row["by"] == what}

        return Shown(by("total")[""], by("unit"), by("area"), by("kind"))

    async def ledger(self, instructed_by: str = "") -> dict[str, int]:
        names = counted(instructed_by)
        rows = await self._pool.fetch(
            "select word, count(*) as times from subject, unnest(string_to_array(instructed, E'\\n')) word"
            " where instructed <> '' and word = any($1::text[]) group by word",
            list(names),
        )
        return dict.fromkeys(COUNTED, 0) | {names[row["word"]]: row["times"] for row in rows}


def counted(instructed_by: str) -> dict[str, str]:
    """The word of the ledger as it stands in the column, to the one under which it is counted."""
    return {f"{word}/{instructed_by}" if instructed_by else word: word for word in COUNTED}


def place_of(case: Case, query: Query) -> datetime | None:
    """Where a case stands in the page that a query asks for, beside its number: the value of what `_order` names."""
    if query.public:
        return listed_at(case)
    if query.state in LEDGER:
        return report_due(case)
    if query.state == SPECIAL:
        return special_report_at(case)
    return case.due or case.received_at


def _order(query: Query) -> tuple[str, bool]:
    """By what a page is sorted, beside the number, and whether the newest come first."""
    if query.public:
        return "answered_at", True
    if query.state in LEDGER:
        return "report_due", query.state in NEWEST_FIRST
    if query.state == SPECIAL:
        return "special_report_at", True
    return "coalesce(due, received_at)", False


def members_of(cases: Iterable[Case], group: Group) -> list[Case]:
    """Those of the cases that are in the group now."""
    return [case for case in cases if case.group is not None and case.group.id == group.id]
