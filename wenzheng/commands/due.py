"""The due date of instants and of posts: `wenzheng due`."""

import sys
from pathlib import Path
from typing import Annotated

import httpx2
import typer

from city.explain import explain
from city.profile import Profile
from wenzheng.commands.terminal import Data, home_of, instant
from wenzheng.stack.home import CITY, Home, Trouble


def due(
    instants: Annotated[
        list[str],
        typer.Argument(
            help="受理时刻或帖子编号,- 从标准输入读取。 Instants of receipt, or numbers; - reads stdin."
        ),
    ],
    kind: Annotated[str, typer.Option("--kind", help="帖子种类。 Kind of post.")] = "complaint",
    show: Annotated[bool, typer.Option("--explain", help="逐日说明。 Count day by day.")] = False,
    city: Annotated[Path, typer.Option("--city", help="城市配置目录。 Profile.")] = CITY,
    data: Data = None,
) -> None:
    """办结期限:一行一个。 The due date of each instant, one line out per line in.

    A number is looked up in the running system; `--explain` then tells its whole clock.
    """
    profile = Profile.load(city)
    rules = profile.policy.kind(kind)
    if kind not in profile.policy.kinds:
        raise Trouble(f"没有种类 {kind};有 {'、'.join(profile.policy.kinds)}。 No such kind.")
    lines = (line.strip("\ufeff\r\n") for line in sys.stdin) if instants == ["-"] else iter(instants)
    wrong = 0
    for number, line in enumerate(lines, 1):
        if line.startswith(profile.number_prefix):
            wrong += not _told(home_of(data), line.strip(), show)
            continue
        try:
            received = instant(line, profile)
            found = profile.working_time.due(received, rules.reply_days)
        except (ValueError, OverflowError):
            wrong += 1
            print(f"第 {number} 行不是时刻 not an instant: {line[:60]!r}", file=sys.stderr)
            print("-")
            continue
        if not rules.clock:
            print(f"- {rules.name}不计时限 no clock")
            continue
        provisional = " 暂定 provisional" if found.provisional else ""
        text = f"  {';'.join(explain(found.counted))}" if show else ""
        print(f"{found.at.date()} {found.at.isoformat()}{provisional}{text}")
    if wrong:
        raise typer.Exit(1)


def _told(home: Home, number: str, show: bool) -> bool:
    """Print the due date of a post of the running system; False when it knows no such number."""
    try:
        answer = httpx2.get(f"{home.read_state()['services']['deadline']}/v1/deadlines/{number}", timeout=10)
    except httpx2.HTTPError as problem:
        raise Trouble(f"期限服务没有应答:{problem}。 Deadline does not answer; wenzheng status") from problem
    found = answer.json()
    if answer.status_code != 200:
        print(f"- {number} {found['title']}")
        return False
    if found["clock"] is None:
        print(f"- {number} {found['reason']}")
        return True
    print(f"{found['due'][:10]} {found['due']}{' 暂定 provisional' if found['provisional'] else ''}")
    for line in found["lines"] if show else ():
        print(f"  {line}")
    return True
