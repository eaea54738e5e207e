"""Accounts of staff on a stack, and four for trying things out."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar

import asyncpg
from argon2 import PasswordHasher

from city.profile import Profile
from fronts.portal.keys import totp_key
from fronts.portal.security_log import SecurityLog
from fronts.portal.staff.accounts import HASHER, AccountRefused, Accounts
from fronts.portal.store import Store
from wenzheng.stack.home import Home, Trouble, default_data, is_alive
from wenzheng.stack.status import database

T = TypeVar("T")

DEMO: Final = (
    ("demo-clerk", "演示承办人", "transport", "clerk"),
    ("demo-leader", "演示分管领导", "transport", "leader"),
    ("demo-supervisor", "演示督查员", "supervision", "supervisor"),
    ("demo-mayor", "演示市领导", "supervision", "mayor"),
)
"""Person, name, unit and role of the accounts for trying things out."""


def demo_home(data: Path | None) -> Home:
    """The folder that was named, or the running demo's, or the usual one."""
    demo = Home(default_data().with_name(".wenzheng-demo"))
    if data is None and demo.state_file.exists():
        state = demo.read_state()
        if is_alive(state["pid"], state["started"]):
            return demo
    return Home(data.absolute() if data is not None else default_data())


async def with_accounts(
    home: Home, work: Callable[[Accounts], Awaitable[T]], hasher: PasswordHasher = HASHER
) -> T:
    """Do something with the accounts of a stack that runs; `hasher` keeps passwords. Raises Trouble."""
    state = home.read_state()
    profile = Profile.load(state["city"])
    key = totp_key(home.secret_file("shared-secret").read_bytes())
    store = Store()
    await store.connect(database(home, state, "portal"))
    try:
        return await work(Accounts(store, profile, key, SecurityLog(store), hasher=hasher))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        raise Trouble(f"数据库没有应答:{problem}。 The database does not answer; wenzheng up") from problem
    except AccountRefused as refused:
        raise Trouble(f"{refused}。 That account cannot be.") from refused
    finally:
        await store.close()


async def demo_accounts(accounts: Accounts) -> list[tuple[str, str, str]]:
    """Make or reset the accounts for trying things out; (person, role, password), each for that one run."""
    known = {account.person for account in await accounts.listed()}
    found = []
    for person, name, department, role in DEMO:
        password = (
            await accounts.reset(person, must_change=False)
            if person in known
            else await accounts.add(person, name, department, role, must_change=False)
        )
        found.append((person, role, password))
    return found
