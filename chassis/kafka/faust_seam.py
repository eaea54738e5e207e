"""The seam between Faust and the engine: Faust keeps the group, the polls and the worker; positions are ours.

Plain Faust acknowledges what failed and costs 60 us an event. Here one Faust event carries a whole
poll, PostgreSQL owns the position, and nothing escapes the loop body: whatever goes wrong ends the
process, which starts again from the stored position.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import aiokafka
import faust
import faust.transport.drivers
import faust.transport.drivers.aiokafka as driver
import structlog
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import IllegalStateError
from faust.types import TP

from chassis.engine.listener import POLL_LIMIT, Listener
from chassis.failures import Misplaced
from chassis.kafka.broker import Broker
from chassis.service import Incoming

_log = structlog.get_logger()

SESSION_TIMEOUT = 6.0
"""Seconds after which a silent member is replaced; above PostgreSQL's limit for idle transactions (3 s)."""


AWAY_SECONDS = 30 * 86_400.0
"""How long Faust waits for the positions after an assignment. When it is over Faust gives up for ever, in silence; so it
is longer than any database is away. The clients' own requests have their limit where they are made."""


@dataclass
class Handover:
    """Where the seam hands over: the listener of this process, how to end it, where the bus is, and whether the
    agent is idle."""

    listener: Listener
    end: Callable[[BaseException], None]
    broker: Broker
    idle: asyncio.Event
    polls: int = 0


_handovers: dict[str, Handover] = {}
"""Faust makes its consumer itself; it finds the listener by the application's id."""


