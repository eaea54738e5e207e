"""How fast city time runs in the demonstration: a month in minutes, and no faster than the machine can follow.

Fast time is granted for a second at a time. It is granted again while whoever asks is answered soon; where somebody waits,
or this process itself stands still, the grant ends and city time goes on at the pace of the real world. So a slow
machine makes the demonstration longer, and makes nobody late by more than the seconds that are not waited for: 29 hours of the city. City time never goes back: a process that has not yet
read of a longer grant is behind the others, not before them.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from chassis.clock import Segment, city_at, write_segments

GRANTED: Final = 1.0
"""Real seconds of fast time in a grant."""
LOOKS: Final = 4
"""So often in the time of a grant it is asked whether there is another."""
LONGEST_WAIT: Final = 2.5
"""Real seconds that somebody may wait while city time runs fast. A post that the router holds for a person takes 1.2."""


@dataclass(frozen=True)
class Leg:
    """A part of the demonstration: up to this city time it runs at most at this speed, in city seconds a real second."""

    until: datetime
    speed: float


def granted(segments: Sequence[Segment], now: float, legs: Sequence[Leg]) -> list[Segment]:
    """The segments with fast time for `GRANTED` real seconds from `now` (Unix time), and none after them.

    The last of them is the end of the grant. After the last leg nothing is added.
    """
    city = city_at(segments, now)
    leg = next((leg for leg in legs if city < leg.until), None)
    if leg is None:
        return list(segments)
    passed = list(segments)
    if passed[-1].real > now:
        passed.pop()  # the end of a grant that is not over
        fast = passed[-1]
    else:
        fast = Segment(now, city, leg.speed)
        passed.append(fast)
    ends, city = now + GRANTED, fast.city + timedelta(seconds=(now + GRANTED - fast.real) * fast.speed)
    if city > leg.until:
        ends, city = fast.real + (leg.until - fast.city).total_seconds() / fast.speed, leg.until
    return [*passed, Segment(ends, city, 1.0)]


class Warp:
    """Grants fast time to all processes that read one file of segments."""

    def __init__(
        self,
        file: Path,
        segments: Sequence[Segment],
        legs: Sequence[Leg],
        waited: Callable[[], float],
        real: Callable[[], float] = time.time,
    ) -> None:
        """`segments` is what the file says; `waited` tells how many real seconds the one who waits longest has waited."""
        self._file = file
        self._segments = list(segments)
        self._legs = legs
        self._waited = waited
        self._real = real

    def fastest(self) -> float:
        """City seconds that may pass in a real second from here to the next look."""
        city = city_at(self._segments, self._real())
        return next((leg.speed for leg in self._legs if city < leg.until), 1.0)

    def look(self) -> None:
        """Grant fast time if nobody waits too long."""
        if self._waited() < LONGEST_WAIT:
            self._segments = granted(self._segments, self._real(), self._legs)
            write_segments(self._file, self._segments)

    async def run(self) -> None:
        """Look again and again until the last leg is over."""
        while self.fastest() > 1.0:
            self.look()
            await asyncio.sleep(GRANTED / LOOKS)
