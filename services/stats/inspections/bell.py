"""Tells of days that a unit has to put something right: the unit before its day, unit and centre when it has passed."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from chassis.clock import CityTime
from chassis.engine.blame import hopeless
from chassis.engine.desk import Desk
from city.profile import Profile
from contracts.identity import derived
from services.stats.core.inspections.round import Ring, Round, subject_of
from services.stats.inspections.store import Rounds

SECONDS: Final = 20.0
"""Real time between two looks."""

_log = structlog.get_logger()


class Bell:
    """Every instance may have one: what was told of a day stands in its round, and is not told again."""

    def __init__(self, kept: Rounds, desk: Desk, clock: CityTime, city: Callable[[], Profile]) -> None:
        self._kept = kept
        self._desk = desk
        self._clock = clock
        self._city = city

    async def step(self) -> int:
        """In how many rounds something was told. One that no rule can bear does not silence the others."""
        now, city = self._clock.now(), self._city()
        asked = [self._ring(one, now, city) for one in await self._kept.going_on()]
        return sum(await asyncio.gather(*asked))

    async def run(self) -> None:
        """For the life of the process."""
        while True:
            await self.step()
            await asyncio.sleep(SECONDS)

    async def _ring(self, round_: Round, now: datetime, city: Profile) -> bool:
        try:
            said = [(one, word) for one in round_.items if (word := round_.word(one, now, city)) is not None]
            if not said:
                return False
            # A finding that is judged again has a line more, so that even the same day is told of under another id.
            told = [f"{one.case} {len(one.lines)} {type(word).__name__}" for one, word in said]
            cause = derived("/".join((subject_of(round_.id), *told)), "ring")
            await self._desk.submit([(subject_of(round_.id), Ring())], cause, len)
        except Exception as problem:
            if not hopeless(problem):
                raise
            _log.error("a round cannot be rung for", round=round_.id, reason=repr(problem))
            return False
        return True
