"""The command `wenzheng`."""

import asyncio
import errno
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import httpx2
import msgspec
import typer
from rich.console import Console
from rich.table import Table

from chassis.clock import add_segment
from chassis.tokens import ROLES, Staff, sign
from city.calendar_file import contradictions
from city.explain import explain
from city.profile import Profile, check
from wenzheng import learning
from wenzheng.accounts import app as account_app
from wenzheng.audit import SENTENCES, Audit, Row
from wenzheng.bench import timers
from wenzheng.bench.run import ALONE, ON_A_STACK, measure
from wenzheng.bench.run import stack as bench_stack
from wenzheng.bench.storm import TIMERS as STORM_TIMERS
from wenzheng.calendar import publish
from wenzheng.demo import RECEIVED, SPEED, Month
from wenzheng.demo import START as DEMO_START
from wenzheng.parked import app as parked_app
from wenzheng.replay import replay as replay_file
from wenzheng.stack.home import CITY, Home, Ports, Trouble, default_data, is_alive
from wenzheng.stack.parts import Plan
from wenzheng.stack.status import status as status_of
from wenzheng.stack.supervisor import Supervisor
from wenzheng.topics import topics as topics_of
from wenzheng.whatif import Log

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="wenzheng 问政:城市网络问政系统。 A city's people ask, the government answers in three working days.",
)
city_app = typer.Typer(no_args_is_help=True, help="城市配置。 The city profile.")
calendar_app = typer.Typer(no_args_is_help=True, help="工作日历。 The working calendar.")
app.add_typer(city_app, name="city")
app.add_typer(calendar_app, name="calendar")
app.add_typer(parked_app, name="parked")
app.add_typer(account_app, name="account")
app.add_typer(learning.app, name="model")
for command in (learning.train, learning.evaluate, learning.route):
    app.command()(command)
out = Console()
err = Console(stderr=True)

Data = Annotated[Path | None, typer.Option("--data", help="数据目录。 The stack's data folder.")]


def home_of(data: Path | None) -> Home:
    """The data folder a subcommand works on."""
    return Home(data.absolute() if data is not None else default_data())


@app.command()
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
            add_segment(home.clock, _instant(origin, Profile.load(CITY)), float(speed or "1"))
        except ValueError as problem:
            raise Trouble(f"--clock 应为 ORIGIN@SPEED,如 2026-03-02T09:00@10000:{problem}") from problem
    if detach:
        _detach(home, ports, workers)
        return
    plan = Plan(
        home,
        Ports(ports),
        workers,
        kafka=os.environ.get("WENZHENG_KAFKA", ""),
        database=os.environ.get("WENZHENG_DATABASE", ""),
    )
    asyncio.run(Supervisor(plan, _progress).run(lambda: _addresses(plan)))


def _progress(part: str, state: str) -> None:
    colour = {"ready": "green", "starting": "dim", "stopped": "dim"}.get(state, "yellow")
    err.print(f"  {part:<16} [{colour}]{state}[/{colour}]", highlight=False)


def _addresses(plan: Plan) -> None:
    addresses = plan.addresses()
    out.print("\n[bold green]问政已就绪 wenzheng is ready[/bold green]", highlight=False)
    out.print(f"  网页 Pages        {addresses['portal']}", highlight=False)
    out.print(f"  接口 Interfaces   {addresses['intake']}/docs", highlight=False)
    out.print(f"  统计 Figures      {addresses['stats']}/v1/league", highlight=False)
    out.print(f"  通知 Notices sent {addresses['gateway']}/outbox", highlight=False)
    out.print(
        f"  Kafka {plan.bootstrap}  数据 Data {plan.home.data}\n  Ctrl-C 停止 stops it", highlight=False
    )


def _try_it(portal: str) -> None:
    """Where somebody who has never seen the system begins."""
    out.print(
        f"\n[bold green]试一试 Try it[/bold green] 不用密码 no password"
        f"\n  1 作为网民提交 post as a citizen        {portal}/post"
        f"\n  2 填编号,作为承办人、分管领导登录 answer {portal}/staff"
        f"\n  3 用编号和查询码查看、评价 follow, rate  {portal}/follow",
        highlight=False,
    )


