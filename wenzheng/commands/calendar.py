"""The working calendar: `wenzheng calendar load`, `show`, `check`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from city.calendar_file import contradictions
from city.profile import Profile, check
from wenzheng.calendar import publish
from wenzheng.commands.terminal import Data, home_of
from wenzheng.stack.home import CITY, Trouble, is_alive
from wenzheng.whatif import Log

app = typer.Typer(no_args_is_help=True, help="工作日历。 The working calendar.")


@app.command("load")
def load(
    file: Annotated[Path, typer.Argument(help="csv 或 json。 CSV or JSON.")],
    data: Data = None,
) -> None:
    """发布一年的日历,未结事项重新计算期限。 Publish a year; open cases are dated again."""
    year, days = publish(home_of(data), file)
    print(f"已发布 {year} 年的 {days} 天。 Published; keep it in cities/…/calendar.csv as well.")


@app.command("show")
def show(
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


@app.command("check")
def check_calendar(
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
