"""A log of a part has an end: what is long is put aside while the part writes on."""

from pathlib import Path

import pytest

from wenzheng.stack.log_files import put_aside_where_long


def test_a_long_log_is_put_aside_and_its_writer_goes_on_at_its_beginning(tmp_path: Path) -> None:
    log = tmp_path / "stats.log"
    with log.open("ab", buffering=0) as written:
        written.write(b"first\n" * 20)

        put_aside_where_long(tmp_path, longest=100)
        written.write(b"second\n")

    assert log.read_bytes() == b"second\n"
    assert (tmp_path / "stats.log.1").read_bytes() == b"first\n" * 20


def test_one_older_log_is_kept_and_nobody_reads_it_who_may_not_read_the_log(tmp_path: Path) -> None:
    log = tmp_path / "stats.log"
    for text in (b"first\n", b"second\n"):
        log.write_bytes(text * 20)
        log.chmod(0o600)

        put_aside_where_long(tmp_path, longest=100)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["stats.log", "stats.log.1"]
    assert (tmp_path / "stats.log.1").read_bytes() == b"second\n" * 20
    assert (tmp_path / "stats.log.1").stat().st_mode & 0o777 == 0o600


def test_a_short_log_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "stats.log").write_bytes(b"x" * 100)

    put_aside_where_long(tmp_path, longest=100)

    assert [path.name for path in tmp_path.iterdir()] == ["stats.log"]


def test_where_no_copy_can_be_made_the_log_is_as_it_was(tmp_path: Path) -> None:
    log = tmp_path / "stats.log"
    log.write_bytes(b"x" * 200)
    # A folder stands where the copy would: it is not deleted, and refuses the copy as a full disk would.
    (tmp_path / "stats.log.1").mkdir()

    with pytest.raises(OSError):
        put_aside_where_long(tmp_path, longest=100)

    assert log.read_bytes() == b"x" * 200
