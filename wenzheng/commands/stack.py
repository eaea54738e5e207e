"""Start, stop and look at a stack: `wenzheng up`, `down`, `status`."""

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chassis.clock import add_segment
from city.profile import Profile
from wenzheng.commands.files import look_at
from wenzheng.commands.terminal import Data, err, home_of, instant, out
from wenzheng.stack import background
from wenzheng.stack.home import CITY, Ports, Trouble
from wenzheng.stack.parts import Plan
from wenzheng.stack.status import status as status_of
from wenzheng.stack.supervisor import Supervisor


def up(
    data: Data = None,
    detach: Annotated[bool, typer.Option("--detach", help="放到后台。 Run in the background.")] = False,
    clock: Annotated[str, typer.Option("--clock", help="城市时间 ORIGIN@SPEED。 Warped city time.")] = "",
    ports: Annotated[int, typer.Option("--ports", help="起始端口。 First port.")] = 18000,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=5, help="每个服务的实例数。 Instances each.")
    ] = 1,
) -> None:
    """启动整个系统,Ctrl-C 停止。 Start everything; Ctrl-C stops it."""
    home = home_of(data)
    home.prepare()
    if clock:
        origin, _, speed = clock.partition("@")
        try:
            add_segment(home.clock, instant(origin, Profile.load(CITY)), float(speed or "1"))
        except ValueError as problem:
            raise Trouble(f"--clock 应为 ORIGIN@SPEED,如 2026-03-02T09:00@10000:{problem}") from problem
    if detach:
        portal = background.start(home, ports, workers)
        out.print(f"就绪 ready: {portal}", highlight=False)
        return
    look_at(home)
    plan = Plan(
        home,
        Ports(ports),
        workers,
        kafka=os.environ.get("WENZHENG_KAFKA", ""),
        database=os.environ.get("WENZHENG_DATABASE", ""),
        city=Path(os.environ.get("WENZHENG_CITY", CITY)).resolve(),
    )
    asyncio.run(Supervisor(plan, progress).run(lambda: print_addresses(plan)))


def progress(part: str, state: str) -> None:
    """Tell how a part stands."""
    colour = {"ready": "green", "starting": "dim", "stopped": "dim"}.get(state, "yellow")
    err.print(f"  {part:<16} [{colour}]{state}[/{colour}]", highlight=False)


def print_addresses(plan: Plan) -> None:
    """Tell where everything answers."""
    addresses = plan.addresses()
    out.print("\n[bold green]问政已就绪 wenzheng is ready[/bold green]", highlight=False)
    out.print(f"  网页 Pages        {addresses['portal']}", highlight=False)
    out.print(f"  微信 WeChat       {addresses['gateway']}/phone", highlight=False)
    out.print(f"  接口 Interfaces   {addresses['intake']}/docs", highlight=False)
    out.print(f"  统计 Figures      {addresses['stats']}/v1/league", highlight=False)
    out.print(f"  通知 Notices sent {addresses['gateway']}/outbox", highlight=False)
    out.print(
        f"  Kafka {plan.bootstrap}  数据 Data {plan.home.data}\n  Ctrl-C 停止 stops it", highlight=False
    )


def down(data: Data = None) -> None:
    """停止系统。 Stop the stack."""
    ended = background.end(home_of(data))
    out.print("已停止。 Stopped." if ended else "没有在运行。 It is not running.")


def status(data: Data = None, as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False) -> None:
    """各部分的状态。 How every part stands."""
    found = asyncio.run(status_of(home_of(data)))
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    table = Table(
        "部分 part", "状态 state", "地址 address", "pid", "积压 lag", "搁置 parked", "待发 outbox s"
    )
    for column in table.columns:
        column.no_wrap, column.overflow = True, "ignore"
    for part in found["parts"]:
        colour = "green" if part["state"] == "ready" else "red"
        cells = [part["address"], part["pid"], part["lag"], part["parked"], part["outbox_age"]]
        table.add_row(
            part["name"],
            f"[{colour}]{part['state']}[/{colour}]",
            *("" if c is None else str(c) for c in cells),
        )
    # A table that is read by another program keeps its columns whole.
    (out if out.is_terminal else Console(width=120)).print(table)
    for part in found["parts"]:
        if part["without"]:
            out.print(f"{part['name']}: {part['without']}", style="yellow", highlight=False, markup=False)
