"""The process manager: starts parts in order of readiness, restarts what dies, leaves nothing behind."""

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
from aiokafka.errors import KafkaError

from chassis.giving_way import give_way
from chassis.postgres.migrate import migrate
from wenzheng.stack import access, kafka, postgres
from wenzheng.stack.home import ROLES, SCHEMAS, USERS, Home, Trouble, is_alive, started_at
from wenzheng.stack.log_files import put_aside_where_long
from wenzheng.stack.parts import LISTENING, Part, Plan, answers
from wenzheng.stack.priority import come_at_once
from wenzheng.stack.processes import Running, load_ahead, start

BACKOFF: Final = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds before a restart, growing while a part keeps dying; a minute of life starts it over."""

READY_SECONDS: Final = 180.0
"""A part that is not ready after this long is a trouble at the first start. A free machine takes fifteen, a busy one a minute; one
that cannot start ends, and is told of at its fourth end."""

UNHEALTHY_SECONDS: Final = 45.0
"""A part whose liveness fails for this long is killed, and so restarted."""

LEFTOVER_SECONDS: Final = 10.0
"""How long killed leftovers are waited for, so that their ports are free."""

LOOK_SECONDS: Final = 5.0
"""Between two looks at the health of the parts, at their urgency and at the length of their logs."""

Say = Callable[[str, str], None]
"""say(part, state): progress for a person."""


@dataclass
class Child:
    """A part and its running process."""

    part: Part
    process: Running | None = None
    started: int = 0
    state: str = "down"
    restarts: int = 0
    alive_since: float = 0.0
    healthy_at: float = 0.0


class Supervisor:
    """Runs a plan until it is told to stop."""

    def __init__(self, plan: Plan, say: Say) -> None:
        self._plan = plan
        self._say = say
        self._children: dict[str, Child] = {}
        self._stopping = asyncio.Event()
        self._watchers: list[asyncio.Task[None]] = []

    @property
    def home(self) -> Home:
        """The data folder."""
        return self._plan.home

    async def run(self, when_ready: Callable[[], None]) -> None:
        """Start everything, say so, and keep it running until `stop`. Raises Trouble at the first start."""
        with self.home.held():
            await self._run(when_ready)

    async def _run(self, when_ready: Callable[[], None]) -> None:
        await self._clear_leftovers()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._stopping.set)
        try:
            await self._start_all()
            if not self._stopping.is_set():
                when_ready()
            await self._stopping.wait()
        finally:
            await self._stop_all()

    def stop(self) -> None:
        """End in good order."""
        self._stopping.set()

    # -- starting -----------------------------------------------------------------------------

    async def _start_all(self) -> None:
        plan = self._plan
        plan.ports.check(plan.own_ports())
        postgres.address(plan.superuser)
        if not plan.database:
            await asyncio.to_thread(postgres.initialise_once, self.home)
        if not plan.kafka:
            await asyncio.to_thread(kafka.format_once, self.home, kafka.properties(self.home, plan.ports))
        infrastructure = plan.infrastructure()
        load_ahead()
        await self._start(infrastructure)
        await self._prepare()
        self._open_socket("intake")
        if self._stopping.is_set():
            return
        services = plan.services()
        await self._start(services)
        self._watchers.append(asyncio.create_task(self._watch()))

    async def _prepare(self) -> None:
        if self._stopping.is_set():
            return
        self._say("topics", "creating")
        bus = self._plan.bus(access.ADMIN)
        if not await kafka.answers(bus):
            raise Trouble(f"Kafka {self._plan.bootstrap} 没有应答。 Kafka does not answer.")
        try:
            await kafka.create_topics(bus)
            if not self._plan.kafka:
                await access.grant(
                    bus, {user: self.home.secret(f"kafka-{user}") for user in USERS if user != access.ADMIN}
                )
        except KafkaError as problem:
            raise Trouble(f"主题没有建成:{problem}。 The topics could not be created.") from problem
        self._say("topics", "ready")
        self._say("schemas", "creating")
        try:
            passwords = {role: self.home.secret(f"db-{role}") for role in ROLES}
            await postgres.create_roles(self._plan.superuser, passwords)
            for schema in SCHEMAS:
                await migrate(schema, postgres.role_dsn(self._plan.superuser, self.home, schema))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
            raise Trouble(f"数据库不能使用:{problem}。 The database cannot be used.") from problem
        self._say("schemas", "ready")

    def _open_socket(self, name: str) -> None:
        """One stable address for all instances of a web service; it outlives each of them."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self._plan.ports.of(name)))
        listening.listen(2048)
        self._plan.sockets[name] = listening

    async def _start(self, parts: list[Part]) -> None:
        for part in parts:
            child = self._children[part.name] = Child(part)
            self._say(part.name, "starting")
            await self._spawn(child)
            self._watchers.append(asyncio.create_task(self._keep(child)))
        await asyncio.gather(*(self._until_ready(self._children[part.name]) for part in parts))

    async def _until_ready(self, child: Child) -> None:
        until = time.monotonic() + READY_SECONDS
        while not self._stopping.is_set():
            if child.process is not None and child.process.returncode is None and await child.part.ready():
                child.state = "ready"
                child.healthy_at = time.monotonic()
                self._say(child.part.name, "ready")
                self._write_state()
                return
            if time.monotonic() > until or child.restarts >= 4:
                raise Trouble(
                    f"{child.part.name} 没有启动成功,见 {self._log_path(child)}:{_last_line(self._log_path(child))} "
                    f"({child.part.name} did not become ready.)"
                )
            await asyncio.sleep(0.15)

    async def _spawn(self, child: Child) -> None:
        child.process = await start(child.part, self._log_path(child))
        child.started = started_at(child.process.pid)
        child.alive_since = time.monotonic()
        child.state = "starting"
        self._write_state()

    def _log_path(self, child: Child) -> Path:
        return self.home.logs / f"{child.part.name}.log"

    # -- keeping ------------------------------------------------------------------------------

    async def _keep(self, child: Child) -> None:
        """Restart the part whenever it ends, with backoff, until we stop."""
        while True:
            assert child.process is not None
            code = await child.process.wait()
            self._end_group(child)
            if self._stopping.is_set():
                return
            if time.monotonic() - child.alive_since > 60:
                child.restarts = 0
            delay = BACKOFF[min(child.restarts, len(BACKOFF) - 1)]
            child.restarts += 1
            child.state = "restarting"
            self._say(child.part.name, f"ended with {code}, starts again in {delay} s")
            self._write_state()
            await asyncio.sleep(delay)
            while not self._stopping.is_set():
                try:
                    await self._spawn(child)
                    break
                except OSError as problem:  # no memory, no disk, no more processes: it may pass
                    self._say(child.part.name, f"cannot be started: {problem}")
                    await asyncio.sleep(BACKOFF[-1])
            else:
                return
            self._watchers.append(asyncio.create_task(self._mark_ready(child, child.process)))

    async def _mark_ready(self, child: Child, process: Running | None) -> None:
        while child.process is process and process is not None and process.returncode is None:
            if await child.part.ready():
                child.state = "ready"
                child.healthy_at = time.monotonic()
                self._say(child.part.name, "ready")
                self._write_state()
                return
            await asyncio.sleep(0.3)

    async def _watch(self) -> None:
        """Kill what is alive by its pid but makes no progress; order the processes by urgency; put long logs aside."""
        while not self._stopping.is_set():
            await self._order_by_urgency()
            with contextlib.suppress(OSError):  # a full disk: tried again at the next look
                await asyncio.to_thread(put_aside_where_long, self.home.logs)
            await asyncio.sleep(LOOK_SECONDS)
            for child in list(self._children.values()):
                if not child.part.health or child.state != "ready" or child.process is None:
                    continue
                if await answers(child.part.health, self._plan.http):
                    child.healthy_at = time.monotonic()
                elif (
                    time.monotonic() - child.healthy_at > UNHEALTHY_SECONDS
                    and child.process.returncode is None
                ):
                    self._say(child.part.name, "makes no progress; killed")
                    with contextlib.suppress(ProcessLookupError):
                        child.process.kill()

    async def _order_by_urgency(self) -> None:
        """For whom people wait comes at once; who only listens gives way, and so does the database's part of its work.

        A session starts with the server's own niceness, which suits those for whom people wait.
        """
        niceness = {name: child.part.niceness for name, child in self._children.items()}
        processes = {
            child.process.pid: name
            for name, child in self._children.items()
            if child.process is not None and name != "postgres"
        }
        if "postgres" in self._children:
            niceness[postgres.VACUUM] = LISTENING
            processes |= await postgres.sessions(self._plan.superuser)
        come_at_once(pid for pid, name in processes.items() if niceness.get(name) == 0)
        await give_way({pid: niceness.get(name, 0) for pid, name in processes.items()})

    # -- stopping -----------------------------------------------------------------------------

    async def _stop_all(self) -> None:
        self._stopping.set()
        names = list(self._children)
        services = [name for name in names if name not in ("kafka", "postgres")]
        await asyncio.gather(*(self._stop(self._children[name]) for name in services))
        for name in ("kafka", "postgres"):
            if name in self._children:
                await self._stop(self._children[name])
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        await self._plan.http.aclose()
        for listening in self._plan.sockets.values():
            listening.close()
        self._write_state()

    async def _stop(self, child: Child) -> None:
        process = child.process
        if process is not None and process.returncode is None:
            # PostgreSQL: SIGINT ends sessions at once; SIGTERM would wait for them.
            number = signal.SIGINT if child.part.name == "postgres" else signal.SIGTERM
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
            try:
                await asyncio.wait_for(process.wait(), child.part.stop_seconds)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        self._end_group(child)
        child.state = "down"
        self._say(child.part.name, "stopped")

    @staticmethod
    def _end_group(child: Child) -> None:
        """What the part may have left in its process group."""
        if child.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)

    async def _clear_leftovers(self) -> None:
        """End what a manager that was killed has left: only processes that are known by pid and start time."""
        try:
            state = self.home.read_state()
        except Trouble:
            return
        for part in state.get("parts", []):
            if is_alive(part.get("pid") or 0, part.get("started", -1)):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(part["pid"], signal.SIGKILL)
        until = time.monotonic() + LEFTOVER_SECONDS
        while time.monotonic() < until and any(
            is_alive(part.get("pid") or 0, part.get("started", -1)) for part in state.get("parts", [])
        ):
            await asyncio.sleep(0.1)

    # -- what a person and `status` read ------------------------------------------------------

    def _write_state(self) -> None:
        plan = self._plan
        parts: list[dict[str, Any]] = [
            {
                "name": child.part.name,
                "address": child.part.address,
                "state": child.state,
                "pid": child.process.pid if child.process is not None and child.state != "down" else None,
                "started": child.started,
                "restarts": child.restarts,
            }
            for child in self._children.values()
        ]
        # A full disk must not end the manager; what it says of itself is then a little old.
        with contextlib.suppress(OSError):
            self._write(plan, parts)

    def _write(self, plan: Plan, parts: list[dict[str, Any]]) -> None:
        self.home.write_state(
            {
                "pid": os.getpid() if not self._stopped() else 0,
                "started": started_at(os.getpid()),
                "kafka": plan.bootstrap,
                "superuser_address": postgres.address(plan.superuser),
                "given_kafka": bool(plan.kafka),
                "given_database": bool(plan.database),
                "ports": plan.ports.base,
                "workers": plan.workers,
                "city": str(plan.city),
                "services": plan.addresses(),
                "parts": parts,
            }
        )

    def _stopped(self) -> bool:
        return self._stopping.is_set() and all(child.state == "down" for child in self._children.values())


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][-300:] if lines else ""
