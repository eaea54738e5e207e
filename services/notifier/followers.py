"""Where those who follow a post are kept, apart from its state, and how far its news have been told; PostgreSQL and its twin."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import asyncpg

from chassis.memory.store import MemoryStore
from chassis.store import NEVER, Applied, Input
from contracts.identity import derived
from services.notifier.core.news import (
    A_PAGE,
    DropFollower,
    DropFollowers,
    Follower,
    KeepFollower,
    News,
    NewsDue,
    Spread,
)

AT_ONCE: Final = 5
"""Posts whose next page is told in one batch, at most: five hundred notices."""

SWEEP_SECONDS: Final = 30.0
"""Real time between claims though nothing is known to be due: for posts that were held back by an event that was parked."""

_KEEP = """
insert into follower (subject, id, channels, at, sealed)
select subject, id, string_to_array(channels, ' '), at, sealed
from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bytea[]) kept (subject, id, channels, at, sealed)
on conflict do nothing"""
_DROP = """
delete from follower f using unnest($1::text[], $2::text[]) gone (subject, id)
where f.subject = gone.subject and f.id = gone.id"""
_DROP_ALL = "delete from follower where subject = any($1::text[])"
_SPREAD = """
insert into spreading (subject, cause, partition, kind, department, at, after, next_at)
select * from unnest($1::text[], $2::text[], $3::smallint[], $4::text[], $5::text[], $6::timestamptz[], $7::text[],
                     $8::timestamptz[])
on conflict (subject, cause) do update set after = excluded.after, next_at = excluded.next_at"""
# As of timers: whoever changes a row owns its partition, and holds the lock on its position.
_CLAIM = """
with due as (
    delete from spreading where ctid = any(array(
        select ctid from spreading t
        where next_at <= $2::timestamptz and partition = any($1::smallint[])
          and not exists (select from subject s where s.subject = t.subject and s.held > 0)
        order by next_at, subject, cause limit $3::integer))
    returning subject, cause, kind, department, at, after)
select due.*, page.id as follower, page.channels, page.at as since
from due left join lateral (
    select id, channels, f.at from follower f
    where f.subject = due.subject and f.id > due.after order by f.id limit $4::integer) page on true
