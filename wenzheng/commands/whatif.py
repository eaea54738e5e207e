"""The log under other rules: `wenzheng whatif`."""

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from wenzheng.commands.terminal import Data, home_of, out
from wenzheng.stack.home import Trouble
from wenzheng.whatif import Log


def whatif(
    policy: Annotated[
        Path | None, typer.Option("--policy", help="政策文件,可只写改动。 Policy, or a part.")
    ] = None,
    calendar: Annotated[Path | None, typer.Option("--calendar", help="日历文件。 A year's calendar.")] = None,
    since: Annotated[str, typer.Option("--since", help="受理日期起。 Received on or after.")] = "",
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """换一套规则,结果会怎样;只读。 The log under other rules, per department; writes nothing."""
    if policy is None and calendar is None:
        raise Trouble("请给出 --policy 或 --calendar。 Name the other rules with --policy or --calendar.")
    try:
        first = date.fromisoformat(since) if since else None
    except ValueError as problem:
        raise Trouble(f"--since 应为日期,如 2026-01-31,实为 {since}。 Not a date.") from problem
    lines = asyncio.run(Log(home_of(data)).compare(policy, calendar, first))
    if as_json:
        print(json.dumps([msgspec.to_builtins(line) for line in lines], ensure_ascii=False, indent=1))
        return
    heads = ("件数", "超期", "→", "通报", "→", "提前", "推后", "重办超期", "→", "新超期", "不再超期")
    table = Table("单位", *heads)
    for line in lines:
        counts = (line.cases, line.late_before, line.late_after, line.bulletin_before, line.bulletin_after)
        changed = (" ".join(line.newly_late), " ".join(line.no_longer_late))
        moved = (line.earlier, line.later, line.second_late_before, line.second_late_after)
        table.add_row(line.name, *map(str, (*counts, *moved)), *changed)
    (out if out.is_terminal else Console(width=160)).print(table)
