"""A telephone with WeChat on it: what its owner types reaches the front end as WeChat would bring it, and the answer is read."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring
from xml.sax.saxutils import escape

import httpx2

from chassis.metrics import Metrics
from chassis.web.edge import Edge
from fronts.wechat.application import create
from fronts.wechat.core.conversation import City
from fronts.wechat.customer import CustomerService
from fronts.wechat.desk import ANSWER_SECONDS, Desk
from fronts.wechat.envelope import Account, Envelope, signature
from fronts.wechat.interface import Access, Interface
from fronts.wechat.keys import Keys
from fronts.wechat.media import Media
from fronts.wechat.receipts import Receipts
from fronts.wechat.services import Services
from fronts.wechat.store import MemoryStore
from services.notifier.gateway.app import Gateway
from services.notifier.gateway.app import create as create_gateway
from services.notifier.gateway.arrivals import Arrivals
from tests.journeys.world import World
from tests.patience import PATIENCE
from tests.services.intake.door import PROFILE
from tests.services.notifier.telephones import RECEIPTS_TOKEN, Telephones

OPENID = "oABCD1234efgh5678IJKL9012mno"
OFFICIAL = "gh_wenzheng"
ACCOUNT = Account("wx1", "token1")
MINE = "13900005678"
SITE = "https://wenzheng.example.gov.cn"
_ids = itertools.count(7_000_000_000)


def text(content: str, identity: int, person: str = OPENID) -> str:
    """The XML of a text message."""
    return (
        f"<xml><ToUserName><![CDATA[{OFFICIAL}]]></ToUserName><FromUserName><![CDATA[{person}]]></FromUserName>"
        f"<CreateTime>1460537339</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content>{escape(content)}</Content><MsgId>{identity}</MsgId></xml>"
    )


def of_kind(kind: str, fields: str = "", person: str = OPENID, identity: int = 0) -> str:
    """The XML of a message of another kind."""
    return (
        f"<xml><ToUserName>{OFFICIAL}</ToUserName><FromUserName>{person}</FromUserName>"
        f"<CreateTime>1460537339</CreateTime><MsgType>{kind}</MsgType>{fields}<MsgId>{identity or next(_ids)}</MsgId></xml>"
    )


def event(name: str, fields: str = "", person: str = OPENID) -> str:
    """The XML of an event."""
    return (
        f"<xml><ToUserName>{OFFICIAL}</ToUserName><FromUserName>{person}</FromUserName>"
        f"<CreateTime>{next(_ids)}</CreateTime><MsgType>event</MsgType><Event>{name}</Event>{fields}</xml>"
    )


class Behind(httpx2.AsyncBaseTransport):
    """Intake, and notifier for letters; what is named in `away` does not answer, what is in `lost` answers unheard."""

    def __init__(self, world: World, telephones: Telephones) -> None:
        self._apps = {
            "intake": httpx2.ASGITransport(app=world.intake.app),
            "notifier": httpx2.ASGITransport(app=telephones.app),
        }
        self.away: set[str] = set()
        self.lost = 0
        self.hangs = False
        self.seen: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        if self.hangs:
            await asyncio.sleep(PATIENCE)
        if request.url.host in self.away:
            raise httpx2.ConnectError("away", request=request)
        response = await self._apps[request.url.host].handle_async_request(request)
        if self.lost:
            self.lost -= 1
            raise httpx2.ReadError("the answer was lost", request=request)
        return response


class Frail(MemoryStore):
    """A database that is lost before so many answers are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.losses = 0

    async def keep(self, *given: Any) -> bool:
        if self.losses:
            self.losses -= 1
            raise ConnectionError("the connection was lost")
        return await super().keep(*given)


