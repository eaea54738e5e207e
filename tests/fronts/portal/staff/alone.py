"""A portal of its own on a database of its own, with no service behind it; and real time as a test moves it."""

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI

from chassis.tokens import make_keys
from city.profile import Profile
from fronts.portal.application import create
from fronts.portal.keys import totp_key
from fronts.portal.security_log import SecurityLog
from fronts.portal.settings import PortalSettings
from fronts.portal.staff.accounts import Accounts
from fronts.portal.store import Store
from tests.fronts.portal.person import Page, Person
from tests.patience import PATIENCE
from tests.postgres import as_role, city
from wenzheng.stack.home import CITY

T = TypeVar("T")
QUICK: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""argon2id at its least cost: at the product's, each password is a third of a second of a processor."""
SECRET_BYTES = b"a shared secret for tests only"
PROFILE = Profile.load(CITY)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Hands:
    """Real time, as the test moves it."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at


class Portal:
    """A portal of its own on a database of its own; no service answers behind it."""

    def __init__(self, dsn: str, folder: Path, **settings: Any) -> None:
        self.now = Hands()
        self.dsn = dsn
        secret = folder / "shared"
        secret.write_bytes(SECRET_BYTES)
        make_keys(folder / "private.pem", folder / "public.pem")
        self.port = free_port()
        self.settings = PortalSettings(
            city=CITY,
            database=dsn,
            http_port=self.port,
            secret_file=secret,
            token_private_key_file=folder / "private.pem",
            services='{"intake": "http://127.0.0.1:9", "stats": "http://127.0.0.1:9", "router": "http://127.0.0.1:9"}',
            **settings,
        )
        self.address = f"http://127.0.0.1:{self.port}"

    def person(self) -> Person:
        """A browser nobody has used yet."""
        return Person(self.address)

    def sql(self, statement: str, *values: object) -> list[Any]:
        """Look into the schema."""

        async def run() -> list[Any]:
            connection = await asyncpg.connect(self.dsn, server_settings={"search_path": "portal"})
            try:
                return list(await connection.fetch(statement, *values))
            finally:
                await connection.close()

        return asyncio.run(run())

    def accounts(self, work: Callable[[Accounts], Awaitable[T]], hasher: PasswordHasher = QUICK) -> T:
        """What the command does."""

        async def run() -> T:
            store = Store()
            await store.connect(self.dsn)
            try:
                return await work(
                    Accounts(store, PROFILE, totp_key(SECRET_BYTES), SecurityLog(store), self.now, hasher)
                )
            finally:
                await store.close()

        return asyncio.run(run())

    def add(self, person: str = "zhang", role: str = "clerk", must_change: bool = False) -> str:
        """An account; its password."""
        unit = "transport" if role in ("clerk", "leader") else "supervision"
        return self.accounts(lambda accounts: accounts.add(person, "张三", unit, role, must_change))


@contextmanager
def running(dsn: str, folder: Path, **settings: Any) -> Iterator[Portal]:
    """A portal that answers."""

    portal = Portal(as_role(asyncio.run(city(dsn, "portal")), "portal"), folder, **settings)
    with answering(create(portal.settings, portal.now, hasher=QUICK), portal.port):
        yield portal


@contextmanager
def answering(app: FastAPI, port: int) -> Iterator[None]:
    """Serve an application in a thread of its own until the context is left."""
    config = uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE
    while not server.started:
        assert time.monotonic() < until
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


def signed_in(page: Page) -> bool:
    """The services behind are away, so the first page says so: but to somebody it knows."""
    return "张三" in page.text and page.path != "/staff/sign-in"
