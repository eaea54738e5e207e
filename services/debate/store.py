"""Debates, dialogues, comments, persons and voices in the subject table, what is looked up and counted; and the twin in memory."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal, Protocol

import asyncpg

from chassis.memory.store import MemoryStore
from chassis.postgres.store import PostgresStore
from chassis.store import Column
from services.debate.core.answers import Figures
from services.debate.core.states import COMMENT, DIALOGUE, Comment, Debate, Dialogue, Forum, Kept, Voice, new

Found = list[tuple[str, Comment]]
"""Comments with their ids."""
Place = tuple[int, str]
"""Where a page of comments ended: supports and id of its last one."""
Moment = tuple[datetime, str]
"""When somebody spoke, and the id of what was said then: of two at once the earlier."""
Told = list[tuple[Moment, str, Comment]]
"""What stands in a transcript: where, of a question its first answer's moment; its id, and itself."""
Which = Literal["all", "open", "answered"]
"""Comments of a page: all, those that no unit answered, or those that one did."""

COLUMNS: Sequence[Column[Kept]] = (
    Column[Kept]("step", "text", lambda kept: kept.step if isinstance(kept, Debate | Dialogue) else None),
    Column[Kept]("debate", "text", lambda kept: kept.debate if isinstance(kept, Comment) else None),
    Column[Kept]("standing", "text", lambda kept: kept.standing if isinstance(kept, Comment) else None),
    Column[Kept]("answers", "text", lambda kept: kept.answers if isinstance(kept, Comment) else None),
    Column[Kept]("department", "text", lambda kept: kept.department if isinstance(kept, Comment) else None),
    Column[Kept]("person", "text", lambda kept: kept.person if isinstance(kept, Comment | Voice) else None),
    Column[Kept]("proven", "boolean", lambda kept: kept.proven if isinstance(kept, Comment) else None),
    Column[Kept]("supports", "integer", lambda kept: kept.supports if isinstance(kept, Comment) else None),
    Column[Kept]("said_at", "timestamptz", lambda kept: kept.at if isinstance(kept, Comment) else None),
    Column[Kept]("post", "text", lambda kept: kept.post if isinstance(kept, Comment) else None),
    Column[Kept]("supported", "text", lambda kept: kept.comment if isinstance(kept, Voice) else None),
    Column[Kept]("voice_in", "text", lambda kept: kept.debate if isinstance(kept, Voice) else None),
)

_ROW: Final = "select subject, remembered from subject"
_ALL = f"{_ROW} where step <> '' and starts_with(subject, '{DIALOGUE}') = $1::boolean"
_ONE = f"{_ROW} where subject = $1::text and step <> ''"
_COMMENTS = f"{_ROW} where subject = any($1::text[]) and standing <> ''"
_STATEMENTS = f"{_ROW} where debate = $1::text and department <> '' and answers = '' order by subject desc"
_UNDER = f"{_ROW} where answers = any($1::text[]) and standing = 'shown' order by said_at, subject"
_OF_PERSON = f"{_ROW} where debate = $1::text and person = $2::text order by subject desc"
_SUPPORTED = (
    "select supported from subject where voice_in = $1::text and person = $2::text order by supported"
)
_TO_JUDGE = f"""
{_ROW} where debate = $1::text and person <> '' and standing = $2::text
order by case when $2::text = 'held' then subject end, subject desc limit $3::integer"""
_TO_APPROVE = f"""
{_ROW} where debate = $1::text and department <> '' and ($2::text = '' or department = $2::text) and standing = $3::text
order by case when $3::text = 'held' then subject end, subject desc limit $4::integer"""
_WAITING = """
select debate, count(*) as waiting from subject where debate = any($1::text[]) and standing = 'held' and department <> ''
and ($2::text = '' or department = $2::text) group by debate"""
_HELD = """
select debate, count(*) as waiting from subject where debate = any($1::text[]) and standing = 'held' and person <> ''
group by debate"""
# What is not shown any more keeps its place where somebody answered it.
# In words that the index of answers knows: which of them it has, and in which order; else each question reads them all.
_ANSWER: Final = f"""from subject answer
    where answer.answers <> '' and answer.answers = substr(asked.subject, {len(COMMENT) + 1}) collate "default" and answer.standing = 'shown' and answer.department <> ''"""
