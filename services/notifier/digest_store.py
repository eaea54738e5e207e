"""Digests: what waits for the end of its hour in an inbox becomes one message, kept until it has ended.

A digest is named by inbox and hour, and its notices belong to it before it is sent: whoever sends it after a kill sends
the same words under the same id. Its notices lie in every partition; the digest lies in that of its inbox, whose owner
alone makes it up and sends it. That it has ended is written down once, and then each owner ends its own notices by it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import asyncpg
from msgspec import Struct
from msgspec.structs import replace

from chassis.store import Packing
from contracts.identity import derived, partition_of
from services.notifier.core.case import Case, Notice, Outcome, staff_page
from services.notifier.core.inboxes import (
    SIZES,
    Choice,
    Inbox,
    Line,
    Summary,
    digest_text,
    hour_of,
)
from services.notifier.inboxes import Boxes
from services.notifier.outgoing import DIGEST, LEASE_SECONDS, Delay, Outgoing
from services.notifier.store import MemoryClaims, owned

AT_A_TIME: Final = 16
"""Digests taken for sending at a time."""

_DUE: Final = """
select department, audience, channel from inbox i where ($2 or channel = 'robot') and exists (
    select from notice n where n.department = i.department and n.audience = i.audience
    and hour is not null and digest is null and state = 'pending' and hour < $1::timestamptz)
order by department, audience"""
# Where an inbox has had its digest of this hour, what came late waits for the next.
_NEW: Final = """
insert into digest (id, partition, department, audience, channel, hour)
select *, $6::timestamptz from unnest($1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::text[])
on conflict (id) do nothing returning id"""
_FILL: Final = """
with part as (
    update notice n set digest = d.id, channel = d.channel from digest d
    where d.id = any($1::uuid[]) and n.department = d.department and n.audience = d.audience
      and n.hour is not null and n.digest is null and n.state = 'pending' and n.hour < d.hour
    returning d.id, n.subject)
update digest set cases = counted.cases, notices = counted.notices
from (select id, count(distinct subject) as cases, count(*) as notices from part group by id) counted
where digest.id = counted.id"""
_TAKE: Final = """
with taken as (
    update digest set repeated = repeated or state = 'claimed', state = 'claimed', attempts = attempts + 1,
           next_at = clock_timestamp() + make_interval(secs => $3::float8)
    where id in (
        select id from digest where state in ('pending', 'claimed') and next_at <= clock_timestamp()
          and partition = any($1::smallint[])
          and case when channel = 'robot' then department <> all($4::text[]) else $5 end
        order by next_at limit $2::integer for update skip locked)
    returning *)
select taken.id::text, department, audience, channel, hour, cases, notices, attempts, repeated, address.sealed
from taken left join inbox_address address using (department, audience, channel)"""
_LINES: Final = """
select taken.id::text as digest, n.subject, n.text, s.number, s.partition, s.held, s.remembered
from unnest($1::uuid[], $2::integer[]) taken (id, cases)
cross join lateral (
    select subject, min(at) as since from notice where digest = taken.id and state in ('pending', 'claimed')
    group by subject order by since, subject limit taken.cases) first
join notice n on n.subject = first.subject and n.digest = taken.id and n.state in ('pending', 'claimed')
left join subject s on s.subject = n.subject
order by taken.id, first.since, n.subject, n.at, n.id"""
_LATER: Final = """
update digest d set state = case when later.lost then 'claimed' else 'pending' end, reason = later.reason,
       next_at = clock_timestamp() + make_interval(secs => later.seconds)
from unnest($1::text[], $2::float8[], $3::boolean[], $4::text[]) later (id, seconds, lost, reason)
where d.id = later.id::uuid and state in ('pending', 'claimed')"""
_END: Final = """
with ended as (
    update digest d set state = e.state, attempts = e.attempts, repeated = e.repeated, reason = e.reason
    from unnest($1::uuid[], $2::text[], $3::integer[], $4::boolean[], $5::text[]) e (id, state, attempts, repeated, reason)
    where d.id = e.id and d.state in ('pending', 'claimed') returning d.channel, d.state, d.partition)
insert into channel_month (month, channel, state, partition, count)
select $6::text, channel, state, partition, count(*) from ended group by channel, state, partition order by 2, 3, 4
on conflict (month, channel, state, partition) do update set count = channel_month.count + excluded.count"""
_ENDED: Final = """
select n.id::text, n.subject, n.cause, n.kind, n.audience, n.channel, n.department, n.text,
       d.state, d.attempts, d.repeated, d.reason
from notice n join digest d on d.id = n.digest
where n.digest is not null and n.state in ('pending', 'claimed') and n.partition = any($1::smallint[])
  and d.state in ('sent', 'failed')
