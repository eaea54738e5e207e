"""Mail that comes back, as a mail server writes it (RFC 3464), and the pipe by which the city's own server hands it in.

Written from the standard and not from our own reading of it, so that each checks the other.
"""

from collections.abc import Callable, Coroutine
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from typing import Any

import httpx2

Returned = Callable[[bytes], Coroutine[Any, Any, None]]
"""Is brought a mail that came back."""


def bounce(original: Message, recipient: str, status: str, action: str = "failed") -> bytes:
    """The report about a mail that could not be delivered to a recipient; `status` as 5.1.1 (RFC 3463)."""
    report = MIMEMultipart("report")
    report.set_param("report-type", "delivery-status")
    report["From"] = "Mail Delivery System <mailer-daemon@mx.example>"
    report["To"] = str(original.get("From", ""))
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText(f"<{recipient}>: host mx.example said: {status} not delivered", "plain", "utf-8"))
    told = Message()
    told["Reporting-MTA"] = "dns; mx.example"
    about = Message()
    about["Final-Recipient"] = f"rfc822; {recipient}"
    about["Action"] = action
    about["Status"] = status
    about["Diagnostic-Code"] = f"smtp; 550 {status} <{recipient}>: not delivered"
    delivery = MIMENonMultipart("message", "delivery-status")
    delivery.set_payload([told, about])
    report.attach(delivery)
    headers = MIMEText(
        "".join(f"{name}: {value}\n" for name, value in original.items() if name != "List-Unsubscribe"),
        "rfc822-headers",
    )
    report.attach(headers)
    return report.as_bytes()


def handing_in(notifier: str, token: str) -> Returned:
    """Brings such mail to notifier's door, as a pipe of a mail server does."""

    async def hand(mail: bytes) -> None:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "message/rfc822"}
        async with httpx2.AsyncClient(trust_env=False, timeout=10) as http:
            await http.post(f"{notifier}/v1/receipts/mail", content=mail, headers=headers)

    return hand