class PositionedThread(driver.AIOKafkaConsumerThread):
    """Faust's consumer thread with the Range assignor and short fetches.

    Range gives one member the same partition number of every topic, so that it alone writes the
    states of its subjects.
    """

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        conf = self.app.conf
        self._assignor = RangePartitionAssignor
        return aiokafka.AIOKafkaConsumer(
            client_id=conf.broker_client_id,
            group_id=conf.id,
            **_handovers[conf.id].broker.options,
            partition_assignment_strategy=[RangePartitionAssignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=conf.broker_max_poll_records,
            max_partition_fetch_bytes=conf.consumer_max_fetch_size,
            fetch_max_wait_ms=2000,
            fetch_min_bytes=1,
            session_timeout_ms=int(SESSION_TIMEOUT * 1000),
            heartbeat_interval_ms=2000,
            rebalance_timeout_ms=15_000,
            max_poll_interval_ms=300_000,
            request_timeout_ms=20_000,
            retry_backoff_ms=100,
            metadata_max_age_ms=60_000,
        )

    async def _fetch_records(
        self,
        consumer: aiokafka.AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,
        max_records: int | None = None,
    ) -> Any:
        """Fetch while somebody waits for records, and not before the next call.

        The client would fetch again at once, and hold the first record that comes while the engine rests: every
        second batch would then be of one record.
        """
        consumer.resume(*consumer.assignment())
        try:
            return await super()._fetch_records(consumer, active_partitions, timeout, max_records)
        finally:
            consumer.pause(*consumer.assignment())


class PositionedConsumer(driver.Consumer):
    """Faust's consumer that seeks to PostgreSQL's positions and yields one message per poll."""

    def _new_consumer_thread(self) -> PositionedThread:
        return PositionedThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def _handover(self) -> Handover:
        return _handovers[self.app.conf.id]

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Runs after every assignment: become the owner, then seek to what was committed with the effects."""
        handover = self._handover
        try:
            found = dict(await super().seek_to_committed())
            # Asked for after that wait: whoever lets go from here on is seen by `take_over`.
            assigned = self.assignment()
            positions = await handover.listener.take_over(sorted({tp.partition for tp in assigned}))
            # None where they were let go again while the database was away: the next assignment comes.
            ours = {tp: positions[(tp.topic, tp.partition)] for tp in assigned} if positions else {}
            await self._refuse_misplaced(ours)
            if ours:
                await self.seek_wait(ours)
            found.update(ours)
            handover.idle.set()
            return found
        except asyncio.CancelledError:
            raise
        except IllegalStateError as problem:
            # Some were given to another member meanwhile. Losing them let go of all; the next assignment takes over anew, or
            # has done so already: that is not undone here.
            _log.warning("partitions changed hands while they were taken over", reason=str(problem))
            handover.idle.set()
            return {}
        except BaseException as problem:
            handover.end(problem)
            raise

    async def _refuse_misplaced(self, ours: Mapping[TP, int]) -> None:
        ends = await self.highwaters(*ours)
        for tp, offset in ours.items():
            if offset > (ends.get(tp) or 0):
                raise Misplaced(
                    f"stored position {offset} of {tp.topic}/{tp.partition} lies beyond the log's end {ends.get(tp)}: "
                    "this database and this log do not belong together"
                )

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Own nothing until the next assignment.

        First of all: Faust waits until the poll in hand is finished, which waits for the database, however long it is away.
        """
        await self._handover.listener.let_go()
        await super().on_partitions_revoked(revoked)

    async def getmany(self, timeout: float) -> AsyncIterator[Any]:
        """One poll, one message; fetched only when the last batch is finished, and paced."""
        handover = self._handover
        await handover.idle.wait()
        # Once after a batch, and not again while nothing comes.
        rest, handover.listener.rest = handover.listener.rest, 0.0
        if rest:
            await asyncio.sleep(rest)
        records, active = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        if records is None or self.should_stop:
            return
        if not self.flow_active:
            await self.perform_seek()
            return
        if self.app.consumer_generation_id != generation:
            return
        poll = [
            (tp, batch)
            for tp, batch in records.items()
            if batch and (active is None or tp in active or tp in self._buffered_partitions)
        ]
        if poll:
            message = self._to_message(poll[0][0], poll[0][1][-1])
            message.value = poll  # type: ignore[assignment]  # a whole poll instead of one record
            handover.idle.clear()
            yield poll[0][0], message

    async def _add_gap(self, *_: Any) -> None:
        """Offsets between batches are not gaps."""

    async def verify_all_partitions_active(self) -> None:
        """Faust would miss commits of its own and log an error for every partition, five minutes after the start.

        Whether the positions in PostgreSQL move is watched by the worker's `/healthz`.
        """


class PositionedTransport(driver.Transport):
    """The transport Faust is to use for `kafka://`."""

    Consumer: ClassVar[type[PositionedConsumer]] = PositionedConsumer


def _credentials(broker: Broker) -> faust.SASLCredentials | faust.SSLCredentials | None:
    """The broker's user for the clients that Faust makes itself."""
    if broker.user:
        return faust.SASLCredentials(
            username=broker.user,
            password=broker.password,
            mechanism=broker.mechanism,
            ssl_context=broker.context,
        )
    return faust.SSLCredentials(broker.context) if broker.authority is not None else None


class TablelessApp(faust.App):
    """Keeps no tables, so it needs no folder for them: each start would leave one behind."""

    def _create_directories(self) -> None:
        pass


def application(listener: Listener, broker: Broker, end: Callable[[BaseException], None]) -> faust.App:
    """The Faust application of one listener: its topics, an agent each, all handing over to the engine.

    `end(problem)` must end the process; it is called for whatever goes wrong in a batch.
    """
    faust.transport.drivers.TRANSPORTS.aliases["kafka"] = f"{__name__}:{PositionedTransport.__name__}"
    idle = asyncio.Event()
    idle.set()
    name = f"wenzheng-{listener.service.name}"
    handover = _handovers[name] = Handover(listener, end, broker, idle)
    app = TablelessApp(
        name,
        broker=[f"kafka://{server}" for server in broker.servers.split(",")],
        broker_credentials=_credentials(broker),
        broker_client_id=listener.instance,
        key_serializer="raw",
        value_serializer="raw",
        stream_wait_empty=True,
        stream_buffer_maxsize=4,
        table_standby_replicas=0,
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=True,
        autodiscover=False,
        consumer_auto_offset_reset="earliest",
        broker_max_poll_records=POLL_LIMIT,
        broker_session_timeout=SESSION_TIMEOUT,
        broker_heartbeat_interval=1.0,
        broker_request_timeout=AWAY_SECONDS,
        broker_commit_interval=5.0,
        consumer_max_fetch_size=4 * 1024 * 1024,
    )

    async def hand_over(stream: Any) -> None:
        async for event in stream.events():
            try:
                await listener.hear(_incoming(event.value))
                handover.polls += 1
            except asyncio.CancelledError:
                raise
            except BaseException as problem:  # noqa: BLE001  nothing may escape: Faust would acknowledge it
                end(problem)
                raise
            finally:
                idle.set()

    for topic in listener.service.hears:
        app.agent(app.topic(topic.name), name=f"hear-{topic.name}", concurrency=1)(hand_over)
    return app


def _incoming(poll: Any) -> list[Incoming]:
    return [
        Incoming(tp.topic, tp.partition, record.offset, record.key, record.value, record.headers)
        for tp, batch in poll
        for record in batch
    ]
