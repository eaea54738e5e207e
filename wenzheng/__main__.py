"""The command `wenzheng`: the list of what can be typed after it."""

import errno
import logging
import sys
from importlib import import_module
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

from wenzheng.commands.terminal import err
from wenzheng.ending import end_in_order
from wenzheng.stack.home import Trouble

COMMANDS: Final = {
    "up": "stack",
    "down": "stack",
    "status": "stack",
    "demo": "demo",
    "files": "files",
    "audit": "audit",
    "recount": "recount",
    "token": "token",
    "replay": "replay",
    "due": "due",
    "topics": "topics",
    "whatif": "whatif",
    "bench": "bench",
    "interfaces": "interfaces",
    "train": "model",
    "evaluate": "model",
    "route": "model",
    "city": "",
    "calendar": "",
    "parked": "",
    "account": "",
    "model": "",
    "bulletin": "",
}
"""A command to the file in `wenzheng/commands` that has a function of its name; a group, to no file, has its own."""


class Late(TyperGroup):
    """Imports a command when it is typed: all of them together take longer than most of them work."""

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name, or None."""
        if cmd_name not in COMMANDS:
            return None
        file = COMMANDS[cmd_name]
        module = import_module(f"wenzheng.commands.{file or cmd_name}")
        if not file:
            return get_group(module.app)
        alone = typer.Typer(add_completion=False)
        alone.command(cmd_name)(getattr(module, cmd_name))
        return get_command(alone)


app = typer.Typer(
    cls=Late,
    no_args_is_help=True,
    add_completion=False,
    help="wenzheng 问政:城市网络问政系统。 A city's people ask, the government answers in three working days.",
)


@app.callback()
def _all() -> None:
    """Commands stand in the table."""


def main() -> None:
    """Run the command; a trouble is one sentence and exit code 1, never a stack trace."""
    # What does not answer yet is shown by us; the client's own lines would bury it.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    end_in_order()
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
