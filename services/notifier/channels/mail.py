"""Mail by SMTP; the notice's id is the Message-ID, by which receivers drop a repeat."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import Any, Final, Literal

import aiosmtplib
from msgspec import Struct

from services.notifier.channels import Delivery, address_of, link_of, stop_link_of
from services.notifier.outgoing import Outgoing

_SECURITY: Final[Mapping[str, dict[str, Any]]] = {
    "none": {"use_tls": False, "start_tls": False},
    "starttls": {"use_tls": False, "start_tls": True},
    "tls": {"use_tls": True, "start_tls": False},
}


class MailAccount(Struct, frozen=True):
    """Which server takes the mail in, who signs in, and who sends."""

    host: str
    port: int
    sender: str
    subject: str
    security: Literal["none", "starttls", "tls"] = "none"
    user: str = ""
    password: str = ""
    site: str = ""
    """Address of the pages, for the link to the post."""
    return_path: str = ""
    """Where a mail server sends what it cannot deliver; empty: to the sender."""


class Mail:
    """One connection per batch."""

    def __init__(self, account: MailAccount) -> None:
        self._account = account
        self._return_path = account.return_path or account.sender

    async def send(self, outgoing: list[Outgoing]) -> list[Delivery]:
        """All over one connection."""
        account = self._account
        smtp = aiosmtplib.SMTP(
            hostname=account.host,
            port=account.port,
            timeout=10,
            username=account.user or None,
            password=account.password or None,
            **_SECURITY[account.security],
        )
        try:
            await smtp.connect()
        except (aiosmtplib.SMTPException, OSError) as failure:
            # Nothing was handed over yet: a server that is away, or does not let us in.
            return [Delivery("later", type(failure).__name__)] * len(outgoing)
        async with smtp:
            return [await self._send(smtp, notice) for notice in outgoing]

    async def _send(self, smtp: aiosmtplib.SMTP, outgoing: Outgoing) -> Delivery:
        address = address_of(outgoing)
        if address is None:
            return Delivery("failed", "mail address")
        message = self._message(address, outgoing)
        try:
            await smtp.send_message(message, sender=self._return_path, recipients=[address])
        except aiosmtplib.SMTPRecipientsRefused as refused:
            code = refused.recipients[0].code if refused.recipients else 550
            return _refused(code)
        except aiosmtplib.SMTPResponseException as refused:
            return _refused(refused.code)
        except (aiosmtplib.SMTPNotSupported, UnicodeError):
            return Delivery("failed", "address needs SMTPUTF8")
        return Delivery("sent")

    def _message(self, address: str, outgoing: Outgoing) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._account.sender
        message["To"] = address
        message["Subject"] = self._account.subject
        message["Date"] = format_datetime(datetime.now(UTC))
        # What is no notice has no id; it is a code, and each is another one.
        identity = outgoing.notice.id or f"code.{secrets.token_hex(8)}"
        message["Message-ID"] = f"<{identity}@{self._account.sender.rpartition('@')[2]}>"
        # No answering machine answers a machine (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        text, link = outgoing.notice.text, link_of(self._account.site, outgoing)
        stop = stop_link_of(self._account.site, outgoing)
        if stop:
            # One click of the mail program, without a page (RFC 8058).
            message["List-Unsubscribe"] = f"<{stop}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content("\n".join(part for part in (text, link, stop and f"不再接收:{stop}") if part))
        seen = f'<p><a href="{escape(link)}">查看进展</a></p>' if link else ""
        seen += f'<p><a href="{escape(stop)}">不再接收这个帖子的通知</a></p>' if stop else ""
        paragraphs = "<br>".join(escape(line) for line in text.splitlines())
        message.add_alternative(
            f'<html lang="zh-CN"><body><p>{paragraphs}</p>{seen}</body></html>', subtype="html"
        )
        return message


def _refused(code: int) -> Delivery:
    return Delivery("failed" if code >= 500 else "later", str(code))
