"""Accounts of staff on a stack: add, list, reset; and four for trying things out."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Final, TypeVar

import asyncpg
import typer
from rich.console import Console
from rich.table import Table

from city.profile import Profile
from fronts.portal.staff.accounts import ROLE_NAMES, Accounts, Unfit
from fronts.portal.staff.staff_pages import derived
from fronts.portal.store import Store
from wenzheng.stack.home import Home, Trouble, default_data, is_alive
from wenzheng.stack.status import database

app = typer.Typer(no_args_is_help=True, help="工作人员账号。 Accounts of staff.")
_out = Console()
Data = Annotated[Path | None, typer.Option("--data", help="数据目录。 The stack's data folder.")]
Person = Annotated[str, typer.Argument(help="工号。 Staff id.")]
T = TypeVar("T")

DEMO: Final = (
    ("demo-clerk", "演示承办人", "transport", "clerk"),
    ("demo-leader", "演示分管领导", "transport", "leader"),
    ("demo-supervisor", "演示督查员", "supervision", "supervisor"),
    ("demo-mayor", "演示市领导", "supervision", "mayor"),
)
"""Person, name, unit and role of the accounts for trying things out."""


def home_of(data: Path | None) -> Home:
    """The data folder a subcommand works on."""
    return Home(data.absolute() if data is not None else default_data())


def demo_home(data: Path | None) -> Home:
    """The folder that was named, or the running demo's, or the usual one."""
    demo = Home(default_data().with_name(".wenzheng-demo"))
    if data is None and demo.state_file.exists():
        state = demo.read_state()
        if is_alive(state["pid"], state["started"]):
            return demo
    return home_of(data)


async def with_accounts(home: Home, work: Callable[[Accounts], Awaitable[T]]) -> T:
    """Do something with the accounts of a stack that runs. Raises Trouble."""
    state = home.read_state()
    profile = Profile.load(state["city"])
    key = derived(home.secret_file("shared-secret").read_bytes(), b"totp")
    store = Store()
    await store.connect(database(home, state, "portal"))
    try:
        return await work(Accounts(store, profile, key))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        raise Trouble(f"数据库没有应答:{problem}。 The database does not answer; wenzheng up") from problem
    except Unfit as unfit:
        raise Trouble(f"{unfit}。 That account cannot be.") from unfit
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


@app.command("add")
def add(
    person: Person,
    name: Annotated[str, typer.Option(help="姓名。 Name.")],
    department: Annotated[str, typer.Option(help="单位代码。 Code of the unit.")],
    role: Annotated[str, typer.Option(help=f"角色 {' | '.join(ROLE_NAMES)}")],
    data: Data = None,
) -> None:
    """新建账号,打印一次性初始密码。 A new account; its first password is printed once and must be changed."""
    password = asyncio.run(
        with_accounts(home_of(data), lambda accounts: accounts.add(person, name, department, role))
    )
    print(password)


@app.command("reset")
def reset(person: Person, data: Data = None) -> None:
    """重设密码并解除动态码绑定和锁定。 Another first password; second factor, sessions and lock end."""
    print(asyncio.run(with_accounts(home_of(data), lambda accounts: accounts.reset(person))))


@app.command("list")
def listed(data: Data = None) -> None:
    """全部账号。 All accounts."""
    table = Table(
        "工号 person", "姓名 name", "单位 unit", "角色 role", "来源 source", "动态码 totp", "停用 disabled"
    )
    for account in asyncio.run(with_accounts(home_of(data), lambda accounts: accounts.listed())):
        marks = ("✓" if account.totp_bound else "", "✓" if account.disabled else "")
        table.add_row(account.person, account.name, account.department, account.role, account.source, *marks)
    (_out if _out.is_terminal else Console(width=140)).print(table)


@app.command("demo")
def demo(data: Data = None) -> None:
    """四个演示账号,打印新密码。 Four accounts for trying things out; their new passwords are printed once."""
    home = demo_home(data)
    for person, role, password in asyncio.run(with_accounts(home, demo_accounts)):
        print(f"{person:<16} {ROLE_NAMES[role]:<6} {password}")
    print(f"登录 Sign in: {home.read_state()['services']['portal']}/staff/sign-in")
