"""The processes that people speak to, and what runs beside their desks: debate's, survey's, and those of stats' records and rounds."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from chassis.engine.desk import Desk
from chassis.engine.publisher import Publisher
from chassis.memory.store import MemoryStore
from chassis.run import patiently
from chassis.service import Service
from services.stats.accountability.store import MemoryGrounds, Waiting
from services.stats.core.inspections.round import Round
from services.stats.inspections.store import MemoryRounds
from services.survey.core.states import Ballot, Voter
from services.survey.ending import end_those_over
from services.survey.store import MemorySurveyKeys, MemorySurveys
from tests.simulation.broker import Broker, SimulatedBus
from tests.simulation.database import Server, one_statement
from tests.simulation.loop import Process
from tests.simulation.stores import SimulatedAnswers, SimulatedStore


class SimulatedGrounds:
    """The queue of grounds, each statement on a connection of the moment."""

    def __init__(self, server: Server, grounds: MemoryGrounds, process: Process) -> None:
        self._server, self._grounds, self._process = server, grounds, process

    async def waiting(self, limit: int) -> list[Waiting]:
        """The first ones."""
        async with one_statement(self._server, self._process):
            return await self._grounds.waiting(limit)

    async def handed_in(self, numbers: Sequence[int]) -> None:
        """These wait no more."""
        async with one_statement(self._server, self._process, writes=True):
            await self._grounds.handed_in(numbers)

    async def park(self, reasons: Mapping[int, str]) -> None:
        """These wait for a person."""
        if reasons:
            await self._grounds.park(reasons)

    async def parked(self) -> int:
        """How many wait for a person."""
        return await self._grounds.parked()


class SimulatedRounds(MemoryRounds):
    """The rounds as the bell reads them, on a connection of the moment."""

    def __init__(self, server: Server, cases: MemoryStore, process: Process) -> None:
        super().__init__(server.memory, cases)
        self._server, self._process = server, process

    async def going_on(self) -> list[Round]:
        """As PostgreSQL's."""
        async with one_statement(self._server, self._process):
            return await super().going_on()


LOOK_SECONDS: Final = 2.0
"""Seconds between two looks for surveys whose time is over."""


class Polls(MemorySurveys):
    """What survey keeps, as a door reads it."""

    def __init__(self, store: MemoryStore, keys: MemorySurveyKeys) -> None:
        super().__init__(store, keys)

    def of_survey(self, survey: str) -> list[tuple[str, bytes]]:
        """Every ballot with its box."""
        return [(subject, one.sealed) for subject, one in self._of(Ballot) if one.survey == survey]

    def given(self, survey: str) -> int:
        """How many were given a token."""
        return sum(one.survey == survey for _, one in self._of(Voter))

    def key(self, survey: str) -> bytes:
        """The key that opens answers; empty before there is one."""
        return self._keys.kept.get(survey, (b"", b""))[1]


class SimulatedPolls(MemorySurveys):
    """The same as a process reads it, on a connection of the moment."""

    def __init__(self, server: Server, keys: MemorySurveyKeys, process: Process) -> None:
        super().__init__(server.memory, keys)
        self._server, self._process = server, process

    async def over(self, now: datetime) -> list[str]:
        """As PostgreSQL's."""
        async with one_statement(self._server, self._process):
            return await super().over(now)

    async def end(self, desk: Desk, clock: Any) -> None:
        """As survey's process does beside its desk, for its life."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await end_those_over(self, desk, clock)


def open_desk(
    server: Server,
    broker: Broker,
    process: Process,
    clock: object,
    service: Service[Any, Any] | None = None,
) -> Desk:
    """A desk as `chassis.kafka.desk` opens one, with its publisher."""
    store = SimulatedStore(server, process)
    publisher = Publisher(store, SimulatedBus(broker, process))
    desk = Desk(service or server.service, store, publisher, clock, SimulatedAnswers(server), creates=True)  # type: ignore[arg-type]
    process.run(patiently(publisher.run))
    process.run(patiently(desk.run))
    return desk
