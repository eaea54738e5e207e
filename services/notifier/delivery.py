"""One attempt at a provider, what becomes of a notice after it, and a provider that is slow is left alone for a while."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import httpx2
import structlog

from chassis.engine.listener import Listener
from chassis.metrics import Metrics
from services.notifier.channels import FIELD, Channel, Delivery
from services.notifier.channels.robot import Robot
from services.notifier.core.case import Notice, Outcome
from services.notifier.core.rules import following
from services.notifier.outgoing import Delay, Outgoing

_log = structlog.get_logger()

ATTEMPTS: Final = 5
"""After this many attempts the citizen is told by the next channel, where the contact has one."""

LAST_ATTEMPTS: Final = 150
"""After this many attempts a notice without another channel has failed: about a day, whatever is away comes back within it."""

FIRST_DELAY: Final = 10.0
LONGEST_DELAY: Final = 600.0

AT_ONCE: Final = 16
"""Messages under way to one provider at a time."""

SLOW_SECONDS: Final = 5.0
"""Real time after which an answer is slow, and for which its provider is then left alone: what else waits for it is put
off untried, so that a slow provider costs all others no more than one of its answers."""

UNSENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, ConnectionRefusedError)
"""Nothing was handed over: to try again repeats nothing."""

NO_ADDRESS: Final = "no address"
"""Why staff are not told by the channel they chose: its address does not open any more."""

Ended = tuple[Outgoing, Outcome]

SLOW: Final = "slow"
"""The reason of what was put off untried."""


class Retries(NamedTuple):
    """How long after an attempt at a provider the next one comes: real time, since it is away in real time."""

    first: float = FIRST_DELAY
    """Seconds after a first attempt that came to nothing; doubled with each."""
    longest: float = LONGEST_DELAY
    lost_again: float = LONGEST_DELAY
    """Seconds at least after a second lost answer: each repeat may be delivered, so they come seldom."""

    @classmethod
    def beginning(cls, first: float) -> "Retries":
        """With this first delay; the longest is sixty times as long, as it is where nothing is set."""
        return cls(first, first * 60, first * 60)

    def after(self, attempts: int) -> float:
        """Seconds to rest after that many attempts."""
        return min(self.first * 2.0 ** min(attempts - 1, 16), self.longest)


RETRIES: Final = Retries()
"""Where nothing else is set."""


class Providers:
    """The channels, each with its own places: who waits for one stands in nobody else's way."""

    def __init__(
        self, channels: Mapping[str, Channel], seconds: Callable[[], float] = time.monotonic
    ) -> None:
        """`seconds` is real time, by which an answer is slow."""
        self._seconds = seconds
        self._channels = channels
        self._robot = channels.get("robot")
        self._places: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        self._alone_until: dict[str, float] = {}

    def busy(self) -> list[str]:
        """Units whose robot must rest now."""
        return self._robot.busy() if isinstance(self._robot, Robot) else []

    async def send(self, group: list[Outgoing]) -> Sequence[Delivery]:
        """A message with these notices, all of one channel and recipient."""
        notice = group[0].notice
        field = FIELD.get(notice.channel)
        if field is not None and field not in group[0].contact:
            return [Delivery("failed", NO_ADDRESS)] * len(group)
        # A unit's robot may be slow by itself; of text messages and mail there is one provider for all.
        provider = f"robot {notice.department}" if notice.channel == "robot" else notice.channel
        async with self._places[notice.channel]:
            began = self._seconds()
            if began < self._alone_until.get(provider, 0.0):
                return [Delivery("later", SLOW)] * len(group)
            deliveries = await self._attempt(notice.channel, group)
            ended = self._seconds()
            if ended - began >= SLOW_SECONDS:
                self._alone_until[provider] = ended + SLOW_SECONDS
            return deliveries

    async def send_text(self, channel: str, department: str, contact: dict[str, str], text: str) -> Delivery:
        """A message to an address that staff gave, and no notice: it has no id, and stands in no table."""
        notice = Notice("", "", "text", "clerk", channel, department, text)
        [delivery] = await self.send([Outgoing("", notice, 1, False, contact)])
        return delivery

    async def _attempt(self, channel: str, group: list[Outgoing]) -> Sequence[Delivery]:
        try:
            return await self._channels[channel].send(group)
        except UNSENT as failure:
            return [Delivery("later", type(failure).__name__)] * len(group)
        except Exception as failure:  # noqa: BLE001  the answer is lost, perhaps not the effect: repeat under the same id
            _log.warning("channel failed", channel=channel, reason=repr(failure))
            return [Delivery("unknown", type(failure).__name__)] * len(group)


async def hand_in(
    listener: Listener, ends: Sequence[tuple[str, Outcome, str]], metrics: Metrics | None
) -> int:
    """Let the engine end notices: (subject, what became of it, cause) of each. Returns how many have ended; they are counted.

    One that no rule could take in stands in the log, and is found again: that of a receipt or a digest at the next look, any other
    when its lease has run out.
    """
    answers = await listener.submit_many(ends) if ends else []
    problems = [answer for answer in answers if isinstance(answer, BaseException)]
    if problems:
        _log.warning("notices could not be ended", notices=len(problems), reason=repr(problems[0]))
    for (_, end, _), answer in zip(ends, answers, strict=True):
        if metrics is not None and not isinstance(answer, BaseException):
            metrics.counter("wenzheng_notices_total", end.notice.channel, end.state).inc()
    return len(answers) - len(problems)


def sort(
    outgoing: Outgoing,
    delivery: Delivery,
    ended: list[Ended],
    later: list[Delay],
    retries: Retries = RETRIES,
) -> None:
    """What becomes of a notice after an attempt: it has ended, or it is tried again, later each time.

    A provider that asks to be left alone for longer than we would wait is as good as one that refuses, where the
    citizen can be told by another channel.
    """
    elsewhere = attempts_of(outgoing) == ATTEMPTS
    given_up = outgoing.attempts >= attempts_of(outgoing) or (elsewhere and delivery.seconds > LONGEST_DELAY)
    if delivery.state == "sent":
        ended.append((outgoing, outcome(outgoing, "sent", message=delivery.message, parts=delivery.parts)))
    elif delivery.state == "failed" or given_up:
        ended.append((outgoing, outcome(outgoing, "failed", delivery.reason)))
    else:
        lost = delivery.state == "unknown"
        doubled = retries.after(outgoing.attempts)
        at_least = retries.lost_again if lost and outgoing.repeated else 0.0
        seconds = delivery.seconds or max(doubled, at_least)
        later.append(Delay(outgoing.notice.id, seconds, reason=delivery.reason, lost=lost))


def attempts_of(outgoing: Outgoing) -> int:
    """How often a notice is tried: not for long where another channel can tell the citizen sooner."""
    others = outgoing.notice.others or tuple(FIELD)
    left = tuple(channel for channel in others if FIELD[channel] in outgoing.contact)
    return ATTEMPTS if following(outgoing.notice.channel, left) else LAST_ATTEMPTS


def outcome(outgoing: Outgoing, state: str, reason: str = "", message: str = "", parts: int = 1) -> Outcome:
    """What became of a notice."""
    return Outcome(outgoing.notice, state, outgoing.attempts, outgoing.repeated, reason, message, parts)
