"""Matters that many posts of a file are about: `wenzheng topics`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from wenzheng.topics import topics as topics_of


def topics(
    file: Annotated[Path, typer.Argument(help="帖子 jsonl,可 .gz。 Posts.")],
    hours: Annotated[
        float | None, typer.Option("--hours", min=0.01, help="窗口小时数,默认整个文件。 Hours of the window.")
    ] = None,
) -> None:
    """许多帖子都在说的事,每件一行 JSON。 Matters many posts are about, one line of JSON each."""
    for topic in topics_of(file, hours):
        print(json.dumps(topic, ensure_ascii=False))
