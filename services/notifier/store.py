"""Where notifier keeps posts and notices: claimed, sent under their id, marked; PostgreSQL and its twin."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg
from msgspec import Struct
from msgspec.structs import replace

from chassis.memory.store import MemoryStore
from chassis.postgres.store import PostgresStore
from chassis.store import Applied, Column, Packing
from chassis.vault import Keys, LinkSecret
from services.notifier.contacts import contacts_of
from services.notifier.core.case import Case, Claim, Notice, Receipt, Reroute, Settle, new
from services.notifier.core.inboxes import Choice, Inbox, held_in
from services.notifier.core.preference import rerouted
from services.notifier.followers import Followers, MemoryFollowers
from services.notifier.inboxes import Boxes, MemoryInboxes
from services.notifier.outgoing import LEASE_SECONDS, Delay, Outgoing
from services.notifier.rerouting import Rerouting
from services.notifier.statements import AGAIN, CLAIM_ROWS, LATER, OWNER, SETTLE, TAKE, TO_FOLLOWERS

ROBOTS: Final = 8
"""Robots at most whose digests are taken at a time."""

COLUMNS: Final = (Column[Case]("number", "text", lambda case: case.number),)


class Claims:
    """Keeps the notices that rules claim and settle, in PostgreSQL; wakes the sender."""

    effects = (Claim, Settle)

    def __init__(self) -> None:
        self.claimed = asyncio.Event()

    async def apply(self, connection: asyncpg.Connection, applied: Sequence[Applied]) -> None:
        """A statement for each kind of effect, whatever the batch holds."""
        claims = [(one, one.effect.notice) for one in applied if isinstance(one.effect, Claim)]
        if claims:
            await connection.execute(
                CLAIM_ROWS,
                [notice.id for _, notice in claims],
                [one.partition for one, _ in claims],
                [one.subject for one, _ in claims],
                [notice.cause for _, notice in claims],
                [notice.kind for _, notice in claims],
                [notice.audience for _, notice in claims],
                [notice.channel for _, notice in claims],
                [notice.department for _, notice in claims],
                [notice.text for _, notice in claims],
                [notice.at or applied.now for applied, notice in claims],
                [notice.at_night for _, notice in claims],
                [notice.direct for _, notice in claims],
                [_hour(one, notice) for one, notice in claims],
                [notice.follower for _, notice in claims],
                [" ".join(notice.others) for _, notice in claims],
            )
            self.claimed.set()
        settles = [(one.now, one.effect) for one in applied if isinstance(one.effect, Settle)]
        if settles:
            await connection.execute(
                SETTLE,
                [settle.id for _, settle in settles],
                [settle.state for _, settle in settles],
                [settle.attempts for _, settle in settles],
                [settle.reason for _, settle in settles],
                [settle.repeated for _, settle in settles],
                f"{settles[0][0]:%Y-%m}",  # city time: one for the whole batch
                [settle.message for _, settle in settles],
                [settle.parts for _, settle in settles],
            )


async def owned(connection: Any, instance: str, partitions: Sequence[int]) -> list[int]:
    """Those of the partitions that the instance owns; their positions are locked as long as the transaction lasts.

    Every batch holds this lock until its commit is made. One whose connection was lost meanwhile may be made yet: what
    it ends would be found as open, and ended twice, by whoever does not wait for it.
    """
    return [row["partition"] for row in await connection.fetch(OWNER, list(partitions), instance)]


class PostgresNotices:
    """The sender's side of the table."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        keys: Keys,
        claims: Claims,
        links: LinkSecret | None = None,
        boxes: Boxes | None = None,
    ) -> None:
        """`links` make what ends the notices of a post; `boxes` hold what inboxes chose."""
        self._pool = pool
        self._boxes = boxes
        self._links = links
        self._keys = keys
        self._claims = claims
        self._packing = Packing(Case)

    async def take(
        self, instance: str, partitions: Sequence[int], busy: Sequence[str], limit: int, citizens: bool = True
    ) -> list[Outgoing]:
        """Notices that are due, leased."""
        async with self._pool.acquire() as connection, connection.transaction():
            own = await owned(connection, instance, partitions)
            if not own:
                return []
            rows = await connection.fetch(TAKE, own, list(busy), limit, LEASE_SECONDS, ROBOTS, citizens)
            # A robot's line says the number itself.
            cases = await self._cases(connection, [r["subject"] for r in rows if r["channel"] != "robot"])
            of_authors = {row["subject"] for row in rows if row["audience"] == "citizen"}
            sealed = {it: case.sealed for it, case in cases.items() if it in of_authors and case.sealed}
            sealed |= {row["follower"]: row["sealed"] for row in rows if row["follower"] and row["sealed"]}
            contacts = await contacts_of(self._keys, connection, sealed)
        return [
            Outgoing(
                subject=row["subject"],
                notice=Notice(
                    row["id"],
                    row["cause"],
                    row["kind"],
                    row["audience"],
                    row["channel"],
                    row["department"],
                    row["text"],
                    follower=row["follower"],
                    others=tuple(row["others"].split()),
                ),
                attempts=row["attempts"],
                repeated=row["repeated"],
                contact=contacts.get(row["follower"] or row["subject"], {})
                if row["audience"] == "citizen"
                else self._address_of(row),
                **_about(cases.get(row["subject"]), row["audience"], row["follower"], self._links),
            )
            for row in rows
        ]

    def _address_of(self, row: asyncpg.Record) -> dict[str, str]:
        """What an inbox chose to be told at; nothing for the unit's own robot."""
        if self._boxes is None or row["sealed"] is None:
            return {}
        return self._boxes.opened(Inbox(row["department"], row["audience"]), row["channel"], row["sealed"])

    async def later(self, delays: Sequence[Delay]) -> None:
        """Put notices back."""
        await self._pool.execute(
            LATER,
            [delay.id for delay in delays],
            [delay.seconds for delay in delays],
            [delay.lost for delay in delays],
            [delay.reason for delay in delays],
        )

    async def again(self, ids: Sequence[str]) -> list[str]:
        """Those of these notices that failed are due once more, each as a repeat of itself; returns their ids.

        No rule decides here and no fact is said, so any process may do it, whoever owns the posts: a notice that
        failed is nobody's until it is due again.
        """
        taken = [row["id"] for row in await self._pool.fetch(AGAIN, list(ids))]
        if taken:
            self._claims.claimed.set()
        return taken

    async def to_followers(self, month: str) -> int:
        """Text messages that followers were sent in a month of the city, as they are charged."""
        count: int = await self._pool.fetchval(TO_FOLLOWERS, month)
        return count

    async def wait(self, seconds: float) -> None:
        """Until something was claimed, at most `seconds`."""
        try:
            await asyncio.wait_for(self._claims.claimed.wait(), seconds)
        except TimeoutError:
            pass
        self._claims.claimed.clear()

    async def _cases(self, connection: asyncpg.Connection, subjects: Sequence[str]) -> dict[str, Case]:
        if not subjects:
            return {}
        rows = await connection.fetch(
            "select subject, remembered from subject where subject = any($1::text[])",
            list(subjects),
        )
        cases: dict[str, Case] = {row["subject"]: self._packing.state(row["remembered"]) for row in rows}
        return cases


