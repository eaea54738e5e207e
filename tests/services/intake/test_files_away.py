"""What people are told while the store of files is away, slow or wrong, and what goes on without it: intake's door on a real S3 server."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.posts import PostReceived
from services.intake.core.attachments import files_of
from services.intake.store import Sweep, Watch
from services.intake.store.folder import place_of
from tests.s3 import Server, Street, serving
from tests.services.intake.attaching import door, give, posted, read, said, ticket
from tests.services.intake.door import Intake
from tests.services.intake.files import PDF, picture

pytestmark = pytest.mark.medium


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("s3")) as running:
        yield running


class Scene:
    """Intake, whose files lie in a bucket at the end of a street."""

    def __init__(self, intake: Intake, server: Server, street: Street, seconds: float = 10) -> None:
        self.intake = intake
        self.street = street
        self.bucket = server.new_bucket()
        self._s3 = server.s3
        intake.door.folder = server.files(self.bucket, seconds, endpoint=street.address)

    def objects(self) -> dict[str, bytes]:
        """What lies in the bucket."""
        found = self._s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {
            one["Key"]: self._s3.get_object(Bucket=self.bucket, Key=one["Key"])["Body"].read()
            for one in found
        }

    def overwrite(self, identity: str, data: bytes) -> None:
        self._s3.put_object(Bucket=self.bucket, Key=place_of(identity), Body=data)

    def lose(self, identity: str) -> None:
        self._s3.delete_object(Bucket=self.bucket, Key=place_of(identity))

    async def with_a_file(self, data: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
        """The receipt of a post, and its file as its author sees it."""
        receipt = await posted(self.intake, await ticket(self.intake, data), public=False)
        [file] = (await self.intake.own(receipt))["attachments"]
        return receipt, file


@pytest.fixture
async def scene(server: Server) -> AsyncIterator[Scene]:
    async with door() as intake, Street(server.port).open() as street:
        yield Scene(intake, server, street)


async def test_a_picture_is_kept_sealed_in_the_bucket_shown_and_forgotten_with_its_post(scene: Scene) -> None:
    receipt, file = await scene.with_a_file(picture())
    [fact] = [fact for fact in said(scene.intake) if isinstance(fact, PostReceived)]

    kept = scene.objects()
    assert set(kept) == {place_of(identity) for identity in files_of(fact.attachments)}
    assert not any(b"JFIF" in data for data in kept.values())
    for small in (False, True):
        shown = await read(scene.intake, receipt, file["id"], small=small)
        assert (shown.status_code, shown.content[:3]) == (200, b"\xff\xd8\xff")

    await scene.intake.citizen(receipt, "erasure")

    assert (await read(scene.intake, receipt, file["id"])).status_code == 404
    sweep = Sweep(scene.intake.door.folder, scene.intake.attachments, older=-5)
    assert await sweep.sweep() == 2
    assert scene.objects() == {}


async def test_no_ticket_is_given_before_the_store_has_said_that_it_has_the_file(scene: Scene) -> None:
    scene.street.down = 0

    answer = await give(scene.intake, PDF)

    assert answer.status_code == 503
    assert "attachment" not in answer.json()
    assert len(scene.objects()) == 1, "it may be there all the same, and belongs to no post"
    sweep = Sweep(scene.intake.door.folder, scene.intake.attachments, older=-5)
    scene.street.down = None
    assert await sweep.sweep() == 1


async def test_while_the_store_is_away_files_are_refused_with_a_sentence_and_posts_are_taken(
    scene: Scene,
) -> None:
    receipt, file = await scene.with_a_file(PDF)
    scene.street.closed = True

    given = await give(scene.intake, PDF)
    shown = await read(scene.intake, receipt, file["id"])

    assert (given.status_code, shown.status_code) == (503, 503)
    assert given.json()["detail"] == "附件暂时不能保存,请稍后再传,或先不带附件提交。"
    assert shown.json()["detail"] == "附件暂时取不到,请稍后再试。"
    assert given.headers["retry-after"] == shown.headers["retry-after"] == "5"
    assert (await scene.intake.post()).status_code == 202
    assert (await scene.intake.own(receipt))["attachments"] == [file], "its words and its name are there"

    scene.street.closed = False
    assert (await give(scene.intake, PDF)).status_code == 201
    assert (await read(scene.intake, receipt, file["id"])).content == PDF


async def test_a_post_whose_file_was_given_is_taken_while_the_store_is_away(scene: Scene) -> None:
    given = await ticket(scene.intake, PDF)
    scene.street.closed = True

    receipt = await posted(scene.intake, given, public=False)

    scene.street.closed = False
    [file] = (await scene.intake.own(receipt))["attachments"]
    assert (await read(scene.intake, receipt, file["id"])).content == PDF


async def test_a_file_that_is_lost_is_told_and_the_post_stays(scene: Scene) -> None:
    receipt, file = await scene.with_a_file(PDF)
    scene.lose(file["id"])

    shown = await read(scene.intake, receipt, file["id"])

    assert (shown.status_code, shown.json()["detail"]) == (404, "这个附件的文件已经不在了。")
    assert (await scene.intake.own(receipt))["attachments"] == [file]


@pytest.mark.parametrize(
    "what", ["cut short", "empty", "another's", "its own small one", "one bit", "longer", "huge"]
)
async def test_what_is_not_what_was_given_is_never_shown(scene: Scene, what: str) -> None:
    _, other = await scene.with_a_file(PDF + b" ")
    receipt, file = await scene.with_a_file(picture())
    kept = {place.rpartition("/")[2]: data for place, data in scene.objects().items()}
    mine, small = (
        kept[file["id"]],
        next(data for id, data in kept.items() if id not in (file["id"], other["id"])),
    )
    scene.overwrite(
        file["id"],
        {
            "cut short": mine[: len(mine) // 2],
            "empty": b"",
            "another's": kept[other["id"]],
            "its own small one": small,
            "one bit": mine[:-1] + bytes([mine[-1] ^ 1]),
            "longer": mine + b"x",
            "huge": bytes(40_000_000),
        }[what],
    )

    shown = await read(scene.intake, receipt, file["id"])

    assert shown.status_code == 500
    assert shown.headers["content-type"] == "application/problem+json"
    assert shown.json()["type"].endswith(":attachment-damaged")
    assert shown.json()["detail"] == "存放的文件已不是当时上传的内容,不能打开。"


async def test_a_store_that_does_not_answer_keeps_nobody_waiting_who_needs_no_file(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        async with door() as intake, Street(server.port).open() as street:
            scene = Scene(intake, server, street, seconds=60)
            receipt, file = await scene.with_a_file(PDF)
            server.signal(signal.SIGSTOP)
            giving = [asyncio.create_task(give(intake, PDF)) for _ in range(3)]
            reading = [asyncio.create_task(read(intake, receipt, file["id"])) for _ in range(3)]
            while street.came < 2:
                await asyncio.sleep(0.01)

            for _ in range(10):
                assert (await intake.post()).status_code == 202
                assert (await intake.own(receipt))["attachments"] == [file]
            assert not any(task.done() for task in (*giving, *reading))

            server.signal(signal.SIGCONT)
            assert [answer.status_code for answer in await asyncio.gather(*giving)] == [201] * 3
            assert [answer.content for answer in await asyncio.gather(*reading)] == [PDF] * 3


async def test_the_watch_says_that_files_are_away_and_when_they_are_back(scene: Scene) -> None:
    told: list[bool] = []
    watch = Watch(scene.intake.door.folder, told.append)
    for closed in (False, True, True, False):
        scene.street.closed = closed
        await watch.look()
        assert bool(watch.reason) == closed
    assert told == [False, True, True, False]


async def test_a_sweep_that_meets_an_absent_store_forgets_nothing_and_comes_again(scene: Scene) -> None:
    await ticket(scene.intake, PDF)
    sweep = Sweep(scene.intake.door.folder, scene.intake.attachments, older=-5)
    scene.street.closed = True
    with pytest.raises(OSError):
        await sweep.sweep()
    scene.street.closed = False

    assert len(scene.objects()) == 1
    assert await sweep.sweep() == 1
