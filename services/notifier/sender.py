"""Takes claimed notices to their channels and hands what became of them to the engine."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

import httpx2
import structlog

from chassis.engine.listener import Listener
from chassis.metrics import Metrics
from services.notifier.addresses import Addresses
from services.notifier.channels import FIELD, Channel, Delivery
from services.notifier.channels.robot import Robot
from services.notifier.core.case import Outcome
from services.notifier.core.rules import following
from services.notifier.store import Delay, Notices, Outgoing

_log = structlog.get_logger()

ATTEMPTS: Final = 5
"""After so many the citizen is told by the next channel, where the contact has one."""

LAST_ATTEMPTS: Final = 150
"""After so many a notice without another channel has failed: about a day, whatever is away comes back within it."""

FIRST_DELAY: Final = 10.0
"""Real seconds after a first attempt that came to nothing; doubled with each."""
LONGEST_DELAY: Final = 600.0

BATCH: Final = 500
"""Notices of citizens taken at a time, and of each robot; and ends handed to the engine at once."""
AT_ONCE: Final = 16
"""Messages under way at a time."""

UNSENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, ConnectionRefusedError)
"""Nothing was handed over: to try again repeats nothing."""


class Allowance:
    """How many messages an address is sent in a day of the city."""

    def __init__(self, addresses: Addresses, today: Callable[[], date], limit: Callable[[], int]) -> None:
        self._addresses = addresses
        self._today = today
        self.limit = limit

    async def spent(self, more: Mapping[str, int]) -> dict[str, int]:
        """Count so many more; returns how many each address had had before."""
        return await self._addresses.count(self._today(), more)


class Sender:
    """Sends what is due, batch after batch. `step` does one batch, for whoever drives it."""

    def __init__(
        self,
        notices: Notices,
        channels: Mapping[str, Channel],
        listener: Listener,
        metrics: Metrics | None = None,
        is_night: Callable[[], bool] = lambda: False,
        allowance: Allowance | None = None,
    ) -> None:
        self._notices = notices
        self._channels = channels
        self._listener = listener
        self._metrics = metrics
        self._is_night = is_night
        """Whether citizens are not to be disturbed now."""
        self._allowance = allowance
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
        taken = await self._notices.take(
            self._listener.instance, self._listener.partitions, busy, BATCH, not self._is_night()
        )
        if not taken:
            return 0
        ended: list[tuple[Outgoing, Outcome]] = []
        later: list[Delay] = []
        sending: list[tuple[str, list[Outgoing]]] = []
        digests: dict[str, list[Outgoing]] = {}
        to_citizens: list[Outgoing] = []
        for outgoing in taken:
            field = FIELD.get(outgoing.notice.channel)
            if field is None:
                digests.setdefault(outgoing.notice.department, []).append(outgoing)
            elif outgoing.unsubscribed:
                ended.append((outgoing, _outcome(outgoing, "suppressed", "unsubscribed")))
            elif field in outgoing.contact:
                to_citizens.append(outgoing)
            else:
                ended.append((outgoing, _outcome(outgoing, "suppressed", "erased")))
        allowed, too_many = await self._within_a_day(to_citizens)
        sending += [(outgoing.notice.channel, [outgoing]) for outgoing in allowed]
        ended += [(outgoing, _outcome(outgoing, "suppressed", "too-many")) for outgoing in too_many]
        sending += [("robot", digest) for digest in digests.values()]
        deliveries = await asyncio.gather(*(self._send(channel, group) for channel, group in sending))
        for (_, group), delivered in zip(sending, deliveries, strict=True):
            for outgoing, delivery in zip(group, delivered, strict=True):
                sort(outgoing, delivery, ended, later)
        if later:
            await self._notices.later(later)
        for begin in range(0, len(ended), BATCH):
            part = ended[begin : begin + BATCH]
            await self._listener.submit_many(
                [(outgoing.subject, outcome, f"{outgoing.notice.id}/ended") for outgoing, outcome in part]
            )
        self._count(ended)
        return len(taken)

    async def _within_a_day(self, notices: list[Outgoing]) -> tuple[list[Outgoing], list[Outgoing]]:
        """Those that may go out, and those whose address has had its messages of the day.

        A message counts when it is tried first; trying it again is no further message.
        """
        if self._allowance is None:
            return notices, []
        first = [notice for notice in notices if notice.attempts == 1 and not notice.repeated]
        counted = await self._allowance.spent(Counter(_address(notice) for notice in first)) if first else {}
        allowed = [notice for notice in notices if notice not in first]
        too_many: list[Outgoing] = []
        for notice in first:
            counted[_address(notice)] += 1
            (allowed if counted[_address(notice)] <= self._allowance.limit() else too_many).append(notice)
        return allowed, too_many

    async def _send(self, channel: str, group: list[Outgoing]) -> Sequence[Delivery]:
        async with self._at_once:
            try:
                return await self._channels[channel].send(group)
            except UNSENT as failure:
                return [Delivery("later", type(failure).__name__)] * len(group)
            except Exception as failure:  # noqa: BLE001  the answer is lost, perhaps not the effect: repeat under the same id
                _log.warning("channel failed", channel=channel, reason=repr(failure))
                return [Delivery("unknown", type(failure).__name__)] * len(group)

    def _count(self, ended: Sequence[tuple[Outgoing, Outcome]]) -> None:
        if self._metrics is not None:
            for outgoing, outcome in ended:
                self._metrics.counter("wenzheng_notices_total", outgoing.notice.channel, outcome.state).inc()


def sort(
    outgoing: Outgoing,
    delivery: Delivery,
    ended: list[tuple[Outgoing, Outcome]],
    later: list[Delay],
) -> None:
    """What becomes of a notice after an attempt: it has ended, or it is tried again, later each time."""
    if delivery.state == "sent":
        ended.append((outgoing, _outcome(outgoing, "sent")))
    elif delivery.state == "failed" or outgoing.attempts >= attempts_of(outgoing):
        ended.append((outgoing, _outcome(outgoing, "failed", delivery.reason)))
    else:
        doubled = min(FIRST_DELAY * 2 ** min(outgoing.attempts - 1, 16), LONGEST_DELAY)
        seconds = delivery.seconds or doubled
        reason = delivery.reason
        later.append(Delay(outgoing.notice.id, seconds, reason=reason, lost=delivery.state == "unknown"))


def attempts_of(outgoing: Outgoing) -> int:
    """How often a notice is tried: not for long where another channel can tell the citizen sooner."""
    others = tuple(channel for channel, field in FIELD.items() if field in outgoing.contact)
    return ATTEMPTS if following(outgoing.notice.channel, others) else LAST_ATTEMPTS


def _address(outgoing: Outgoing) -> str:
    return outgoing.contact[FIELD[outgoing.notice.channel]]


def _outcome(outgoing: Outgoing, state: str, reason: str = "") -> Outcome:
    return Outcome(outgoing.notice, state, outgoing.attempts, outgoing.repeated, reason)
