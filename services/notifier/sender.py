"""Takes claimed notices to their channels and hands what became of them to the engine."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from chassis.engine.listener import Listener
from chassis.metrics import Metrics
from services.notifier.addresses import Addresses
from services.notifier.channels import FIELD
from services.notifier.delivery import RETRIES, Ended, Providers, Retries, hand_in, outcome, sort
from services.notifier.outgoing import Delay, Notices, Outgoing

BATCH: Final = 500
"""Notices of citizens taken at a time, and of each robot; and ends handed to the engine at once."""

FULL: Final = "本月给关注者的短信已满"
"""Why a follower is not told by text message."""


class Allowance:
    """How many messages an address is sent in a day of the city."""

    def __init__(self, addresses: Addresses, today: Callable[[], date], limit: Callable[[], int]) -> None:
        self._addresses = addresses
        self._today = today
        self.limit = limit

    async def spent(self, more: Mapping[str, int]) -> dict[str, int]:
        """Count that many more; returns how many each address had had before."""
        return await self._addresses.count(self._today(), more)


class Budget:
    """How many text messages those who follow posts are sent in a month of the city: anybody can type a number, and the city pays."""

    def __init__(self, notices: Notices, month: Callable[[], str], limit: Callable[[], int]) -> None:
        """`limit` 0: no number was agreed."""
        self._notices = notices
        self._month = month
        self._limit = limit

    async def left(self) -> int | None:
        """How many more; None where there is no limit."""
        limit = self._limit()
        return max(0, limit - await self._notices.to_followers(self._month())) if limit else None


class Sender:
    """Sends what is due, batch after batch. `step` does one batch, for whoever drives it."""

    def __init__(
        self,
        notices: Notices,
        providers: Providers,
        listener: Listener,
        is_night: Callable[[], bool] = lambda: False,
        metrics: Metrics | None = None,
        retries: Retries = RETRIES,
        allowance: Allowance | None = None,
        budget: Budget | None = None,
    ) -> None:
        self._notices = notices
        self._providers = providers
        self._listener = listener
        self._metrics = metrics
        self._is_night = is_night
        """Whether citizens are not to be disturbed now."""
        self._allowance = allowance
        self._budget = budget
        self._retries = retries

    async def run(self) -> None:
        """For the life of the process."""
        while True:
            if not self._listener.positions or self._listener.halted or not await self.step():
                await self._notices.wait(0.25)

    async def step(self) -> int:
        """One batch; returns how many notices were taken."""
        taken = await self._notices.take(
            self._listener.instance,
            self._listener.partitions,
            self._providers.busy(),
            BATCH,
            not self._is_night(),
        )
        if not taken:
            return 0
        ended: list[Ended] = []
        later: list[Delay] = []
        sending = await self._messages(taken, ended)
        deliveries = await asyncio.gather(*(self._providers.send(group) for group in sending))
        for group, delivered in zip(sending, deliveries, strict=True):
            for outgoing, delivery in zip(group, delivered, strict=True):
                sort(outgoing, delivery, ended, later, self._retries)
        if later:
            await self._notices.later(later)
        for begin in range(0, len(ended), BATCH):
            part = ended[begin : begin + BATCH]
            ends = [(outgoing.subject, end, f"{outgoing.notice.id}/ended") for outgoing, end in part]
            await hand_in(self._listener, ends, self._metrics)
        return len(taken)

    async def _messages(self, taken: Sequence[Outgoing], ended: list[Ended]) -> list[list[Outgoing]]:
        """What goes out, message by message: what waits for one robot is one. What cannot go out has ended."""
        single: list[Outgoing] = []
        to_citizens: list[Outgoing] = []
        robots: dict[tuple[str, str], list[Outgoing]] = {}
        for outgoing in taken:
            field = FIELD.get(outgoing.notice.channel)
            if field is None:
                own = (outgoing.notice.department, outgoing.contact.get("key", ""))
                robots.setdefault(own, []).append(outgoing)
            elif outgoing.unsubscribed:
                ended.append((outgoing, outcome(outgoing, "suppressed", "unsubscribed")))
            elif outgoing.notice.audience != "citizen":
                single.append(outgoing)
            elif field in outgoing.contact:
                to_citizens.append(outgoing)
            else:
                ended.append((outgoing, outcome(outgoing, "suppressed", "erased")))
        paid_for, beyond = await self._within_the_budget(to_citizens)
        ended += [(outgoing, outcome(outgoing, "failed", FULL)) for outgoing in beyond]
        allowed, too_many = await self._within_a_day(paid_for)
        ended += [(outgoing, outcome(outgoing, "suppressed", "too-many")) for outgoing in too_many]
        return [*([outgoing] for outgoing in [*allowed, *single]), *robots.values()]

    async def _within_the_budget(self, notices: list[Outgoing]) -> tuple[list[Outgoing], list[Outgoing]]:
        """Those that may go out, and text messages to followers beyond the month's, which mail replaces where there is one."""
        followers = [one for one in notices if one.notice.follower and one.notice.channel == "sms"]
        left = await self._budget.left() if self._budget is not None and followers else None
        if left is None:
            return notices, []
        beyond = {one.notice.id for one in followers[left:]}
        allowed = [one for one in notices if one.notice.id not in beyond]
        return allowed, [one for one in notices if one.notice.id in beyond]

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


def _address(outgoing: Outgoing) -> str:
    return outgoing.contact[FIELD[outgoing.notice.channel]]
