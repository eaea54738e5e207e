"""Which files belong to which posts; the sweep, which forgets those that belong to none, and the watch over their store.

A file is written before the post that names it, so a file without a post may still get one for as long as its ticket
holds. A file whose post was erased is noise at once, for its key is gone; the sweep takes the noise away, too.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import asyncpg
import structlog

from chassis.failures import STORAGE_ERRORS
from chassis.store import Applied
from services.intake.core.attachments import DropAttachments, KeepAttachments
from services.intake.store.folder import Files

TICKET_SECONDS: Final = 2 * 3600.0
"""Real time for which a file waits for its post: a person writes, is interrupted, and goes on."""
ORPHANED_SECONDS: Final = 3 * TICKET_SECONDS
"""A file so old and without a post will get none."""
LOOK_SECONDS: Final = 3600.0
WATCH_SECONDS: Final = 30.0
"""Real time between two looks whether files can be kept at all."""
AT_ONCE: Final = 500
"""Files that are asked about in one statement."""

_KEEP = """
insert into attachment (file, subject) select * from unnest($1::text[], $2::text[]) on conflict do nothing"""
_DROP = "delete from attachment where subject = any($1::text[])"
_KNOWN = "select distinct file from attachment where file = any($1::text[])"

_log = structlog.get_logger()


class Attachments(Protocol):
    """Knows which files belong to a post."""

    async def known(self, files: Sequence[str]) -> set[str]:
        """Those of the files that belong to any post."""


class PostgresAttachments:
    """The table `attachment`."""

    effects = (KeepAttachments, DropAttachments)

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def known(self, files: Sequence[str]) -> set[str]:
        return {row["file"] for row in await self._pool.fetch(_KNOWN, list(files))}

    async def apply(self, connection: Any, applied: Sequence[Applied]) -> None:
        """One statement for what is kept, one for what is dropped."""
        kept = [
            (file, one.subject)
            for one in applied
            if isinstance(one.effect, KeepAttachments)
            for file in one.effect.files
        ]
        if kept:
            await connection.execute(_KEEP, [file for file, _ in kept], [subject for _, subject in kept])
        dropped = [one.subject for one in applied if isinstance(one.effect, DropAttachments)]
        if dropped:
            await connection.execute(_DROP, dropped)


class MemoryAttachments:
    """What `PostgresAttachments` promises, in memory."""

    effects = (KeepAttachments, DropAttachments)

    def __init__(self) -> None:
        self.kept: dict[str, frozenset[str]] = {}
        """Post to its files."""

    async def known(self, files: Sequence[str]) -> set[str]:
        return set(files) & {file for files_of_post in self.kept.values() for file in files_of_post}

    def apply(self, applied: Sequence[Applied]) -> None:
        for one in applied:
            if isinstance(one.effect, KeepAttachments):
                self.kept[one.subject] = self.kept.get(one.subject, frozenset()) | {*one.effect.files}
            elif isinstance(one.effect, DropAttachments):
                self.kept.pop(one.subject, None)


class Sweep:
    """Forgets what belongs to no post, hour after hour. Two instances that sweep at once do no harm."""

    def __init__(self, folder: Files, attachments: Attachments, older: float = ORPHANED_SECONDS) -> None:
        self._folder = folder
        self._attachments = attachments
        self._older = older

    async def run(self) -> None:
        """For the life of the process; while database or files are away, an hour later again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                forgotten = await self.sweep()
            except (asyncpg.PostgresError, *STORAGE_ERRORS) as failure:
                _log.warning("files were not swept", reason=repr(failure))
            else:
                if forgotten:
                    _log.info("files that belong to no post are forgotten", files=forgotten)

    async def sweep(self) -> int:
        """How many were forgotten."""
        forgotten = 0
        async for page in self._folder.older(self._older):
            for start in range(0, len(page), AT_ONCE):
                files = page[start : start + AT_ONCE]
                orphaned = sorted(set(files) - await self._attachments.known(files))
                if orphaned:
                    await self._folder.drop(orphaned)
                    forgotten += len(orphaned)
        return forgotten


class Watch:
    """Looks whether files can be kept and handed out, again and again: only some requests need them, so they keep nobody
    else from being served."""

    def __init__(self, folder: Files, tell: Callable[[bool], None] = lambda away: None) -> None:
        """`tell` is told after each look whether they are away."""
        self._folder = folder
        self._tell = tell
        self.reason = ""
        """Why they are away, as far as anybody may know; empty when they are not, and before the first look."""

    async def run(self) -> None:
        """For the life of the process."""
        while True:
            await self.look()
            await asyncio.sleep(WATCH_SECONDS)

    async def look(self) -> None:
        """Ask where the files lie whether it answers, and log when that has changed."""
        before, self.reason = self.reason, await self._folder.check()
        self._tell(bool(self.reason))
        if self.reason and self.reason != before:
            _log.error("files can be neither kept nor handed out", reason=self.reason)
        elif before and not self.reason:
            _log.info("files can be kept and handed out again")
