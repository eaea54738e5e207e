"""Where the files of citizens lie: in a folder, each sealed, under the hash of its sealed bytes.

What a file holds is known to nobody who has the folder alone: its key is in the box of its post. So two equal files are
two, and a hash tells nothing of what was given. `objects.py` keeps them in a bucket in place of a folder.
"""

import asyncio
import hashlib
import os
import re
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final, Protocol

_ID: Final = re.compile(r"[0-9a-f]{64}")
_UNFINISHED: Final = ".part"


class FilesAway(OSError):
    """The store of files cannot be asked now, or refuses; the sentence says why and names no address, key or file.

    `lasting` when it will be so until somebody changes a setting, or what the store knows of us.
    """

    def __init__(self, sentence: str, lasting: bool = False) -> None:
        super().__init__(sentence)
        self.lasting = lasting


class FileDamaged(ValueError):
    """What is kept under an id is longer than what was put there."""


class Files(Protocol):
    """Keeps sealed bytes by their hash. Whatever it waits for, nobody else waits with it."""

    async def put(self, sealed: bytes) -> str:
        """Keep them, safe from a loss of power when this returns, whole or not at all; their id. Raises OSError."""

    async def get(self, identity: str, most: int) -> bytes | None:
        """What was kept, at most so many bytes; None when it is there no more.

        Raises OSError, and FileDamaged for what is longer.
        """

    def older(self, seconds: float) -> AsyncIterator[Sequence[str]]:
        """The ids of what was put before so many real seconds, page by page. Raises OSError."""

    async def drop(self, identities: Sequence[str]) -> None:
        """Forget them; what is there no more is no fault. Raises OSError."""

    async def check(self) -> str:
        """Empty, or in a sentence why nothing can be put or got now."""


def id_of(sealed: bytes) -> str:
    """Under what sealed bytes are kept."""
    return hashlib.sha256(sealed).hexdigest()


def place_of(identity: str) -> str:
    """Where a file lies: two characters of the id, then the id. Raises ValueError for what is no id.

    Nothing else ever becomes part of a path. Folder and bucket have the same places, so that one can be copied to the other.
    """
    if not _ID.fullmatch(identity):
        raise ValueError("no id of a file")
    return f"{identity[:2]}/{identity}"


def id_at(place: str) -> str:
    """The id of what lies there; empty for a place that is none of ours."""
    identity = place.rpartition("/")[2]
    return identity if _ID.fullmatch(identity) and place_of(identity) == place else ""


class DiskFolder:
    """A folder on a disk that the instances share."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def put(self, sealed: bytes) -> str:
        return await asyncio.to_thread(self._put, sealed)

    async def get(self, identity: str, most: int) -> bytes | None:
        return await asyncio.to_thread(self._get, self._path / place_of(identity), most)

    async def older(self, seconds: float) -> AsyncIterator[Sequence[str]]:
        before = time.time() - seconds
        for folder in await asyncio.to_thread(lambda: sorted(self._path.glob("[0-9a-f][0-9a-f]"))):
            yield await asyncio.to_thread(self._older, folder, before)

    async def drop(self, identities: Sequence[str]) -> None:
        await asyncio.to_thread(self._drop, [self._path / place_of(identity) for identity in identities])

    async def check(self) -> str:
        nearest = next(path for path in (self._path, *self._path.parents) if path.exists())
        return "" if os.access(nearest, os.W_OK | os.X_OK) else "the folder of files cannot be written"

    def _put(self, sealed: bytes) -> str:
        identity = id_of(sealed)
        place = self._path / place_of(identity)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = place.with_name(f"{identity}.{os.getpid()}{_UNFINISHED}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as written:
            written.write(sealed)
            written.flush()
            os.fsync(written.fileno())
        unfinished.replace(place)
        for folder in (place.parent, self._path):
            self._synced(folder)
        return identity

    @staticmethod
    def _get(place: Path, most: int) -> bytes | None:
        try:
            with place.open("rb") as kept:
                sealed = kept.read(most + 1)
        except FileNotFoundError:
            return None
        if len(sealed) > most:
            raise FileDamaged("a file is longer than what was put")
        return sealed

    @staticmethod
    def _drop(places: Sequence[Path]) -> None:
        for place in places:
            place.unlink(missing_ok=True)

    @staticmethod
    def _older(folder: Path, before: float) -> Sequence[str]:
        """Of one folder; what was begun there and never finished goes."""
        found = []
        for file in sorted(folder.iterdir()):
            try:
                old = file.stat().st_mtime < before
            except FileNotFoundError:
                continue
            if old and file.name.endswith(_UNFINISHED):
                file.unlink(missing_ok=True)
            elif old and _ID.fullmatch(file.name):
                found.append(file.name)
        return found

    @staticmethod
    def _synced(folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class MemoryFolder:
    """What `DiskFolder` promises, in memory."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[float, bytes]] = {}

    async def put(self, sealed: bytes) -> str:
        identity = id_of(sealed)
        self.files[identity] = (time.time(), sealed)
        return identity

    async def get(self, identity: str, most: int) -> bytes | None:
        place_of(identity)
        kept = self.files.get(identity)
        if kept is not None and len(kept[1]) > most:
            raise FileDamaged("a file is longer than what was put")
        return None if kept is None else kept[1]

    async def older(self, seconds: float) -> AsyncIterator[Sequence[str]]:
        before = time.time() - seconds
        yield [identity for identity, (at, _) in self.files.items() if at < before]

    async def drop(self, identities: Sequence[str]) -> None:
        for identity in identities:
            place_of(identity)
            self.files.pop(identity, None)

    async def check(self) -> str:
        return ""
