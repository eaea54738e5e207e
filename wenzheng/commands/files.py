"""Try where citizens' files lie: `wenzheng files`; `wenzheng up` looks there, too, before it starts anything."""

import asyncio
import os
from collections.abc import Callable

from services.intake.settings import FileSettings
from services.intake.store import Files, FilesAway
from wenzheng.commands.terminal import Data, err, home_of, out
from wenzheng.stack.home import Home, Trouble

_SIZE = 1_000
"""Bytes of the file that is put and dropped again."""


def files(data: Data = None) -> None:
    """附件存储自检:存、取、列、删一个文件。 Put, get, list and drop a file where citizens' files lie."""
    settings = FileSettings()
    if "WENZHENG_ATTACHMENTS" not in os.environ:
        settings = FileSettings(attachments=home_of(data).attachments)
    out.print(f"附件存储 files: {_where(settings)}", highlight=False, markup=False)
    try:
        asyncio.run(
            tried(settings.files(), lambda step: out.print(f"  {step}", highlight=False, markup=False))
        )
    except OSError as failure:
        raise Trouble(_sentence(failure)) from failure
    out.print("可以使用 It can be used.")


def look_at(home: Home) -> None:
    """Before a stack starts: a bucket that will not do as it is set raises Trouble; one that is merely away is told of."""
    settings = FileSettings(attachments=home.attachments)
    store = settings.files()
    if not settings.s3_endpoint:
        return
    try:
        asyncio.run(tried(store))
    except FilesAway as failure:
        if failure.lasting:
            raise Trouble(_sentence(failure)) from failure
        err.print(_sentence(failure), style="yellow", highlight=False, markup=False, soft_wrap=True)


async def tried(files: Files, tell: Callable[[str], None] = lambda step: None) -> None:
    """Put a file of noise, get it, list, and drop it, telling of each step that is done. Raises OSError."""
    noise = os.urandom(_SIZE)
    identity = await files.put(noise)
    tell("存 put")
    if await files.get(identity, _SIZE) != noise:
        raise FilesAway("what was put is not what is there", lasting=True)
    tell("取 get")
    # The first page says whether it may be listed; a bucket of a city has thousands.
    await anext(aiter(files.older(0)), None)
    tell("列 list")
    await files.drop([identity])
    if await files.get(identity, _SIZE) is not None:
        raise FilesAway("what was dropped is still there", lasting=True)
    tell("删 drop")


def _where(settings: FileSettings) -> str:
    if settings.s3_endpoint:
        return f"{settings.s3_endpoint.rstrip('/')}/{settings.s3_bucket}"
    return str(settings.attachments)


def _sentence(failure: OSError) -> str:
    return f"附件存储不能使用:{failure}。 The store of files cannot be used."
