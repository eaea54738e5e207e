"""Sends digests of inboxes to their channels, and ends the notices of those that have ended."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from chassis.engine.listener import Listener
from chassis.metrics import Metrics
from services.notifier.delivery import RETRIES, Ended, Providers, Retries, hand_in, sort
from services.notifier.digest_store import Digests
from services.notifier.outgoing import Delay
from services.notifier.sender import BATCH

LOOK_SECONDS: Final = 1.0
"""Real time between two looks for hours that are over."""


class DigestSender:
    """`step` does one batch, for whoever drives it."""

    def __init__(
        self,
        digests: Digests,
        providers: Providers,
        listener: Listener,
        now: Callable[[], datetime],
        is_night: Callable[[], bool] = lambda: False,
        metrics: Metrics | None = None,
        retries: Retries = RETRIES,
    ) -> None:
        """`now` is city time: an hour is the city's."""
        self._digests = digests
        self._providers = providers
        self._listener = listener
        self._now = now
        self._is_night = is_night
        self._metrics = metrics
        self._retries = retries

    async def run(self) -> None:
        """For the life of the process."""
        while True:
            if not self._listener.positions or self._listener.halted or not await self.step():
                await asyncio.sleep(LOOK_SECONDS)

    async def step(self) -> int:
        """One batch; returns how many digests were taken and how many notices ended."""
        listener = self._listener
        taken = await self._digests.take(
            listener.instance, listener.partitions, self._providers.busy(), self._now(), self._is_night()
        )
        ended: list[Ended] = []
        later: list[Delay] = []
        deliveries = await asyncio.gather(*(self._providers.send([each]) for each in taken))
        for outgoing, [delivery] in zip(taken, deliveries, strict=True):
            sort(outgoing, delivery, ended, later, self._retries)
        if later:
            await self._digests.later(later)
        if ended:
            await self._digests.end([outcome for _, outcome in ended], self._now())
        return len(taken) + await self._end_notices(listener)

    async def _end_notices(self, listener: Listener) -> int:
        """Notices of this instance's partitions end as their digests did, whoever sent those.

        Returns how many have; what no rule could take in is found again at the next look.
        """
        found = await self._digests.ended(listener.instance, listener.partitions, BATCH)
        ends = [(subject, one, f"{one.notice.id}/ended") for subject, one in found]
        return await hand_in(listener, ends, self._metrics)
