"""Mail by SMTP; the notice's id is the Message-ID, by which receivers drop a repeat."""

from email.message import EmailMessage

import aiosmtplib

from services.notifier.channels import Delivery
from services.notifier.store import Outgoing


class Mail:
    """One connection per batch."""

    def __init__(self, host: str, port: int, sender: str) -> None:
        self._host = host
        self._port = port
        self._sender = sender

    async def send(self, outgoing: list[Outgoing]) -> list[Delivery]:
        """All over one connection."""
        found: list[Delivery] = []
        async with aiosmtplib.SMTP(hostname=self._host, port=self._port, timeout=10, start_tls=False) as smtp:
            for one in outgoing:
                found.append(await self._one(smtp, one))
        return found

    async def _one(self, smtp: aiosmtplib.SMTP, outgoing: Outgoing) -> Delivery:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = outgoing.contact["mail"]
        message["Subject"] = "网络问政通知"
        message["Message-ID"] = f"<{outgoing.notice.id}@wenzheng>"
        message.set_content(outgoing.notice.text)
        try:
            await smtp.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return Delivery("failed", str(refused.recipients[0].code) if refused.recipients else "refused")
        except aiosmtplib.SMTPResponseException as refused:
            if refused.code >= 500:
                return Delivery("failed", str(refused.code))
            return Delivery("later", str(refused.code), 30.0)
        return Delivery("sent")
