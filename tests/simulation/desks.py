"""The processes that people speak to, and what runs beside their desks: debate's, and those of stats' records and rounds."""

from collections.abc import Mapping, Sequence

from chassis.engine.desk import Desk
from chassis.engine.publisher import Publisher
from chassis.memory.store import MemoryStore
from chassis.run import patiently
from services.stats.accountability.store import GroundsInMemory, Waiting
from services.stats.core.inspections.round import Round
from services.stats.inspections.store import MemoryRounds
from tests.simulation.broker import Broker, SimulatedBus
from tests.simulation.database import Server
from tests.simulation.loop import Process
from tests.simulation.stores import SimulatedAnswers, SimulatedStore


class SimulatedGrounds:
    """The queue of grounds, each statement on a connection of the moment."""

    def __init__(self, server: Server, grounds: GroundsInMemory, process: Process) -> None:
        self._server, self._grounds, self._process = server, grounds, process

    async def waiting(self, limit: int) -> list[Waiting]:
        """The first ones."""
        connection = self._server.connect(self._process)
        try:
            await connection.statement()
            found = await self._grounds.waiting(limit)
            await connection.answered()
            return found
        finally:
            connection.end()

    async def handed_in(self, numbers: Sequence[int]) -> None:
        """These wait no more."""
        connection = self._server.connect(self._process)
        try:
            await connection.statement(writes=True)
            await self._grounds.handed_in(numbers)
            await connection.answered()
        finally:
            connection.end()

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
        connection = self._server.connect(self._process)
        try:
            await connection.statement()
            found = await super().going_on()
            await connection.answered()
            return found
        finally:
            connection.end()


def open_desk(server: Server, broker: Broker, process: Process, clock: object) -> Desk:
    """A desk as `chassis.kafka.desk` opens one, with its publisher."""
    store = SimulatedStore(server, process)
    publisher = Publisher(store, SimulatedBus(broker, process))
    desk = Desk(server.service, store, publisher, clock, SimulatedAnswers(server), creates=True)  # type: ignore[arg-type]
    process.run(patiently(publisher.run))
    process.run(patiently(desk.run))
    return desk
