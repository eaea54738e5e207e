"""Runs the fake gateway: HTTP on the settings' port, mail on the next but as named in `WENZHENG_GATEWAY_MAIL`."""

import asyncio
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from aiosmtpd.controller import Controller
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.settings import Settings
from city.profile import Profile
from services.notifier.gateway.account import Account, Callback
from services.notifier.gateway.app import Gateway, create
from services.notifier.gateway.arrivals import Arrivals
from services.notifier.gateway.returned import Returned, bounce, handing_in
from services.notifier.gateway.script import Script
from services.notifier.settings import secret_of


class Mailbox:
    """Takes mail in for the gateway."""

    def __init__(
        self, arrivals: Arrivals, script: Script | None = None, returned: Returned | None = None
    ) -> None:
        """`returned` is brought the mail that comes back, as the city's own mail server does."""
        self._arrivals = arrivals
        self._script = script or Script()
        self._returned = returned

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        """One message; its Message-ID names the notice, or `code.` and something that is none."""
        step = self._script.next("mail")
        if step.get("down"):
            return "421 4.3.2 system not accepting network messages"
        if "code" in step:
            return f"{step['code']} 4.2.2 scripted"
        message = message_from_bytes(envelope.content, policy=default)
        notice = str(message["Message-ID"] or "").partition("<")[2].partition("@")[0]
        part = message.get_body(("plain",))
        content = part.get_content().strip() if part is not None else ""
        for recipient in envelope.rcpt_tos:
            self._arrivals.add(
                "mail", recipient, content[:500], [notice] if notice and "." not in notice else []
            )
        await asyncio.sleep(float(step.get("delay", 0)))
        if step.get("lose"):
            server.transport.close()
        if "receipt" in step and self._returned is not None:
            report = bounce(message, envelope.rcpt_tos[0], str(step["receipt"]))
            asyncio.get_running_loop().create_task(self._returned(report))
        return "250 OK"


class AccountSettings(BaseSettings):
    """What the settings of a WeChat account say, at the provider; and what the city's own mail server knows."""

    model_config = SettingsConfigDict(env_prefix="WENZHENG_", extra="ignore")

    wechat_app_id: str = "wenzheng"
    wechat_token_file: Path | None = None
    wechat_aes_key_file: Path | None = None
    receipts_token_file: Path | None = None


def returned_of(settings: Settings) -> Returned | None:
    """The pipe of the city's own mail server to notifier; None where either is not known."""
    own, address = AccountSettings(), settings.addresses().get("notifier")
    if address is None or own.receipts_token_file is None:
        return None
    return handing_in(address, settings.password(own.receipts_token_file))


def account_of(settings: Settings) -> Account | None:
    """The account whose callback is told of what people write; None where no front end is known."""
    own, address = AccountSettings(), settings.addresses().get("wechat")
    if address is None or own.wechat_token_file is None:
        return None
    callback = Callback(
        f"{address}/callback",
        own.wechat_app_id,
        settings.password(own.wechat_token_file),
        settings.password(own.wechat_aes_key_file),
    )
    return Account(httpx2.AsyncClient(trust_env=False), callback)


def main() -> None:
    """Serve until SIGTERM."""
    settings = Settings.read()
    arrivals = Arrivals(settings.home / "gateway" / "arrivals.jsonl")
    words = Profile.load(settings.city).notice_words
    gateway = Gateway(arrivals, secret_of(None, settings), account=account_of(settings), words=words)
    host, _, port = settings.gateway_mail.rpartition(":")
    mail = Controller(Mailbox(arrivals, gateway.script, returned_of(settings)), hostname=host, port=int(port))
    mail.start()
    try:
        uvicorn.run(
            create(gateway),
            host=settings.http_host,
            port=settings.http_port,
            log_config=None,
            access_log=False,
        )
    finally:
        mail.stop()


if __name__ == "__main__":
    main()
