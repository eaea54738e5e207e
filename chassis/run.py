"""From settings to a running process: listeners inside the Faust worker, web processes inside uvicorn."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

import asyncpg
import faust
import structlog
import uvicorn
from aiokafka.admin import AIOKafkaAdminClient
from fastapi import APIRouter
from faust.contrib.asgi import serve_asgi

from chassis.clock import Clock, clock_of
from chassis.failures import EXIT_FAILED, EXIT_MISPLACED, EXIT_SUPERSEDED, Misplaced, Superseded
from chassis.listener import Listener
from chassis.logs import configure
from chassis.metrics import Metric, Metrics
from chassis.postgres import connect
from chassis.publisher import KafkaBus, Publisher
from chassis.seam import application
from chassis.service import Service
from chassis.settings import Settings
from chassis.store import Store
from chassis.turn import CityView
from chassis.web import Edge, Probes, create_api

_log = structlog.get_logger()

STUCK_SECONDS = 60.0
"""Behind the log and not moving for so long: not alive."""

Background = Callable[[], Coroutine[Any, Any, None]]


@dataclass
class Process:
    """What a service's `__main__` is given to assemble itself from."""

    name: str
    settings: Settings
    pool: asyncpg.Pool
    metrics: Metrics

    def clock(self, zone: tzinfo) -> Clock:
        """The city's clock."""
        return clock_of(self.settings.clock_file, zone)


@dataclass
class Assembled:
    """A service put together: the chassis does the rest."""

    service: Service[Any, Any]
    store: Store
    clock: Clock
    routes: Sequence[APIRouter] = ()
    on_listener: Callable[[Listener], Sequence[Background]] = lambda listener: ()
    """Background work that needs the listener, such as a sender; ends the process when it fails."""
    refresh: Callable[[], Awaitable[None]] | None = None
    """Awaited every few seconds, for gauges that are looked up."""


class CityNow:
    """The city as a listener's partitions have learnt it, for its web side; `initial` until it owns one."""

    def __init__(self, initial: Any) -> None:
        self._initial = initial
        self._listener: Listener | None = None

    def follow(self, listening: Listener) -> Sequence[Background]:
        """Look at this listener from now on."""
        self._listener = listening
        return ()

    def __call__(self) -> Any:
        """The partition that has learnt most knows best."""
        best = self._best()
        return self._initial if best is None else best.city

    def at(self, amendments: int) -> Any:
        """The city as it was after so many facts: what was judged then is told by the rules of then."""
        best = self._best()
        return self._initial if best is None else best.at(amendments)

    def _best(self) -> CityView | None:
        views = self._listener.cities.values() if self._listener is not None else ()
        return max(views, key=lambda view: view.amendments, default=None)


Assemble = Callable[[Process], Awaitable[Assembled]]


@dataclass
class _Lag:
    """Events on the bus not yet handled, looked up now and then."""

    events: int = 0
    looked_at: float = field(default_factory=time.monotonic)


def end_process(problem: BaseException) -> None:
    """End at once, whatever else is going on: the process manager starts it again."""
    code = EXIT_FAILED
    if isinstance(problem, Superseded):
        code = EXIT_SUPERSEDED
    elif isinstance(problem, Misplaced):
        code = EXIT_MISPLACED
    _log.error("process ends", reason=f"{type(problem).__name__}: {problem}", code=code, exc_info=problem)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def tuned() -> None:
    """Fewer garbage collections: states are plain structs without cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def guard(work: Coroutine[Any, Any, None]) -> None:
    """Background work whose failure ends the process."""
    try:
        await work
    except asyncio.CancelledError:
        raise
    except BaseException as problem:  # noqa: BLE001
        end_process(problem)


async def every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    """Do something again and again, for the life of the process."""
    while True:
        await asyncio.sleep(seconds)
        await work()


async def check_cluster(pool: asyncpg.Pool, kafka: str) -> None:
    """Refuse to run on another cluster's log. Raises Misplaced. Waits while no broker answers."""
    while True:
        client = AIOKafkaAdminClient(bootstrap_servers=kafka)
        try:
            await client.start()
            cluster = str((await client.describe_cluster())["cluster_id"])
            break
        except Exception as problem:  # noqa: BLE001  whatever it is, without a broker there is nothing to do but wait
            _log.warning("waiting for the bus", reason=repr(problem))
            await asyncio.sleep(1)
        finally:
            await client.close()
    await pool.execute("insert into cluster (id) values ($1::text) on conflict do nothing", cluster)
    known = [row["id"] for row in await pool.fetch("select id from cluster")]
    if known != [cluster]:
        raise Misplaced(f"this database belongs to the log of cluster {known}, the bus is cluster {cluster}")


def listener(
    name: str,
    sentence: str,
    assemble: Assemble,
    mask: Callable[[str], str],
    own_metrics: tuple[Metric, ...] = (),
    schema: str = "",
) -> None:
    """Run a listening service until SIGTERM; never returns normally.

    The Faust worker drives and hosts the service's HTTP. Whatever fails ends the process.
    """
    settings = Settings.read()
    instance = settings.instance or name
    configure(mask, instance)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        app, port = loop.run_until_complete(
            _listening(name, sentence, assemble, settings, own_metrics, schema or name)
        )
    except Misplaced as problem:
        end_process(problem)
        raise
    _log.info("listening", service=name, port=port)
    tuned()
    worker = faust.Worker(
        app,
        loop=loop,
        loglevel="warn",
        redirect_stdouts=False,
        override_logging=False,
        quiet=True,
        debug=False,
    )
    try:
        worker.execute_from_commandline()
    except SystemExit as ended:
        # Faust's threads may linger; the process does not.
        sys.stdout.flush()
        os._exit(ended.code if isinstance(ended.code, int) else EXIT_FAILED)
    except BaseException as problem:  # noqa: BLE001
        end_process(problem)


