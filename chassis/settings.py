"""What the environment says to a process: variables with the prefix `WENZHENG_`, checked once at the start."""

import json
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.failures import EXIT_MISPLACED
from chassis.kafka.broker import Broker


def with_password(dsn: str, password: str) -> str:
    """The same address with a password; one that stands there already stays where none is given."""
    if not (dsn and password):
        return dsn
    parts = urlsplit(dsn)
    login, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{login.split(':')[0]}:{quote(password, safe='')}@{host}"))


class Settings(BaseSettings):
    """The settings of one process. Secrets come as files, never as values."""

    model_config = SettingsConfigDict(env_prefix="WENZHENG_", extra="ignore")

    home: Path = Path(".wenzheng")
    """The data folder of the stack."""
    kafka: str = "127.0.0.1:9092"
    """Bootstrap servers, separated by commas."""
    kafka_user: str = ""
    """This service's own user of the bus; empty on a bus that asks nobody who they are."""
    kafka_password_file: Path | None = None
    kafka_authority_file: Path | None = None
    """The certificate that vouches for the brokers; with it, connections to them are encrypted."""
    database: str = ""
    """DSN of this service's own role, without its password."""
    database_password_file: Path | None = None
    city: Path = Path("cities/suqian")
    """The city profile."""
    clock_file: Path | None = None
    """Shared segments of a warped city clock; absent: the system's clock."""
    instance: str = ""
    """Name of this instance, such as `router-2`."""
    http_host: str = "127.0.0.1"
    http_port: int = 0
    http_fd: int = -1
    """A listening socket inherited from the process manager; wins over host and port."""
    token_public_key_file: Path | None = None
    token_private_key_file: Path | None = None
    """Only for those who sign: the portal and the command."""
    secret_file: Path | None = None
    """The secret from which query codes, citizens' hashes and cursors are derived."""
    link_secret_file: Path | None = None
    """The secret from which the links in notices that end them are derived: for intake and notifier alone."""
    call_secret_file: Path | None = None
    """The secret with which stats says to intake who may call the citizen of a case now: for these two alone."""
    scanner: str = ""
    """A command that judges each file of a citizen before intake keeps it, given on standard input: it ends with 0 for one that
    may be kept and 1 for one that may not, as `clamdscan --no-summary -` does. Empty: none is asked."""
    gateway: str = "http://127.0.0.1:18090"
    gateway_mail: str = "127.0.0.1:18091"
    gateway_key_file: Path | None = None
    services: str = "{}"
    """JSON object: service name to base URL."""
    rate_limits: bool = True
    """Whether doors have the limits of the policy's `[rates]` and connections are counted; the local stack and the
    tests, where one machine is every client, say false."""
    hosts: str = ""
    """Host names under which this process is known, separated by commas, beside IP addresses and `localhost`."""
    https: bool = False
    """Whether the public address is https: browsers are then told to insist on it."""
    origins: str = ""
    """Origins, separated by commas, whose pages may call the interfaces from a browser (CORS); nobody's by default."""
    forwarded_by: str = ""
    """Addresses and networks, separated by commas, whose `X-Forwarded-For` is believed: the portal for the services,
    a gateway for the portal. Nobody's by default: a client is whoever connects."""

    @field_validator("forwarded_by")
    @classmethod
    def _addresses_only(cls, value: str) -> str:
        """`*` would let anybody be anybody; a name would silently match nobody."""
        for part in value.split(",") if value else ():
            ip_network(part.strip())
        return value

    @classmethod
    def read(cls) -> "Settings":
        """The settings of this process; a wrong one ends it with one sentence and exit code 78."""
        try:
            return cls()
        except ValidationError as problem:
            first = problem.errors()[0]
            name = "WENZHENG_" + "_".join(str(part) for part in first["loc"]).upper()
            print(f"{name}: {first['msg']}", file=sys.stderr)
            sys.exit(EXIT_MISPLACED)

    @staticmethod
    def password(file: Path | None) -> str:
        """What a password's file holds. Ends the process with a sentence when it cannot be read."""
        try:
            return file.read_text(encoding="utf-8").strip() if file is not None else ""
        except OSError as problem:
            print(f"{problem.filename}: {problem.strerror}", file=sys.stderr)
            sys.exit(EXIT_MISPLACED)

    @property
    def dsn(self) -> str:
        """The address of the database with the role's password; empty without a database."""
        return with_password(self.database, self.password(self.database_password_file))

    @property
    def broker(self) -> Broker:
        """The bus, and as whom this process speaks to it."""
        password = self.password(self.kafka_password_file) if self.kafka_user else ""
        return Broker(self.kafka, self.kafka_user, password, authority=self.kafka_authority_file)

    def secret(self) -> bytes:
        """The shared secret's bytes. Ends the process with a sentence when its file is missing."""
        return _bytes_of(self.secret_file, "WENZHENG_SECRET_FILE must name the file of the shared secret")

    def link_secret(self) -> bytes:
        """The bytes of the secret of links. Ends the process with a sentence when its file is missing."""
        return _bytes_of(
            self.link_secret_file, "WENZHENG_LINK_SECRET_FILE must name the file of the secret of links"
        )

    def call_secret(self) -> bytes:
        """The bytes of the secret of call-backs. Ends the process with a sentence when its file is missing."""
        return _bytes_of(
            self.call_secret_file, "WENZHENG_CALL_SECRET_FILE must name the file of the secret of call-backs"
        )

    @property
    def host_names(self) -> frozenset[str]:
        """The names of `hosts`, in lower case."""
        return frozenset(name.strip().lower() for name in self.hosts.split(",") if name.strip())

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins of `origins`."""
        return tuple(origin.strip() for origin in self.origins.split(",") if origin.strip())

    def addresses(self) -> dict[str, str]:
        """Service name to base URL."""
        found: dict[str, Any] = json.loads(self.services)
        return {name: str(url) for name, url in found.items()}


def _bytes_of(file: Path | None, sentence: str) -> bytes:
    if file is None or not file.exists():
        print(sentence, file=sys.stderr)
        sys.exit(EXIT_MISPLACED)
    return file.read_bytes()