order by due.subject, due.cause, page.id"""
_NEXT = "select min(next_at) from spreading where partition = any($1::smallint[])"


def _due(subject: str, news: News, after: str, found: Sequence[Follower]) -> Input:
    """The input that tells the next page; `found` may hold one more than that."""
    identity = derived(news.cause, f"news/{news.kind}/{after}")
    return subject, NewsDue(identity, news, after, tuple(found[:A_PAGE]), len(found) > A_PAGE)


class Followers:
    """Rows in PostgreSQL: a statement for each kind of effect, whatever a batch holds."""

    effects = (KeepFollower, DropFollower, DropFollowers, Spread)

    def __init__(self) -> None:
        self._partitions: frozenset[int] = frozenset()
        self._next: datetime | None = None
        """When the next page is due; None when it must be looked up."""
        self._looked_at = 0.0

    async def apply(self, connection: asyncpg.Connection, applied: Sequence[Applied]) -> None:
        """Forget, keep, and note what is to be told. Who is kept already stays with the box whose key was kept first."""
        kept: dict[tuple[str, str], KeepFollower] = {}
        gone: set[tuple[str, str]] = set()
        ended: set[str] = set()
        spreads: dict[tuple[str, str], tuple[int, Spread]] = {}
        for one in applied:
            match one.effect:
                case KeepFollower(follower=follower) as joined:
                    kept.setdefault((one.subject, follower.id), joined)
                case DropFollower(follower=name):
                    kept.pop((one.subject, name), None)
                    gone.add((one.subject, name))
                case DropFollowers():
                    kept = {place: joined for place, joined in kept.items() if place[0] != one.subject}
                    ended.add(one.subject)
                case Spread(news=news) as spread:
                    spreads[one.subject, news.cause] = one.partition, spread
        if ended:
            await connection.execute(_DROP_ALL, list(ended))
        if gone:
            await connection.execute(_DROP, [subject for subject, _ in gone], [name for _, name in gone])
        if kept:
            await connection.execute(
                _KEEP,
                [subject for subject, _ in kept],
                [name for _, name in kept],
                [" ".join(it.follower.channels) for it in kept.values()],
                [it.follower.at for it in kept.values()],
                [it.sealed for it in kept.values()],
            )
        if spreads:
            await self._spread(connection, spreads)

    async def _spread(
        self, connection: asyncpg.Connection, spreads: Mapping[tuple[str, str], tuple[int, Spread]]
    ) -> None:
        told = [spread for _, spread in spreads.values()]
        await connection.execute(
            _SPREAD,
            [subject for subject, _ in spreads],
            [cause for _, cause in spreads],
            [partition for partition, _ in spreads.values()],
            [spread.news.kind for spread in told],
            [spread.news.department for spread in told],
            [spread.news.at for spread in told],
            [spread.after for spread in told],
            [spread.at for spread in told],
        )
        if self._next is not None:
            self._next = min(self._next, *(spread.at for spread in told))

    def next_due(self, partitions: Mapping[int, int]) -> datetime | None:
        """City time before which no page is due; None when only a claim can tell."""
        if frozenset(partitions) != self._partitions or time.monotonic() - self._looked_at > SWEEP_SECONDS:
            return None
        return self._next

    async def claim(
        self, connection: asyncpg.Connection, partitions: Mapping[int, int], now: datetime, limit: int
    ) -> list[Input]:
        """The next page of the news whose time has come; what is left of them is noted again by the rule."""
        rows = await connection.fetch(_CLAIM, list(partitions), now, min(AT_ONCE, limit), A_PAGE + 1)
        pages: dict[tuple[str, str], tuple[News, str, list[Follower]]] = {}
        for row in rows:
            news = News(row["cause"], row["kind"], row["department"], row["at"].astimezone(now.tzinfo))
            _, _, page = pages.setdefault((row["subject"], row["cause"]), (news, row["after"], []))
            if row["follower"] is not None:
                since = row["since"].astimezone(now.tzinfo)
                page.append(Follower(row["follower"], tuple(row["channels"]), since))
        self._partitions, self._looked_at = frozenset(partitions), time.monotonic()
        self._next = await connection.fetchval(_NEXT, list(partitions)) or NEVER
        return [_due(subject, news, after, page) for (subject, _), (news, after, page) in pages.items()]

    def undone(self) -> None:
        """What was claimed is there again."""
        self._looked_at, self._next = 0.0, None


class MemoryFollowers:
    """What `Followers` promises, in memory."""

    effects = (KeepFollower, DropFollower, DropFollowers, Spread)

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], tuple[Follower, bytes]] = {}
        """Subject and name to who follows, and the box."""
        self.names: dict[str, tuple[str, ...]] = {}
        """Subject to the names of those who follow."""
        self.spreading: dict[tuple[str, str], tuple[int, Spread]] = {}
        """Subject and cause to the partition, and what is to be told from when."""
        self.store: MemoryStore | None = None

    def apply(self, applied: Sequence[Applied]) -> None:
        for one in applied:
            match one.effect:
                case KeepFollower(follower=follower, sealed=sealed):
                    if (one.subject, follower.id) not in self.kept:
                        self.kept[one.subject, follower.id] = (follower, sealed)
                        self.names[one.subject] = (*self.names.get(one.subject, ()), follower.id)
                case DropFollower(follower=name):
                    self.kept.pop((one.subject, name), None)
                    left = self.names.get(one.subject, ())
                    self.names[one.subject] = tuple(other for other in left if other != name)
                case DropFollowers():
                    for name in self.names.pop(one.subject, ()):
                        self.kept.pop((one.subject, name), None)
                case Spread(news=news) as spread:
                    self.spreading[one.subject, news.cause] = one.partition, spread

    def box(self, subject: str, follower: str) -> bytes:
        """The box of one who follows; empty once they left."""
        return self.kept[subject, follower][1] if (subject, follower) in self.kept else b""

    def next_due(self, partitions: Mapping[int, int]) -> datetime | None:
        return min((it.at for at, it in self.spreading.values() if at in partitions), default=NEVER)

    def any_due(self, partitions: Mapping[int, int], now: datetime) -> bool:
        """Whether a claim would find a page."""
        return bool(self._due(partitions, now))

    def claim(self, partitions: Mapping[int, int], now: datetime, limit: int) -> list[Input]:
        found: list[Input] = []
        for place in self._due(partitions, now)[: min(AT_ONCE, limit)]:
            _, spread = self.spreading.pop(place)
            subject, _ = place
            names = sorted(name for name in self.names.get(subject, ()) if name > spread.after)
            page = [self.kept[subject, name][0] for name in names[: A_PAGE + 1]]
            found.append(_due(subject, spread.news, spread.after, page))
        return found

    def _due(self, partitions: Mapping[int, int], now: datetime) -> list[tuple[str, str]]:
        due = [
            (spread.at, *place)
            for place, (partition, spread) in self.spreading.items()
            if spread.at <= now and partition in partitions and not self._held(place[0])
        ]
        return [(subject, cause) for _, subject, cause in sorted(due)]

    def _held(self, subject: str) -> bool:
        row = self.store.subject.get(subject) if self.store is not None else None
        return row is not None and row[1] > 0
