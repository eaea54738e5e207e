"""Proof that a telephone is one's own: when a code may be sent to it, and how long what it proved holds. Pure.

A telephone number that was merely typed proves nothing (ADR 17). Who types back the code that was sent there has shown
that it is theirs, and reads all posts that were sent under it. All instants are real time.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

DIGITS: Final = 6
"""Of a code. Five tries each and ten codes a day leave a guesser one chance in 20,000 a day for one number."""
LIVES: Final = timedelta(minutes=5)
"""How long a code is taken."""
TRIES: Final = 5
"""Of one code, the right one included (NIST SP 800-63B, 5.2.2 allows a hundred)."""
REST: Final = timedelta(seconds=60)
"""Between two codes to one number."""
A_DAY: Final = timedelta(days=1)
AN_HOUR: Final = timedelta(hours=1)
NUMBER_A_DAY: Final = 10
"""Codes to one number within a day, whoever asks for them: nobody's telephone is rung all day long."""
NUMBER_HERE_A_DAY: Final = 5
"""Of these from one network: a stranger leaves the owner of the number half of them."""
NETWORK_AN_HOUR: Final = 20
"""Codes asked for from one network within an hour, whatever the numbers: each of them costs the city money."""

IDLE: Final = timedelta(hours=2)
LONGEST: Final = timedelta(hours=12)
"""A session on a device that others may use: unused, and in any case."""
KEPT_IDLE: Final = timedelta(days=90)
KEPT_LONGEST: Final = timedelta(days=180)
"""A session on one's own device or account. Numbers that were given up are given to others after 90 days at the earliest."""


class Sent(Struct, frozen=True):
    """A code that was sent to the number within a day."""

    at: datetime
    here: bool
    """It was asked for from the network that asks now."""


class Session(Struct, frozen=True):
    """What a proof opened."""

    citizen: str
    """The keyed hash of the number."""
    kept: bool
    """On one's own device or account, where it holds for long."""
    opened_at: datetime
    seen_at: datetime


def wait(sent: Sequence[Sent], network: Sequence[datetime], limited: bool, now: datetime) -> timedelta:
    """How long until a code may be sent to a number; zero: now. The same whether any post names the number or not.

    `sent`: what was sent to it; `network`: when codes were asked for from this network, whatever the numbers;
    `limited`: whether networks are counted at all (on one machine all the world is one).
    """
    waits = [max(one.at for one in sent) + REST - now] if sent else []
    waits.append(_free(sorted(one.at for one in sent), NUMBER_A_DAY, A_DAY, now))
    if limited:
        waits.append(_free(sorted(one.at for one in sent if one.here), NUMBER_HERE_A_DAY, A_DAY, now))
        waits.append(_free(sorted(network), NETWORK_AN_HOUR, AN_HOUR, now))
    return max(timedelta(0), *waits)


def _free(times: Sequence[datetime], most: int, within: timedelta, now: datetime) -> timedelta:
    """How long until fewer than `most` of the times lie within the span."""
    recent = [at for at in times if at > now - within]
    return timedelta(0) if len(recent) < most else recent[-most] + within - now


def holds(session: Session, now: datetime) -> bool:
    """Whether a session is still open."""
    idle, longest = (KEPT_IDLE, KEPT_LONGEST) if session.kept else (IDLE, LONGEST)
    return now - session.seen_at < idle and now - session.opened_at < longest
