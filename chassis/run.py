"""From settings to a running process: what every process needs, and how a web process runs inside uvicorn.

How a listener runs is in `worker`, which alone brings Faust: a web process does without its 37 MB.
"""

import asyncio
import contextlib
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, Final

import asyncpg
import structlog
import uvicorn
from fastapi import APIRouter, FastAPI
from msgspec import Struct

from chassis.clock import Clock, clock_of
from chassis.engine.listener import Listener
from chassis.failures import (
    EXIT_FAILED,
    EXIT_MISPLACED,
    EXIT_SUPERSEDED,
    STORAGE_ERRORS,
    Misplaced,
    Superseded,
)
from chassis.logs import configure
from chassis.metrics import Metric, Metrics
from chassis.postgres.store import connect
from chassis.service import Service
from chassis.settings import Settings
from chassis.store import Store
from chassis.tokens import Verifier
from chassis.web.aside import give_way_often
from chassis.web.edge import Edge, EdgeSettings, Hot
from chassis.web.limits import Limits
from chassis.web.protocol import Bounds, bounded, networks

_log = structlog.get_logger()

Background = Callable[[], Coroutine[Any, Any, None]]

AWAY_SECONDS: Final = 1.0
"""Real seconds between two tries of work that the database broke off."""
KEEP_ALIVE_SECONDS: Final = 30
"""Real seconds that an idle connection is kept for the next request."""


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

    def verifier(self) -> Verifier:
        """Of the tokens of staff. Ends the process with a sentence where no key is named."""
        public_key = self.settings.token_public_key_file
        if public_key is None:
            raise SystemExit("WENZHENG_TOKEN_PUBLIC_KEY_FILE must name the key that verifies staff tokens")
        return Verifier(public_key.read_bytes())

    async def ready(self) -> str:
        """Why this process can answer nobody: raises where the database is away, else empty."""
        await self.pool.fetchval("select 1")
        return ""

    def limits(self, rates: Struct) -> Limits:
        """The limits of this process's doors: the policy's `[rates]`, unless its settings say none."""
        return Limits(rates, self.settings.rate_limits)

    def edge(self, api: FastAPI, hot: Hot | None = None) -> Edge:
        """The outermost layer of this process's interfaces, as its settings want it."""
        settings = self.settings
        wanted = EdgeSettings(settings.host_names, settings.https, settings.allowed_origins)
        return Edge(api, self.metrics, hot, wanted)


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
    at_end: Callable[[], None] = lambda: None
    """Called when the process is told to end: what it keeps on disk is removed. A killed one leaves it."""


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
        """The city as it is now."""
        best = None if self._listener is None else self._listener.newest()
        return self._initial if best is None else best.city

    def at(self, amendments: int) -> Any:
        """The city as it was after that many facts: what was judged then is told by the rules of then."""
        best = None if self._listener is None else self._listener.newest()
        return self._initial if best is None else best.at(amendments)


Assemble = Callable[[Process], Awaitable[Assembled]]


def settings_of(name: str, mask: Callable[[str], str]) -> Settings:
    """What the environment says to this process, whose log lines are masked and carry its name from now on."""
    settings = Settings.read()
    configure(mask, settings.instance or name)
    return settings


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
    """Fewer garbage collections: states are plain structs without cycles. Threads give way to the event loop. As many
    open files as the system allows.

    A connection is a file: with the usual 1,024, eight clients with their 128 each would leave none for others.
    """
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    give_way_often()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


async def patiently(work: Background, rest: float = AWAY_SECONDS) -> None:
    """Background work that begins again, after `rest` seconds, where it broke off since the database is away.

    What it had not finished is still in the database, so nothing is lost with the place where it was. Raises what else
    goes wrong.
    """
    while True:
        try:
            return await work()
        except STORAGE_ERRORS as away:
            _log.warning(
                "work waits for the database",
                work=getattr(work, "__qualname__", repr(work)),
                reason=repr(away),
            )
            await asyncio.sleep(rest)


async def guard(work: Background) -> None:
    """Background work: it waits for the database where it must, and any other failure ends the process."""
    try:
        await patiently(work)
    except asyncio.CancelledError:
        raise
    except BaseException as problem:  # noqa: BLE001
        end_process(problem)


async def every(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    """Do something again and again, for the life of the process."""
    while True:
        await asyncio.sleep(seconds)
        await work()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def http_options(settings: Settings) -> dict[str, Any]:
    """What every HTTP server of the house is told: bounds, whose word on the client is believed, no word on itself."""
    trusted = networks(settings.forwarded_by)
    bounds = Bounds(trusted=trusted) if settings.rate_limits else Bounds(trusted=trusted, connections=0)
    return {
        "http": bounded(bounds),
        "ws": "none",
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(trusted),
        "forwarded_allow_ips": settings.forwarded_by,
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
    }


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
    settings = settings_of(name, mask)
    asyncio.run(_serving(name, build, settings, own_metrics, schema or name))


async def _serving(
    name: str,
    build: Callable[[Process], Awaitable[tuple[Any, Sequence[Background]]]],
    settings: Settings,
    own_metrics: tuple[Metric, ...],
    schema: str,
) -> None:
    metrics = Metrics(own_metrics)
    pool = await patient(settings.dsn, schema, instance=settings.instance)
    app, background = await build(Process(name, settings, pool, metrics))
    tasks = [asyncio.create_task(guard(work)) for work in background]
    sockets = [socket.socket(fileno=settings.http_fd)] if settings.http_fd >= 0 else None
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        lifespan="off",
        timeout_graceful_shutdown=5,
        backlog=2048,
        **http_options(settings),
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


async def patient(dsn: str, schema: str, size: int = 8, instance: str = "") -> asyncpg.Pool:
    """A pool, as soon as the database answers.

    Every store keeps one connection for life, stats has four; the others are for those who read.
    """
    while True:
        try:
            return await connect(dsn, schema, size, instance)
        except (OSError, asyncpg.PostgresError) as problem:
            _log.warning("waiting for the database", reason=str(problem))
            await asyncio.sleep(0.5)
