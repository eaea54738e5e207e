"""Intake's web door on the store's twin: the real routes, rules and desk, without a database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.clock import HandClock
from chassis.engine.desk import Desk
from chassis.engine.publisher import Publisher
from chassis.memory.answers import MemoryAnswers
from chassis.memory.bus import Quiet
from chassis.memory.store import MemoryStore
from chassis.metrics import Metrics
from chassis.passes import CallPasses, Passes
from chassis.tokens import Staff, Verifier, sign
from chassis.vault import LinkSecret, Secrets
from chassis.web.api import create_api, take_routes
from chassis.web.edge import Edge
from chassis.web.probes import Probes
from city.profile import Profile
from services.intake import store
from services.intake.app import build
from services.intake.web import Door, posting, routes
from tests.conforming import Conforming

CITY = Path(__file__).resolve().parents[3] / "cities" / "suqian"
PROFILE = Profile.load(CITY)
_KEY = Ed25519PrivateKey.generate()
CALLS = CallPasses(b"a secret of the tests' calls")
"""Of stats and intake."""
PRIVATE = _KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
PUBLIC = _KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def at(text: str) -> datetime:
    """An instant of the city."""
    return datetime.fromisoformat(text).replace(tzinfo=PROFILE.zone)


class Intake:
    """One web instance of intake in memory."""

    def __init__(self, clock: HandClock, profile: Profile = PROFILE, rate_limits: bool = False) -> None:
        self.clock = clock
        self.service = build(profile)
        self.keys = store.MemoryVault()
        self.voices = store.MemoryVoices()
        self.proofs = store.MemoryProofs()
        self.attachments = store.MemoryAttachments()
        self.folder = store.MemoryFolder()
        self.store: MemoryStore = store.memory(self.keys, self.voices, self.attachments)
        self.read_log = store.MemoryReadLog()
        self.secrets = Secrets(b"a secret of the tests")
        self.links = LinkSecret(b"a secret of the tests' links")
        publisher = Publisher(self.store, Quiet())
        self.desk = Desk(self.service, self.store, publisher, clock, MemoryAnswers())
        self.door = Door(
            profile=profile,
            desk=self.desk,
            clock=clock,
            cases=store.MemoryCases(self.store),
            numbers=store.MemoryNumbers(),
            voices=self.voices,
            proofs=self.proofs,
            keys=self.keys,
            folder=self.folder,
            read_log=self.read_log,
            secrets=self.secrets,
            links=self.links,
            passes=Passes(b"a secret of the tests"),
            calls=CALLS,
            verifier=Verifier(PUBLIC),
            rate_limits=rate_limits,
        )
        metrics = Metrics()
        self.api = create_api("intake", "", metrics, Probes())
        take_routes(self.api.router, routes(self.door))
        edge = Edge(self.api, metrics, hot={("POST", posting.PATH): posting.hot_route(self.door)})
        self.app = Conforming(edge, self.api)
        self._keys_used = 0
        self.http: httpx2.AsyncClient

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Intake"]:
        """Serve until the context is left."""
        committing = asyncio.create_task(self.desk.run())
        transport = httpx2.ASGITransport(app=self.app)
        try:
            async with httpx2.AsyncClient(transport=transport, base_url="http://intake") as self.http:
                yield self
        finally:
            committing.cancel()

    def from_address(self, client: str) -> httpx2.AsyncClient:
        """The same instance as somebody at this address reaches it."""
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app, client=(client, 50_000)), base_url="http://intake"
        )

    def key(self) -> dict[str, str]:
        """A fresh idempotency key."""
        self._keys_used += 1
        return {"Idempotency-Key": f"key-{self._keys_used}"}

    async def post(self, **fields: Any) -> httpx2.Response:
        """`POST /v1/posts` with a plain complaint, fields replaced."""
        body = {"kind": "complaint", "title": "路灯不亮", "text": "幸福路的路灯坏了一周。"} | fields
        return await self.http.post("/v1/posts", json=body, headers=self.key())

    async def staff(
        self, role: str, department: str, path: str, body: dict[str, Any] | None = None, person: str = ""
    ) -> httpx2.Response:
        """`POST /v1/cases/…` by a member of staff."""
        token = sign(PRIVATE, Staff(person or f"{role}-{department}", department, role))
        headers = {"Authorization": f"Bearer {token}"} | self.key()
        return await self.http.post(f"/v1/{path}", json=body or {}, headers=headers)

    async def staff_get(self, role: str, department: str, path: str) -> httpx2.Response:
        """`GET /v1/…` by a member of staff."""
        token = sign(PRIVATE, Staff(f"{role}-{department}", department, role))
        return await self.http.get(f"/v1/{path}", headers={"Authorization": f"Bearer {token}"})

    async def citizen(
        self, receipt: dict[str, Any], path: str, body: dict[str, Any] | None = None
    ) -> httpx2.Response:
        """`POST /v1/posts/{number}/…` with the query code."""
        headers = {"X-Query-Code": receipt["query_code"]} | self.key()
        return await self.http.post(f"/v1/posts/{receipt['number']}/{path}", json=body or {}, headers=headers)

    async def own(self, receipt: dict[str, Any]) -> dict[str, Any]:
        """All of one's own case."""
        response = await self.http.get(
            f"/v1/posts/{receipt['number']}", headers={"X-Query-Code": receipt["query_code"]}
        )
        found: dict[str, Any] = response.json()
        return found
