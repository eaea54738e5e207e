"""How a listening service runs: inside the Faust worker, which drives and hosts the service's HTTP."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import asyncpg
import faust
import structlog
from faust.contrib.asgi import serve_asgi

from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.failures import EXIT_FAILED, Misplaced
from chassis.kafka.faust_seam import application
from chassis.kafka.producer import KafkaBus
from chassis.kafka.same_origin import check_cluster, check_said
from chassis.metrics import Metric, Metrics
from chassis.run import (
    Assemble,
    Background,
    Process,
    end_process,
    free_port,
    guard,
    http_options,
    patient,
    settings_of,
    tuned,
)
from chassis.settings import Settings
from chassis.web.api import create_api, take_routes
from chassis.web.probes import Probes

_log = structlog.get_logger()

STUCK_SECONDS = 60.0
"""Behind the log and not moving for this long: not alive."""


REFRESH_SECONDS = 10.0
"""Between two looks at a service's own gauges; Prometheus asks no more often."""


@dataclass
class _Lag:
    """Events on the bus not yet handled, looked up now and then."""

    events: int = 0


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
    settings = settings_of(name, mask)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        app, port, at_end = loop.run_until_complete(
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
        # Faust's threads may linger; the process does not, so nothing that Python does at its end is done.
        at_end()
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
) -> tuple[faust.App, int, Callable[[], None]]:
    metrics = Metrics(own_metrics)
    pool = await patient(settings.dsn, schema, instance=settings.instance)
    broker = settings.broker
    await check_cluster(pool, broker)
    process = Process(name, settings, pool, metrics)
    assembled = await assemble(process)
    await check_said(assembled.store, assembled.service, broker)
    instance = f"{settings.instance or name}-{os.getpid()}-{time.time_ns() & 0xFFFFFF:06x}"
    publisher = Publisher(assembled.store, KafkaBus(broker, instance))
    listening = Listener(assembled.service, assembled.store, publisher, assembled.clock, instance, metrics)
    app = application(listening, broker, end_process)
    lag = _Lag()

    def alive() -> str:
        if listening.halted or listening.waits:
            return ""
        still = time.monotonic() - listening.moved_at
        return (
            f"{lag.events} events behind, not moving for {still:.0f} s"
            if lag.events and still > STUCK_SECONDS
            else ""
        )

    async def ready() -> str:
        if listening.halted or listening.waits:
            return listening.halted or listening.waits
        if not listening.positions and app.rebalancing:
            return "rebalancing"
        if not getattr(app, "started", False):
            return "starting"
        await pool.fetchval("select 1")
        return ""

    def behind() -> str:
        return listening.waits or (f"{lag.events} events behind" if lag.events else "")

    api = create_api(
        name,
        sentence,
        metrics,
        Probes(alive, ready, behind),
    )
    take_routes(api.router, *assembled.routes)
    port = settings.http_port or free_port()
    serve_asgi(app, process.edge(api), host=settings.http_host, port=port, **http_options(settings))
    background: list[Background] = [publisher.run, listening.run]
    background += assembled.on_listener(listening)
    background.append(lambda: _look(name, pool, metrics, listening, lag, app, assembled.refresh))
    for work in background:
        app.task(_task(work))
    return app, port, assembled.at_end


def _task(work: Background) -> Callable[[], Coroutine[Any, Any, None]]:
    async def run() -> None:
        await guard(work)

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
    """Gauges that must be looked up, and operators' marks, every two seconds; a service's own gauges more rarely."""
    refresh_at = 0.0
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
            "exists (select from waiting where mark <> '') marked, "
            "(select coalesce(extract(epoch from clock_timestamp() - min(at)), 0) from outbox) age"
        )
        metrics.gauge("wenzheng_parked", name).set(row["parked"])
        metrics.gauge("wenzheng_outbox_age_seconds", name).set(row["age"])
        if row["marked"]:
            listening.obey_marks()
        if refresh is not None and time.monotonic() >= refresh_at:
            refresh_at = time.monotonic() + REFRESH_SECONDS
            await refresh()
