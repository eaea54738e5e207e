"""Count a survey again from the log: `wenzheng recount`."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.survey.core.tally import mean
from services.survey.core.views import names
from wenzheng import recount as counting
from wenzheng.commands.terminal import Data, home_of, out
from wenzheng.stack import kafka
from wenzheng.stack.home import Trouble


def recount(
    survey: Annotated[str, typer.Argument(help="问卷编号(地址中的一段)。 The survey's id.")],
    data: Data = None,
) -> None:
    """从日志重新计票,并与公布的结果对照。 Count a survey from the log; exit 1 unless it is as published."""
    home = home_of(data)
    events = asyncio.run(counting.read(kafka.of_state(home, home.read_state())))
    found = counting.recount(survey, events)
    if found is None:
        raise Trouble(f"日志中没有问卷 {survey}。 The log knows no such survey.")
    tell(found, out)
    if found.closed is None:
        raise Trouble("问卷还没有结束,答卷仍然密封。 It is not closed: the answers are sealed.")
    if found.result is None:
        raise Trouble("结果还没有公布。 No result is published yet.")
    if not found.agrees:
        raise typer.Exit(1)
    out.print("与公布的结果完全一致。 Exactly as published.", style="green")


def tell(found: counting.Recount, console: Console) -> None:
    """Print what was counted, and what is not as it must be; people's brackets are brackets and no colours."""
    title = found.published.questionnaire.title
    console.print(f"{title}:答卷 ballots {found.ballots}", highlight=False, markup=False)
    for table in _tables(found) if found.closed is not None else ():
        console.print(table)
    for fault in found.faults:
        console.print(fault, style="red", highlight=False, markup=False)


def _tables(found: counting.Recount) -> Iterator[Table]:
    for question, figure in zip(found.published.questionnaire.questions, found.figures, strict=True):
        title = escape(f"{question.id} {question.title}")
        table = Table("选项 choice", "票数 votes", title=title, title_justify="left")
        for name, count in zip(names(question), figure.counts, strict=True):
            table.add_row(escape(name), str(count))
        if question.kind == "scale":
            average = mean(figure)
            table.add_row("平均 mean", "—" if average is None else f"{average:.2f}")
        table.add_row("应答 asked / 答题 answered", f"{figure.asked} / {figure.answered}")
        yield table
