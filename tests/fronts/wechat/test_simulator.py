"""The page that plays a telephone: what is typed there reaches the front end as WeChat would bring it, in the secure mode."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path

import httpx2
import pytest

from fronts.wechat import menu
from fronts.wechat.envelope import Account as OurAccount
from fronts.wechat.interface import Access, Interface, NoToken
from services.notifier.gateway.account import TRIES, UNREACHABLE, Account, Callback
from services.notifier.gateway.app import Gateway, create
from services.notifier.gateway.phone import Phones
from services.notifier.gateway.refusals import menu_refusal
from tests.fronts.wechat.phone import OPENID, Phone, opened
from tests.services.intake.files import picture

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SETTINGS = Callback("http://wechat/callback", "wx1", "token1", KEY)


class Page:
    """The page of one person."""

    def __init__(self, http: httpx2.AsyncClient, phone: Phone, gateway: Gateway) -> None:
        self.http = http
        self.phone = phone
        self.gateway = gateway
        self.person = ""

    async def open(self) -> list[str]:
        """A new person follows the account."""
        self.person = str((await self.http.get("/phone")).headers["location"]).partition("person=")[2]
        return await self.lines()

    async def lines(self) -> list[str]:
        """The conversation."""
        shown = (await self.http.get("/phone", params={"person": self.person})).text
        return [unescape(line) for line in re.findall(r'<li class="\w+">([^<]*)</li>', shown)]

    async def show(self, *pictures: bytes) -> str:
        """Pictures are chosen and sent; the last line of the conversation."""
        files = [("picture", ("a.jpg", data, "image/jpeg")) for data in pictures]
        form = {"person": self.person, "act": "picture"}
        assert (await self.http.post("/phone", data=form, files=files)).status_code == 303
        return (await self.lines())[-1]

    async def do(self, act: str, words: str = "", **more: str) -> str:
        """Something is done; the last line of the conversation."""
        form = {"person": self.person, "act": act, "words": words} | more
        assert (await self.http.post("/phone", data=form)).status_code == 303
        return (await self.lines())[-1]


@asynccontextmanager
async def page_of(folder: Path, account: OurAccount) -> AsyncIterator[Page]:
    """A telephone's page before a front end whose settings are these."""
    async with opened(folder, account=account) as phone:
        gateway = phone.account
        told = Account(phone.http, SETTINGS)
        gateway.phones = Phones(gateway.arrivals, told, gateway.consents, gateway.media, gateway.customer)
        transport = httpx2.ASGITransport(app=create(gateway))
        async with httpx2.AsyncClient(transport=transport, base_url="http://gateway") as http:
            yield Page(http, phone, gateway)


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with page_of(tmp_path, OurAccount("wx1", "token1", KEY)) as found:
        yield found


async def test_who_opens_the_page_follows_the_account_and_is_answered(page: Page) -> None:
    assert "欢迎使用" in (await page.open())[0]
    assert "请回复您的手机号" in await page.do("say", "绑定")
    assert "验证码已发到" in await page.do("say", "13900005678")
    assert "已绑定 139****5678" in await page.do("say", page.phone.code())
    assert "请先回复“发帖”" in await page.show(picture())
    assert "回复“发帖”" in await page.do("place", "宿城区<幸福路>", latitude="33.963", longitude="118.275")


async def test_the_menu_is_published_and_its_buttons_are_understood(page: Page) -> None:
    await page.open()
    await menu.publish(page.http, Access(page.http, Interface("http://gateway", "wx1", "right")))

    assert page.gateway.phones is not None
    assert page.gateway.phones.menu == {"post": "我要发帖", "mine": "我的帖子", "bind": "绑定手机"}
    assert "请回复您的手机号" in await page.do("menu", "bind")


