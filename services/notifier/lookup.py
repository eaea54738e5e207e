"""What people look up of notices: those about a post, and the operator's outbox."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

import asyncpg
from msgspec import convert

from chassis.postgres import lookup as states
from services.notifier.core.answers import ChannelMonth, OutboxNotice, ToldNotice
from services.notifier.core.case import Case

_ABOUT: Final = """
select id::text as notice, cause, kind, audience, channel, department, text, state, attempts, repeated, reason, at
from notice where subject = $1::text and follower = '' order by at, id"""

# $1 limit, $2 channel or empty, $3 and $4 the hours of one day or null.
_OF_A_DAY: Final = "($3::timestamptz is null or at >= $3 and at < $4::timestamptz)"
_WAITING: Final = f"""
select * from (
    (select * from notice where channel <> 'robot' and state in ('pending', 'claimed')
     and ($2::text = '' or channel = $2) and {_OF_A_DAY} order by next_at limit $1::integer)
    union all
    (select * from notice where channel = 'robot' and state in ('pending', 'claimed')
     and $2 in ('', 'robot') and {_OF_A_DAY} order by department, next_at limit $1::integer)) waiting
order by next_at, id limit $1::integer"""
_FAILED: Final = f"""
select * from notice where state = 'failed' and ($2::text = '' or channel = $2) and {_OF_A_DAY}
order by at desc, id desc limit $1::integer"""
_SENT: Final = """
select * from notice where state = 'sent' and ($2::text = '' or channel = $2)
and at >= $3::timestamptz and at < $4::timestamptz order by at desc, id desc limit $1::integer"""
# What waits for a digest is tried with it.
# What is told stands on the case: who keeps the channels reads no word of it.
_SHOWN: Final = """
select n.id::text as notice, s.number, n.kind, n.audience, n.channel, n.department, n.state,
       case when n.state in ('pending', 'claimed') then coalesce(d.attempts, n.attempts) else n.attempts end as attempts,
       n.repeated or coalesce(d.repeated, false) as repeated, coalesce(nullif(n.reason, ''), d.reason, '') as reason, n.at,
       case when n.hour is null then n.next_at else coalesce(d.next_at, n.hour + interval '1 hour') end as next_at,
       n.arrived_at,
       n.hour is not null as hourly
from ({rows}) n left join subject s on s.subject = n.subject left join digest d on d.id = n.digest"""

_COUNTS: Final = """
select channel, count(*) as waiting from notice where channel <> 'robot' and state in ('pending', 'claimed') group by 1
union all
select 'robot', count(*) from notice where channel = 'robot' and state in ('pending', 'claimed') having count(*) > 0"""
_MONTHS: Final = """
select month, channel, state, sum(count)::bigint as count from channel_month
group by month, channel, state order by month desc, channel, state limit 120"""

STATES: Final = {"waiting": _WAITING, "failed": _FAILED, "sent": _SENT}
"""What an operator may ask for, and the query that finds it by its index."""


class Lookup:
    """The web side's questions to PostgreSQL. Instants are given in city time."""

    def __init__(self, pool: asyncpg.Pool, zone: tzinfo) -> None:
        self._pool = pool
        self._cases = states.Lookup(pool, Case)
        self._zone = zone

    async def notices(self, number: str) -> list[ToldNotice] | None:
        """The notices about a post, in order of what they tell; None for an unknown number."""
        subject = await self._pool.fetchval(
            "select subject from subject where number = $1::text and number <> ''", number
        )
        if subject is None:
            return None
        return convert(self._rows(await self._pool.fetch(_ABOUT, subject)), list[ToldNotice])

    async def department(self, number: str) -> str | None:
        """The unit that holds the post."""
        found = await self._cases.by_number(number)
        return None if found is None else found[1].department

    async def outbox(self, state: str, channel: str, day: date | None, limit: int) -> list[OutboxNotice]:
        """Notices that wait, longest first; that failed, newest first; or that were sent, newest first.

        An empty channel stands for all; `day` is the city's. What was sent is asked for by day, as its index is.
        """
        begins, ends = (None, None) if day is None else _hours(day, self._zone)
        rows = await self._pool.fetch(_SHOWN.format(rows=STATES[state]), limit, channel, begins, ends)
        return convert(self._rows(rows), list[OutboxNotice])

    async def waiting(self) -> dict[str, int]:
        """Channel to the number of notices that wait for it."""
        return {row["channel"]: row["waiting"] for row in await self._pool.fetch(_COUNTS)}

    async def months(self) -> list[ChannelMonth]:
        """What each channel sent, failed to send and was spared, month by month, newest first."""
        months: dict[tuple[str, str], dict[str, Any]] = {}
        for row in await self._pool.fetch(_MONTHS):
            place = (row["month"], row["channel"])
            counted = months.setdefault(place, {"month": place[0], "channel": place[1]})
            counted[row["state"]] = row["count"]
        return convert(list(months.values()), list[ChannelMonth])

    def _rows(self, rows: Sequence[asyncpg.Record]) -> list[dict[str, Any]]:
        shown = []
        for row in rows:
            values = dict(row)
            for name in ("at", "next_at", "arrived_at"):
                if values.get(name) is not None:
                    values[name] = values[name].astimezone(self._zone)
            shown.append(values)
        return shown


def _hours(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """When a city's day begins and the next one does; the first and the last that can be named begin in UTC."""
    edge = day in (date.min, date.max)
    begins = datetime.combine(day, time(), UTC if edge else zone)
    return begins, begins + timedelta(days=0 if edge else 1)
