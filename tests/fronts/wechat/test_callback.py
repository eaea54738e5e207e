"""The door: the echo, the plain and the secure mode, and what is refused."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from wechatpy.crypto import WeChatCrypto

from chassis.metrics import Metrics
from chassis.web.edge import Edge
from fronts.wechat.application import create
from fronts.wechat.core.conversation import City
from fronts.wechat.desk import Desk
from fronts.wechat.envelope import Account, Envelope, signature
from fronts.wechat.keys import Keys
from fronts.wechat.messages import ciphertext_of
from fronts.wechat.services import Services
from fronts.wechat.store import MemoryStore
from tests.fronts.wechat.phone import text
from tests.services.intake.door import PROFILE

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
PLAIN, SECURE = Account("wx1", "token1"), Account("wx1", "token1", KEY)


def now() -> str:
    """This second: a signature holds ten minutes, and a suite runs longer."""
    return str(int(time.time()))


class Broken(MemoryStore):
    """A database that is away."""

    async def take(self, *_: object) -> None:
        raise ConnectionError("away")


@asynccontextmanager
async def door(account: Account, store: MemoryStore | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    """The front end's door, with no service behind it."""
    services = Services(httpx2.AsyncClient(transport=httpx2.MockTransport(_away)), {})
    desk = Desk(store or MemoryStore(), services, Keys(b"a secret of the tests"), City(PROFILE))
    metrics = Metrics()
    app = Edge(create(Envelope(account), desk, metrics), metrics)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://wechat") as http:
        yield http


def _away(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("away", request=request)


def signed(token: str = "token1", **more: str) -> dict[str, str]:
    """The query of a signed request."""
    return {"signature": signature(token, now(), "n1"), "timestamp": now(), "nonce": "n1"} | more


async def test_the_echo_comes_back_to_who_signed_and_to_nobody_else() -> None:
    async with door(PLAIN) as http:
        echo = await http.get("/callback", params=signed(echostr="123456"))
        forged = await http.get("/callback", params=signed("other", echostr="<script>"))
        unsigned = await http.get("/callback")

    assert (echo.status_code, echo.text) == (200, "123456")
    assert echo.headers["content-type"].startswith("text/plain")
    assert (forged.status_code, unsigned.status_code) == (403, 403)


async def test_the_secure_mode_speaks_with_the_stock_library() -> None:
    wechat = WeChatCrypto("token1", KEY, "wx1")
    body = wechat.encrypt_message(text("帮助", 1), "n1", now())
    query = {"msg_signature": signature("token1", now(), "n1", ciphertext_of(body.encode()))}

    async with door(SECURE) as http:
        response = await http.post("/callback", params=signed(**query), content=body.encode())

    answer = response.text
    root_signature = answer.partition("<MsgSignature>")[2].partition("<")[0]
    at = answer.partition("<TimeStamp>")[2].partition("<")[0]
    assert "“发帖”" in wechat.decrypt_message(answer, root_signature, at, "n1")


async def test_an_account_in_the_secure_mode_takes_nothing_that_is_not_sealed() -> None:
    async with door(SECURE) as http:
        response = await http.post("/callback", params=signed(), content=text("帮助", 1).encode())
        body = WeChatCrypto("token1", KEY, "wx1").encrypt_message(text("帮助", 1), "n1", now()).encode()
        forged = await http.post("/callback", params=signed(msg_signature="0" * 40), content=body)

    assert (response.status_code, forged.status_code) == (400, 403)


@pytest.mark.parametrize(
    ("body", "token", "status"),
    [
        (text("帮助", 1).encode(), "other", 403),
        (text("帮助", 1).encode(), "", 403),
        (b"<xml>", "token1", 400),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><xml/>", "token1", 400),
        (b"<xml>" + b"x" * 70_000 + b"</xml>", "token1", 413),
    ],
    ids=["another token", "no signature", "no end", "a document type", "too long"],
)
async def test_what_wechat_did_not_send_is_refused(body: bytes, token: str, status: int) -> None:
    async with door(PLAIN) as http:
        response = await http.post("/callback", params=signed(token) if token else {}, content=body)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_database_that_is_away_is_told_in_words() -> None:
    async with door(PLAIN, Broken()) as http:
        response = await http.post("/callback", params=signed(), content=text("帮助", 1).encode())

    assert response.status_code == 200
    assert "系统繁忙" in response.text


async def test_the_probes_answer(tmp_path: Path) -> None:
    async with door(PLAIN) as http:
        assert (await http.get("/readyz")).status_code == 200
        assert "wenzheng_http_request_seconds" in (await http.get("/metrics")).text
