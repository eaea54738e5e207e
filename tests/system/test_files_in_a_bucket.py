"""A whole stack whose files lie in a bucket: a picture comes, is seen, is erased; the S3 server is killed, and posts go on."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.patience import PATIENCE
from tests.s3 import Server, serving
from tests.services.intake.files import picture
from tests.stack import Client, Stack, running

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("s3")) as serves:
        yield serves


@pytest.fixture(scope="module")
def bucket(server: Server) -> str:
    return server.new_bucket()


@pytest.fixture(scope="module")
def city(server: Server, bucket: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("keys")
    for name, key in (("access", server.access_key), ("secret", server.secret_key)):
        (folder / name).write_text(key)
    settings = {
        "WENZHENG_S3_ENDPOINT": server.address,
        "WENZHENG_S3_BUCKET": bucket,
        "WENZHENG_S3_ACCESS_KEY_FILE": str(folder / "access"),
        "WENZHENG_S3_SECRET_KEY_FILE": str(folder / "secret"),
    }
    with running(settings=settings) as stack:
        yield stack


async def give(http: httpx2.AsyncClient) -> httpx2.Response:
    named = {"Content-Disposition": "attachment; filename=lamp.jpg"}
    return await http.post("/v1/attachments", content=picture(), headers=named)


async def see(http: httpx2.AsyncClient, receipt: dict[str, Any]) -> list[httpx2.Response]:
    """The files of one's own post."""
    own = {"X-Query-Code": receipt["query_code"]}
    path = f"/v1/posts/{receipt['number']}"
    files = (await http.get(path, headers=own)).json()["attachments"]
    return [await http.get(f"{path}/attachments/{file['id']}", headers=own) for file in files]


async def test_a_picture_lies_in_the_bucket_until_its_post_is_erased_and_posts_go_on_without_the_server(
    city: Stack, server: Server, bucket: str
) -> None:
    client = Client(city)
    async with httpx2.AsyncClient(base_url=city.address("intake"), timeout=PATIENCE) as http:
        receipts = []
        for _ in range(2):
            given = await give(http)
            assert given.status_code == 201, given.text
            receipt = await client.post(attachments=[given.json()["attachment"]], public=False)
            assert receipt is not None
            receipts.append(receipt)
        erased, kept = receipts
        assert len(server.s3.list_objects_v2(Bucket=bucket)["Contents"]) == 4
        assert [path for path in city.home.attachments.rglob("*") if path.is_file()] == []
        assert [shown.content[:3] for shown in await see(http, kept)] == [b"\xff\xd8\xff"]

        own = {"X-Query-Code": erased["query_code"], "Idempotency-Key": "one"}
        assert (
            await http.post(f"/v1/posts/{erased['number']}/erasure", json={}, headers=own)
        ).status_code == 202
        assert await see(http, erased) == []

        server.kill()

        assert (await give(http)).status_code == 503
        assert [shown.status_code for shown in await see(http, kept)] == [503]
        assert await client.post() is not None
        async with asyncio.timeout(PATIENCE):
            while not (told := (await http.get("/readyz")).json())["without"]:
                await asyncio.sleep(0.5)
    assert told == {"ready": True, "reason": "", "without": "S3: it cannot be reached, or broke off"}
    assert (await asyncio.to_thread(city.parts))["intake"]["without"] == told["without"]
    await asyncio.to_thread(city.quiet)
    assert await asyncio.to_thread(city.violated) == []
    await client.close()
