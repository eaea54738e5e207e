"""Notices in the simulated city: taken and put back as in PostgreSQL, sent over channels that lose answers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from random import Random
from typing import Final

from msgspec.structs import replace

from chassis.clock import real_seconds
from chassis.engine.listener import Listener
from services.notifier.channels import Delivery
from services.notifier.core.case import Outcome
from services.notifier.delivery import Providers, Retries
from services.notifier.digest_store import Ended, MemoryDigests
from services.notifier.digests import DigestSender
from services.notifier.outgoing import LEASE_SECONDS, Delay, Outgoing
from services.notifier.sender import Sender
from services.notifier.store import MemoryClaims
from tests.simulation.database import Server, begun, one_statement
from tests.simulation.loop import PROCESS, Process

OPEN: Final = ("pending", "claimed")
"""States of a notice that has not ended."""


class SimulatedNotices:
    """The sender's side of the table: rows of owned partitions, leased, and due again when the lease has run out."""

    def __init__(self, server: Server, claims: MemoryClaims) -> None:
        self._server, self._claims = server, claims
        self._due: dict[str, float] = {}
        """Notice to when it is due again."""

    async def take(
        self, instance: str, partitions: Sequence[int], busy: Sequence[str], limit: int, citizens: bool = True
    ) -> list[Outgoing]:
        connection = self._server.connect(_process())
        try:
            async with begun(connection):
                await connection.statement(writes=True)
                await connection.take([("position", partition) for partition in sorted(partitions)])
                position = self._server.memory.position
                owned = [p for p in partitions if position[p].owner == instance]
                now = self._server.loop.time()
                rows = self._claims.rows
                self._due = {one: due for one, due in self._due.items() if rows[one].state in OPEN}
                for identity in [one for one, due in self._due.items() if due <= now]:
                    del self._due[identity]
                    self._claims.rows[identity] = replace(self._claims.rows[identity], leased=False)
                taken = await self._claims.take(instance, owned, busy, limit, citizens)
                self._due |= {outgoing.notice.id: now + LEASE_SECONDS for outgoing in taken}
            return taken
        finally:
            connection.end()

    async def later(self, delays: Sequence[Delay]) -> None:
        async with one_statement(self._server, _process(), writes=True):
            for delay in delays:
                row, state = self._claims.rows[delay.id], "claimed" if delay.lost else "pending"
                self._claims.rows[delay.id] = replace(row, state=state, leased=True)
                self._claims.open[delay.id] = None
                self._due[delay.id] = self._server.loop.time() + delay.seconds

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SimulatedDigests:
    """The sender's side of the digests, in the same way."""

    def __init__(self, server: Server, digests: MemoryDigests) -> None:
        self._server, self._digests = server, digests
        self._due: dict[str, float] = {}
        """Digest to when it is due again."""

    async def take(
        self, instance: str, partitions: Sequence[int], busy: Sequence[str], now: datetime, quiet: bool
    ) -> list[Outgoing]:
        connection = self._server.connect(_process())
        try:
            async with begun(connection):
                await connection.statement(writes=True)
                await connection.take([("position", partition) for partition in sorted(partitions)])
                position = self._server.memory.position
                owned = [p for p in partitions if position[p].owner == instance]
                real = self._server.loop.time()
                for identity in [one for one, due in self._due.items() if due <= real]:
                    del self._due[identity]
                    self._digests.digests[identity].leased = False
                taken = await self._digests.take(instance, owned, busy, now, quiet)
                self._due |= {outgoing.notice.id: real + LEASE_SECONDS for outgoing in taken}
            return taken
        finally:
            connection.end()

    async def later(self, delays: Sequence[Delay]) -> None:
        async with one_statement(self._server, _process(), writes=True):
            await self._digests.later(delays)
            for delay in delays:
                self._digests.digests[delay.id].leased = True
                self._due[delay.id] = self._server.loop.time() + delay.seconds

    async def end(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        async with one_statement(self._server, _process(), writes=True):
            await self._digests.end(outcomes, now)

    async def ended(self, instance: str, partitions: Sequence[int], limit: int) -> list[Ended]:
        async with owned_by(self._server, _process(), instance, partitions) as owned:
            return await self._digests.ended(instance, owned, limit)


@asynccontextmanager
async def owned_by(
    server: Server, process: Process, instance: str, partitions: Sequence[int]
) -> AsyncIterator[list[int]]:
    """A transaction that has locked these positions; those that the instance owns."""
    connection = server.connect(process)
    try:
        async with begun(connection):
            await connection.statement(writes=True)
            await connection.take([("position", partition) for partition in sorted(partitions)])
            yield [p for p in partitions if server.memory.position[p].owner == instance]
    finally:
        connection.end()


def _process() -> Process:
    process = PROCESS.get()
    assert process is not None, "a sender is a process's"
    return process


class UncertainChannel:
    """A provider: most messages arrive; some are put off, and of some nobody hears whether they did."""

    def __init__(self, random: Random, arrived: Counter[str], took: Callable[[Outgoing], str]) -> None:
        """`took` hears of each message that arrived, and tells the provider's number of it."""
        self._random, self._arrived, self._took = random, arrived, took

    async def send(self, outgoing: list[Outgoing]) -> list[Delivery]:
        await asyncio.sleep(self._random.uniform(0.01, 0.2))
        process = PROCESS.get()
        if process is None or not process.alive:
            raise OSError("the process is gone")
        chance = self._random.random()
        if chance < 0.03:
            return [Delivery("later", "busy", 1.0)] * len(outgoing)
        if chance < 0.05:
            raise TimeoutError("no answer, and it did not arrive")
        self._arrived.update(one.notice.id for one in outgoing)
        numbers = [self._took(one) for one in outgoing]
        await asyncio.sleep(self._random.uniform(0.0, 0.1))
        if chance < 0.07:
            raise TimeoutError("no answer, but it arrived")
        return [Delivery("sent", message=number) for number in numbers]


def senders(
    notices: SimulatedNotices,
    digests: SimulatedDigests,
    listener: Listener,
    random: Random,
    arrived: Counter[str],
    took: Callable[[Outgoing], str],
    now: Callable[[], datetime],
) -> tuple[Sender, DigestSender]:
    """The product's senders with uncertain providers; citizens are told at night, too."""
    channel = UncertainChannel(random, arrived, took)
    # By simulated seconds, as everything: by those of the machine a slow run was another one than a quick one.
    providers = Providers(dict.fromkeys(("wechat", "sms", "mail", "robot"), channel), real_seconds)
    # A second lost answer is not worth ten minutes of a simulation.
    retries = Retries(lost_again=0.0)
    return (
        Sender(notices, providers, listener, retries=retries),
        DigestSender(digests, providers, listener, now, retries=retries),
    )
