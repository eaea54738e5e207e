"""Takes claimed notices to their channels and hands what became of them to the engine."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from chassis.engine.listener import Listener
from chassis.metrics import Metrics
from services.notifier.channels import Channel, Delivery
from services.notifier.channels.robot import Robot
from services.notifier.core.case import Outcome
from services.notifier.store import Notices, Outgoing

_log = structlog.get_logger()

ATTEMPTS: Final = 5
"""After so many a notice has failed."""

BATCH: Final = 500
"""Notices of citizens taken at a time, and of each robot; and ends handed to the engine at once."""
AT_ONCE: Final = 16
"""Messages under way at a time."""

FIELD: Final = {"wechat": "openid", "sms": "phone", "mail": "mail"}
"""Channel to the field of the contact it needs."""


class Sender:
    """Sends what is due, batch after batch. `step` does one batch, for whoever drives it."""

    def __init__(
        self,
        notices: Notices,
        channels: Mapping[str, Channel],
        listener: Listener,
        metrics: Metrics | None = None,
    ) -> None:
        self._notices = notices
        self._channels = channels
        self._listener = listener
        self._metrics = metrics
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """For the life of the process."""
        while True:
            if not self._listener.positions or self._listener.halted or not await self.step():
                await self._notices.wait(0.25)

    async def step(self) -> int:
        """One batch; returns how many notices were taken."""
        robot = self._channels["robot"]
        busy = robot.busy() if isinstance(robot, Robot) else []
        taken = await self._notices.take(self._listener.instance, self._listener.partitions, busy, BATCH)
        if not taken:
            return 0
        ended: list[tuple[Outgoing, Outcome]] = []
        later: list[tuple[str, float]] = []
        sending: list[tuple[str, list[Outgoing]]] = []
        digests: dict[str, list[Outgoing]] = {}
        for one in taken:
            field = FIELD.get(one.notice.channel)
            if field is None:
                digests.setdefault(one.notice.department, []).append(one)
            elif field in one.contact:
                sending.append((one.notice.channel, [one]))
            else:
                ended.append((one, Outcome(one.notice, "suppressed", one.attempts, reason="erased")))
        sending += [("robot", digest) for digest in digests.values()]
        deliveries = await asyncio.gather(*(self._send(channel, group) for channel, group in sending))
        for (_, group), found in zip(sending, deliveries, strict=True):
            for one, delivery in zip(group, found, strict=True):
                self._sort(one, delivery, ended, later)
        if later:
            await self._notices.later(later)
        for begin in range(0, len(ended), BATCH):
            part = ended[begin : begin + BATCH]
            await self._listener.submit_many(
                [(one.subject, outcome, f"{one.notice.id}/ended") for one, outcome in part]
            )
        self._count(ended)
        return len(taken)

    async def _send(self, channel: str, group: list[Outgoing]) -> Sequence[Delivery]:
        async with self._at_once:
            try:
                return await self._channels[channel].send(group)
            except Exception as problem:  # noqa: BLE001  the answer is lost, perhaps not the effect: repeat under the same id
                _log.warning("channel failed", channel=channel, reason=repr(problem))
                return [Delivery("unknown", type(problem).__name__)] * len(group)

    @staticmethod
    def _sort(
        one: Outgoing,
        delivery: Delivery,
        ended: list[tuple[Outgoing, Outcome]],
        later: list[tuple[str, float]],
    ) -> None:
        if delivery.state == "sent":
            ended.append((one, Outcome(one.notice, "sent", one.attempts, one.repeated)))
        elif delivery.state == "failed" or one.attempts >= ATTEMPTS:
            ended.append((one, Outcome(one.notice, "failed", one.attempts, one.repeated, delivery.reason)))
        elif delivery.state == "later":
            later.append((one.notice.id, delivery.seconds))
        # unknown: the lease runs out and the notice is repeated, known as a repeat.

    def _count(self, ended: Sequence[tuple[Outgoing, Outcome]]) -> None:
        if self._metrics is not None:
            for one, outcome in ended:
                self._metrics.counter("wenzheng_notices_total", one.notice.channel, outcome.state).inc()
