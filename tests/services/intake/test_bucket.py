"""A bucket when things go wrong, on a real server: who may not, what is not there, what breaks off, what is slow, what lies."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.intake.store import FilesAway
from services.intake.store.folder import id_of, place_of
from services.intake.store.objects import TRIES, Bucket, S3Bucket
from tests.s3 import Server, Street, certificates, serving

pytestmark = pytest.mark.medium

BIG = bytes(8_000_000)
NOBODY = "http://127.0.0.1:9"
"""An address where nothing listens."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Server]:
    """One that a test may kill."""
    with serving(tmp_path) as running:
        yield running


async def told(files: S3Bucket) -> list[str]:
    """What put, get, drop, the list and the look say, in this order; each must say that files are away."""
    identity = id_of(b"sealed")

    async def listed() -> None:
        async for _ in files.older(0):
            pass

    reasons = []
    for asked in (files.put(b"sealed"), files.get(identity, 100), files.drop([identity]), listed()):
        with pytest.raises(FilesAway) as away:
            await asked
        reasons.append(str(away.value))
    return [*reasons, await files.check()]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (
            {"access_key": "AKIAIOSFODNN7EXAMPLE"},
            "the access key or its secret is refused, or may not do this (InvalidAccessKeyId)",
        ),
        (
            {"secret_key": "another"},
            "the access key or its secret is refused, or may not do this (SignatureDoesNotMatch)",
        ),
        ({"name": "files-of-nobody"}, "there is no such bucket (NoSuchBucket)"),
        ({"endpoint": NOBODY}, "it cannot be reached, or broke off"),
    ],
    ids=["key", "secret", "bucket", "nobody"],
)
async def test_a_wrong_setting_is_told_in_a_sentence_whatever_is_asked(
    server: Server, changed: dict[str, Any], reason: str
) -> None:
    files = server.files(**({"name": server.new_bucket()} | changed))

    assert await told(files) == [f"S3: {reason}"] * 5


async def test_a_key_that_may_not_delete_is_told_where_it_forgets_and_nowhere_else(server: Server) -> None:
    access_key, secret_key = server.keeping
    files = server.files(access_key=access_key, secret_key=secret_key)
    identity = await files.put(b"sealed")

    with pytest.raises(FilesAway, match="may not do this") as away:
        await files.drop([identity])

    assert away.value.lasting
    assert await files.get(identity, 100) == b"sealed"
    assert await files.check() == ""


async def test_a_server_that_is_no_store_of_objects_has_not_lost_a_file() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 9\r\nconnection: close\r\n\r\nnot here\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    files = S3Bucket(Bucket(address, "files", "us-east-1", "key", "secret"), 2.0)

    assert set(await told(files)) == {"S3: it answers 404"}
    server.close()


async def test_what_is_said_of_a_failure_names_neither_address_nor_key_nor_file(server: Server) -> None:
    for changed in ({"secret_key": "another"}, {"name": "files-of-nobody"}, {"endpoint": NOBODY}):
        for reason in await told(server.files(**changed)):
            for secret in ("127.0.0.1", server.access_key, "another", "files-of", id_of(b"sealed")):
                assert secret not in reason


async def test_the_environment_of_other_programs_changes_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("AWS_SESSION_TOKEN", "of somebody else"),
        ("AWS_SKIP_SIGNATURE", "true"),
        ("AWS_ENDPOINT_URL_S3", NOBODY),
        ("AWS_ACCESS_KEY_ID", "another"),
    ):
        monkeypatch.setenv(name, value)

    assert await server.files().check() == ""
    assert os.environ["AWS_SKIP_SIGNATURE"] == "true", "it is theirs again"


async def test_a_server_that_is_killed_in_the_middle_of_a_put_has_nothing(mortal: Server) -> None:
    async with Street(mortal.port).open() as street:
        files = mortal.files(endpoint=street.address)
        street.up, street.then = 1_000_000, mortal.kill

        with pytest.raises(FilesAway):
            await files.put(BIG)