async def _listening(
    name: str,
    sentence: str,
    assemble: Assemble,
    settings: Settings,
    own_metrics: tuple[Metric, ...],
    schema: str,
) -> tuple[faust.App, int]:
    metrics = Metrics(own_metrics)
    pool = await _patient(settings.database, schema, 4)
    await check_cluster(pool, settings.kafka)
    process = Process(name, settings, pool, metrics)
    assembled = await assemble(process)
    instance = f"{settings.instance or name}-{os.getpid()}-{time.time_ns() & 0xFFFFFF:06x}"
    publisher = Publisher(assembled.store, KafkaBus(settings.kafka, instance))
    listening = Listener(assembled.service, assembled.store, publisher, assembled.clock, instance, metrics)
    app = application(listening, settings.kafka, end_process)
    lag = _Lag()

    def alive() -> str:
        if listening.halted:
            return ""
        still = time.monotonic() - listening.moved_at
        return (
            f"{lag.events} events behind, not moving for {still:.0f} s"
            if lag.events and still > STUCK_SECONDS
            else ""
        )

    async def ready() -> str:
        if listening.halted:
            return listening.halted
        if not listening.positions and app.rebalancing:
            return "rebalancing"
        if not getattr(app, "started", False):
            return "starting"
        await pool.fetchval("select 1")
        return ""

    api = create_api(name, sentence, metrics, Probes(alive, ready))
    for routes in assembled.routes:
        api.include_router(routes)
    port = settings.http_port or free_port()
    serve_asgi(app, Edge(api, metrics), host=settings.http_host, port=port, access_log=False)
    background: list[Background] = [publisher.run, listening.run]
    background += assembled.on_listener(listening)
    background.append(lambda: _look(name, pool, metrics, listening, lag, app, assembled.refresh))
    for work in background:
        app.task(_task(work))
    return app, port


def _task(work: Background) -> Callable[[], Coroutine[Any, Any, None]]:
    async def run() -> None:
        await guard(work())

    run.__name__ = getattr(work, "__qualname__", "work").replace("<", "").replace(">", "")
    return run


async def _look(
    name: str,
    pool: asyncpg.Pool,
    metrics: Metrics,
    listening: Listener,
    lag: _Lag,
    app: faust.App,
    refresh: Callable[[], Awaitable[None]] | None,
) -> None:
    """Gauges that must be looked up; every two seconds."""
    while True:
        await asyncio.sleep(2)
        ends = {}
        consumer = app.consumer
        for tp in consumer.assignment() if consumer is not None else ():
            ends[(tp.topic, tp.partition)] = consumer.highwater(tp) or 0
        behind = 0
        for partition, topics in list(listening.positions.items()):
            behind += sum(
                max(0, ends.get((topic, partition), 0) - offset) for topic, offset in topics.items()
            )
        lag.events = behind
        metrics.gauge("wenzheng_lag_events", name).set(behind)
        row = await pool.fetchrow(
            "select (select count(*) from waiting where parked) parked, "
            "(select coalesce(extract(epoch from clock_timestamp() - min(at)), 0) from outbox) age"
        )
        metrics.gauge("wenzheng_parked", name).set(row["parked"])
        metrics.gauge("wenzheng_outbox_age_seconds", name).set(row["age"])
        if refresh is not None:
            await refresh()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def web(
    name: str,
    build: Callable[[Process], Awaitable[tuple[Any, Sequence[Background]]]],
    mask: Callable[[str], str],
    own_metrics: tuple[Metric, ...] = (),
    schema: str = "",
) -> None:
    """Run a web process: `build` returns the ASGI application and the background work beside it.

    Starts without a broker in sight; on SIGTERM it takes no new request, answers the waiting ones and ends.
    """
    settings = Settings.read()
    configure(mask, settings.instance or name)
    asyncio.run(_serving(name, build, settings, own_metrics, schema or name))


async def _serving(
    name: str,
    build: Callable[[Process], Awaitable[tuple[Any, Sequence[Background]]]],
    settings: Settings,
    own_metrics: tuple[Metric, ...],
    schema: str,
) -> None:
    metrics = Metrics(own_metrics)
    pool = await _patient(settings.database, schema)
    app, background = await build(Process(name, settings, pool, metrics))
    tasks = [asyncio.create_task(guard(work())) for work in background]
    sockets = [socket.socket(fileno=settings.http_fd)] if settings.http_fd >= 0 else None
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        access_log=False,
        log_config=None,
        lifespan="off",
        http="httptools",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        backlog=2048,
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment,method-assign]  # we own the signals
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, setattr, server, "should_exit", True)
    tuned()
    await server.serve(sockets=sockets)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # Closing would wait for the connection the store holds for life.
    pool.terminate()


async def _patient(dsn: str, schema: str, size: int = 8) -> asyncpg.Pool:
    """A pool, as soon as the database answers."""
    while True:
        try:
            return await connect(dsn, schema, size=size)
        except (OSError, asyncpg.PostgresError) as problem:
            _log.warning("waiting for the database", reason=str(problem))
            await asyncio.sleep(0.5)
