"""What the commands share: the option that names a stack, and the terminal they write to."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from city.profile import Profile
from wenzheng.stack.home import Home, default_data

Data = Annotated[Path | None, typer.Option("--data", help="数据目录。 The stack's data folder.")]

out = Console()
"""What was asked for."""
err = Console(stderr=True)
"""What goes on meanwhile, and what went wrong."""


def home_of(data: Path | None) -> Home:
    """The data folder a subcommand works on."""
    return Home(data.absolute() if data is not None else default_data())


def instant(text: str, profile: Profile) -> datetime:
    """An instant as it was typed; without an offset it is city time. Raises ValueError."""
    found = datetime.fromisoformat(text.strip())
    return found if found.tzinfo is not None else found.replace(tzinfo=profile.zone)
