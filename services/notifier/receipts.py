"""Receipts: what providers say later became of messages they had taken; kept by whoever is told, worked on by who owns the notice.

A receipt may come before the notice is known to be sent, so it waits for its notice; one whose notice is another system's of the
same account waits in vain, and is passed over. A notice that arrived is marked; one that did not has failed, by a rule, and is told by
the next channel. A digest's notices lie in every partition: each owner ends its own.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

import asyncpg
from msgspec.structs import replace

from chassis.clock import real_seconds
from chassis.engine.listener import Listener
from chassis.metrics import Metrics
from services.notifier.core.case import Notice, Outcome, Receipt
from services.notifier.delivery import hand_in
from services.notifier.digest_store import MemoryDigests
from services.notifier.store import MemoryClaims, Row, owned

LOOK_SECONDS: Final = 1.0
"""Real time between two looks for receipts."""
FORGET_SECONDS: Final = 3600.0
"""Real time between two looks for old ones."""
AT_ONCE: Final = 500
"""Notices that have failed by receipts, handed to the engine together."""

BY_NOTICE: Final = ("mail", "sms")
"""Channels whose receipts name the notice or the digest itself."""

_TAKE_IN: Final = """
insert into receipt (channel, message, notice, arrived, reason)
select channel, message, notice::uuid, arrived, reason
from unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::text[]) given (channel, message, notice, arrived, reason)
order by channel, message on conflict (channel, message) do nothing"""
# A receipt waits an hour for its notice, which is known to be sent within seconds.
_ANY: Final = "select exists (select from receipt where open and at > clock_timestamp() - interval '1 hour')"
_FOUND: Final = """
with waiting as (select * from receipt where open and at > clock_timestamp() - interval '1 hour'),
found as (
    select w.channel, w.message, w.arrived, w.reason, n.id, n.state from waiting w
    join notice n on n.channel = w.channel and n.message = w.message and n.message <> '' where w.notice is null
    union all
    select w.channel, w.message, w.arrived, w.reason, n.id, n.state from waiting w
    join notice n on n.id = w.notice and n.channel = w.channel
    union all
    select w.channel, w.message, w.arrived, w.reason, n.id, n.state from waiting w
    join notice n on n.digest = w.notice and n.channel = w.channel)"""
_ARRIVED: Final = f"""
{_FOUND}
update notice n set arrived_at = clock_timestamp() from found
where n.id = found.id and found.arrived and found.state = 'sent' and n.arrived_at is null"""
# Its notices that had not ended yet end as it did.
_DIGESTS: Final = """
update digest d set state = 'failed', reason = r.reason from receipt r
where r.open and not r.arrived and r.notice = d.id and r.channel = d.channel and d.state = 'sent'"""
_FAILED: Final = f"""
{_FOUND}
select n.id::text, n.subject, n.cause, n.kind, n.audience, n.channel, n.department, n.text, n.attempts, n.repeated,
       n.follower, n.others, found.reason, found.message
from found join notice n on n.id = found.id
where not found.arrived and found.state = 'sent' and n.partition = any($1::smallint[])
order by n.id limit $2::integer"""
_CLOSE: Final = f"""
{_FOUND},
done as (
    select found.channel, found.message from found join notice n on n.id = found.id group by 1, 2
    having bool_and(case when found.arrived then n.arrived_at is not null else n.state in ('failed', 'suppressed') end))
update receipt r set open = false from done where r.channel = done.channel and r.message = done.message"""
_FORGET: Final = "delete from receipt where at < clock_timestamp() - interval '30 days'"
_NOTICE: Final = ("id", "cause", "kind", "audience", "channel", "department", "text")

Failed = tuple[str, Outcome, str]
"""Subject of a notice, what became of it, and the message that says so."""


class Receipts(Protocol):
    """Where receipts are kept, and the notices that they are about."""

    async def take_in(self, receipts: Sequence[Receipt]) -> None:
        """Keep them; the first word about a message stands."""

    async def mark(self) -> bool:
        """Mark notices that arrived, and digests that did not; False when no receipt waits."""

    async def failed(self, instance: str, partitions: Sequence[int], limit: int) -> list[Failed]:
        """Notices of owned partitions that were sent and did not arrive."""

    async def close(self) -> None:
        """Receipts whose notices have all ended by them wait no more."""

    async def forget(self) -> None:
        """Delete what is a month old."""


class PostgresReceipts:
    """In notifier's schema."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def take_in(self, receipts: Sequence[Receipt]) -> None:
        await self._pool.execute(
            _TAKE_IN,
            [receipt.channel for receipt in receipts],
            [receipt.message for receipt in receipts],
            [receipt.message if receipt.channel in BY_NOTICE else None for receipt in receipts],
            [receipt.arrived for receipt in receipts],
            [receipt.reason for receipt in receipts],
        )

    async def mark(self) -> bool:
        if not await self._pool.fetchval(_ANY):
            return False
        await self._pool.execute(_ARRIVED)
        await self._pool.execute(_DIGESTS)
        return True

    async def failed(self, instance: str, partitions: Sequence[int], limit: int) -> list[Failed]:
        async with self._pool.acquire() as connection, connection.transaction():
            own = await owned(connection, instance, partitions)
            rows = await connection.fetch(_FAILED, own, limit) if own else []
        return [_failed(row) for row in rows]

    async def close(self) -> None:
        await self._pool.execute(_CLOSE)

    async def forget(self) -> None:
        await self._pool.execute(_FORGET)