def _detach(home: Home, ports: int, workers: int) -> None:
    log = (home.logs / "up.log").open("ab")
    command = [sys.executable, "-m", "wenzheng", "up", "--data", str(home.data), "--ports", str(ports)]
    process = subprocess.Popen(
        [*command, "--workers", str(workers)],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    until = time.monotonic() + 180
    while time.monotonic() < until:
        if process.poll() is not None:
            lines = (home.logs / "up.log").read_text(errors="replace").strip().splitlines()
            raise Trouble(lines[-1] if lines else "没有启动成功。 It did not start.")
        try:
            state = home.read_state()
        except Trouble:
            state = {}
        parts = state.get("parts", [])
        whole = state.get("pid") == process.pid and any(part["name"] == "portal" for part in parts)
        if whole and all(part["state"] == "ready" for part in parts):
            out.print(f"就绪 ready: {state['services']['portal']}", highlight=False)
            return
        time.sleep(0.3)
    raise Trouble("启动超时,见日志。 It did not become ready in time; see the logs.")


@app.command()
def down(data: Data = None) -> None:
    """停止系统。 Stop the stack."""
    home = home_of(data)
    state = home.read_state()
    if not is_alive(state["pid"], state["started"]):
        out.print("没有在运行。 It is not running.")
        return
    os.kill(state["pid"], signal.SIGTERM)
    until = time.monotonic() + 60
    while is_alive(state["pid"], state["started"]):
        if time.monotonic() > until:
            raise Trouble("60 秒内没有停下。 It did not stop within 60 s.")
        time.sleep(0.2)
    out.print("已停止。 Stopped.")


@app.command()
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


@app.command()
def token(
    person: Annotated[str, typer.Option(help="工号。 Staff id.")],
    department: Annotated[str, typer.Option(help="单位代码。 Code of the unit.")],
    role: Annotated[str, typer.Option(help=f"角色 {' | '.join(ROLES)}")],
    data: Data = None,
    hours: Annotated[float, typer.Option(help="有效小时。 Hours of validity.")] = 12.0,
) -> None:
    """本机开发令牌,打印一行。 A development token for the local stack, as one line."""
    if role not in ROLES:
        raise Trouble(f"角色应为 {'、'.join(ROLES)} 之一。 No such role.")
    key = home_of(data).secret_file("token-private.pem")
    if not key.exists():
        raise Trouble("此数据目录没有签名密钥;请先 wenzheng up。 No signing key here; run wenzheng up first.")
    print(sign(key.read_bytes(), Staff(person, department, role), int(hours * 3600)))


@app.command()
def audit(data: Data = None, as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False) -> None:
    """审计:从日志重算,每条不变量一行。 Recompute everything from the log; exit 1 on any violation."""
    rows = asyncio.run(Audit(home_of(data)).run())
    if as_json:
        found = [
            {
                "invariant": row.name,
                "sentence": SENTENCES[row.name],
                "checked": row.checked,
                "violations": row.violations,
                "in_flight": row.in_flight,
                "examples": row.examples,
            }
            for row in rows
        ]
        print(
            json.dumps(
                {"rows": found, "violations": sum(row.violations for row in rows)},
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        _print_audit(rows)
    if any(row.violations for row in rows):
        raise typer.Exit(1)


@app.command()
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


@app.command()
def bench(
    which: Annotated[list[str] | None, typer.Argument(help=" | ".join((*ALONE, *ON_A_STACK)))] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
    ports: Annotated[int, typer.Option("--ports", help="起始端口。 First port.")] = 19000,
    pending: Annotated[
        int, typer.Option("--pending", help="timers:等待中的定时。 Timers pending.")
    ] = timers.PENDING,
    storm: Annotated[
        int, typer.Option("--storm", help="timers:同时到期的定时。 Timers due at once.")
    ] = STORM_TIMERS,
) -> None:
    """测量,与校准循环同时给出。 Measure, on a stack of its own where one is needed, beside calibration loops."""
    known = (*ALONE, *ON_A_STACK)
    chosen = which or list(known)
    if wrong := [name for name in chosen if name not in known]:
        raise Trouble(f"没有 {wrong[0]};有 {'、'.join(known)}。 No such measurement.")
    found = {name: ALONE[name]() for name in chosen if name in ALONE}
    if len(found) < len(chosen):
        with bench_stack(ports) as home:
            found |= asyncio.run(measure(chosen, home, pending, storm))
    if as_json:
        # One measurement alone is also told without its name before it.
        figures = found[chosen[0]] if len(chosen) == 1 else {}
        print(json.dumps({**figures, **found}, ensure_ascii=False, indent=1))
        return
    for title, rows in found.items():
        table = Table(title, "")
        for name, value in rows.items():
            table.add_row(name, str(value))
        out.print(table)


@app.command()
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
    violations = asyncio.run(_demo(home, plan, exit_, posts))
    if violations:
        raise typer.Exit(1)


async def _demo(home: Home, plan: Plan, exit_: bool, posts: int) -> int:
    supervisor = Supervisor(plan, _progress)
    ready = asyncio.Event()
    running = asyncio.create_task(supervisor.run(ready.set))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait([running, waiting], return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        waiting.cancel()
        await running
        return 1
    profile = Profile.load(plan.city)
    add_segment(home.clock, datetime.fromisoformat(DEMO_START), SPEED)
    month = Month(home, plan.addresses(), profile)
    living = asyncio.create_task(month.live(lambda line: err.print(f"  {line}", highlight=False), posts))
    await asyncio.wait([living, running], return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        living.cancel()
        await running
        return 1
    await living
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
    for reason, count in month.tally.refused.most_common(5):
        err.print(f"  被拒 refused {count}: {reason}", highlight=False)
    violations = _print_audit(await Audit(home).run())
    _addresses(plan)
    _try_it(plan.addresses()["portal"])
    if exit_:
        supervisor.stop()
    await running
    return violations


async def _quiet(home: Home) -> None:
    """Until nothing lags and nothing waits to be published, at most a minute."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        parts = (await status_of(home))["parts"]
        if not any((part["lag"] or 0) + (part["outbox_age"] or 0) for part in parts):
            return
        await asyncio.sleep(1)


def _print_audit(rows: list[Row]) -> int:
    table = Table("", "不变量 invariant", "已查 checked", "违反 violations", "在途 in flight")
    for row in rows:
        colour = "red" if row.violations else "green"
        counts = (f"{row.checked}", f"[{colour}]{row.violations}[/{colour}]", f"{row.in_flight}")
        table.add_row(row.name, SENTENCES[row.name], *counts)
    out.print(table)
    for row in rows:
        for example in row.examples:
            out.print(f"  {row.name} {example}", highlight=False, markup=False)
    return sum(row.violations for row in rows)


def _instant(text: str, profile: Profile) -> datetime:
    found = datetime.fromisoformat(text.strip())
    return found if found.tzinfo is not None else found.replace(tzinfo=profile.zone)


@app.command()
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
    lines = (line.rstrip("\n") for line in sys.stdin) if instants == ["-"] else iter(instants)
    wrong = 0
    for number, line in enumerate(lines, 1):
        if line.startswith(profile.number_prefix):
            wrong += not _told(home_of(data), line.strip(), show)
            continue
        try:
            received = _instant(line, profile)
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


@app.command()
def topics(
    file: Annotated[Path, typer.Argument(help="帖子 jsonl,可 .gz。 Posts.")],
    hours: Annotated[
        float | None, typer.Option("--hours", min=0.01, help="窗口小时数,默认整个文件。 Hours of the window.")
    ] = None,
) -> None:
    """许多帖子都在说的事,每件一行 JSON。 Matters many posts are about, one line of JSON each."""
    for topic in topics_of(file, hours):
        print(json.dumps(topic, ensure_ascii=False))


@app.command()
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
    table = Table("单位", "件数", "超时", "→", "通报", "→", "提前", "推后", "新超时", "不再超时")
    for line in lines:
        counts = (line.cases, line.late_before, line.late_after, line.bulletin_before, line.bulletin_after)
        changed = (" ".join(line.newly_late), " ".join(line.no_longer_late))
        table.add_row(line.name, *map(str, counts), str(line.earlier), str(line.later), *changed)
    (out if out.is_terminal else Console(width=160)).print(table)


@city_app.command("check")
def city_check(
    directory: Annotated[Path, typer.Argument(help="目录。 The profile's folder.")] = CITY,
) -> None:
    """逐行检查城市配置。 Check a city profile line by line."""
    complaints = check(directory)
    for complaint in complaints:
        print(f"{directory / complaint.file}:{complaint.line}: {complaint.reason}")
    if complaints:
        raise typer.Exit(1)
    profile = Profile.load(directory)
    print(
        f"{profile.name}:{len(profile.departments)} 个单位,{len(profile.duties)} 条职责,"
        f"日历至 {profile.calendar.horizon},没有问题。 Nothing is wrong."
    )


@calendar_app.command("load")
def calendar_load(
    file: Annotated[Path, typer.Argument(help="csv 或 json。 CSV or JSON.")],
    data: Data = None,
) -> None:
    """发布一年的日历,未结事项重新计算期限。 Publish a year; open cases are dated again."""
    year, days = publish(home_of(data), file)
    print(f"已发布 {year} 年的 {days} 天。 Published; keep it in cities/…/calendar.csv as well.")


@calendar_app.command("show")
def calendar_show(
    year: Annotated[int, typer.Argument(help="年。 Year.")],
    city: Annotated[
        Path | None, typer.Option("--city", help="城市配置目录。 A profile's folder instead.")
    ] = None,
    data: Data = None,
) -> None:
    """一年中与周一至周五不同的日子。 The days of a year that differ from Monday to Friday.

    As the running system knows them, published calendars included; without one, as the profile has them.
    """
    profile = _calendar_of(city, data)
    if year not in profile.calendar.years:
        raise Trouble(f"{year} 年的日历尚未公布。 That year is not published.")
    for day in profile.calendar.days.values():
        if day.day.year == year:
            closing = f" {day.closing:%H:%M} 下班" if day.closing else ""
            print(f"{day.day} {'休' if day.is_off_day else '班'} {day.name}{closing} {day.notice}")


@calendar_app.command("check")
def calendar_check(
    city: Annotated[
        Path | None, typer.Option("--city", help="城市配置目录。 A profile's folder instead.")
    ] = None,
    data: Data = None,
) -> None:
    """检查日历。 Check the profile's calendar, and what the running system has of published ones."""
    found = [complaint for complaint in check(city or CITY) if complaint.file == "calendar.csv"]
    for complaint in found:
        print(f"calendar.csv:{complaint.line}: {complaint.reason}")
    if found:
        raise typer.Exit(1)
    calendar = _calendar_of(city, data).calendar
    for _, reason in (wrong := contradictions(calendar)):
        print(reason)
    if wrong:
        raise typer.Exit(1)
    print(f"日历至 {calendar.horizon},没有问题。 Nothing is wrong.")


def _calendar_of(city: Path | None, data: Path | None) -> Profile:
    """The profile named, else as the running system has amended it, else as it lies in its folder."""
    home = home_of(data)
    if city is None and (data is not None or home.state_file.exists()):
        state = home.read_state()
        if is_alive(state["pid"], state["started"]):
            return asyncio.run(Log(home).city())
    return Profile.load(city or CITY)


def main() -> None:
    """Run the command; a trouble is one sentence and exit code 1, never a stack trace."""
    # What does not answer yet is shown by us; the client's own lines would bury it.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        app()
    except (Trouble, ValueError) as problem:
        _fail(str(problem))
    except OSError as problem:
        if problem.errno == errno.ENOSPC:
            _fail(f"磁盘已满:{problem.filename or ''}。 The disk is full.")
        _fail(f"{problem}。 The system refused.")


def _fail(sentence: str) -> NoReturn:
    err.print(sentence, style="red", highlight=False, markup=False, soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
