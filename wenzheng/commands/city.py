"""The city profile: `wenzheng city check`."""

from pathlib import Path
from typing import Annotated

import typer

from city.profile import Complaint, Profile, check
from services.notifier.core.texts import unfit
from wenzheng.stack.home import CITY

app = typer.Typer(no_args_is_help=True, help="城市配置。 The city profile.")


@app.command("check")
def check_profile(
    directory: Annotated[Path, typer.Argument(help="目录。 The profile's folder.")] = CITY,
) -> None:
    """逐行检查城市配置。 Check a city profile line by line."""
    complaints = check(directory) or _unfit_words(directory)
    for complaint in complaints:
        print(f"{directory / complaint.file}:{complaint.line}: {complaint.reason}")
    if complaints:
        raise typer.Exit(1)
    profile = Profile.load(directory)
    print(
        f"{profile.name}:{len(profile.departments)} 个单位,{len(profile.duties)} 条职责,"
        f"日历至 {profile.calendar.horizon},没有问题。 Nothing is wrong."
    )


def _unfit_words(directory: Path) -> list[Complaint]:
    """What notifier would refuse to say in a city's own words; of a profile that can be read."""
    return sorted(unfit(Profile.load(directory)), key=lambda found: found.line)
