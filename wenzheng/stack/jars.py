"""Fetches Kafka's jars by their coordinates, each checked against its pinned SHA-256."""

import hashlib
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from wenzheng.stack import aot_cache
from wenzheng.stack.home import JARS, ROOT, Trouble

if TYPE_CHECKING:
    from jgo.maven import MavenContext

LOCK = ROOT / "deploy" / "kafka" / "jars.lock"


def pinned() -> list[tuple[str, str]]:
    """(group:artifact:version, SHA-256) of each jar."""
    rows = [line.split() for line in LOCK.read_text().splitlines() if line and not line.startswith("#")]
    return [(row[0], row[1]) for row in rows]


def fetch(folder: Path = JARS) -> int:
    """Bring what is missing; returns how many were fetched. Raises Trouble for a broken download."""
    try:
        return _fetch(folder)
    except OSError as problem:
        raise Trouble(f"Kafka 没有存下:{problem}。 Kafka's jars could not be stored.") from problem


def _fetch(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    missing = [
        (coordinate, checksum) for coordinate, checksum in pinned() if not _path(folder, coordinate).exists()
    ]
    if not missing:
        return 0
    with warnings.catch_warnings():
        # It looks for a session's folder that a server has not, and says so.
        warnings.simplefilter("ignore")
        from jgo.maven import MavenContext
    with tempfile.TemporaryDirectory(dir=folder, prefix="fetching-") as scratch:
        context = MavenContext(repo_cache=Path(scratch), timeout=60)
        for number, (coordinate, checksum) in enumerate(missing, 1):
            if sys.stderr.isatty():
                print(
                    f"\rKafka {number}/{len(missing)} {coordinate:<70}", end="", flush=True, file=sys.stderr
                )
            _one(context, coordinate, checksum, folder)
    print(
        f"{chr(13) if sys.stderr.isatty() else ''}Kafka: {len(missing)} jars{' ' * 70}".rstrip(),
        file=sys.stderr,
    )
    return len(missing)


def _one(context: "MavenContext", coordinate: str, checksum: str, folder: Path) -> None:
    group, artifact, version = coordinate.split(":")
    try:
        fetched = context.project(group, artifact).at_version(version).artifact().resolve()
        content = fetched.read_bytes()
    except Exception as problem:  # noqa: BLE001  the resolver raises many things; all mean it did not arrive
        raise Trouble(
            f"下载失败:{coordinate}({problem})。 Download failed; run the command again."
        ) from problem
    if hashlib.sha256(content).hexdigest() != checksum:
        raise Trouble(f"校验不符:{coordinate}。 The download does not have its checksum; nothing was kept.")
    target = _path(folder, coordinate)
    shutil.copyfile(fetched, target.with_suffix(".part"))
    target.with_suffix(".part").replace(target)


def _path(folder: Path, coordinate: str) -> Path:
    _, artifact, version = coordinate.split(":")
    return folder / f"{artifact}-{version}.jar"


def main() -> None:
    """The command behind `make setup`."""
    try:
        fetch()
        aot_cache.make_once()
    except Trouble as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
