"""Accounts of staff: `wenzheng account add`, `reset`, `disable`, `enable`, `list`, `demo`."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from contracts.roles import ROLE_NAMES
from wenzheng.accounts import demo_accounts, demo_home, with_accounts
from wenzheng.commands.terminal import Data, home_of, out
from wenzheng.stack.home import Trouble

app = typer.Typer(no_args_is_help=True, help="工作人员账号。 Accounts of staff.")
Person = Annotated[str, typer.Argument(help="工号。 Staff id.")]


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


@app.command("disable")
def disable(
    person: Annotated[str, typer.Argument(help="工号。 Staff id.")] = "",
    role: Annotated[str, typer.Option(help="停用这个角色的全部账号。 Every account of this role.")] = "",
    data: Data = None,
) -> None:
    """停用账号,已登录的立即退出。 Disable an account, or all of a role; their sessions end at once."""
    if bool(person) == bool(role):
        raise Trouble("请给出工号,或用 --role 给出角色。 Name a person, or a role with --role.")
    if person:
        asyncio.run(with_accounts(home_of(data), lambda accounts: accounts.disable(person)))
        print(person)
        return
    for disabled in asyncio.run(with_accounts(home_of(data), lambda accounts: accounts.disable_role(role))):
        print(disabled)


@app.command("enable")
def enable(person: Person, data: Data = None) -> None:
    """重新启用账号。 Enable an account again."""
    asyncio.run(with_accounts(home_of(data), lambda accounts: accounts.enable(person)))


@app.command("list")
def listed(data: Data = None) -> None:
    """全部账号。 All accounts."""
    table = Table(
        "工号 person", "姓名 name", "单位 unit", "角色 role", "来源 source", "动态码 totp", "停用 disabled"
    )
    for account in asyncio.run(with_accounts(home_of(data), lambda accounts: accounts.listed())):
        marks = ("✓" if account.totp_bound else "", "✓" if account.disabled else "")
        table.add_row(account.person, account.name, account.department, account.role, account.source, *marks)
    (out if out.is_terminal else Console(width=140)).print(table)


@app.command("demo")
def demo(data: Data = None) -> None:
    """四个演示账号,打印新密码。 Four accounts for trying things out; their new passwords are printed once."""
    home = demo_home(data)
    for person, role, password in asyncio.run(with_accounts(home, demo_accounts)):
        print(f"{person:<16} {ROLE_NAMES[role]:<6} {password}")
    print(f"登录 Sign in: {home.read_state()['services']['portal']}/staff/sign-in")