async def test_a_put_that_breaks_off_leaves_nothing_that_anybody_sees(server: Server) -> None:
    async with Street(server.port).open() as street:
        name = server.new_bucket()
        files, beside = server.files(name, endpoint=street.address), server.files(name)
        street.up = 1_000_000

        with pytest.raises(FilesAway):
            await files.put(BIG)
        assert street.came == TRIES
        assert await beside.get(id_of(BIG), len(BIG)) is None
        assert [list(page) async for page in beside.older(-5)] in ([], [[]])
        assert "Uploads" not in server.s3.list_multipart_uploads(Bucket=name), "nor does a part of it"

        street.up = None
        assert await files.put(BIG) == id_of(BIG), "and it can be put again"
        assert await beside.get(id_of(BIG), len(BIG)) == BIG


async def test_a_put_that_breaks_off_once_is_tried_again(server: Server) -> None:
    async with Street(server.port).open() as street:
        files = server.files(endpoint=street.address)
        street.up, street.then = 1_000_000, lambda: setattr(street, "up", None)

        identity = await files.put(BIG)

        assert street.came == 2
        assert await files.get(identity, len(BIG)) == BIG


async def test_a_server_that_is_killed_in_the_middle_of_a_get_gives_no_half_file(mortal: Server) -> None:
    async with Street(mortal.port).open() as street:
        files = mortal.files(endpoint=street.address)
        identity = await files.put(BIG)
        street.down, street.then = 1_000_000, mortal.kill

        with pytest.raises(FilesAway, match="it cannot be reached, or broke off"):
            await files.get(identity, len(BIG))
        assert (await files.check()).startswith("S3: it cannot be reached")


async def test_a_server_that_comes_back_is_asked_as_before(server: Server) -> None:
    async with Street(server.port).open() as street:
        files = server.files(endpoint=street.address)
        identity = await files.put(b"sealed")

        street.closed = True
        assert (await told(files))[0] == "S3: it cannot be reached, or broke off"
        street.closed = False

        assert await files.check() == ""
        assert await files.get(identity, 100) == b"sealed"


async def test_a_server_that_does_not_answer_is_waited_for_so_long_and_no_longer(mortal: Server) -> None:
    name = mortal.new_bucket()
    files = mortal.files(name, seconds=0.5)
    kept = await mortal.files(name).put(b"kept")
    mortal.signal(signal.SIGSTOP)
    began = time.monotonic()

    others = asyncio.create_task(turns())
    reasons = await told(files)
    others.cancel()

    assert set(reasons) == {"S3: no answer within 0.5 s"}
    assert time.monotonic() - began > 2.4, "each of the five waited for its time"
    assert await others > 20, "nobody else waited with them"
    mortal.signal(signal.SIGCONT)
    assert await mortal.files(name).get(kept, 100) == b"kept"


async def turns() -> int:
    """How often others had their turn until this is cancelled."""
    taken = 0
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(0.01)
            taken += 1
    return taken


async def test_an_endpoint_is_trusted_by_the_authority_of_the_setting_and_by_nobody_else(
    tmp_path: Path,
) -> None:
    with serving(tmp_path, tls=True) as server:
        (tmp_path / "other").mkdir()
        other = certificates(tmp_path / "other")[0].read_bytes()
        name = server.new_bucket()

        assert await server.files(name).check() == ""
        assert await server.files(name).put(b"sealed") == id_of(b"sealed")
        for authority in (None, other):
            strange = server.files(name, authority=authority)
            assert set(await told(strange)) == {"S3: nobody whom we know vouches for its certificate"}
        plain = server.files(name, endpoint=server.address.replace("https", "http"))
        assert all(reason.startswith("S3: ") for reason in await told(plain))


async def test_a_page_of_the_list_that_does_not_come_ends_the_sweep_and_drops_nothing(server: Server) -> None:
    async with Street(server.port).open() as street:
        name = server.new_bucket()
        files = server.files(name, endpoint=street.address)
        for n in range(3):
            server.s3.put_object(Bucket=name, Key=place_of(id_of(f"{n}".encode())), Body=f"{n}".encode())
        street.down = 200

        with pytest.raises(FilesAway):
            async for _ in files.older(-5):
                pass
