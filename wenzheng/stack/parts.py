"""The table of parts: what runs, how it is started, where it answers."""

import json
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2

from chassis.kafka.broker import Broker
from wenzheng.stack import access, kafka, postgres
from wenzheng.stack.home import CITY, ROOT, SERVICES, Home, Ports

Ready = Callable[[], Awaitable[bool]]


def prober() -> httpx2.AsyncClient:
    """A client for probes on this machine. It loads no trust store, which takes 40 ms: nothing here speaks TLS."""
    return httpx2.AsyncClient(timeout=2, verify=False, trust_env=False)


LISTENERS: Final = {
    "intake": "intake-listen",
    "router": "router-listen",
    "deadline": "deadline",
    "notifier": "notifier",
    "stats": "stats",
    "survey": "survey",
    "debate": "debate",
}
"""Service to the part that hears the bus for it; where the names differ, people ask another part. Survey and debate hear nobody."""

MODULES: Final = (
    *(f"services.{service}" for service in SERVICES),
    "services.notifier.gateway",
    "fronts.wechat",
    "fronts.portal",
)
"""Packages that run as processes, each by its `__main__`."""

PUBLIC_KEY: Final = {"WENZHENG_TOKEN_PUBLIC_KEY_FILE": "token-public.pem"}
LINKS: Final = {"WENZHENG_LINK_SECRET_FILE": "link-secret"}
CALLS: Final = {"WENZHENG_CALL_SECRET_FILE": "call-secret"}
RECEIPTS: Final = {"WENZHENG_RECEIPTS_TOKEN_FILE": "receipts-token"}
SECRETS: Final[dict[str, dict[str, str]]] = {
    "intake": {**PUBLIC_KEY, **LINKS, **CALLS, "WENZHENG_SECRET_FILE": "shared-secret"},
    "router": PUBLIC_KEY,
    "deadline": PUBLIC_KEY,
    "notifier": {**PUBLIC_KEY, **LINKS, **RECEIPTS, "WENZHENG_GATEWAY_KEY_FILE": "gateway-key"},
    "stats": {**PUBLIC_KEY, **CALLS},
    "survey": {**PUBLIC_KEY, "WENZHENG_SECRET_FILE": "shared-secret"},
    "debate": {**PUBLIC_KEY, "WENZHENG_SECRET_FILE": "shared-secret"},
    "gateway": {
        **RECEIPTS,
        "WENZHENG_GATEWAY_KEY_FILE": "gateway-key",
        "WENZHENG_WECHAT_TOKEN_FILE": "wechat-token",
        "WENZHENG_WECHAT_AES_KEY_FILE": "wechat-aes-key",
    },
    "wechat": {
        **RECEIPTS,
        "WENZHENG_WECHAT_SECRET_FILE": "gateway-key",
        "WENZHENG_WECHAT_TOKEN_FILE": "wechat-token",
        "WENZHENG_WECHAT_AES_KEY_FILE": "wechat-aes-key",
        "WENZHENG_WECHAT_CONVERSATION_KEY_FILE": "wechat-conversation-key",
    },
    "portal": {
        "WENZHENG_SECRET_FILE": "shared-secret",
        "WENZHENG_TOKEN_PRIVATE_KEY_FILE": "token-private.pem",
    },
}
"""Setting to the file it names, for each kind of process: who has no use for a secret does not learn where it lies."""

NICENESS: Final = {
    "intake": 0,
    "portal": 0,
    "survey": 0,
    "debate": 0,
    "wechat": 0,
    "kafka": 5,
    "deadline": 5,
    "router": 5,
    "stats": 5,
}
"""Who gives way to whom where cores are few: people first (their 202 waits for no bus), then the clock and those who are read, then
all others."""
LISTENING: Final = 10
"""Niceness of a process for which no person waits."""


