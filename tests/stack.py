"""A real stack for tests: Kafka, PostgreSQL and every service, on free ports in a private folder."""

import asyncio
import fcntl
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from chassis.kafka.broker import Broker
from chassis.tokens import Staff, sign
from tests.command import command
from tests.patience import PATIENCE
from wenzheng.stack import access, kafka
from wenzheng.stack.home import Home, Ports, Trouble, is_alive
from wenzheng.stack.parts import Part, Plan
from wenzheng.stack.status import status

ROOT = Path(__file__).resolve().parents[1]


def free_base() -> int:
    """A base whose sixty ports are free; processes of tests that run side by side draw from bases of their own."""
    place = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    places = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    while True:
        base = random.randrange(20_000 + 60 * place, 32_000, 60 * places)
        probes = []
        try:
            for port in range(base, base + 60):
                probe = socket.socket()
                probes.append(probe)
                probe.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
        finally:
            for probe in probes:
                probe.close()


@contextmanager
def _in_turn() -> Iterator[None]:
    """One stack starts at a time: it takes all cores, and of two at once both would take as long as one after the other."""
    with Path(tempfile.gettempdir(), f"wenzheng-starting-{os.getuid()}").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


class Stack:
    """A running stack and how to speak to it."""

    def __init__(
        self, data: Path, workers: int, clock: str = "", settings: Mapping[str, str] | None = None
    ) -> None:
        self.data = data
        self.scratch = data.parent / "scratch"
        """Where its processes put what they keep for a while."""
        self._settings = {"TMPDIR": str(self.scratch), **(settings or {})}
        self.home = Home(data)
        self._workers = workers
        self._clock = clock
        self.base = free_base()

    def command(
        self, *arguments: str, check: bool = True, given: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run `wenzheng …` on this stack, with `given` as its standard input."""
        data = ("--data", str(self.data))
        done = command(*arguments, *data, settings=self._settings, given=given, timeout=600)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def _never_quiet(self) -> Path:
        """The city's profile without its night: what a test waits for must come at night, too."""
        folder = self.data.parent / "city"
        if not folder.exists():
            shutil.copytree(ROOT / "cities" / "suqian", folder)
            policy = folder / "policy.toml"
            text = policy.read_text(encoding="utf-8")
            policy.write_text(
                text.replace('quiet_until = "08:00"', 'quiet_until = "22:00"'), encoding="utf-8"
            )
        return folder

    def up(self) -> None:
        """Start it and wait until it is ready."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        self._settings.setdefault("WENZHENG_CITY", str(self._never_quiet()))
        extra = ["--clock", self._clock] if self._clock else []
        with _in_turn():
            self.command("up", "--detach", "--ports", str(self.base), "--workers", str(self._workers), *extra)

    def down(self) -> None:
        """Stop it in good order."""
        self.command("down", check=False)

    def end(self) -> None:
        """Kill it, parts and all; in good order where some are left: nobody reads again what they wrote."""
        try:
            state = self.home.read_state()
        except Trouble:
            return
        if is_alive(state["pid"], state["started"]):
            os.kill(state["pid"], signal.SIGKILL)
        until = time.monotonic() + 20
        while any(is_alive(part["pid"] or 0, part["started"]) for part in (state, *state["parts"])):
            if time.monotonic() > until:
                self.down()
                return
            time.sleep(0.05)

    def parts(self) -> dict[str, dict[str, Any]]:
        """Part name to its status."""
        with ThreadPoolExecutor(1) as pool:  # whoever asks may have a loop of its own
            found = pool.submit(asyncio.run, status(self.home)).result()
        return {part["name"]: part for part in found["parts"]}

    def pid(self, name: str) -> int:
        """The present pid of a part, from what the manager wrote."""
        state = self.home.read_state()
        part = next(part for part in state["parts"] if part["name"] == name)
        return part["pid"] if is_alive(part["pid"] or 0, part["started"]) else 0

    def signal(self, name: str, number: signal.Signals) -> bool:
        """Send a signal to a part; False when it is down just now."""
        pid = self.pid(name)
        if pid:
            os.kill(pid, number)
        return bool(pid)

    def audit(self) -> dict[str, Any]:
        """The audit's rows."""
        done = self.command("audit", "--json", check=False)
        assert done.stdout, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def violated(self) -> list[dict[str, Any]]:
        """The audit's rows that found something, with their examples: a whole city has none."""
        return [row for row in self.audit()["rows"] if row["violations"]]

    def quiet(self, seconds: float = PATIENCE) -> None:
        """Wait until every part is ready, nothing lags and nothing waits to be published: at two looks in a row.

        A look takes its figures one after the other, and what moves from service to service may escape one.
        """
        until, calm = time.monotonic() + seconds, 0
        while calm < 2:
            parts = self.parts().values()
            busy = [p for p in parts if p["state"] != "ready" or p["lag"] or p["outbox_age"]]
            calm = 0 if busy else calm + 1
            assert time.monotonic() < until or not busy, busy
            time.sleep(0.2)

    def part(self, name: str) -> Part:
        """How its manager starts a part that is written in Python."""
        state, said = self.home.read_state(), self._settings
        plan = Plan(
            self.home,
            Ports(state["ports"]),
            state["workers"],
            kafka=said.get("WENZHENG_KAFKA", ""),
            database=said.get("WENZHENG_DATABASE", ""),
            city=Path(state["city"]),
        )
        part = next(part for part in plan.services() if part.name == name)
        part.environment = {**said, **part.environment}
        return part

    def address(self, service: str) -> str:
        """Base URL of a service."""
        found: str = self.home.read_state()["services"][service]
        return found

    def bus(self, user: str = access.AUDITOR) -> Broker:
        """The bus for one of its users."""
        return kafka.of_state(self.home, self.home.read_state(), user)

    def token(self, person: str, department: str, role: str) -> dict[str, str]:
        """Headers of a member of staff."""
        key = self.home.secret_file("token-private.pem").read_bytes()
        return {"Authorization": f"Bearer {sign(key, Staff(person, department, role))}"}


@contextmanager
def running(workers: int = 1, clock: str = "", settings: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """A stack that is gone afterwards, data and all; `settings` are what the environment says to it."""
    folder = Path(tempfile.mkdtemp(prefix="wz-"))
    stack = Stack(folder / "问政 data", workers, clock, settings)
    try:
        stack.up()
        yield stack
    except BaseException:
        for log in sorted(stack.home.logs.glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-8:]
            print(f"== {log.name}", *(line[:400] for line in lines), sep="\n")
        raise
    finally:
        stack.end()
        shutil.rmtree(folder, ignore_errors=True)


class Client:
    """Posts and acts; keeps what was answered 202."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._http = httpx2.AsyncClient(base_url=stack.address("intake"), timeout=PATIENCE)
        self.accepted: list[dict[str, Any]] = []
        self.failed = 0
        self.latencies: list[float] = []

    async def post(self, **fields: Any) -> dict[str, Any] | None:
        """One post under its own key, repeated under the same key until it is answered."""
        body = {
            "kind": "complaint",
            "title": "路灯不亮",
            "text": f"幸福路第{uuid.uuid4().int % 10**6}盏路灯坏了。",
        } | fields
        key = {"Idempotency-Key": uuid.uuid4().hex}
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            started = time.monotonic()
            try:
                response = await self._http.post("/v1/posts", json=body, headers=key)
            except httpx2.HTTPError:
                self.failed += 1
                await asyncio.sleep(0.2)
                continue
            if response.status_code == 202:
                self.latencies.append(time.monotonic() - started)
                receipt: dict[str, Any] = response.json()
                self.accepted.append(receipt)
                return receipt
            assert response.status_code == 503, response.text
            await asyncio.sleep(0.2)
        return None

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        """Any call, with a fresh key."""
        return await self._http.request(
            method, path, json=body, headers={"Idempotency-Key": uuid.uuid4().hex, **headers}
        )

    async def close(self) -> None:
        """Give connections back."""
        await self._http.aclose()
