"""A telephone with WeChat on it, as a page: whoever sits before it is a person who follows the account.

What is typed is brought to the callback as the provider would; answers, notices and text messages are shown. The person is
named by an openid of its own, drawn when the page is first opened and kept in its address.
"""

import asyncio
import secrets
import string
import time
from collections import defaultdict
from html import escape
from typing import Final, Literal

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from services.notifier.gateway.account import Account
from services.notifier.gateway.arrivals import Arrivals
from services.notifier.gateway.customer import AFTER_EVENT, Customer
from services.notifier.gateway.media import MOST_BYTES, Media
from services.notifier.gateway.refusals import OPENID

SHOWN: Final = 60
"""Lines of a conversation that are shown; as many text messages of all telephones as fit beside them."""
TEXTS: Final = 8
MOST_PICTURES: Final = 9
"""That a telephone sends at once."""
FAILED: Final = 43101
"""Error code of a subscription message that did not arrive."""
SQUARE: Final = ("33.963008", "118.275162")
"""Latitude and longitude of a place in the city, to begin with."""
_DRAWN: Final = string.ascii_letters + string.digits
_CONSENT: Final = (
    "<SubscribeMsgPopupEvent><List><TemplateId>progress</TemplateId>"
    "<SubscribeStatusString>accept</SubscribeStatusString><PopupScene>1</PopupScene></List></SubscribeMsgPopupEvent>"
)
Way = Literal["subscription", "template", "mini-program"]
"""How a notice was sent."""
_STYLE: Final = (
    "body{font:16px/1.5 sans-serif;margin:0 auto;max-width:60rem;padding:1rem;display:grid;gap:1rem;"
    "grid-template-columns:2fr 1fr;color:#111;background:#fff}header{grid-column:1/3}h1{margin:0}"
    "ol{list-style:none;padding:.5rem;margin:0;background:#ededed}li{margin:.4rem 0;padding:.4rem .6rem;"
    "white-space:pre-wrap;overflow-wrap:anywhere;background:#fff;border-radius:.4rem;max-width:85%}"
    ".mine{background:#b8f0a0;margin-left:auto}.notice{border-left:4px solid #06613a}form{display:inline}"
    "textarea{width:100%;font:inherit;box-sizing:border-box}button{font:inherit;padding:.4rem .8rem;margin:.2rem 0}"
    ".sent{display:block}.sent input{font:inherit;max-width:100%;box-sizing:border-box}"
    "@media(max-width:40rem){body{display:block}}"
)


