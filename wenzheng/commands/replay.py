"""Post a file's posts: `wenzheng replay`."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from wenzheng.commands.terminal import Data, err, home_of
from wenzheng.replay import replay as replay_file
from wenzheng.stack.home import Trouble, is_alive


def replay(
    file: Annotated[Path, typer.Argument(help="jsonl / csv,可 .gz。 Plain or gzipped.")],
    data: Data = None,
    rate: Annotated[float, typer.Option("--rate", help="每秒帖数。 Posts a second.")] = 50.0,
    speed: Annotated[
        float, typer.Option("--speed", help="按帖子自身时间的倍速。 Times their own pace.")
    ] = 0.0,
) -> None:
    """回放一个文件的帖子。 Post a file's posts; bad rows are named by line and the rest goes on."""
    home = home_of(data)
    state = home.read_state()
    if not is_alive(state["pid"], state["started"]):
        raise Trouble(f"{home.data} 中的系统没有在运行。 The stack there is not running.")
    address = state["services"]["intake"]
    found = asyncio.run(replay_file(file, address, rate, speed, err))
    for line in found.bad[:50]:
        print(f"{file}:{line.number}: {line.reason}", file=sys.stderr)
    print(
        f"已发 sent {found.sent},受理 accepted {found.statuses[202]},坏行 bad {len(found.bad)},"
        f"用时 {found.seconds:.1f} s,p50 {found.quantile(0.5):.1f} ms,p99 {found.quantile(0.99):.1f} ms"
    )
    if found.bad:
        raise typer.Exit(1)