def _failed(row: asyncpg.Record) -> Failed:
    notice = replace(
        Notice(*(row[name] for name in _NOTICE)),
        follower=row["follower"],
        others=tuple(row["others"].split()),
    )
    outcome = Outcome(notice, "failed", row["attempts"], row["repeated"], row["reason"])
    return row["subject"], outcome, row["message"]


class MemoryReceipts:
    """The twin, on the twins of notices and digests."""

    def __init__(self, claims: MemoryClaims, digests: MemoryDigests | None = None) -> None:
        self._claims = claims
        self._digests = digests
        self.kept = claims.receipts
        """Those that wait, and those that are done."""
        self._done: set[tuple[str, str]] = set()

    async def take_in(self, receipts: Sequence[Receipt]) -> None:
        for receipt in receipts:
            key = (receipt.channel, receipt.message)
            if key not in self.kept:
                self.kept[key] = receipt
                self._done.discard(key)

    async def mark(self) -> bool:
        for receipt in self.open():
            for identity, row in self.about(receipt):
                if receipt.arrived and row.state == "sent":
                    self._claims.rows[identity] = replace(row, arrived=True)
            digest = self._digests.digests.get(receipt.message) if self._digests is not None else None
            if digest is None or digest.channel != receipt.channel:
                continue
            if not receipt.arrived and digest.state == "sent":
                digest.state, digest.reason = "failed", receipt.reason
        return bool(self.open())

    async def failed(self, instance: str, partitions: Sequence[int], limit: int) -> list[Failed]:
        return [
            (
                row.subject,
                Outcome(row.notice, "failed", row.attempts, row.repeated, receipt.reason),
                receipt.message,
            )
            for receipt in self.open()
            for _, row in self.about(receipt)
            if not receipt.arrived and row.state == "sent" and row.partition in partitions
        ][:limit]

    async def close(self) -> None:
        for receipt in self.open():
            rows = [row for _, row in self.about(receipt)]
            ended = (
                row.arrived if receipt.arrived else row.state in ("failed", "suppressed") for row in rows
            )
            if rows and all(ended):
                self._done.add((receipt.channel, receipt.message))

    async def forget(self) -> None:
        """Nothing is a month old in memory."""

    def open(self) -> list[Receipt]:
        """Those whose notices have not all ended by them."""
        return [receipt for key, receipt in self.kept.items() if key not in self._done]

    def about(self, receipt: Receipt) -> Iterator[tuple[str, Row]]:
        """The notices that it tells of, by their ids; looked up, since a simulation keeps thousands and asks as often."""
        if receipt.channel in BY_NOTICE:
            digest = self._digests.digests.get(receipt.message) if self._digests is not None else None
            named = [receipt.message, *(digest.notices if digest is not None else ())]
        else:
            named = self._claims.messages.get(receipt.message, [])
        for identity in named:
            row = self._claims.rows.get(identity)
            # A notice that is sent again has another message, and is part of no digest.
            if (
                row is not None
                and row.notice.channel == receipt.channel
                and receipt.message in (identity, row.digest, row.message)
            ):
                yield identity, row


class ReceiptKeeper:
    """Does what receipts say, of the notices of this instance's partitions. `step` does one batch, for whoever drives it."""

    def __init__(self, receipts: Receipts, listener: Listener, metrics: Metrics | None = None) -> None:
        self._receipts = receipts
        self._listener = listener
        self._metrics = metrics

    async def run(self) -> None:
        """For the life of the process."""
        forgotten = real_seconds()
        while True:
            if not self._listener.positions or self._listener.halted or not await self.step():
                await asyncio.sleep(LOOK_SECONDS)
            if real_seconds() >= forgotten + FORGET_SECONDS:
                await self._receipts.forget()
                forgotten = real_seconds()

    async def step(self) -> int:
        """One batch; returns how many notices have failed by it. What no rule could take in is found again at the next."""
        if not await self._receipts.mark():
            return 0
        found = await self._receipts.failed(self._listener.instance, self._listener.partitions, AT_ONCE)
        ends = [(subject, one, f"{one.notice.id}/receipt/{message}") for subject, one, message in found]
        ended = await hand_in(self._listener, ends, self._metrics)
        await self._receipts.close()
        return ended