class Phones:
    """Every telephone in the city, and the account's menu."""

    def __init__(
        self,
        arrivals: Arrivals,
        account: Account,
        consents: dict[str, int],
        media: Media,
        customer: Customer,
    ) -> None:
        self._arrivals = arrivals
        self._account = account
        self._consents = consents
        self._media = media
        self._customer = customer
        customer.shown = lambda person, words: self._hear(person, "account", words)
        self._said: defaultdict[str, list[tuple[float, str, str]]] = defaultdict(list)
        self.menu: dict[str, str] = {}
        """Key of each button to its name."""

    def routes(self) -> list[Route]:
        """`GET /phone`, `POST /phone`."""
        return [
            Route("/phone", self.page),
            Route("/phone", self.act, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """The conversation of a person; without one, a new person who begins to follow the account."""
        person = request.query_params.get("person", "")
        if not OPENID.fullmatch(person):
            person = "o" + "".join(secrets.choice(_DRAWN) for _ in range(27))
            self._customer.heard(person, AFTER_EVENT)
            self._hear(person, "notice", await self._account.event(person, "subscribe"))
            return RedirectResponse(f"/phone?person={person}", 303)
        return HTMLResponse(self._html(person))

    async def act(self, request: Request) -> Response:
        """Something a person does with the telephone."""
        async with request.form(max_files=MOST_PICTURES, max_fields=10) as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            files = [file for file in form.getlist("picture") if isinstance(file, UploadFile)]
            pictures = [await file.read(MOST_BYTES + 1) for file in files if file.filename]
        person, act, words = fields.get("person", ""), fields.get("act", ""), fields.get("words", "").strip()
        if not OPENID.fullmatch(person):
            return RedirectResponse("/phone", 303)
        if act in ("say", "picture", "place", "menu"):
            self._customer.heard(person, *((AFTER_EVENT,) if act == "menu" else ()))
        match act:
            case "say" if words:
                self._hear(person, "mine", words)
                self._hear(person, "account", await self._account.text(person, words))
            case "picture":
                # As a telephone does: all that were chosen leave at once, each as a message of its own.
                await asyncio.gather(*(self._show(person, picture) for picture in pictures))
            case "place":
                await self._point_out(person, words, fields.get("latitude", ""), fields.get("longitude", ""))
            case "consent":
                self._consents[person] = self._consents.get(person, 0) + 1
                self._hear(person, "mine", "[同意接收一条进展通知]")
                await self._account.event(person, "subscribe_msg_popup_event", _CONSENT)
            case "menu":
                self._hear(person, "mine", f"[菜单] {self.menu.get(words, words)}")
                key = f"<EventKey>{escape(words)}</EventKey>"
                self._hear(person, "account", await self._account.event(person, "CLICK", key))
        return RedirectResponse(f"/phone?person={person}", 303)

    async def _show(self, person: str, picture: bytes) -> None:
        media = self._media.keep(picture)
        if not media:
            self._hear(person, "notice", "微信只能发送 10 MB 以内的 JPG、PNG、GIF 图片")
            return
        self._hear(person, "mine", f"[图片] {len(picture) // 1024 + 1} KB")
        fields = f"<PicUrl>http://mmbiz.qpic.cn/mmbiz_jpg/{media[:20]}/0</PicUrl><MediaId>{media}</MediaId>"
        self._hear(person, "account", await self._account.message(person, "image", fields))

    async def _point_out(self, person: str, words: str, latitude: str, longitude: str) -> None:
        """A place on the map, with the name that the map has for it; a telephone sends none that is not on the earth."""
        try:
            north, east = float(latitude), float(longitude)
        except ValueError:
            return
        if not (-90 <= north <= 90 and -180 <= east <= 180):
            return
        self._hear(person, "mine", f"[位置] {words} {north:.6f},{east:.6f}")
        fields = (
            f"<Location_X>{north:.6f}</Location_X><Location_Y>{east:.6f}</Location_Y><Scale>16</Scale>"
            f"<Label>{escape(words)}</Label>"
        )
        self._hear(person, "account", await self._account.message(person, "location", fields))

    def knows(self, person: str) -> bool:
        """Whether a person has a telephone here."""
        return person in self._said

    async def reported(self, person: str, way: Way, number: int, status: str) -> None:
        """What became of a notice: the account is told, as the provider does; `status` is `success` or why not."""
        if way == "template":
            fields = f"<MsgID>{number}</MsgID><Status>{escape(status)}</Status>"
            await self._account.event(person, "TEMPLATESENDJOBFINISH", fields)
            return
        code = 0 if status == "success" else FAILED
        fields = (
            f"<SubscribeMsgSentEvent><List><TemplateId>progress</TemplateId><MsgID>{number}</MsgID>"
            f"<ErrorCode>{code}</ErrorCode><ErrorStatus>{escape(status)}</ErrorStatus></List></SubscribeMsgSentEvent>"
        )
        await self._account.event(person, "subscribe_msg_sent_event", fields)

    def _hear(self, person: str, who: str, words: str) -> None:
        if words:
            self._said[person].append((time.time(), who, words))

    def _html(self, person: str) -> str:
        rows = self._arrivals.newest(500)
        notices = [
            (row["at"], "notice", f"[服务通知] {row['text']}")
            for row in rows
            if row["channel"] == "wechat" and row["recipient"] == person
        ]
        lines = "".join(
            f'<li class="{who}">{escape(words)}</li>'
            for _, who, words in sorted([*self._said[person], *notices])[-SHOWN:]
        )
        texts = "".join(
            f"<li><b>{escape(row['recipient'])}</b> {escape(row['text'])}</li>"
            for row in [row for row in rows if row["channel"] == "sms"][:TEXTS]
        )
        menu = "".join(self._button(person, "menu", name, key) for key, name in self.menu.items())
        return (
            f"<!doctype html><html lang=zh-CN><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            f"<title>微信模拟器</title><style>{_STYLE}</style><header><h1>微信模拟器</h1></header>"
            f"<main><ol aria-label=对话>{lines}</ol>"
            f"<form method=post><input type=hidden name=person value={person}>"
            "<p><label for=words>发送文字</label><textarea id=words name=words rows=3 autofocus></textarea></p>"
            "<button name=act value=say>发送</button></form>"
            f"{self._sending(person)}{self._button(person, 'consent', '同意接收一条通知')}"
            f"<p>{menu}</p><p><a href='/phone?person={person}'>刷新</a> · <a href=/phone>换一个人</a></p></main>"
            f"<aside><h2>短信</h2><ol aria-label=短信>{texts}</ol><p>验证码在这里。还没有收到时请刷新。</p></aside></html>"
        )

    @staticmethod
    def _sending(person: str) -> str:
        """Pictures, and a place on the map."""
        hidden = f"<input type=hidden name=person value={person}>"
        return (
            f"<form method=post enctype=multipart/form-data class=sent>{hidden}<p><label for=picture>图片</label> "
            "<input type=file id=picture name=picture accept='image/*' multiple required> "
            "<button name=act value=picture>发送图片</button></p></form>"
            f"<form method=post class=sent>{hidden}<p><label for=place>位置的名称</label> "
            "<input id=place name=words> <label for=latitude>纬度</label> "
            f"<input id=latitude name=latitude value={SQUARE[0]} inputmode=decimal size=9 required> "
            "<label for=longitude>经度</label> "
            f"<input id=longitude name=longitude value={SQUARE[1]} inputmode=decimal size=9 required> "
            "<button name=act value=place>发送位置</button></p></form>"
        )

    @staticmethod
    def _button(person: str, act: str, name: str, words: str = "") -> str:
        return (
            f"<form method=post><input type=hidden name=person value={person}>"
            f"<input type=hidden name=words value='{escape(words)}'>"
            f"<button name=act value={act}>{escape(name)}</button></form>"
        )
