"""The command `wenzheng`: the list of what can be typed after it."""

import errno
import logging
import sys
from collections.abc import Callable
from typing import Final, NoReturn

import typer

from wenzheng.commands import account, bulletin, calendar, city, model, parked
from wenzheng.commands.audit import audit
from wenzheng.commands.bench import bench
from wenzheng.commands.demo import demo
from wenzheng.commands.due import due
from wenzheng.commands.interfaces import interfaces
from wenzheng.commands.recount import recount
from wenzheng.commands.replay import replay
from wenzheng.commands.stack import down, status, up
from wenzheng.commands.terminal import err
from wenzheng.commands.token import token
from wenzheng.commands.topics import topics
from wenzheng.commands.whatif import whatif
from wenzheng.stack.home import Trouble

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="wenzheng 问政:城市网络问政系统。 A city's people ask, the government answers in three working days.",
)
COMMANDS: Final[tuple[Callable[..., None], ...]] = (
    *(up, down, status, demo, audit, recount, token, replay, due, topics, whatif, bench),
    *(interfaces, model.train, model.evaluate, model.route),
)
GROUPS: Final = (city, calendar, parked, account, model, bulletin)

for command in COMMANDS:
    app.command()(command)
for group in GROUPS:
    app.add_typer(group.app, name=group.__name__.rpartition(".")[2])


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
