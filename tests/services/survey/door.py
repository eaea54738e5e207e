"""Survey's web door on the store's twin, with people who answer: the real routes, rules and desk, without a database."""

import asyncio
import base64
import itertools
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from chassis.blind import blind, new_signing_key, unblind
from chassis.clock import HandClock
from chassis.engine.desk import Desk
from chassis.engine.publisher import Publisher
from chassis.memory.answers import MemoryAnswers
from chassis.memory.bus import Quiet
from chassis.memory.store import MemoryStore
from chassis.metrics import Metrics
from chassis.tokens import Staff, Verifier, sign
from chassis.web.api import create_api
from chassis.web.edge import Edge
from chassis.web.limits import Limits
from chassis.web.probes import Probes
from city.profile import Profile
from services.survey import store
from services.survey.app import build
from services.survey.entitlement import Entitlements
from services.survey.web import Door, examples, routes
from tests.conforming import Conforming
from tests.services.intake.door import PRIVATE, PROFILE, PUBLIC

_KEYS = itertools.cycle([new_signing_key() for _ in range(3)])
"""Real keys, made once: each takes a tenth of a second, and two surveys that follow each other differ."""

FIRST: list[dict[str, Any]] = [
    {"question": "q1", "choices": [0]},
    {"question": "q2", "choices": [1, 3], "text": "遛鸟"},
    {"question": "q3", "value": 5},
    {"question": "q4", "text": "多些座椅。"},
]
"""An answer to the example."""


@dataclass
class Person:
    """Somebody who answers; knows what was asked for, and can ask for it again."""

    phone: str
    seed: bytes
    answers: list[dict[str, Any]] = field(default_factory=lambda: FIRST)
    token: bytes = b""
    signature: bytes = b""


async def entitle(http: httpx2.AsyncClient, survey: str, person: Person) -> httpx2.Response:
    """The person asks for a token, and takes its hiding away."""
    public = (await http.get(f"/v1/surveys/{survey}")).json()["public_key"].encode()
    hidden = await asyncio.to_thread(blind, public, person.seed)
    body = {"entitled_by": person.phone, "blinded": base64.b64encode(hidden.blinded).decode()}
    answer = await http.post(f"/v1/surveys/{survey}/tokens", json=body)
    if answer.status_code == 200:
        person.token = hidden.token
        person.signature = unblind(public, hidden, base64.b64decode(answer.json()["signature"]))
    return answer


async def cast(http: httpx2.AsyncClient, survey: str, person: Person, **fields: Any) -> httpx2.Response:
    """The answer is sent; nothing in it is of the person."""
    body = {
        "token": base64.b64encode(person.token).decode(),
        "signature": base64.b64encode(person.signature).decode(),
        "answers": person.answers,
    }
    return await http.post(f"/v1/surveys/{survey}/ballots", json=body | fields)


class Surveying:
    """The service in memory; `kill` ends its process, and starts another on the same store."""

    def __init__(
        self,
        clock: HandClock,
        profile: Profile = PROFILE,
        rate_limits: bool = False,
        kept: Callable[[store.MemoryKeys], MemoryStore] = store.memory,
    ) -> None:
        self.clock = clock
        self.profile = profile
        self.keys = store.MemoryKeys()
        self.store = kept(self.keys)
        self.surveys = store.MemorySurveys(self.store, self.keys)
        self.entitlements = Entitlements(b"a secret of the tests")
        self.answers = MemoryAnswers()
        self.door = Door(
            profile=profile,
            desk=self._desk(),
            clock=clock,
            surveys=self.surveys,
            entitlements=self.entitlements,
            verifier=Verifier(PUBLIC),
            limits=Limits(profile.policy.rates, rate_limits),
            new_keys=lambda: next(_KEYS),
        )
        metrics = Metrics()
        api = create_api("survey", "…", metrics, Probes())
        api.include_router(routes(self.door))
        self.app = Conforming(Edge(api, metrics), api)
        self._keys_used = 0
        self.http: httpx2.AsyncClient
        self._committing: asyncio.Task[None]

    def _desk(self) -> Desk:
        publisher = Publisher(self.store, Quiet())
        return Desk(build(self.profile), self.store, publisher, self.clock, self.answers, creates=True)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Surveying"]:
        """Serve until the context is left."""
        self._committing = asyncio.create_task(self.door.desk.run())
        transport = httpx2.ASGITransport(app=self.app)
        try:
            async with httpx2.AsyncClient(transport=transport, base_url="http://survey") as self.http:
                yield self
        finally:
            self._committing.cancel()

    async def kill(self) -> None:
        """The process ends, with all that it remembered itself. Another starts."""
        self._committing.cancel()
        await asyncio.gather(self._committing, return_exceptions=True)
        self.door.desk = self._desk()
        self._committing = asyncio.create_task(self.door.desk.run())

    # -- staff --------------------------------------------------------------------------------

    async def staff(
        self, path: str, body: Mapping[str, Any] | None = None, role: str = "supervisor"
    ) -> httpx2.Response:
        """`POST /v1/surveys…` by a member of staff."""
        self._keys_used += 1
        headers = self.token(role) | {"Idempotency-Key": f"key-{self._keys_used}"}
        return await self.http.post(f"/v1/surveys{path}", json=body or {}, headers=headers)

    async def staff_get(self, path: str, role: str = "supervisor") -> httpx2.Response:
        """`GET /v1/surveys…` by a member of staff."""
        return await self.http.get(f"/v1/surveys{path}", headers=self.token(role))

    @staticmethod
    def token(role: str) -> dict[str, str]:
        """The header of somebody in a role."""
        return {"Authorization": f"Bearer {sign(PRIVATE, Staff(f'{role}-1', 'supervision', role))}"}

    async def published(self, **fields: Any) -> str:
        """The example, published; returns its id."""
        drafted = await self.staff("", examples.DRAFT | fields)
        assert drafted.status_code == 202, drafted.text
        identity: str = drafted.json()["id"]
        answer = await self.staff(f"/{identity}/publication")
        assert answer.status_code == 202, answer.text
        return identity

    async def counted(self, survey: str) -> dict[str, Any]:
        """Ended before its time, the result published and read."""
        ended = await self.staff(f"/{survey}/closing", {"reason": "提前结束"})
        assert ended.status_code == 202, ended.text
        answer = await self.staff(f"/{survey}/result")
        assert answer.status_code == 202, answer.text
        result: dict[str, Any] = (await self.http.get(f"/v1/surveys/{survey}/result")).json()
        return result

    # -- people -------------------------------------------------------------------------------

    async def entitle(self, survey: str, person: Person) -> httpx2.Response:
        """The person asks for a token."""
        return await entitle(self.http, survey, person)

    async def cast(self, survey: str, person: Person, **fields: Any) -> httpx2.Response:
        """The person answers."""
        return await cast(self.http, survey, person, **fields)

    async def answered(self, survey: str, person: Person) -> None:
        """Both, and both succeed."""
        entitled = await self.entitle(survey, person)
        assert entitled.status_code == 200, entitled.text
        cast = await self.cast(survey, person)
        assert cast.status_code == 202, cast.text
