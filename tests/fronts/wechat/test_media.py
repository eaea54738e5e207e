"""WeChat's media server over real HTTP: the fake one as the provider documents it, and others that nobody should trust."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
import uvicorn

from fronts.wechat.interface import Access, Interface
from fronts.wechat.media import Later, Media, Refused
from services.notifier.gateway import media as wechat
from services.notifier.gateway.app import Gateway, create
from services.notifier.gateway.arrivals import Arrivals
from tests.patience import PATIENCE
from tests.services.intake.files import picture

MEGABYTE = 1024 * 1024


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    return Gateway(Arrivals(tmp_path / "arrivals.jsonl"), key="right")


@asynccontextmanager
async def over_http(gateway: Gateway) -> AsyncIterator[str]:
    """The address of the gateway on a port of its own."""
    config = uvicorn.Config(create(gateway), port=0, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(PATIENCE):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def saying(answer: bytes) -> AsyncIterator[str]:
    """The address of a server that gives a token to whoever asks, and to all else this answer, byte by byte as it is."""
    token = b'{"access_token": "t", "expires_in": 7200}'

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        if b"stable_token" in asked:
            length = str(len(token)).encode()
            writer.write(
                b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + length + b"\r\n\r\n" + token
            )
        else:
            writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answered, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def fetching(address: str, megabytes: int = 8, secret: str = "right") -> AsyncIterator[Media]:
    """The front end's client of a media server."""
    async with httpx2.AsyncClient(timeout=PATIENCE, trust_env=False) as http:
        yield Media(http, Access(http, Interface(address, "wx1", secret)), megabytes)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
async def test_a_picture_comes_as_it_was_sent(gateway: Gateway, kind: str) -> None:
    identity = gateway.media.keep(picture(kind))

    async with over_http(gateway) as address, fetching(address) as media:
        assert await media.picture(identity) == picture(kind)


async def test_a_token_that_somebody_else_renewed_is_asked_for_again(gateway: Gateway) -> None:
    identity = gateway.media.keep(picture())
    anew = {"grant_type": "client_credential", "appid": "wx1", "secret": "right", "force_refresh": True}

    async with over_http(gateway) as address, fetching(address) as media:
        assert await media.picture(identity)
        async with httpx2.AsyncClient(timeout=PATIENCE) as other:
            theirs = (await other.post(f"{address}/cgi-bin/stable_token", json=anew)).json()["access_token"]
            assert await media.picture(identity)
            anew["force_refresh"] = False
            still = (await other.post(f"{address}/cgi-bin/stable_token", json=anew)).json()["access_token"]

    assert still == theirs, "it was not taken away from them"


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(40007, Refused), (48001, Refused), (45009, Later), (-1, Later)],
    ids=["gone", "not allowed", "quota", "busy"],
)
async def test_an_error_in_place_of_the_picture_is_read_as_what_it_is(
    gateway: Gateway, code: int, outcome: type[Exception]
) -> None:
    identity = gateway.media.keep(picture())
    gateway.script.add("media", 1, {"code": code})

    async with over_http(gateway) as address, fetching(address) as media:
        with pytest.raises(outcome):
            await media.picture(identity)
        assert await media.picture(identity) == picture()


async def test_a_wrong_credential_and_a_server_that_is_down_are_for_later(gateway: Gateway) -> None:
    identity = gateway.media.keep(picture())
    gateway.script.turn("media", "down")

    async with over_http(gateway) as address:
        async with fetching(address, secret="wrong") as media:
            with pytest.raises(Later, match="no access token, errcode 40125"):
                await media.picture(identity)
        async with fetching(address) as media:
            with pytest.raises(Later, match="503"):
                await media.picture(identity)
    async with fetching(address) as media:
        with pytest.raises(Later, match="ConnectError"):
            await media.picture(identity)


