"""Where the files of citizens lie: in a folder, each sealed, under the hash of its sealed bytes.

What a file holds is known to nobody who has the folder alone: its key is in the box of its post. So two equal files are
two, and a hash tells nothing of what was given. Another store of objects by key (S3 and its like) is another class with
these four methods.
"""

import hashlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

_ID: Final = re.compile(r"[0-9a-f]{64}")
_UNFINISHED: Final = ".part"


class Folder(Protocol):
    """Keeps sealed bytes; its methods wait for the disk, so they are called in a thread."""

    def put(self, sealed: bytes) -> str:
        """Keep them, safe from a loss of power when this returns; their id."""

    def get(self, identity: str) -> bytes | None:
        """What was kept; None when it is there no more."""

    def older(self, seconds: float) -> Iterator[str]:
        """The ids of what was put before so many real seconds."""

    def drop(self, identity: str) -> None:
        """Forget it."""


class DiskFolder:
    """A folder on a disk that the instances share; two characters of the id name a folder below."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, sealed: bytes) -> str:
        identity = hashlib.sha256(sealed).hexdigest()
        place = self._place(identity)
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

    def get(self, identity: str) -> bytes | None:
        try:
            return self._place(identity).read_bytes()
        except FileNotFoundError:
            return None

    def older(self, seconds: float) -> Iterator[str]:
        before = time.time() - seconds
        for folder in sorted(self._path.glob("[0-9a-f][0-9a-f]")):
            for file in sorted(folder.iterdir()):
                try:
                    old = file.stat().st_mtime < before
                except FileNotFoundError:
                    continue
                if old and file.name.endswith(_UNFINISHED):
                    file.unlink(missing_ok=True)
                elif old and _ID.fullmatch(file.name):
                    yield file.name

    def drop(self, identity: str) -> None:
        self._place(identity).unlink(missing_ok=True)

    def _place(self, identity: str) -> Path:
        """Raises ValueError for what is no id: nothing else ever becomes part of a path."""
        if not _ID.fullmatch(identity):
            raise ValueError("no id of a file")
        return self._path / identity[:2] / identity

    @staticmethod
    def _synced(folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class MemoryFolder:
    """The twin."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[float, bytes]] = {}

    def put(self, sealed: bytes) -> str:
        identity = hashlib.sha256(sealed).hexdigest()
        self.files[identity] = (time.time(), sealed)
        return identity

    def get(self, identity: str) -> bytes | None:
        kept = self.files.get(identity)
        return None if kept is None else kept[1]

    def older(self, seconds: float) -> Iterator[str]:
        before = time.time() - seconds
        yield from [identity for identity, (at, _) in self.files.items() if at < before]

    def drop(self, identity: str) -> None:
        self.files.pop(identity, None)
