"""What a file is, what it is called, and how the folder keeps it."""

from pathlib import Path
from typing import Any

import pytest

from services.intake.core.attachments import NotTaken, is_package, named, type_of
from services.intake.store import DiskFolder
from tests.services.intake.files import MAKE, picture


@pytest.mark.parametrize(
    ("given", "kind", "name"),
    [
        ("IMG_0001.JPG", "image/jpeg", "IMG_0001.jpg"),
        ("IMG_0001.PNG", "image/jpeg", "IMG_0001.jpg"),
        ("../../etc/passwd", "application/pdf", "passwd.pdf"),
        ("", "image/webp", "附件.webp"),
        ("...", "image/png", "附件.png"),
        ("\ufffd\ufffd.pdf", "application/pdf", "附件.pdf"),
        ("路\ufffd灯.pdf", "application/pdf", "路灯.pdf"),
        ("一\r\n二\0.pdf", "application/pdf", "一 二.pdf"),
        ("长" * 300, "application/pdf", "长" * 80 + ".pdf"),
        ("gpj.\u202eexe", "image/png", "gpj.exe.png"),
    ],
)
def test_a_file_is_called_by_one_line_with_the_ending_of_what_it_is(given: str, kind: Any, name: str) -> None:
    assert named(given, kind) == name


def test_what_a_file_is_is_judged_by_its_first_bytes() -> None:
    known = [kind for kind in MAKE if not is_package(MAKE[kind]())]
    assert [type_of(MAKE[kind]()) for kind in known] == known
    assert {kind.rpartition(".")[2] for kind in set(MAKE) - {*known}} == {"document", "sheet"}
    with pytest.raises(NotTaken):
        type_of(b" " + picture())


async def test_a_folder_on_the_disk_keeps_files_under_their_hash_for_its_owner_alone(tmp_path: Path) -> None:
    folder = DiskFolder(tmp_path / "files")
    identity = await folder.put(b"sealed")
    (place,) = (path for path in tmp_path.rglob("*") if path.is_file())

    assert (place.name, place.stat().st_mode & 0o777) == (identity, 0o600)
    assert place.parent.stat().st_mode & 0o777 == 0o700


async def test_what_was_begun_in_a_folder_is_never_seen_and_goes_with_the_sweep(tmp_path: Path) -> None:
    folder = DiskFolder(tmp_path / "files")
    identity = await folder.put(b"sealed")
    (place,) = (path for path in tmp_path.rglob("*") if path.is_file())
    place.with_name(f"{identity}.7.part").write_bytes(b"half")

    assert [list(page) async for page in folder.older(-1)] == [[identity]]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [place], "what was begun is gone"


async def test_a_folder_that_nobody_may_write_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    assert await DiskFolder(tmp_path / "not yet").check() == ""
    assert await DiskFolder(file / "below").check() == "the folder of files cannot be written"