order by n.digest, n.id limit $2::integer"""

Ended = tuple[str, Outcome]
"""Subject of a notice, and what became of it with its digest."""


class Digests(Protocol):
    """What the sender of digests takes, puts back and ends."""

    async def take(
        self, instance: str, partitions: Sequence[int], busy: Sequence[str], now: datetime, quiet: bool
    ) -> list[Outgoing]:
        """Make up the digests of hours that are over, and lease those that are due; `now` is city time.

        Only those of inboxes whose partition this instance owns, not for busy robots, and at night none that would
        wake somebody.
        """

    async def later(self, delays: Sequence[Delay]) -> None:
        """Put digests back."""

    async def end(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Digests have ended; once one has, nothing changes that."""

    async def ended(self, instance: str, partitions: Sequence[int], limit: int) -> list[Ended]:
        """Notices of owned partitions whose digest has ended and that have not."""


class PostgresDigests:
    """In notifier's schema."""

    def __init__(self, pool: asyncpg.Pool, boxes: Boxes, site: str = "") -> None:
        """`site` is the address of the pages, with which links begin."""
        self._pool = pool
        self._boxes = boxes
        self._site = site
        self._packing = Packing(Case)

    async def take(
        self, instance: str, partitions: Sequence[int], busy: Sequence[str], now: datetime, quiet: bool
    ) -> list[Outgoing]:
        hour = hour_of(now)
        async with self._pool.acquire() as connection, connection.transaction():
            own = await owned(connection, instance, partitions)
            if not own:
                return []
            due = [
                (Inbox(row["department"], row["audience"]), row["channel"])
                for row in await connection.fetch(_DUE, hour, not quiet)
            ]
            if due := [(inbox, channel) for inbox, channel in due if partition_of(inbox.subject) in own]:
                await _make_up(connection, due, hour)
            rows = await connection.fetch(_TAKE, own, AT_A_TIME, LEASE_SECONDS, list(busy), not quiet)
            lines = await self._lines(connection, rows) if rows else {}
            return [self._outgoing(row, lines.get(row["id"], []), now) for row in rows]

    async def _lines(self, connection: Any, rows: Sequence[asyncpg.Record]) -> dict[str, list[Line]]:
        """Digest to the notices of its first cases, as many as its channel takes."""
        most = [SIZES[row["channel"]].cases for row in rows]
        found: dict[str, list[Line]] = {}
        for each in await connection.fetch(_LINES, [row["id"] for row in rows], most):
            number = each["number"] or ""
            page = staff_page(each["subject"], number)
            line = Line(each["subject"], number, self._title(each), each["text"], page)
            found.setdefault(each["digest"], []).append(line)
        return found

    def _outgoing(self, row: asyncpg.Record, lines: Sequence[Line], now: datetime) -> Outgoing:
        hour = row["hour"].astimezone(now.tzinfo)
        inbox = Inbox(row["department"], row["audience"])
        sealed = row["sealed"]
        contact = {} if sealed is None else self._boxes.opened(inbox, row["channel"], sealed)
        text = digest_text(Summary(row["cases"], row["notices"], hour), lines, row["channel"], self._site)
        return _as_notice(row["id"], inbox, row["channel"], text, row["attempts"], row["repeated"], contact)

    def _title(self, row: asyncpg.Record) -> str:
        if row["remembered"] is None:
            return ""
        remembered = self._packing.unpack(row["subject"], row["partition"], row["held"], row["remembered"])
        title: str = remembered.state.title
        return title

    async def later(self, delays: Sequence[Delay]) -> None:
        await self._pool.execute(
            _LATER,
            [delay.id for delay in delays],
            [delay.seconds for delay in delays],
            [delay.lost for delay in delays],
            [delay.reason for delay in delays],
        )

    async def end(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        await self._pool.execute(
            _END,
            [outcome.notice.id for outcome in outcomes],
            [outcome.state for outcome in outcomes],
            [outcome.attempts for outcome in outcomes],
            [outcome.repeated for outcome in outcomes],
            [outcome.reason for outcome in outcomes],
            f"{now:%Y-%m}",
        )

    async def ended(self, instance: str, partitions: Sequence[int], limit: int) -> list[Ended]:
        async with self._pool.acquire() as connection, connection.transaction():
            own = await owned(connection, instance, partitions)
            rows = await connection.fetch(_ENDED, own, limit) if own else []
        return [
            (
                row["subject"],
                Outcome(
                    Notice(*(row[name] for name in _NOTICE)),
                    row["state"],
                    row["attempts"],
                    row["repeated"],
                    row["reason"],
                ),
            )
            for row in rows
        ]


_NOTICE: Final = ("id", "cause", "kind", "audience", "channel", "department", "text")


async def _make_up(connection: Any, due: Sequence[tuple[Inbox, str]], hour: datetime) -> None:
    """The digests of inboxes, each with its channel, in this hour."""
    made = await connection.fetch(
        _NEW,
        [named(inbox, hour) for inbox, _ in due],
        [partition_of(inbox.subject) for inbox, _ in due],
        [inbox.department for inbox, _ in due],
        [inbox.audience for inbox, _ in due],
        [channel for _, channel in due],
        hour,
    )
    if made:
        await connection.execute(_FILL, [row["id"] for row in made])


def named(inbox: Inbox, hour: datetime) -> str:
    """The id of an inbox's digest that is made up in an hour: there is one, whoever makes it up."""
    return derived(f"{inbox.subject}@{hour.astimezone(UTC):%Y%m%dT%H}", DIGEST)


def _as_notice(
    identity: str,
    inbox: Inbox,
    channel: str,
    text: str,
    attempts: int,
    repeated: bool,
    contact: dict[str, str],
) -> Outgoing:
    notice = Notice(identity, "", DIGEST, inbox.audience, channel, inbox.department, text)
    return Outgoing(inbox.subject, notice, attempts, repeated, contact)


class _Kept(Struct):
    """A digest as the twin keeps it."""

    inbox: Inbox
    channel: str
    hour: datetime
    notices: list[str]
    state: str = "pending"
    attempts: int = 0
    repeated: bool = False
    reason: str = ""
    leased: bool = False


class MemoryDigests:
    """The twin, on the twin of the notices."""

    def __init__(self, claims: MemoryClaims, site: str = "") -> None:
        self._claims = claims
        self._site = site
        self.digests: dict[str, _Kept] = {}

    async def take(
        self, instance: str, partitions: Sequence[int], busy: Sequence[str], now: datetime, quiet: bool
    ) -> list[Outgoing]:
        hour = hour_of(now)
        for inbox, choice in sorted(self._claims.inboxes.choices.items()):
            awake = choice.channel == "robot" or not quiet
            if awake and partition_of(inbox.subject) in partitions:
                self._make_up(inbox, choice, hour)
        taken = []
        for identity, kept in self.digests.items():
            at_rest = kept.inbox.department in busy if kept.channel == "robot" else quiet
            if kept.state not in ("pending", "claimed") or kept.leased or at_rest:
                continue
            if partition_of(kept.inbox.subject) not in partitions:
                continue
            kept.repeated |= kept.state == "claimed"
            kept.state, kept.leased = "claimed", True
            kept.attempts += 1
            contact = self._claims.inboxes.address(kept.inbox, kept.channel)
            text = self._text(kept)
            taken.append(
                _as_notice(identity, kept.inbox, kept.channel, text, kept.attempts, kept.repeated, contact)
            )
        return taken

    def _make_up(self, inbox: Inbox, choice: Choice, hour: datetime) -> None:
        rows, identity = self._claims.rows, named(inbox, hour)
        waiting = [
            notice
            for notice, row in self._claims.still_open()
            if (row.notice.department, row.notice.audience) == inbox and row.state == "pending"
            if row.hour is not None and row.hour < hour and not row.digest
        ]
        if not waiting or identity in self.digests:
            return
        for notice in waiting:
            row = rows[notice]
            told = replace(row.notice, channel=choice.channel)
            rows[notice] = replace(row, digest=identity, notice=told)
        self.digests[identity] = _Kept(inbox, choice.channel, hour, waiting)

    def _text(self, kept: _Kept) -> str:
        assert self._claims.store is not None
        lines = []
        for notice in kept.notices:
            row = self._claims.rows[notice]
            case = self._claims.store.state_of(row.subject)
            page = staff_page(row.subject, case.number)
            lines.append(Line(row.subject, case.number, case.title, row.notice.text, page))
        summary = Summary(len({line.subject for line in lines}), len(lines), kept.hour)
        return digest_text(summary, lines, kept.channel, self._site)

    async def later(self, delays: Sequence[Delay]) -> None:
        """Due again at once, where nothing was lost; else when leases run out."""
        for delay in delays:
            kept = self.digests[delay.id]
            kept.state = "claimed" if delay.lost else "pending"
            kept.leased, kept.reason = delay.lost, delay.reason

    def let_leases_run_out(self) -> None:
        """What was taken and has not ended may be taken again."""
        for kept in self.digests.values():
            kept.leased = False

    async def end(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        for outcome in outcomes:
            kept = self.digests[outcome.notice.id]
            if kept.state in ("pending", "claimed"):
                kept.state, kept.attempts = outcome.state, outcome.attempts
                kept.repeated, kept.reason = outcome.repeated, outcome.reason

    async def ended(self, instance: str, partitions: Sequence[int], limit: int) -> list[Ended]:
        found: list[Ended] = []
        for _, row in self._claims.still_open():
            kept = self.digests.get(row.digest)
            if kept is None or kept.state not in ("sent", "failed") or row.partition not in partitions:
                continue
            outcome = Outcome(row.notice, kept.state, kept.attempts, kept.repeated, kept.reason)
            found.append((row.subject, outcome))
        return found[:limit]