async def test_no_more_is_read_of_a_picture_than_a_file_may_have(gateway: Gateway) -> None:
    full = picture() + bytes(MEGABYTE - len(picture()))
    fits, beyond = gateway.media.keep(full), gateway.media.keep(full + b"x")

    async with over_http(gateway) as address, fetching(address, megabytes=1) as media:
        assert len(await media.picture(fits)) == MEGABYTE
        with pytest.raises(Refused, match="每张最大 1 MB"):
            await media.picture(beyond)


def chunked(data: bytes) -> bytes:
    """A body whose length nobody has said."""
    return b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data)


OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
JPEG = b"\xff\xd8\xff"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(JPEG + bytes(MEGABYTE)), Refused),
        (OK + b"Content-Length: 99999999999\r\n\r\n" + JPEG, Refused),
        (OK + b"Content-Length: 100\r\n\r\n" + JPEG, Later),
        (OK + b"Content-Type: text/html\r\n\r\n<html>Bad gateway</html>", Later),
        (OK + b"Content-Type: image/gif\r\n\r\nGIF89a", Refused),
        (OK + b'Content-Type: image/jpeg\r\n\r\n{"errcode": 40007}', Refused),
        (OK + b'\r\n{"errcode": 0}', Later),
        (OK + b'\r\n{"errcode": "x"}', Later),
        (OK + b'\r\n{"errcode": ' + b"[" * 100_000, Later),
        (OK + b"\r\n", Later),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/secret\r\nConnection: close\r\n\r\n", Later),
        (b"nonsense\r\n\r\n", Later),
    ],
    ids=[
        "longer than it may be, without a length",
        "a length beyond all",
        "cut short",
        "a page of some machine on the way",
        "a picture of another kind",
        "an error that calls itself a picture",
        "an error without a code",
        "a code that is no number",
        "JSON too deep",
        "nothing",
        "led elsewhere",
        "no HTTP",
    ],
)
async def test_an_answer_that_is_no_picture_is_taken_for_none(
    answer: bytes, outcome: type[Exception]
) -> None:
    async with saying(answer) as address, fetching(address, megabytes=1) as media:
        with pytest.raises(outcome):
            await media.picture("m1")


async def asked(gateway: Gateway, **query: str) -> int:
    """The error code of a call to the fake media server; 0 for a picture."""
    transport = httpx2.ASGITransport(app=create(gateway))
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as http:
        body = {"grant_type": "client_credential", "appid": "wx1", "secret": "right"}
        token = (await http.post("/cgi-bin/stable_token", json=body)).json()["access_token"]
        query = {name: value.replace("TOKEN", token) for name, value in query.items()}
        answer = await http.get("/cgi-bin/media/get", params=query)
        return 0 if answer.headers["content-type"].startswith("image/") else answer.json()["errcode"]


async def test_the_gateway_refuses_what_the_media_server_would(gateway: Gateway) -> None:
    identity = gateway.media.keep(picture())

    assert await asked(gateway, access_token="TOKEN", media_id=identity) == 0
    assert await asked(gateway, media_id=identity) == 41001
    assert await asked(gateway, access_token="wrong", media_id=identity) == 40001
    assert await asked(gateway, access_token="TOKEN") == 41004
    assert await asked(gateway, access_token="TOKEN", media_id="unknown") == 40007
    assert gateway.media.keep(b"%PDF-1.4") == ""
    assert gateway.media.keep(JPEG + bytes(wechat.MOST_BYTES)) == ""


async def test_the_gateway_forgets_a_picture_after_three_days(gateway: Gateway) -> None:
    now = [0.0]
    gateway.media = wechat.Media(lambda token: 0, now=lambda: now[0])
    identity = gateway.media.keep(picture())

    now[0] = 3 * 24 * 3600.0
    assert await asked(gateway, access_token="TOKEN", media_id=identity) == 0
    now[0] += 1
    assert await asked(gateway, access_token="TOKEN", media_id=identity) == 40007


async def test_the_gateway_says_that_a_token_has_expired(tmp_path: Path) -> None:
    gateway = Gateway(Arrivals(tmp_path / "arrivals.jsonl"), key="right", token_seconds=-1.0)
    identity = gateway.media.keep(picture())

    assert await asked(gateway, access_token="TOKEN", media_id=identity) == 42001
