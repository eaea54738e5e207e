"""Runs the fake gateway: HTTP on the settings' port, mail on the next but as named in `WENZHENG_GATEWAY_MAIL`."""

from typing import Any

import uvicorn
from aiosmtpd.controller import Controller

from chassis.settings import Settings
from services.notifier.gateway.app import Gateway, create
from services.notifier.gateway.arrivals import Arrivals


class Mailbox:
    """Takes mail in for the gateway."""

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        """One message; its Message-ID names the notice."""
        content = envelope.content.decode("utf-8", "replace")
        lines = content.splitlines()
        identity = next((line for line in lines if line.lower().startswith("message-id:")), "")
        notice = identity.partition("<")[2].partition("@")[0]
        for recipient in envelope.rcpt_tos:
            self._arrivals.add("mail", recipient, content[-500:], [notice] if notice else [])
        return "250 OK"


def main() -> None:
    """Serve until SIGTERM."""
    settings = Settings.read()
    arrivals = Arrivals(settings.home / "gateway" / "arrivals.jsonl")
    host, _, port = settings.gateway_mail.rpartition(":")
    mail = Controller(Mailbox(arrivals), hostname=host, port=int(port))
    mail.start()
    try:
        uvicorn.run(
            create(Gateway(arrivals)),
            host=settings.http_host,
            port=settings.http_port,
            log_config=None,
            access_log=False,
        )
    finally:
        mail.stop()


if __name__ == "__main__":
    main()