def _hour(applied: Applied, notice: Notice) -> datetime | None:
    """The hour whose digest the notice would wait for, should its inbox have chosen digests."""
    if notice.audience == "citizen" or notice.direct:
        return None
    return held_in(notice.kind, Choice(hourly=True), applied.now)


def _about(case: Case | None, audience: str, follower: str, links: LinkSecret | None) -> dict[str, Any]:
    """What a notice knows of its post."""
    if case is None:
        return {}
    number = case.number
    if audience != "citizen":
        return {"number": number}
    if follower:
        return {"number": number, "stop_token": links.follower_token(number, follower) if links else ""}
    return {
        "number": number,
        "stop_token": links.stop_token(number) if links else "",
        "unsubscribed": case.chosen == "none",
    }


class Row(Struct, frozen=True):
    """A notice as the twin keeps it."""

    subject: str
    partition: int
    notice: Notice
    state: str = "pending"
    attempts: int = 0
    repeated: bool = False
    reason: str = ""
    leased: bool = False
    """Taken, and its lease has not run out."""
    hour: datetime | None = None
    """It waits for the digest of this hour of the city."""
    digest: str = ""
    """The digest it is part of."""
    message: str = ""
    """The provider's number of the message."""
    arrived: bool = False
    """A receipt said so."""


