"""The citizens' pages before intake's real door, both in this process: no broker, no database."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from chassis.clock import HandClock
from fronts.portal.application import create
from fronts.portal.settings import PortalSettings
from tests.services.intake.door import CITY, Intake, at
from tests.services.notifier.telephones import Telephones

ADDRESS = "https://wenzheng.example.gov.cn"
NOON = at("2026-03-02 10:00")


class Pages:
    """A browser that follows no redirect by itself, and intake behind the pages."""

    def __init__(
        self,
        intake: Intake,
        http: httpx2.AsyncClient,
        deadlines: dict[str, dict[str, Any]],
        telephones: Telephones | None,
    ) -> None:
        self.intake = intake
        self.http = http
        self.deadlines = deadlines
        """What is said of a number by a deadline service that says everything to everybody."""
        self._telephones = telephones

    async def send(self, **fields: str) -> httpx2.Response:
        """The form of a post, sent."""
        form = {"kind": "complaint", "title": "路灯不亮", "text": "幸福路的路灯坏了一周。", "send": "1"}
        return await self.http.post("/post", data=form | fields)

    async def follow(self, form: dict[str, str]) -> httpx2.Response:
        """The form of following, sent, and the page it leads to."""
        answer = await self.http.post("/follow", data=form)
        return await self.http.get(answer.headers["location"]) if answer.status_code == 303 else answer

    def code(self, phone: str) -> str:
        """The newest code that a telephone was sent."""
        assert self._telephones is not None
        return self._telephones.code(phone)

    async def prove(self, way_in: str, phone: str) -> httpx2.Response:
        """A telephone is proved by its code, on the form to which the way in leads; returns the page one is led back to."""
        asked = await self.http.get(way_in)
        sent = await self.http.post(
            "/my", data={"act": "send", "phone": phone, "back": hidden(asked, "back")}
        )
        fields = {name: hidden(sent, name) for name in ("phone", "sign_in", "back")}
        done = await self.http.post("/my", data=fields | {"act": "code", "code": self.code(phone)})
        assert done.status_code == 303, done.text
        return await self.http.get(done.headers["location"])

    async def receipt(self, **fields: Any) -> dict[str, Any]:
        """A post taken in by intake itself."""
        answer = await self.intake.post(**fields)
        assert answer.status_code == 202, answer.text
        receipt: dict[str, Any] = answer.json()
        return receipt


def hidden(page: httpx2.Response, name: str) -> str:
    """What a form sends along under this name without showing it."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None, page.text
    return found[1]


@asynccontextmanager
async def opened(folder: Path | None = None, **others: Any) -> AsyncIterator[Pages]:
    """Serve until the context is left; other services than intake are away, but for letters, which arrive in a folder,

    and for `others`, a service's name to its application.
    """
    async with Intake(HandClock(NOON)).open() as intake:
        deadlines: dict[str, dict[str, Any]] = {}
        telephones = Telephones(intake, folder) if folder is not None else None
        behind = _Behind(intake, deadlines, telephones, others)
        settings = PortalSettings(
            city=CITY,
            services=json.dumps(
                {name: f"http://{name}" for name in ("intake", "deadline", "notifier", *others)}
            ),
            portal_address=ADDRESS,
            _env_file=None,
        )
        app = create(settings, transport=behind)
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ADDRESS) as http,
        ):
            yield Pages(intake, http, deadlines, telephones)


class _Behind(httpx2.AsyncBaseTransport):
    """Intake, and what the test says of deadlines; nobody else."""

    def __init__(
        self,
        intake: Intake,
        deadlines: dict[str, dict[str, Any]],
        telephones: Telephones | None,
        others: dict[str, Any],
    ) -> None:
        self._others = {name: httpx2.ASGITransport(app=app) for name, app in others.items()}
        self._letters = None if telephones is None else httpx2.ASGITransport(app=telephones.app)
        self._intake = httpx2.ASGITransport(app=intake.app)
        self._deadlines = deadlines

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        number = request.url.path.rpartition("/")[2]
        if request.url.host == "deadline" and number in self._deadlines:
            return httpx2.Response(200, json=self._deadlines[number], request=request)
        if request.url.host == "notifier" and self._letters is not None:
            return await self._letters.handle_async_request(request)
        if request.url.host in self._others:
            return await self._others[request.url.host].handle_async_request(request)
        if request.url.host != "intake":
            raise httpx2.ConnectError("away", request=request)
        return await self._intake.handle_async_request(request)
