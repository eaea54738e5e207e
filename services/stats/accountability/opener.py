"""Hands in the grounds that were found, second by second: each opens the one record of its rule, unit and case."""

import asyncio
from typing import Final

import structlog

from chassis.engine.desk import Desk
from chassis.store import ConnectionLost
from services.stats.accountability.store import Grounds

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
        """Hand in what waits; returns how many there were."""
        found = await self._grounds.waiting(AT_ONCE)
        if found:
            # Derived ids start from the record and the ground's number, so that a repeat would say the same fact.
            await asyncio.gather(
                *(
                    self._desk.submit([(one.subject, one.ground)], f"{one.subject}/{one.ground.n}", len)
                    for one in found
                )
            )
            await self._grounds.handed_in([one.id for one in found])
        return len(found)

    async def run(self) -> None:
        """For the life of the process."""
        while True:
            try:
                while await self.step() == AT_ONCE:
                    pass
            except ConnectionLost as lost:
                _log.warning("grounds wait: the database's connection was lost", reason=str(lost))
            await asyncio.sleep(SECONDS)