_OFFICIAL: Final = f"exists (select {_ANSWER})"
_TRANSCRIPT = f"""
select subject, remembered, moment, spoken from (
    select asked.*, case when department = '' then first.said_at else asked.said_at end as moment,
        case when department = '' then first.subject else asked.subject end as spoken
    from subject asked left join lateral (
        select answer.said_at, answer.subject {_ANSWER} order by answer.said_at, answer.subject limit 1
    ) first on asked.department = ''
    where debate = $1::text and answers = '' and (standing = 'shown' or department = '')
) told where moment is not null and ($2::timestamptz is null or (moment, spoken) > ($2::timestamptz, $3::text))
order by moment, spoken limit $4::integer"""
_PAGE = f"""
{_ROW} asked where debate = $1::text and department = '' and answers = ''
and (standing = 'shown' or (standing in ('hidden', 'withdrawn') and exists (
    select from subject answer where answer.answers = substr(asked.subject, {len(COMMENT) + 1}) and answer.standing = 'shown')))
and ($6::text = 'all' or ($6::text = 'answered') = {_OFFICIAL})
and ($2::integer is null or (case when $5::boolean then supports else 0 end, subject) < ($2::integer, $3::text))
order by case when $5::boolean then supports else 0 end desc, subject desc limit $4::integer"""
_LEFT_OPEN = f"""
select debate, count(*) as waiting from subject asked where debate = any($1::text[]) and department = '' and answers = ''
and standing = 'shown' and post = '' and not {_OFFICIAL} group by debate"""
_FIGURES = f"""
select debate,
    count(distinct person) filter (where department = '') as people,
    count(distinct person) filter (where department = '' and proven) as proven,
    count(*) filter (where department = '') as comments,
    count(*) filter (where department = '' and {_OFFICIAL}) as answered,
    coalesce(sum(supports), 0) as supports,
    count(*) filter (where department <> '') as statements
from subject asked where debate = any($1::text[]) and standing = 'shown' group by debate"""


class Debates(Protocol):
    """Looks up what is kept. What belongs to a forum is asked for by the forum's id, be it a debate's or a dialogue's."""

    async def all(self) -> list[tuple[str, Debate]]:
        """Every debate with its id."""

    async def dialogues(self) -> list[tuple[str, Dialogue]]:
        """Every dialogue with its id."""

    async def one(self, subject: str) -> Forum | None:
        """A debate or a dialogue, by its subject."""

    async def comment(self, comment: str) -> Comment | None:
        """A comment, whatever its standing."""

    async def comments(self, comments: Sequence[str]) -> dict[str, Comment]:
        """Those of these comments that were ever said, by id, whatever their standing."""

    async def page(
        self, debate: str, supported: bool, after: Place | None, limit: int, which: Which = "all"
    ) -> Found:
        """Comments to the debate itself that have a place on its page: the newest first, or those with most voices.

        `after` is where the page before ended; without `supported` its number is 0.
        """

    async def under(self, comments: Sequence[str]) -> dict[str, Found]:
        """Comment to the answers that are shown, the earliest first."""

    async def statements(self, debate: str) -> Found:
        """What units stated to all, the newest first."""

    async def of_person(self, debate: str, person: str) -> Found:
        """What a person said, the newest first."""

    async def supported(self, debate: str, person: str) -> list[str]:
        """Ids of the comments that a person supports."""

    async def to_judge(self, debate: str, standing: str, limit: int) -> Found:
        """Comments of people of one standing: what waits longest first, of all others the newest."""

    async def to_approve(self, debate: str, department: str, standing: str, limit: int) -> Found:
        """Official statements of one standing, of one unit or (`department` empty) of all, in the order of `to_judge`."""

    async def waiting(self, debates: Sequence[str], department: str) -> dict[str, int]:
        """How many official statements wait for approval, of one unit or (`department` empty) of all, by forum; none of 0."""

    async def held(self, debates: Sequence[str]) -> dict[str, int]:
        """How many comments of people wait for a moderator, by forum; none of 0."""

    async def left_open(self, dialogues: Sequence[str]) -> dict[str, int]:
        """How many questions that everybody reads no unit answered and nobody wrote down as a post, by dialogue; none of 0."""

    async def transcript(self, debate: str, after: Moment | None, limit: int) -> Told:
        """Shown words to all, and questions with a shown official answer, in the order of the event.

        A question stands where it was first answered, and keeps its place when it is shown no more.
        """

    async def figures(self, debates: Sequence[str]) -> dict[str, Figures]:
        """The figures of debates, by id, counted from what is shown now."""


NOTHING: Final = Figures(people=0, proven=0, comments=0, answered=0, supports=0, statements=0)
"""Of a debate in which nobody said anything."""


