"""Telephones that receive codes: notifier's door for letters before the fake gateway, beside an intake in memory."""

import json
from pathlib import Path

import httpx2

from chassis.metrics import Metrics
from chassis.web.api import create_api, take_routes
from chassis.web.edge import Edge
from chassis.web.limits import Limits
from chassis.web.probes import Probes
from services.notifier import letters, receipt_web
from services.notifier.channels.sms import Sms, SmsAccount
from services.notifier.gateway.app import Gateway, create
from services.notifier.gateway.arrivals import Arrivals
from services.notifier.receipts import Receipts
from tests.services.intake.door import PROFILE, Intake

RECEIPTS_TOKEN = "the token of whoever hands receipts in"
"""As a front end holds it."""


class Telephones:
    """All telephones of a city."""

    def __init__(self, intake: Intake, folder: Path, receipts: Receipts | None = None) -> None:
        """With `receipts`, notifier's door for those, too."""
        self.gateway = Gateway(Arrivals(folder / "codes.jsonl"))
        http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=create(self.gateway)))
        sms = Sms(http, SmsAccount("http://gateway/sms/", "key", "local", "问政"))
        api = create_api("notifier", "", Metrics(), Probes())
        keys = letters.MemoryLetterKeys(intake.proofs.keys)
        take_routes(api.router, letters.routes(keys, sms, Limits(PROFILE.policy.rates, on=False)))
        if receipts is not None:
            limits = Limits(PROFILE.policy.rates, on=False)
            take_routes(api.router, receipt_web.routes(receipts, RECEIPTS_TOKEN, limits))
        self.app = Edge(api, Metrics())

    def texts(self, phone: str) -> list[str]:
        """What a telephone was sent, newest first."""
        return [row["text"] for row in self.gateway.arrivals.newest() if row["recipient"] == phone]

    def code(self, phone: str) -> str:
        """The newest code that it was sent."""
        code: str = json.loads(self.texts(phone)[0])["code"]
        return code

    async def carry(self, letter: str) -> httpx2.Response:
        """Hand a letter to notifier, as a front end does."""
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://notifier") as http:
            return await http.post("/v1/letters", json={"letter": letter})