class MemoryClaims:
    """The twin of both sides. Real time does not pass in memory: a lease runs out when the driver says so."""

    effects = (Claim, Reroute, Settle)

    def __init__(self, keys: Keys, links: LinkSecret | None = None) -> None:
        self._keys = keys
        self._links = links
        self.inboxes = MemoryInboxes()
        self.followers = MemoryFollowers()
        self.rows: dict[str, Row] = {}
        """Id to notice."""
        self.messages: dict[str, list[str]] = {}
        """A provider's number of a message to the ids of the notices that it said."""
        self.open: dict[str, None] = {}
        """Ids of what has not ended, and of some that have: whoever looks for what is due need not pass all there ever were."""
        self.receipts: dict[tuple[str, str], Receipt] = {}
        """Channel and message to the first word about it."""
        self.store: MemoryStore | None = None

    def apply(self, applied: Sequence[Applied]) -> None:
        """What rules claim and settle."""
        for one in applied:
            if isinstance(one.effect, Claim):
                identity = one.effect.notice.id
                if identity not in self.rows:
                    self.rows[identity] = self._row(one, one.effect.notice)
                    self.open[identity] = None
            elif isinstance(one.effect, Reroute):
                self._reroute(one.subject, one.effect)
            elif isinstance(one.effect, Settle):
                end = one.effect
                self.rows[end.id] = replace(
                    self.rows[end.id],
                    state=end.state,
                    attempts=end.attempts,
                    reason=end.reason,
                    repeated=self.rows[end.id].repeated or end.repeated,
                    message=end.message or self.rows[end.id].message,
                )
                if end.message:
                    self.messages.setdefault(end.message, []).append(end.id)

    def _reroute(self, subject: str, chosen: Reroute) -> None:
        """What waits for the author and was not tried yet goes as they chose last."""
        for identity, row in self.still_open():
            notice = row.notice
            of_author = notice.audience == "citizen" and not notice.follower
            if row.subject != subject or not of_author or row.attempts or row.repeated:
                continue
            del self.rows[identity], self.open[identity]
            again = rerouted(notice, chosen)
            self.rows[again.id], self.open[again.id] = replace(row, notice=again), None

    def _row(self, applied: Applied, notice: Notice) -> Row:
        """As the inbox chose, where staff are told."""
        inbox = Inbox(notice.department, notice.audience)
        chosen = None if notice.direct else self.inboxes.choices.get(inbox)
        if chosen is None:
            return Row(applied.subject, applied.partition, notice)
        hour = held_in(notice.kind, chosen, applied.now)
        return Row(applied.subject, applied.partition, replace(notice, channel=chosen.channel), hour=hour)

    def still_open(self) -> list[tuple[str, Row]]:
        """What has not ended; what has is forgotten as open."""
        found = [(identity, self.rows[identity]) for identity in self.open]
        self.open = {identity: None for identity, row in found if row.state in ("pending", "claimed")}
        return [(identity, row) for identity, row in found if identity in self.open]

    async def take(
        self, instance: str, partitions: Sequence[int], busy: Sequence[str], limit: int, citizens: bool = True
    ) -> list[Outgoing]:
        """Notices that are due, leased."""
        outgoing: list[Outgoing] = []
        taken: Counter[str] = Counter()
        """Robot's department, or nothing for citizens, to notices taken."""
        assert self.store is not None
        for identity, row in self.still_open():
            if row.leased or row.hour is not None or row.partition not in partitions:
                continue
            notice = row.notice
            robot = notice.department if notice.channel == "robot" else ""
            full = robot and robot not in taken and len(taken.keys() - {""}) >= ROBOTS
            if (
                robot in busy
                or taken[robot] >= limit
                or full
                or (not robot and not citizens and not notice.at_night)
            ):
                continue
            taken[robot] += 1
            row = replace(
                row,
                repeated=row.repeated or row.state == "claimed",
                state="claimed",
                attempts=row.attempts + 1,
                leased=True,
            )
            self.rows[identity] = row
            case = self.store.state_of(row.subject)
            if notice.audience == "citizen":
                box = self.followers.box(row.subject, notice.follower) if notice.follower else case.sealed
                name = notice.follower or row.subject
                contact = (await contacts_of(self._keys, None, {name: box} if box else {})).get(name, {})
            else:
                contact = self.inboxes.address(Inbox(notice.department, notice.audience), notice.channel)
            about = _about(case, notice.audience, notice.follower, self._links)
            outgoing.append(Outgoing(row.subject, notice, row.attempts, row.repeated, contact, **about))
        return outgoing

    async def later(self, delays: Sequence[Delay]) -> None:
        """Due again at once, where nothing was lost; else when leases run out."""
        for delay in delays:
            state = "claimed" if delay.lost else "pending"
            self.rows[delay.id] = replace(
                self.rows[delay.id], state=state, leased=delay.lost, reason=delay.reason
            )

    async def to_followers(self, month: str) -> int:
        """Messages to followers; in memory all months count as one."""
        rows = self.rows.values()
        return sum(row.state == "sent" and row.notice.channel == "sms" for row in rows if row.notice.follower)

    async def again(self, ids: Sequence[str]) -> list[str]:
        """Those of these that failed are due once more, each as a repeat of itself."""
        taken = [one for one in dict.fromkeys(ids) if one in self.rows and self.rows[one].state == "failed"]
        for identity in taken:
            row = self.rows[identity]
            self.rows[identity] = Row(row.subject, row.partition, row.notice, repeated=True)
            self.open[identity] = None
            self.receipts.pop((row.notice.channel, identity), None)
        return taken

    def let_leases_run_out(self) -> None:
        """What was taken and has not ended may be taken again."""
        self.rows = {identity: replace(row, leased=False) for identity, row in self.rows.items()}

    async def wait(self, seconds: float) -> None:
        """Whoever drives the twin knows when there is something to send."""
        await asyncio.sleep(0)


def postgres(pool: asyncpg.Pool, claims: Claims) -> PostgresStore:
    """The store of one instance."""
    followers = Followers()
    return PostgresStore(pool, Case, new, COLUMNS, (claims, Rerouting(), followers), (followers,))


def memory(keys: Keys, links: LinkSecret | None = None) -> tuple[MemoryStore, MemoryClaims]:
    """The twin, and its notices."""
    claims = MemoryClaims(keys, links)
    store = MemoryStore(Case, (claims, claims.followers), (claims.followers,))
    claims.store = claims.followers.store = store
    return store, claims