async def test_a_menu_is_not_published_by_a_wrong_credential(page: Page) -> None:
    with pytest.raises(NoToken, match="40125"):
        await menu.publish(page.http, Access(page.http, Interface("http://gateway", "wx1", "wrong")))


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([], 40016),
        ([{"type": "click", "name": "a", "key": "b"}] * 4, 40016),
        ([{"type": "click", "name": "我要发帖子", "key": "b"}], 0),
        ([{"type": "click", "name": "我要发一个帖", "key": "b"}], 40018),
        ([{"type": "tap", "name": "a", "key": "b"}], 40017),
        ([{"type": "click", "name": "a", "key": ""}], 40019),
    ],
)
def test_the_gateway_refuses_a_menu_that_wechat_would(buttons: list[dict[str, str]], code: int) -> None:
    assert menu_refusal({"button": buttons}) == code


async def _drafted(page: Page) -> None:
    """A draft that only pictures may be missing from."""
    await page.open()
    for words in ("发帖", "13900005678"):
        await page.do("say", words)
    for words in (page.phone.code(), "投诉", "路灯坏了", "无"):
        await page.do("say", words)


@pytest.mark.medium
async def test_pictures_that_are_sent_at_once_all_come_to_the_draft_as_far_as_there_is_room(
    page: Page,
) -> None:
    await _drafted(page)

    await page.show(*[picture()] * 6)
    await page.phone.desk.done_afterwards()
    said = [line for line in await page.lines() if "最多 5 张图片,这张没有收下" in line]

    assert len(said) == 1
    assert "草稿的图片:5 张," in await page.do("say", "图片")
    assert "已受理" in await page.do("say", "确认")


@pytest.mark.medium
async def test_a_picture_that_is_refused_late_is_told_of_on_the_telephone_without_a_word_from_its_owner(
    page: Page,
) -> None:
    await _drafted(page)
    page.gateway.script.add("media", 1, {"delay": 4.5})

    assert "图片收到了,正在接收" in await page.show(b"GIF89a" + bytes(100))
    await page.phone.desk.done_afterwards()

    assert "图片没有收下:只收 JPEG、PNG、WebP 图片" in (await page.lines())[-1]


async def test_a_telephone_sends_no_place_beyond_the_earth_and_no_picture_that_is_none(page: Page) -> None:
    lines = await page.open()

    await page.do("place", "月球", latitude="91", longitude="0")
    assert await page.lines() == lines
    assert "微信只能发送" in await page.show(b"no picture")


async def test_a_consent_is_counted_by_the_provider_and_by_us_until_a_notice_uses_it_up(page: Page) -> None:
    await page.open()
    for words in ("绑定", "13900005678"):
        await page.do("say", words)
    await page.do("say", page.phone.code())
    await page.do("consent")
    assert page.gateway.consents == {page.person: 1}
    assert "还可收 1 条" in await page.do("say", "我的")
    credential = {"grant_type": "client_credential", "appid": "wx1", "secret": "right"}
    token = (await page.http.post("/cgi-bin/stable_token", json=credential)).json()["access_token"]
    notice = {
        "touser": page.person,
        "template_id": "progress",
        "client_msg_id": "n-1",
        "data": {"thing1": {"value": "已回复"}, "thing2": {"value": "-"}, "thing3": {"value": "-"}},
    }

    path = f"/cgi-bin/message/subscribe/bizsend?access_token={token}"
    codes = [(await page.http.post(path, json=notice)).json()["errcode"] for _ in range(2)]

    assert codes == [0, 43101]
    assert "[服务通知] 已回复--" in await page.lines()
    assert "还可收" not in await page.do("say", "我的")


async def test_an_account_that_does_not_answer_is_asked_three_times(tmp_path: Path) -> None:
    asked = []

    def away(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        raise httpx2.ConnectError("away", request=request)

    http = httpx2.AsyncClient(transport=httpx2.MockTransport(away))

    assert await Account(http, SETTINGS).text(OPENID, "在吗") == UNREACHABLE
    assert len(asked) == TRIES


async def test_an_answer_under_another_key_is_not_shown(tmp_path: Path) -> None:
    async with page_of(tmp_path, OurAccount("wx1", "token1", KEY[::-1])) as page:
        assert await page.open() == [UNREACHABLE]
