"""Measure: `wenzheng bench`."""

import asyncio
import json
from typing import Annotated, Final

import typer
from rich.table import Table

from wenzheng.bench import figures, timers
from wenzheng.bench.run import ALONE, LIMITS, ON_A_STACK, WITH_LIMITS, measure
from wenzheng.bench.stack import stack as bench_stack
from wenzheng.bench.storm import TIMERS as STORM_TIMERS
from wenzheng.commands.terminal import out
from wenzheng.stack.home import Trouble

KNOWN: Final = (*ALONE, *ON_A_STACK, *WITH_LIMITS)


def bench(
    which: Annotated[list[str] | None, typer.Argument(help=" | ".join(KNOWN))] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
    ports: Annotated[int, typer.Option("--ports", help="起始端口。 First port.")] = 19000,
    pending: Annotated[
        int, typer.Option("--pending", help="timers:等待中的定时。 Timers pending.")
    ] = timers.PENDING,
    storm: Annotated[
        int, typer.Option("--storm", help="timers:同时到期的定时。 Timers due at once.")
    ] = STORM_TIMERS,
    flood: Annotated[
        int, typer.Option("--flood", min=1, help="flood:无人收听时积下的诉求。 Posts nobody has heard.")
    ] = 30_000,
    cases: Annotated[
        int, typer.Option("--cases", min=1_000, help="figures:一年的帖子数。 Posts of a year.")
    ] = 1_000_000,
    rows: Annotated[
        int,
        typer.Option("--rows", min=1_000, help="open:一年的帖子数。 Posts of a year."),
    ] = figures.OPEN_ROWS,
    attacks: Annotated[
        str, typer.Option("--attacks", help="hostile:只试名称含有它的。 Only those whose name holds it.")
    ] = "",
) -> None:
    """测量,与校准循环同时给出。 Measure, on a stack of its own where one is needed, beside calibration loops."""
    chosen = which or list(KNOWN)
    if wrong := [name for name in chosen if name not in KNOWN]:
        raise Trouble(f"没有 {wrong[0]};有 {'、'.join(KNOWN)}。 No such measurement.")
    found = {name: ALONE[name]() for name in chosen if name in ALONE}
    for name in set(chosen) & WITH_LIMITS.keys():
        with bench_stack(ports, LIMITS) as home:
            found[name] = asyncio.run(WITH_LIMITS[name](home, attacks))
    if len(found) < len(chosen):
        with bench_stack(ports) as home:
            found |= asyncio.run(measure(chosen, home, pending, storm, flood, cases, rows))
    if as_json:
        # One measurement alone is also told without its name before it.
        alone = found[chosen[0]] if len(chosen) == 1 else {}
        print(json.dumps({**alone, **found}, ensure_ascii=False, indent=1))
        return
    for title, told in found.items():
        table = Table(title, "")
        for name, value in told.items():
            table.add_row(name, str(value))
        out.print(table)
