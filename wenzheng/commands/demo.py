"""A month of real life in two minutes, then the audit: `wenzheng demo`."""

import asyncio
import os
import shlex
import shutil
import time
from datetime import datetime
from functools import partial
from typing import Annotated

import httpx2
import typer

from chassis.clock import add_segment
from city.profile import Profile
from wenzheng import recount
from wenzheng.audit import audit as audit_of
from wenzheng.commands.audit import print_rows
from wenzheng.commands.stack import print_addresses, progress
from wenzheng.commands.terminal import Data, err, out
from wenzheng.demo import RECEIVED, Month
from wenzheng.demo import START as DEMO_START
from wenzheng.demo.calls import Tally, calling
from wenzheng.demo.debate import newest_code
from wenzheng.stack import kafka
from wenzheng.stack.home import Home, Ports, Trouble, default_data, is_alive
from wenzheng.stack.parts import Plan
from wenzheng.stack.status import status as status_of
from wenzheng.stack.supervisor import Supervisor


def demo(
    data: Data = None,
    exit_: Annotated[bool, typer.Option("--exit", help="演示后停止。 End after the demo.")] = False,
    ports: Annotated[int, typer.Option("--ports", help="起始端口。 First port.")] = 18000,
    posts: Annotated[int, typer.Option("--posts", help="帖数。 Posts of the month.")] = RECEIVED,
) -> None:
    """两分钟过完 2011 年 6 月,再审计。 A month like the report's June in two minutes, then the audit."""
    home = Home((data or default_data().with_name(".wenzheng-demo")).absolute())
    if home.state_file.exists() and is_alive(*(home.read_state()[key] for key in ("pid", "started"))):
        raise Trouble("演示已在运行。 The demo is running already; wenzheng down --data …")
    if home.data.exists():
        shutil.rmtree(home.data)
    home.prepare()
    add_segment(home.clock, datetime.fromisoformat(DEMO_START), 1.0)
    plan = Plan(
        home,
        Ports(ports),
        kafka=os.environ.get("WENZHENG_KAFKA", ""),
        database=os.environ.get("WENZHENG_DATABASE", ""),
        demonstration=True,
    )
    violations = asyncio.run(_live(home, plan, exit_, posts))
    if violations:
        raise typer.Exit(1)


async def _live(home: Home, plan: Plan, exit_: bool, posts: int) -> int:
    supervisor = Supervisor(plan, progress)
    ready = asyncio.Event()
    running = asyncio.create_task(supervisor.run(ready.set))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        waiting.cancel()
        await running
        return 1
    key = home.secret_file("token-private.pem").read_bytes()
    async with calling(plan.addresses(), key) as calls:
        arrivals = home.data / "gateway" / "arrivals.jsonl"
        month = Month(calls, home.clock, Profile.load(plan.city), partial(newest_code, arrivals))
        living = asyncio.create_task(month.live(lambda line: err.print(f"  {line}", highlight=False), posts))
        await asyncio.wait([living, running], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            living.cancel()
            await running
            return 1
        await living
        violations = await _told(home, plan, month, calls.tally)
        if exit_:
            supervisor.stop()
            await running
            return violations
        going_on = asyncio.create_task(month.go_on())
        await asyncio.wait([going_on, running], return_when=asyncio.FIRST_COMPLETED)
        if going_on.done():
            err.print(f"  演示不再有新帖 no more posts come: {going_on.exception()!r}", highlight=False)
        going_on.cancel()
        await running
    return violations


async def _told(home: Home, plan: Plan, month: Month, tally: Tally) -> int:
    """The month's figures, the audit, the count of its survey, and where to go from here; how many things are wrong."""
    await _quiet(home)
    async with httpx2.AsyncClient(timeout=30) as http:
        league = (
            await http.get(f"{plan.addresses()['stats']}/v1/league", params={"month": "2011-06"})
        ).json()
    city, report = league["city"], league["city"]["report"]
    out.print(
        f"\n2011-06  受理 {report['received']}  回复 {report['replied']}  回复率 {report['reply_rate'] or 0:.1%}  "
        f"满意度 {report['satisfaction'] or 0:.1%}  按时率 {city['on_time_rate'] or 0:.1%}",
        highlight=False,
    )
    for reason, count in tally.refused.most_common(5):
        err.print(f"  被拒 refused {count}: {reason}", highlight=False)
    violations = print_rows(await audit_of(home))
    violations += not await _recounted(home, month.counted.identity)
    print_addresses(plan)
    _try_it(plan.addresses()["portal"], home, month.open.identity, month.counted.identity)
    return violations


async def _quiet(home: Home) -> None:
    """Until nothing lags and nothing waits to be published, at most a minute."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        parts = (await status_of(home))["parts"]
        if not any((part["lag"] or 0) + (part["outbox_age"] or 0) for part in parts):
            return
        await asyncio.sleep(1)


async def _recounted(home: Home, survey: str) -> bool:
    """Whether the survey's result is what anyone counts from the log."""
    found = recount.recount(survey, await recount.read(kafka.of_state(home, home.read_state())))
    agrees = found is not None and found.agrees
    said = "重新计票与公布的结果一致 recounted, as published" if agrees else "没有结果,或与日志不符 no result"
    out.print(f"问卷 survey  答卷 {found.ballots if found else 0}  {said}", highlight=False)
    return agrees


def _try_it(portal: str, home: Home, open_survey: str, counted: str) -> None:
    """Where somebody who has never seen the system begins. Lines that are copied are not broken."""
    out.print(
        f"\n[bold green]试一试 Try it[/bold green] 不用密码 no password"
        f"\n  1 作为网民提交 post as a citizen        {portal}/post"
        f"\n  2 填编号,作为承办人、分管领导登录 answer {portal}/staff"
        f"\n  3 用编号和查询码查看、评价 follow, rate  {portal}/follow"
        f"\n  4 答一份问卷 answer a survey            {portal}/surveys/{open_survey}"
        f"\n  5 看问卷结果 the result of another      {portal}/surveys/{counted}"
        f"\n    自己重新计票 count it yourself         "
        f".venv/bin/wenzheng recount {counted} --data {shlex.quote(str(home.data))}"
        f"\n  6 参与评议 talk a matter over           {portal}/debates"
        f"\n  7 向嘉宾提问,看实录 ask, read answers   {portal}/dialogues"
        f"\n  8 作为市教育局分管领导审核回答 approve  {portal}/staff/dialogues",
        highlight=False,
        soft_wrap=True,
    )
