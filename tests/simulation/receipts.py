"""Receipts in the simulated city: what providers say later of messages they took, and what notifier does about it."""

from collections.abc import Sequence
from contextvars import copy_context
from random import Random
from typing import TYPE_CHECKING, Final

import asyncpg

from services.notifier.core.case import Receipt
from services.notifier.outgoing import Outgoing
from services.notifier.receipts import Failed, MemoryReceipts
from tests.simulation.database import Server, one_statement
from tests.simulation.loop import PROCESS, Process, outside
from tests.simulation.sending import owned_by

if TYPE_CHECKING:
    from tests.simulation.world import World

SAID_LATER: Final = 0.6
"""Share of messages of which a provider says later what became of them; every other one of these did not arrive."""
TRIES: Final = 3
"""So often WeChat brings an event that was not answered; then nobody hears of it."""


class SimulatedReceipts:
    """Where receipts are kept, each statement on a connection of the moment."""

    def __init__(self, server: Server, receipts: MemoryReceipts, process: Process) -> None:
        self._server, self._receipts, self._process = server, receipts, process

    async def take_in(self, receipts: Sequence[Receipt]) -> None:
        """Keep them; the answer may be lost although they are."""
        async with one_statement(self._server, self._process, writes=True):
            await self._receipts.take_in(receipts)

    async def mark(self) -> bool:
        """Mark notices that arrived, and digests that did not."""
        async with one_statement(self._server, self._process, writes=True):
            return await self._receipts.mark()

    async def failed(self, instance: str, partitions: Sequence[int], limit: int) -> list[Failed]:
        """Those that were sent and did not arrive, of what this instance owns."""
        async with owned_by(self._server, self._process, instance, partitions) as owned:
            return await self._receipts.failed(instance, owned, limit)

    async def close(self) -> None:
        """What is done waits no more."""
        async with one_statement(self._server, self._process, writes=True):
            await self._receipts.close()

    async def forget(self) -> None:
        """A run is over within minutes; nothing is a month old."""


class Gateway:
    """The providers' side: numbers messages, and says of some of them what became of them, in any order and more than once."""

    def __init__(self, world: "World", seed: int) -> None:
        self._world = world
        # Apart from what else is drawn, so that a seed stays as it was.
        self._random = Random(f"receipts {seed}")
        self._count = 0
        self.under_way = 0
        """Words that are still to be said."""

    def took(self, outgoing: Outgoing) -> str:
        """A message was taken; returns the number that the provider tells, where it tells one."""
        channel, number = outgoing.notice.channel, ""
        if channel == "wechat":
            self._count += 1
            number = f"message-{self._count}"
        if channel in ("wechat", "mail") and self._random.random() < SAID_LATER:
            arrived = self._random.random() < 0.5
            word = Receipt(channel, number or outgoing.notice.id, arrived, "" if arrived else "user block")
            self.under_way += 1
            self._world.loop.call_later(
                self._random.uniform(0.0, 8.0), self._say, word, TRIES, context=outside()
            )
        return number

    def _say(self, word: Receipt, tries: int) -> None:
        """To either process of notifier, as a balancer would choose."""
        process = self._world.running[f"notifier-{self._random.randint(1, 2)}"]
        context = copy_context()
        context.run(PROCESS.set, process)
        self._world.loop.create_task(self._heard(word, tries, process), context=context)

    async def _heard(self, word: Receipt, tries: int, process: Process) -> None:
        try:
            await self._world.receipts_of(process).take_in([word])
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            if tries > 1:
                wait = self._random.uniform(1.0, 5.0)
                self._world.loop.call_later(wait, self._say, word, tries - 1, context=outside())
                return
        self.under_way -= 1
