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


def test_a_folder_on_the_disk_keeps_files_under_their_hash_for_its_owner_alone(tmp_path: Path) -> None:
    folder = DiskFolder(tmp_path / "files")
    identity = folder.put(b"sealed")
    (place,) = (path for path in tmp_path.rglob("*") if path.is_file())

    assert folder.get(identity) == b"sealed"
    assert (place.name, place.stat().st_mode & 0o777) == (identity, 0o600)
    assert place.parent.stat().st_mode & 0o777 == 0o700
    assert list(folder.older(3600)) == []
    place.with_name(f"{identity}.7.part").write_bytes(b"half")
    assert list(folder.older(-1)) == [identity]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [place], "what was begun is gone"
    folder.drop(identity)
    assert folder.get(identity) is None
    for path in ("../../etc/passwd", "", identity + "/x"):
        with pytest.raises(ValueError):
            folder.get(path)
