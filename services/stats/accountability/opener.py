"""Hands in the grounds that were found, second by second: each opens the one record of its rule, unit and case.

One that no rule can bear is parked with its reason, as the engine parks a fact, and the others go on. None waits behind
it: a later ground of the same record says by itself how things stand, and an older one then changes nothing.
"""

import asyncio
from typing import Final

import structlog

from chassis.engine.blame import hopeless
from chassis.engine.desk import Desk
from services.stats.accountability.store import Grounds, Waiting

AT_ONCE: Final = 100
SECONDS: Final = 1.0
"""Between two looks."""

_log = structlog.get_logger()


class Opener:
    """Every instance may have one: a ground that is handed in twice changes nothing, and says nothing.

    It waits in the table until its record is committed, so none is lost by whatever ends the process.
    """

    def __init__(self, grounds: Grounds, desk: Desk) -> None:
        self._grounds = grounds
        self._desk = desk

    async def step(self) -> int:
        """Hand in what waits; returns how many there were. Raises what is no ground's own fault: those wait on."""
        found = await self._grounds.waiting(AT_ONCE)
        ended = await asyncio.gather(*(self._hand_in(one) for one in found), return_exceptions=True)
        parked = {
            one.id: f"{type(problem).__name__}: {problem}"[:500]
            for one, problem in zip(found, ended, strict=True)
            if problem is not None and hopeless(problem)
        }
        for number, reason in parked.items():
            _log.error("a ground is parked", ground=number, reason=reason)
        await self._grounds.park(parked)
        await self._grounds.handed_in(
            [one.id for one, problem in zip(found, ended, strict=True) if problem is None]
        )
        for problem in ended:
            if problem is not None and not hopeless(problem):
                raise problem
        return len(found)

    async def _hand_in(self, one: Waiting) -> None:
        ground = one.ground()
        # Derived ids start from the record and the ground's number, so that a repeat would say the same fact.
        await self._desk.submit([(one.subject, ground)], f"{one.subject}/{ground.n}", len)

    async def parked(self) -> int:
        """How many grounds wait for a person."""
        return await self._grounds.parked()

    async def run(self) -> None:
        """For the life of the process."""
        while True:
            while await self.step() == AT_ONCE:
                pass
            await asyncio.sleep(SECONDS)