@dataclass
class Part:
    """One child of the process manager."""

    name: str
    command: list[str]
    environment: dict[str, str]
    address: str
    ready: Ready
    stop_seconds: float = 15.0
    """After SIGTERM; then SIGKILL."""
    sockets: dict[str, socket.socket] = field(default_factory=dict)
    """Setting to the listening socket whose file descriptor it names."""
    health: str = ""
    """URL of its liveness, or empty."""
    niceness: int = 0
    """Who waits for an answer comes first: what only listens gives way by so many steps."""


@dataclass
class Plan:
    """Which parts run, with which addresses."""

    home: Home
    ports: Ports
    workers: int = 1
    warped: bool = False
    kafka: str = ""
    """A given cluster wins over our own."""
    database: str = ""
    """A given server (superuser DSN) wins over our own."""
    city: Path = CITY
    sockets: dict[str, socket.socket] = field(default_factory=dict)
    """Part to the socket that all its instances share."""
    demonstration: bool = False
    """Anyone may sign in as anyone, without a password."""
    http: httpx2.AsyncClient = field(default_factory=prober, repr=False)
    """Asks the parts how they are; one client for the life of the plan."""

    @property
    def bootstrap(self) -> str:
        """Kafka's address."""
        return self.kafka or f"127.0.0.1:{self.ports.of('kafka')}"

    def bus(self, user: str) -> Broker:
        """The bus for one of its users."""
        return kafka.broker(self.home, self.bootstrap, user, bool(self.kafka))

    @property
    def superuser(self) -> str:
        """DSN for database and roles."""
        return self.database or postgres.superuser_dsn(self.home, self.ports)

    def own_ports(self) -> list[str]:
        """Names whose ports must be free."""
        names = ["portal", "wechat", "intake", "gateway", "gateway-mail"]
        names += [] if self.kafka else ["kafka", "kafka-controller"]
        names += [] if self.database else ["postgres"]
        for number in range(1, self.workers + 1):
            suffix = "" if number == 1 else f"-{number}"
            names += [f"router{suffix}", *(f"{name}{suffix}" for name in LISTENERS.values())]
        return names

    def infrastructure(self) -> list[Part]:
        """PostgreSQL and Kafka, unless given."""
        parts = []
        if not self.database:
            dsn = self.superuser
            parts.append(
                Part(
                    "postgres",
                    postgres.command(self.home, self.ports),
                    {**os.environ, "LC_ALL": "C.UTF-8"},
                    f"127.0.0.1:{self.ports.of('postgres')}",
                    lambda: postgres.answers(dsn),
                )
            )
        if not self.kafka:
            settings = kafka.properties(self.home, self.ports)
            parts.append(
                Part(
                    "kafka",
                    kafka.command(settings),
                    kafka.environment(),
                    self.bootstrap,
                    lambda: kafka.answers(self.bus(access.ADMIN)),
                    stop_seconds=20,
                    niceness=NICENESS["kafka"],
                )
            )
        return parts

    def services(self) -> list[Part]:
        """Gateway, services and front ends, in order of readiness."""
        parts = [self._module("gateway", "services.notifier.gateway")]
        for number in range(1, self.workers + 1):
            suffix = "" if number == 1 else f"-{number}"
            for service in SERVICES:
                module, listener = f"services.{service}", LISTENERS[service]
                if service == "intake":
                    parts.append(self._intake(f"intake{suffix}"))
                else:
                    parts.append(self._module(f"{service}{suffix}", module))
                if listener != service:
                    parts.append(self._module(f"{listener}{suffix}", module, ("listen",)))
        parts.append(self._module("wechat", "fronts.wechat"))
        parts.append(self._module("portal", "fronts.portal"))
        return parts

    def _intake(self, name: str) -> Part:
        """All web instances share one listening socket, which the manager keeps open."""
        part = self._module(name, "services.intake", port_of="intake")
        shared = self.sockets.get("intake")
        if shared is not None:
            part.sockets = {"WENZHENG_HTTP_FD": shared}
        return part

    def _module(self, name: str, module: str, arguments: tuple[str, ...] = (), port_of: str = "") -> Part:
        service = name.split("-")[0]
        port = self.ports.of(port_of or name)
        address = f"http://127.0.0.1:{port}"
        environment = {
            **os.environ,
            "LC_ALL": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT),
            "WENZHENG_HOME": str(self.home.data),
            "WENZHENG_CITY": str(self.city),
            "WENZHENG_INSTANCE": name,
            "WENZHENG_HTTP_HOST": "127.0.0.1",
            "WENZHENG_HTTP_PORT": str(port),
            "WENZHENG_GATEWAY": f"http://127.0.0.1:{self.ports.of('gateway')}",
            "WENZHENG_GATEWAY_MAIL": f"127.0.0.1:{self.ports.of('gateway-mail')}",
            "WENZHENG_SERVICES": json.dumps(self.addresses()),
            "WENZHENG_PUBLIC_URL": os.environ.get("WENZHENG_PUBLIC_URL", self.addresses()["portal"]),
        }
        # One machine is every client here; whoever wants the limits says so.
        environment.setdefault("WENZHENG_RATE_LIMITS", "false")
        environment.pop("WENZHENG_DATABASE", None)
        environment |= self._entrusted(service)
        if (service, *arguments) != ("intake",):
            # Where files lie, and the keys to it, is for whoever keeps them.
            for setting in [each for each in environment if each.startswith("WENZHENG_S3_")]:
                del environment[setting]
        else:
            environment["WENZHENG_ATTACHMENTS"] = str(self.home.attachments)
        if self.home.clock.exists():
            environment["WENZHENG_CLOCK_FILE"] = str(self.home.clock)
        if service != "portal":
            # The pages speak from this machine; who stands before them is for the environment to say.
            environment["WENZHENG_FORWARDED_BY"] = "127.0.0.1"
        if service == "portal":
            # On this machine a password is enough, unless the environment says otherwise.
            environment.setdefault("WENZHENG_TOTP_REQUIRED", "false")
            environment["WENZHENG_DEMO_SIGN_IN"] = "true" if self.demonstration else "false"
            # It asks each of them for its description: asked for its own, it would wait for itself.
            asked = {name: at for name, at in self.addresses().items() if name in SERVICES}
            environment["WENZHENG_SERVICES"] = json.dumps(asked)
        return Part(
            name,
            [sys.executable, "-m", module, *arguments],
            environment,
            address,
            lambda: answers(f"{address}/readyz", self.http),
            health=f"{address}/healthz",
            niceness=LISTENING if "listen" in name else NICENESS.get(service, LISTENING),
        )

    def _entrusted(self, service: str) -> dict[str, str]:
        """The secrets of a process, each as a file, and what they open: those of its own work and no other."""
        found = {name: str(self.home.secret_file(file)) for name, file in SECRETS[service].items()}
        if service != "gateway":
            found["WENZHENG_DATABASE"] = postgres.without_password(
                postgres.role_dsn(self.superuser, self.home, service)
            )
            found["WENZHENG_DATABASE_PASSWORD_FILE"] = str(self.home.secret_file(f"db-{service}"))
        if service in SERVICES:
            found["WENZHENG_KAFKA"] = self.bootstrap
            if not self.kafka:
                found["WENZHENG_KAFKA_USER"] = service
                found["WENZHENG_KAFKA_PASSWORD_FILE"] = str(self.home.secret_file(f"kafka-{service}"))
        return found

    def addresses(self) -> dict[str, str]:
        """Service to the base URL of its interfaces."""
        named = (*SERVICES, "gateway", "portal", "wechat")
        return {name: f"http://127.0.0.1:{self.ports.of(name)}" for name in named}


async def answers(url: str, http: httpx2.AsyncClient) -> bool:
    """Whether a URL answers 200 within two seconds."""
    return (await told(url, http))[0]


async def told(url: str, http: httpx2.AsyncClient) -> tuple[bool, str]:
    """Whether a probe answers 200 within two seconds, and what it says is away that only some requests need."""
    try:
        answer = await http.get(url)
    except httpx2.HTTPError:
        return False, ""
    says = answer.json() if answer.headers.get("content-type", "").startswith("application/json") else {}
    return answer.status_code == 200, str(says.get("without", ""))
