"""What every store of files promises, tried on all three: the folder on a disk, the bucket of a real server, the twin in memory."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.intake.store import DiskFolder, FileDamaged, Files, MemoryFolder
from services.intake.store.folder import place_of
from tests.s3 import Server, serving

MOST = 1_000_000


@dataclass
class Kept:
    """A store of files, and how somebody reaches behind it."""

    files: Files
    overwrite: Callable[[str, bytes], object]
    """Other bytes under the id of a file."""
    strange: Callable[[], object]
    """Put something beside the files that is none."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("s3")) as running:
        yield running


def _folder(path: Path) -> Kept:
    files = DiskFolder(path)

    def strange() -> None:
        (path / "ab").mkdir(parents=True)
        (path / "ab" / "README").write_bytes(b"of somebody else")

    return Kept(files, lambda identity, data: (path / place_of(identity)).write_bytes(data), strange)


def _bucket(server: Server) -> Kept:
    name = server.new_bucket()

    def overwrite(place: str, data: bytes) -> None:
        server.s3.put_object(Bucket=name, Key=place, Body=data)

    return Kept(
        server.files(name),
        lambda identity, data: overwrite(place_of(identity), data),
        lambda: overwrite("ab/README", b"of somebody else"),
    )


def _memory() -> Kept:
    files = MemoryFolder()
    return Kept(files, lambda identity, data: files.files.update({identity: (0.0, data)}), lambda: None)


@pytest.fixture(params=["folder", "bucket", "memory"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    match request.param:
        case "folder":
            yield _folder(tmp_path / "files")
        case "bucket":
            yield _bucket(request.getfixturevalue("server"))
        case _:
            yield _memory()


async def old(files: Files, seconds: float = -5) -> list[str]:
    """Ids of what was put before; by default of all that was put until now."""
    pages: list[Sequence[str]] = [page async for page in files.older(seconds)]
    return sorted(identity for page in pages for identity in page)


@pytest.mark.medium
@pytest.mark.parametrize("size", [0, 1, 70_000, 6_000_000])
async def test_what_was_put_is_got_as_it_was(kept: Kept, size: int) -> None:
    sealed = bytes(range(256)) * (size // 256) + bytes(size % 256)

    identity = await kept.files.put(sealed)

    assert identity == hashlib.sha256(sealed).hexdigest()
    assert await kept.files.get(identity, size) == sealed


async def test_what_is_put_twice_is_there_once(kept: Kept) -> None:
    both = [await kept.files.put(b"sealed") for _ in range(2)]

    assert both[0] == both[1]
    assert await old(kept.files) == [both[0]]


async def test_what_is_not_there_is_none_and_no_failure(kept: Kept) -> None:
    never = hashlib.sha256(b"never").hexdigest()

    assert await kept.files.get(never, MOST) is None
    assert await old(kept.files) == []
    await kept.files.drop([never])
    await kept.files.drop([])
    assert await kept.files.check() == ""


async def test_what_is_dropped_is_gone_and_the_rest_stays(kept: Kept) -> None:
    first, second, third = [await kept.files.put(data) for data in (b"1", b"2", b"3")]

    await kept.files.drop([first, third, first])

    assert await kept.files.get(first, MOST) is None
    assert await kept.files.get(second, MOST) == b"2"
    assert await old(kept.files) == [second]


async def test_only_what_is_old_enough_is_called_old(kept: Kept) -> None:
    identity = await kept.files.put(b"sealed")

    assert await old(kept.files, 3600) == []
    assert await old(kept.files) == [identity]


async def test_what_somebody_else_has_put_there_is_never_called_a_file(kept: Kept) -> None:
    kept.strange()
    identity = await kept.files.put(b"sealed")

    assert await old(kept.files) == [identity]


@pytest.mark.parametrize("more", [1, 600_000])
async def test_no_more_is_read_than_was_put(kept: Kept, more: int) -> None:
    identity = await kept.files.put(b"sealed")
    kept.overwrite(identity, b"sealed" + bytes(more))

    with pytest.raises(FileDamaged):
        await kept.files.get(identity, len(b"sealed"))


@pytest.mark.parametrize("path", ["../../etc/passwd", "", "0" * 64 + "/x", "A" * 64, "0" * 63 + "\n"])
async def test_nothing_but_an_id_becomes_part_of_a_place(kept: Kept, path: str) -> None:
    with pytest.raises(ValueError):
        await kept.files.get(path, MOST)
    with pytest.raises(ValueError):
        await kept.files.drop([path])


@pytest.mark.medium
async def test_many_at_once_are_all_kept(kept: Kept) -> None:
    put = await asyncio.gather(*(kept.files.put(f"{n}".encode() * 1000) for n in range(40)))

    got = await asyncio.gather(*(kept.files.get(identity, MOST) for identity in put))

    assert [data and data[:2] for data in got] == [f"{n}{n}".encode()[:2] for n in range(40)]
    assert await old(kept.files) == sorted(put)


@pytest.mark.medium
async def test_a_folder_can_be_copied_into_a_bucket_as_it_is(tmp_path: Path, server: Server) -> None:
    folder, name = DiskFolder(tmp_path), server.new_bucket()
    put = [await folder.put(data) for data in (b"1", b"2")]

    for path in (each for each in tmp_path.rglob("*") if each.is_file()):
        server.s3.put_object(Bucket=name, Key=path.relative_to(tmp_path).as_posix(), Body=path.read_bytes())

    bucket = server.files(name)
    assert [await bucket.get(identity, MOST) for identity in put] == [b"1", b"2"]
    assert await old(bucket) == sorted(put)