class PostgresDebates:
    """Looks up debates and dialogues in PostgreSQL."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._packing = postgres(pool).packing

    async def all(self) -> list[tuple[str, Debate]]:
        return [(row["subject"], self._state(row)) for row in await self._pool.fetch(_ALL, False)]

    async def dialogues(self) -> list[tuple[str, Dialogue]]:
        rows = await self._pool.fetch(_ALL, True)
        return [(row["subject"].removeprefix(DIALOGUE), self._state(row)) for row in rows]

    async def one(self, subject: str) -> Forum | None:
        row = await self._pool.fetchrow(_ONE, subject)
        return None if row is None else self._state(row)

    async def comment(self, comment: str) -> Comment | None:
        return (await self.comments([comment])).get(comment)

    async def comments(self, comments: Sequence[str]) -> dict[str, Comment]:
        return dict(self._found(await self._pool.fetch(_COMMENTS, [COMMENT + one for one in comments])))

    async def page(
        self, debate: str, supported: bool, after: Place | None, limit: int, which: Which = "all"
    ) -> Found:
        number, last = (None, "") if after is None else (after[0], COMMENT + after[1])
        return self._found(await self._pool.fetch(_PAGE, debate, number, last, limit, supported, which))

    async def under(self, comments: Sequence[str]) -> dict[str, Found]:
        found: dict[str, Found] = {}
        for one, comment in self._found(await self._pool.fetch(_UNDER, list(comments))):
            found.setdefault(comment.answers, []).append((one, comment))
        return found

    async def statements(self, debate: str) -> Found:
        return self._found(await self._pool.fetch(_STATEMENTS, debate))

    async def of_person(self, debate: str, person: str) -> Found:
        return self._found(await self._pool.fetch(_OF_PERSON, debate, person))

    async def supported(self, debate: str, person: str) -> list[str]:
        return [row["supported"] for row in await self._pool.fetch(_SUPPORTED, debate, person)]

    async def to_judge(self, debate: str, standing: str, limit: int) -> Found:
        return self._found(await self._pool.fetch(_TO_JUDGE, debate, standing, limit))

    async def to_approve(self, debate: str, department: str, standing: str, limit: int) -> Found:
        return self._found(await self._pool.fetch(_TO_APPROVE, debate, department, standing, limit))

    async def waiting(self, debates: Sequence[str], department: str) -> dict[str, int]:
        rows = await self._pool.fetch(_WAITING, list(debates), department)
        return {row["debate"]: row["waiting"] for row in rows}

    async def held(self, debates: Sequence[str]) -> dict[str, int]:
        rows = await self._pool.fetch(_HELD, list(debates))
        return {row["debate"]: row["waiting"] for row in rows}

    async def left_open(self, dialogues: Sequence[str]) -> dict[str, int]:
        rows = await self._pool.fetch(_LEFT_OPEN, list(dialogues))
        return {row["debate"]: row["waiting"] for row in rows}

    async def transcript(self, debate: str, after: Moment | None, limit: int) -> Told:
        moment, last = (None, "") if after is None else (after[0], COMMENT + after[1])
        rows = await self._pool.fetch(_TRANSCRIPT, debate, moment, last, limit)
        moments = [(row["moment"], row["spoken"].removeprefix(COMMENT)) for row in rows]
        return [(one, *found) for one, found in zip(moments, self._found(rows), strict=True)]

    async def figures(self, debates: Sequence[str]) -> dict[str, Figures]:
        rows = await self._pool.fetch(_FIGURES, list(debates))
        counted = {
            row["debate"]: Figures(**{k: int(v) for k, v in row.items() if k != "debate"}) for row in rows
        }
        return dict.fromkeys(debates, NOTHING) | counted

    def _found(self, rows: Sequence[asyncpg.Record]) -> Found:
        return [(row["subject"].removeprefix(COMMENT), self._state(row)) for row in rows]

    def _state(self, row: asyncpg.Record) -> Any:
        return self._packing.state(row["remembered"])


class MemoryDebates:
    """What `PostgresDebates` promises, in memory."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def _of(self, kind: type[Any]) -> list[tuple[str, Any]]:
        found = [(subject, self._store.state_of(subject)) for subject in sorted(self._store.subject)]
        return [(subject, kept) for subject, kept in found if isinstance(kept, kind) and kept.exists]

    def _comments(self) -> Found:
        return [(subject.removeprefix(COMMENT), kept) for subject, kept in self._of(Comment)]

    async def all(self) -> list[tuple[str, Debate]]:
        return self._of(Debate)

    async def dialogues(self) -> list[tuple[str, Dialogue]]:
        return [(subject.removeprefix(DIALOGUE), kept) for subject, kept in self._of(Dialogue)]

    async def one(self, subject: str) -> Forum | None:
        return dict(self._of(Debate) + self._of(Dialogue)).get(subject)

    async def comment(self, comment: str) -> Comment | None:
        return dict(self._comments()).get(comment)

    async def comments(self, comments: Sequence[str]) -> dict[str, Comment]:
        return {one: kept for one, kept in self._comments() if one in comments}

    async def page(
        self, debate: str, supported: bool, after: Place | None, limit: int, which: Which = "all"
    ) -> Found:
        answered = {kept.answers for _, kept in self._comments() if kept.standing == "shown"}
        officially = self._answered()
        found = [
            (kept.supports if supported else 0, one, kept)
            for one, kept in self._comments()
            if kept.debate == debate
            and not kept.department
            and not kept.answers
            and (kept.standing == "shown" or (kept.standing != "held" and one in answered))
            and (which == "all" or (which == "answered") == (one in officially))
        ]
        found.sort(key=lambda row: row[:2], reverse=True)
        return [(one, kept) for n, one, kept in found if after is None or (n, one) < after][:limit]

    async def under(self, comments: Sequence[str]) -> dict[str, Found]:
        found: dict[str, Found] = {}
        for one, kept in self._comments():
            if kept.answers in comments and kept.standing == "shown":
                found.setdefault(kept.answers, []).append((one, kept))
        return {asked: sorted(given, key=lambda row: (row[1].at, row[0])) for asked, given in found.items()}

    async def statements(self, debate: str) -> Found:
        found = [(o, k) for o, k in self._comments() if k.debate == debate and k.department and not k.answers]
        return found[::-1]

    async def of_person(self, debate: str, person: str) -> Found:
        return [(o, k) for o, k in self._comments() if k.debate == debate and k.person == person][::-1]

    async def supported(self, debate: str, person: str) -> list[str]:
        return sorted(k.comment for _, k in self._of(Voice) if (k.debate, k.person) == (debate, person))

    async def to_judge(self, debate: str, standing: str, limit: int) -> Found:
        found = [
            (o, k) for o, k in self._comments() if (k.debate, k.standing) == (debate, standing) and k.person
        ]
        return (found if standing == "held" else found[::-1])[:limit]

    async def to_approve(self, debate: str, department: str, standing: str, limit: int) -> Found:
        found = [
            (o, k)
            for o, k in self._comments()
            if (k.debate, k.standing) == (debate, standing)
            and k.department
            and department in ("", k.department)
        ]
        return (found if standing == "held" else found[::-1])[:limit]

    async def waiting(self, debates: Sequence[str], department: str) -> dict[str, int]:
        found = {debate: len(await self.to_approve(debate, department, "held", 10**6)) for debate in debates}
        return {debate: count for debate, count in found.items() if count}

    async def held(self, debates: Sequence[str]) -> dict[str, int]:
        found = {debate: len(await self.to_judge(debate, "held", 10**6)) for debate in debates}
        return {debate: count for debate, count in found.items() if count}

    async def left_open(self, dialogues: Sequence[str]) -> dict[str, int]:
        answered = self._answered()
        found = Counter(
            kept.debate
            for one, kept in self._comments()
            if kept.debate in dialogues
            and not (kept.department or kept.answers or kept.post or one in answered)
            and kept.standing == "shown"
        )
        return dict(found)

    async def transcript(self, debate: str, after: Moment | None, limit: int) -> Told:
        said = [(one, kept) for one, kept in self._comments() if kept.debate == debate]
        first: dict[str, Moment] = {}
        for one, kept in said:
            if kept.answers and kept.standing == "shown" and kept.department and kept.at:
                first[kept.answers] = min((kept.at, one), first.get(kept.answers, (kept.at, one)))
        told: Told = [(first[one], one, kept) for one, kept in said if one in first and not kept.department]
        told += [
            ((kept.at, one), one, kept)
            for one, kept in said
            if kept.department and not kept.answers and kept.standing == "shown" and kept.at
        ]
        told.sort(key=lambda row: row[0])
        return [row for row in told if after is None or row[0] > after][:limit]

    async def figures(self, debates: Sequence[str]) -> dict[str, Figures]:
        found: dict[str, Found] = {debate: [] for debate in debates}
        for one, kept in self._comments():
            if kept.debate in found and kept.standing == "shown":
                found[kept.debate].append((one, kept))
        officially = self._answered()
        return {debate: self._count(said, officially) for debate, said in found.items()}

    def _answered(self) -> set[str]:
        return {kept.answers for _, kept in self._comments() if kept.standing == "shown" and kept.department}

    @staticmethod
    def _count(found: Found, officially: set[str]) -> Figures:
        shown = [kept for _, kept in found]
        people = [kept for kept in shown if not kept.department]
        return Figures(
            people=len({kept.person for kept in people}),
            proven=len({kept.person for kept in people if kept.proven}),
            comments=len(people),
            answered=sum(one in officially for one, kept in found if not kept.department),
            supports=sum(kept.supports for kept in people),
            statements=len(shown) - len(people),
        )


def postgres(pool: asyncpg.Pool) -> PostgresStore:
    """The store of one instance."""
    return PostgresStore(pool, Kept, new, COLUMNS, ())  # type: ignore[arg-type]


def memory() -> MemoryStore:
    """The store of `postgres`, in memory."""
    return MemoryStore(Kept)  # type: ignore[arg-type]
