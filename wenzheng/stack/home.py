"""Where a stack lives: its data folder, its secrets, its ports, and what it says of itself."""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chassis.tokens import make_keys

ROOT: Final = Path(__file__).resolve().parents[2]
"""The checkout."""

JARS: Final = ROOT / ".venv" / "share" / "kafka"
CITY: Final = ROOT / "cities" / "suqian"
DISK_NEEDED: Final = 1_000_000_000
"""Bytes that must be free to start."""

SERVICES: Final = ("intake", "router", "deadline", "notifier", "stats", "survey", "debate")
SCHEMAS: Final = (*SERVICES, "portal", "wechat")
"""Each is owned by the role of its name."""
ROLES: Final = (*SCHEMAS, "auditor")
"""Of the database."""
USERS: Final = (*SERVICES, "auditor", "department", "admin")
"""Of the bus: each service, who reads everything, a department's own system, and who makes topics."""


class Trouble(Exception):
    """Something a person can put right; the argument is the whole sentence to print."""


def default_data() -> Path:
    """`$WENZHENG_HOME`, else `.wenzheng/` in the checkout."""
    named = os.environ.get("WENZHENG_HOME")
    return Path(named).absolute() if named else ROOT / ".wenzheng"


@dataclass(frozen=True)
class Home:
    """A data folder."""

    data: Path

    @property
    def logs(self) -> Path:
        """A log file for each part."""
        return self.data / "log"

    @property
    def clock(self) -> Path:
        """The segments of a warped city clock; absent without one."""
        return self.data / "clock.jsonl"

    @property
    def attachments(self) -> Path:
        """The files of citizens, sealed."""
        return self.data / "attachments"

    def secret(self, name: str, length: int = 48) -> str:
        """A secret of so many hexadecimal digits, made once, readable by its owner alone."""
        path = self.secret_file(name)
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(24)[:length])
        return path.read_text().strip()

    def secret_file(self, name: str) -> Path:
        """Its file."""
        return self.data / "secrets" / name

    def prepare(self) -> None:
        """Make folders, keys and secrets. Raises Trouble for a full disk or a folder that cannot be written."""
        try:
            own = (self.logs, self.data / "secrets", self.data / "kafka", self.attachments)
            for folder in (self.data, *own):
                folder.mkdir(parents=True, exist_ok=True)
            for folder in own:
                folder.chmod(0o700)
            if shutil.disk_usage(self.data).free < DISK_NEEDED:
                raise Trouble(f"磁盘空间不足:{self.data} 至少需要 1 GB。 The disk is too full.")
            for role in (*ROLES, "postgres"):
                self.secret(f"db-{role}")
            for user in USERS:
                self.secret(f"kafka-{user}")
            self.secret("gateway-key")
            self.secret("shared-secret")
            self.secret("link-secret")
            self.secret("call-secret")
            self.secret("receipts-token")
            # As long as WeChat wants them.
            self.secret("wechat-token", 32)
            self.secret("wechat-aes-key", 43)
            self.secret("wechat-conversation-key")
            if not self.secret_file("token-public.pem").exists():
                make_keys(self.secret_file("token-private.pem"), self.secret_file("token-public.pem"))
        except PermissionError as problem:
            raise Trouble(f"没有写入权限:{problem.filename}。 No permission to write there.") from problem
        except OSError as problem:
            raise Trouble(f"数据目录不能使用:{problem}。 The data folder cannot be used.") from problem

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """One manager at a time; the lock ends with its process, however that ends. Raises Trouble."""
        with (self.data / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as problem:
                raise Trouble(
                    f"{self.data} 中的系统已在运行;请先 wenzheng down。 It is running already."
                ) from problem
            yield

    # -- what the running stack says of itself ------------------------------------------------

    @property
    def state_file(self) -> Path:
        """Addresses and pids of the running stack."""
        return self.data / "stack.json"

    def write_state(self, state: dict[str, Any]) -> None:
        """Replace it at once, so that a reader never sees half of it."""
        beside = self.state_file.with_suffix(".new")
        beside.write_text(json.dumps(state, ensure_ascii=False, indent=1), encoding="utf-8")
        beside.replace(self.state_file)

    def read_state(self) -> dict[str, Any]:
        """What was written last; raises Trouble when no stack ever ran here."""
        try:
            found: dict[str, Any] = json.loads(self.state_file.read_text(encoding="utf-8"))
            return found
        except FileNotFoundError as problem:
            raise Trouble(
                f"{self.data} 中没有运行过的系统;请先 wenzheng up。 No stack here yet."
            ) from problem


def started_at(pid: int) -> int:
    """When a process started, in clock ticks since boot; 0 when there is none: a pid alone may be another's."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return 0 if fields[0] == "Z" else int(fields[19])
    except (OSError, IndexError, ValueError):
        return 0


def is_alive(pid: int, started: int) -> bool:
    """Whether this very process still runs."""
    return bool(pid) and started_at(pid) == started != 0


@dataclass(frozen=True)
class Ports:
    """Fixed offsets from a base."""

    base: int

    def of(self, name: str) -> int:
        """The port of a part; further instances have ports of their own."""
        fixed = {
            "portal": 0,
            "intake": 1,
            "router": 2,
            "deadline": 3,
            "notifier": 4,
            "stats": 5,
            "intake-listen": 6,
            "router-listen": 7,
            "survey": 8,
            "wechat": 9,
            "kafka": 10,
            "kafka-controller": 11,
            "postgres": 12,
            "gateway": 13,
            "gateway-mail": 14,
            "debate": 15,
        }
        if name in fixed:
            return self.base + fixed[name]
        service, _, number = name.rpartition("-")
        return self.base + 20 * (int(number) - 1) + fixed[service]

    def check(self, names: list[str]) -> None:
        """Raises Trouble for the first port that somebody else has."""
        for name in names:
            port = self.of(name)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError as problem:
                    raise Trouble(
                        f"端口 {port}({name})已被占用;请用 --ports 换一个起始端口。 "
                        f"Port {port} is taken; choose another base with --ports."
                    ) from problem
