"""The gateway's HTTP side: WeChat, SMS, robots; a page of what arrived; a script for bad days."""

import asyncio
import secrets
import time
from collections import deque
from datetime import datetime, timedelta, timezone
from html import escape
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from city.notice_words import NoticeWords
from services.notifier.gateway.account import Account
from services.notifier.gateway.arrivals import Arrivals
from services.notifier.gateway.customer import Customer
from services.notifier.gateway.media import Media
from services.notifier.gateway.phone import Phones, Way
from services.notifier.gateway.refusals import (
    PHONE,
    approved,
    menu_refusal,
    refusal,
    rightly_signed,
    sms_refusal,
)
from services.notifier.gateway.script import CHANNELS, SLOW_SECONDS, Script

ROBOT_PER_MINUTE: Final = 20
ROBOT_CONTENT_BYTES: Final = 2048
WECHAT_PER_DAY: Final = 100_000
FIRST_NUMBER: Final = 200_163_836
"""Of a message, as the provider numbers them."""
CHINA: Final = timezone(timedelta(hours=8))


class Gateway:
    """The providers, all in one process. `key` is the secret that all of them know of us, `words` the city whose templates they approved."""

    def __init__(
        self,
        arrivals: Arrivals,
        key: str = "local",
        token_seconds: float = 7200.0,
        account: Account | None = None,
        words: NoticeWords | None = None,
    ) -> None:
        self.arrivals = arrivals
        self.script = Script()
        self.consents: dict[str, int] = {}
        """Subscription messages an openid still takes; one that is not named takes any number (long-term)."""
        self.wechat_quota = WECHAT_PER_DAY
        """Messages that the account may still send today."""
        self.robot_quota = ROBOT_PER_MINUTE
        """Messages that a robot takes in a minute of real time."""
        self._key = key
        self._templates = approved(words or NoticeWords())
        self._token = ""
        self._token_until = 0.0
        self._token_seconds = token_seconds
        self._robots: dict[str, deque[float]] = {}
        self.media = Media(self._wrong_token, lambda: self.script.next("media"))
        self.customer = Customer(self._wrong_token, lambda: self.script.next("customer"))
        self.phones = (
            None if account is None else Phones(arrivals, account, self.consents, self.media, self.customer)
        )
        """The telephones of people who follow the account; without a callback nobody can write to it."""

    async def token(self, request: Request) -> Response:
        """`POST /cgi-bin/stable_token`."""
        body = await request.json()
        if not body.get("appid"):
            return JSONResponse({"errcode": 40013, "errmsg": "invalid appid"})
        if body.get("secret") != self._key:
            return JSONResponse({"errcode": 40125, "errmsg": "invalid appsecret"})
        if not self._token or time.monotonic() > self._token_until or body.get("force_refresh"):
            self._token = secrets.token_urlsafe(24)
            self._token_until = time.monotonic() + self._token_seconds
        left = int(self._token_until - time.monotonic())
        return JSONResponse({"access_token": self._token, "expires_in": left})

    def _wrong_token(self, given: str) -> int:
        """The error code of a token; 0 for the one that holds."""
        if given != self._token:
            return 40001
        return 42001 if time.monotonic() > self._token_until else 0

    async def subscribe(self, request: Request) -> Response:
        """`POST /cgi-bin/message/subscribe/bizsend`: one message for each consent."""
        return await self._wechat(request, "subscription")

    async def of_program(self, request: Request) -> Response:
        """`POST /cgi-bin/message/subscribe/send`: of a mini-program, one message for each consent."""
        return await self._wechat(request, "mini-program")

    async def template(self, request: Request) -> Response:
        """`POST /cgi-bin/message/template/send`: to whoever follows the account, without a consent."""
        return await self._wechat(request, "template")

    async def _wechat(self, request: Request, way: Way) -> Response:
        body = await request.json()
        step = self.script.next("wechat")
        if step.get("down"):
            return Response(status_code=503)
        if request.query_params.get("access_token") != self._token or time.monotonic() > self._token_until:
            return JSONResponse({"errcode": 42001, "errmsg": "access_token expired"})
        if "code" in step:
            return JSONResponse({"errcode": step["code"], "errmsg": "scripted"})
        wrong = refusal(body, self._templates)
        if way == "mini-program" and "://" in str(body.get("page", "")):
            wrong = wrong or 41030
        if wrong:
            return JSONResponse({"errcode": wrong, "errmsg": "argument invalid"})
        openid, consented = body["touser"], way != "template" and body["touser"] in self.consents
        if consented and self.consents[openid] <= 0:
            return JSONResponse({"errcode": 43101, "errmsg": "user refuse to accept the msg"})
        if self.wechat_quota <= 0:
            return JSONResponse({"errcode": 45009, "errmsg": "reach max api daily quota limit"})
        self.wechat_quota -= 1
        if consented:
            self.consents[openid] -= 1
        text = "".join(field["value"] for field in body["data"].values())
        self.arrivals.add("wechat", openid, text, [body["client_msg_id"]])
        number = FIRST_NUMBER + len(self.arrivals)
        answer = await self._finish(step, {"errcode": 0, "errmsg": "ok", "msgid": number})
        if self.phones is not None and (self.phones.knows(openid) or "receipt" in step):
            said = str(step.get("receipt", "success"))
            answer.background = BackgroundTask(self.phones.reported, openid, way, number, said)
        return answer

    async def create_menu(self, request: Request) -> Response:
        """`POST /cgi-bin/menu/create`."""
        body = await request.json()
        if request.query_params.get("access_token") != self._token or time.monotonic() > self._token_until:
            return JSONResponse({"errcode": 42001, "errmsg": "access_token expired"})
        wrong = menu_refusal(body)
        if wrong:
            return JSONResponse({"errcode": wrong, "errmsg": "invalid menu"})
        if self.phones is not None:
            self.phones.menu = {button["key"]: button["name"] for button in body["button"]}
        return JSONResponse({"errcode": 0, "errmsg": "ok"})

    async def sms(self, request: Request) -> Response:
        """`POST /sms/`: `SendSms` and `QuerySendDetails`, the action in a header, the request signed."""
        body = await request.body()
        if not rightly_signed(request, body, self._key):
            return JSONResponse({"Code": "SignatureDoesNotMatch", "Message": "signature"}, 403)
        fields = dict(parse_qsl(body.decode()))
        if request.headers.get("x-acs-action") == "QuerySendDetails":
            return self._receipts(fields)
        step = self.script.next("sms")
        if step.get("down"):
            return Response(status_code=503)
        if "code" in step:
            return JSONResponse({"Code": step["code"], "Message": "scripted"})
        if not PHONE.fullmatch(fields.get("PhoneNumbers", "")):
            return JSONResponse({"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "phone"})
        if not fields.get("SignName") or not fields.get("TemplateCode"):
            return JSONResponse({"Code": "isv.INVALID_PARAMETERS", "Message": "sign name or template"})
        wrong = sms_refusal(fields["TemplateCode"], fields.get("TemplateParam", ""), self._templates)
        if wrong:
            return JSONResponse({"Code": wrong, "Message": "template"})
        self.arrivals.add("sms", fields["PhoneNumbers"], fields["TemplateParam"], _named(fields))
        return await self._finish(step, {"Code": "OK", "BizId": str(len(self.arrivals))})

    def _receipts(self, fields: dict[str, str]) -> Response:
        """What was sent to a number on one day in China, the newest fifty."""
        details = [
            {"OutId": notice, "PhoneNum": row["recipient"], "SendStatus": 3}
            for row in self.arrivals.since(0, len(self.arrivals))
            if row["channel"] == "sms" and row["recipient"] == fields.get("PhoneNumber")
            if f"{datetime.fromtimestamp(row['at'], CHINA):%Y%m%d}" == fields.get("SendDate")
            for notice in row["notices"]
        ]
        return JSONResponse({"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": details[-50:]}})

    async def robot(self, request: Request) -> Response:
        """`POST /cgi-bin/webhook/send?key=…` (WeCom) and `POST /robot/send?access_token=…` (DingTalk)."""
        key = request.query_params.get("key") or request.query_params.get("access_token", "")
        step = self.script.next("robot")
        if step.get("down"):
            return Response(status_code=503)
        now = time.monotonic()
        recent = self._robots.setdefault(key, deque())
        while recent and recent[0] < now - 60:
            recent.popleft()
        if len(recent) >= self.robot_quota:
            return JSONResponse({"errcode": 45009, "errmsg": "api freq out of limit"})
        if "code" in step:
            return JSONResponse({"errcode": step["code"], "errmsg": "scripted"})
        body = await request.json()
        if len(body["text"]["content"].encode()) > ROBOT_CONTENT_BYTES:
            return JSONResponse({"errcode": 40058, "errmsg": "content exceed max length"})
        recent.append(now)
        self.arrivals.add("robot", key, body["text"]["content"], body.get("notice_ids", []))
        return await self._finish(step, {"errcode": 0, "errmsg": "ok"})

    async def outbox_json(self, request: Request) -> Response:
        """Arrivals from a position on, for the audit."""
        since = int(request.query_params.get("since", "0"))
        rows = self.arrivals.since(since)
        return JSONResponse(
            {
                "next": since + len(rows),
                "total": len(self.arrivals),
                "arrivals": [{"channel": row["channel"], "notices": row["notices"]} for row in rows],
            }
        )

    async def outbox(self, request: Request) -> Response:
        """What arrived, newest first, for a person."""
        rows = "".join(
            f"<tr><td>{time.strftime('%H:%M:%S', time.localtime(row['at']))}</td><td>{escape(row['channel'])}</td>"
            f"<td>{escape(row['recipient'])}</td><td>{escape(row['text'])}</td></tr>"
            for row in self.arrivals.newest()
        )
        page = (
            "<!doctype html><html lang=zh-CN><meta charset=utf-8><title>通知发件箱</title>"
            "<h1>通知发件箱</h1><p>这里扮演微信、短信、邮件和机器人的服务商。</p>"
            f"<p>共 {len(self.arrivals)} 条</p><table border=1 cellpadding=6>"
            f"<tr><th>时间</th><th>渠道</th><th>收件人</th><th>内容</th></tr>{rows}</table></html>"
        )
        return HTMLResponse(page)

    async def add_script(self, request: Request) -> Response:
        """`POST /script` {channel, times, code?, delay?, lose?, down?, receipt?}.

        `receipt`: the message is taken, and later said to be so: of WeChat `failed:user block`, of mail a status as 5.1.1.
        """
        body = await request.json()
        step = {name: body[name] for name in ("code", "delay", "lose", "down", "receipt") if name in body}
        self.script.add(body["channel"], int(body.get("times", 1)), step)
        return JSONResponse({"scripted": step})

    async def turn(self, request: Request) -> Response:
        """`POST /weather` {channel?, weather, seconds?}: fair, down, slow, lying or full, until it is told otherwise."""
        body = await request.json()
        channels = [body["channel"]] if "channel" in body else list(CHANNELS)
        for channel in channels:
            self.script.turn(channel, str(body["weather"]), float(body.get("seconds", SLOW_SECONDS)))
        return JSONResponse({"weather": body["weather"], "channels": channels})

    async def consent(self, request: Request) -> Response:
        """`POST /consent` {openid, messages}: how many subscription messages a person still takes."""
        body = await request.json()
        self.consents[str(body["openid"])] = int(body["messages"])
        return JSONResponse({"messages": self.consents[str(body["openid"])]})

    async def ready(self, request: Request) -> Response:
        """`/readyz` and `/healthz`."""
        return JSONResponse({"ready": True, "alive": True})

    async def _finish(self, step: dict[str, Any], answer: dict[str, Any]) -> Response:
        if step.get("delay"):
            await asyncio.sleep(float(step["delay"]))
        if step.get("lose"):
            return Response(status_code=504)
        return JSONResponse(answer)


def _named(fields: dict[str, str]) -> list[str]:
    """The notice that a message carries; a code for a telephone carries none."""
    return [fields["OutId"]] if "OutId" in fields else []


def create(gateway: Gateway) -> Starlette:
    """The ASGI application."""
    return Starlette(
        routes=[
            Route("/cgi-bin/stable_token", gateway.token, methods=["POST"]),
            Route("/cgi-bin/message/subscribe/bizsend", gateway.subscribe, methods=["POST"]),
            Route("/cgi-bin/message/subscribe/send", gateway.of_program, methods=["POST"]),
            Route("/cgi-bin/message/template/send", gateway.template, methods=["POST"]),
            Route("/sms/", gateway.sms, methods=["POST"]),
            Route("/cgi-bin/menu/create", gateway.create_menu, methods=["POST"]),
            Route("/cgi-bin/webhook/send", gateway.robot, methods=["POST"]),
            Route("/robot/send", gateway.robot, methods=["POST"]),
            Route("/outbox.json", gateway.outbox_json),
            Route("/outbox", gateway.outbox),
            Route("/", gateway.outbox),
            Route("/script", gateway.add_script, methods=["POST"]),
            Route("/weather", gateway.turn, methods=["POST"]),
            Route("/consent", gateway.consent, methods=["POST"]),
            *gateway.media.routes(),
            *gateway.customer.routes(),
            Route("/readyz", gateway.ready),
            Route("/healthz", gateway.ready),
            *(gateway.phones.routes() if gateway.phones is not None else ()),
        ]
    )
