"""An erased key is in no file of the database any more after the night: neither in the table nor in the log."""

import mmap
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from chassis.vault import PostgresKeys, new_key
from services.intake.store import ErasedKeys
from tests.postgres import as_role, city, server

pytestmark = pytest.mark.real

ZONE = ZoneInfo("Asia/Shanghai")


class Vault:
    """A database whose files can be looked into, spoken to as intake."""

    def __init__(self, superuser: str, intake: str) -> None:
        self.superuser = superuser
        self.intake = intake
        self.keys = PostgresKeys()

    async def keep(self, subject: str) -> tuple[bytes, bytes]:
        """The keys of a new post: of its contact, and of its text."""
        contact, text = new_key(), new_key()
        await self._do(lambda own: self.keys.keep(own, {subject: contact}, {subject: text}))
        return contact, text

    async def erase(self, subject: str) -> None:
        await self._do(lambda own: self.keys.erase(own, [subject]))

    async def text(self, subject: str) -> bytes | None:
        found: dict[str, bytes] = await self._do(lambda own: self.keys.texts(own, [subject]))
        return found.get(subject)

    async def on_disk(self, *keys: bytes) -> list[str]:
        """The kinds of files, below the database's folder, that hold one of these keys; everything is written out first."""
        connection = await asyncpg.connect(self.superuser)
        await connection.execute("checkpoint")
        folder = Path(await connection.fetchval("show data_directory"))
        await connection.close()
        return sorted({file.relative_to(folder).parts[0] for file in _files(folder) if _holds(file, keys)})

    def sweeper(self, now: datetime) -> ErasedKeys:
        """The job as one instance does it at this time."""
        return ErasedKeys(self.intake, lambda: now)

    async def _do(self, work):  # type: ignore[no-untyped-def]
        connection = await asyncpg.connect(self.intake)
        try:
            return await work(connection)
        finally:
            await connection.close()


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and file.stat().st_size]


def _holds(file: Path, keys: tuple[bytes, ...]) -> bool:
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(content.find(key) >= 0 for key in keys)


@pytest.fixture(scope="module")
def alone() -> Iterator[str]:
    """A server with nothing else on it: every file of it is looked through."""
    with server() as started:
        yield started


@pytest.fixture
async def vault(alone: str) -> Vault:
    superuser = await city(alone, "intake")
    return Vault(superuser, as_role(superuser, "intake"))


def at(hour: int) -> datetime:
    """An hour of today, or of tomorrow where it is past."""
    now = datetime.now(ZONE)
    today = now.replace(hour=hour, minute=0)
    return today if today > now else today + timedelta(days=1)


async def test_an_erased_key_is_in_no_file_of_the_database_after_the_night(vault: Vault) -> None:
    erased, kept = await vault.keep("post-1"), await vault.keep("post-2")
    await vault.erase("post-1")
    assert await vault.on_disk(*erased) == ["base", "pg_wal"], "deleted, and still there"

    assert await vault.sweeper(at(3)).sweep()

    assert await vault.on_disk(*erased) == []
    assert "base" in await vault.on_disk(*kept)
    assert await vault.text("post-2") == kept[1]
    assert not await vault.sweeper(at(3)).sweep(), "once is enough"


async def test_by_day_nothing_is_rewritten_but_no_erasure_waits_for_longer_than_a_day(vault: Vault) -> None:
    assert await vault.sweeper(at(3)).sweep(), "what was erased before there was such a job"
    await vault.keep("post-1")
    await vault.erase("post-1")
    noon = datetime.now(ZONE).replace(hour=12)

    assert not await vault.sweeper(noon).sweep()
    assert await vault.sweeper(noon + timedelta(days=2)).sweep(), (
        "at whatever hour the test runs, 20 hours are over"
    )


async def test_two_instances_do_it_once_and_who_works_on_a_table_is_not_kept_waiting_for_long(
    vault: Vault,
) -> None:
    busy = await asyncpg.connect(vault.superuser)
    async with busy.transaction():
        await busy.execute("select pg_advisory_lock(33000033)")
        assert not await vault.sweeper(at(3)).sweep(), "another instance is at it"
        await busy.execute("select pg_advisory_unlock(33000033)")
        await busy.execute("lock table vault.text_key in row exclusive mode")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await vault.sweeper(at(3)).sweep()
    await busy.close()

    assert await vault.sweeper(at(3)).sweep(), "an hour later it is done"