class Phone:
    """One person's telephone, in a city that lives on the memory bus."""

    def __init__(self, world: World, telephones: Telephones, behind: Behind, account: Gateway) -> None:
        self.world = world
        self.account = account
        """WeChat, as far as it keeps what is sent."""
        self.store = Frail()
        self.late = timedelta(0)
        """By how much the front end's own clock is put on."""
        self.behind = behind
        self.http: httpx2.AsyncClient
        """The front end's door."""
        self.desk: Desk
        self.started: Callable[[], httpx2.AsyncClient]
        self._telephones = telephones

    async def deliver(self, body: str) -> httpx2.Response:
        """A body as WeChat brings it, signed, in the plain mode."""
        timestamp, nonce = str(int(time.time())), "n1"
        signed = signature(ACCOUNT.token, timestamp, nonce)
        query = {"signature": signed, "timestamp": timestamp, "nonce": nonce}
        return await self.http.post("/callback", params=query, content=body.encode())

    async def send(self, body: str) -> str:
        """A message; what the person reads in answer, empty for nothing."""
        root = fromstring(body)
        if root.findtext("MsgType", "") != "event":
            self.account.customer.heard(root.findtext("FromUserName", ""))
        response = await self.deliver(body)
        assert response.status_code == 200, response.text
        return "" if response.text == "success" else fromstring(response.text).findtext("Content", "")

    async def say(self, content: str, identity: int = 0, person: str = OPENID) -> str:
        """Words; what the person reads in answer."""
        return await self.send(text(content, identity or next(_ids), person))

    async def says(self, *contents: str) -> str:
        """Words one after the other; the last answer."""
        said = ""
        for content in contents:
            said = await self.say(content)
        return said

    def start_again(self) -> None:
        """The front end's process is another, which knows what was kept and nothing else."""
        self.http = self.started()

    async def show(self, data: bytes, identity: int = 0) -> str:
        """A picture; what the person reads in answer."""
        return await self.send_again(self.account.media.keep(data), identity)

    async def send_again(self, media: str, identity: int = 0) -> str:
        """A picture that WeChat keeps under this MediaId."""
        fields = f"<PicUrl>http://mmbiz.qpic.cn/x/0</PicUrl><MediaId>{media}</MediaId>"
        return await self.send(of_kind("image", fields, identity=identity))

    async def point_out(self, label: str, latitude: float = 33.963008, longitude: float = 118.275162) -> str:
        """A place on the map."""
        where = f"<Location_X>{latitude}</Location_X><Location_Y>{longitude}</Location_Y><Scale>16</Scale>"
        return await self.send(of_kind("location", f"{where}<Label>{escape(label)}</Label>"))

    def code(self, phone: str = MINE) -> str:
        """The newest code that the telephone was sent."""
        return self._telephones.code(phone)

    async def bind(self, person: str = OPENID) -> str:
        """Prove the telephone."""
        await self.say("绑定", person=person)
        await self.say(MINE, person=person)
        return await self.say(self.code(), person=person)

    async def post(
        self, words: str = "幸福路路灯坏了一周。晚上看不见路。", place: str = "宿城区幸福路"
    ) -> str:
        """A post in conversation; its number."""
        said = await self.says("发帖", "投诉", words, place, "确认")
        assert "已受理" in said, said
        await self.world.settle()
        return said.partition("编号 ")[2].partition("\n")[0]

    async def own(self, number: str) -> Any:
        """The case as its author reads it."""
        subject = await self.world.intake.door.subject(number)
        code = self.world.intake.secrets.query_code(subject)
        return await self.world.intake.own({"number": number, "query_code": code})

    async def case(self, number: str) -> dict[str, Any]:
        """The case as the supervisor sees it."""
        answer = await self.world.intake.staff_get("supervisor", "supervision", f"cases/{number}")
        found: dict[str, Any] = answer.json()
        return found


@asynccontextmanager
async def opened(
    folder: Path,
    start: str = "2026-03-02T10:00",
    account: Account = ACCOUNT,
    seconds: float = ANSWER_SECONDS,
) -> AsyncIterator[Phone]:
    """A city, its account at WeChat and a telephone, until the context is left."""
    world = World(1, start, folder)
    async with world.open():
        real = {"now": datetime(2026, 3, 2, 2, tzinfo=UTC)}

        def moving() -> datetime:
            # Codes to one number rest for a minute: here it passes between any two looks at the clock.
            real["now"] += timedelta(minutes=1)
            return real["now"]

        world.intake.door.real_now = moving
        telephones = Telephones(world.intake, folder, world.receipts)
        behind = Behind(world, telephones)
        wechat = Gateway(Arrivals(folder / "account.jsonl"), key="right")
        outside = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=create_gateway(wechat)))
        phone = Phone(world, telephones, behind, wechat)

        def started() -> httpx2.AsyncClient:
            access = Access(outside, Interface("http://wechat.example", "wx1", "right"))
            services = Services(
                httpx2.AsyncClient(transport=behind),
                {"intake": "http://intake", "notifier": "http://notifier"},
                Media(outside, access, PROFILE.policy.attachments.megabytes),
            )
            keys, city = Keys(b"a secret of the tests"), City(PROFILE, SITE)
            phone.desk = Desk(
                phone.store,
                services,
                keys,
                city,
                lambda: datetime.now(UTC) + phone.late,
                seconds,
                CustomerService(outside, access).say,
            )
            metrics = Metrics()
            told = Receipts(httpx2.AsyncClient(transport=behind), "http://notifier", RECEIPTS_TOKEN)
            app = Edge(create(Envelope(account), phone.desk, metrics, receipts=told), metrics)
            return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://wechat")

        phone.started = started
        phone.http = started()
        yield phone
