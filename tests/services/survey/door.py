"""Survey's web door on the store's twin, with people who answer: the real routes, rules and desk, without a database."""

import asyncio
import base64
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from chassis.blind import blind, new_signing_key, unblind
from chassis.clock import HandClock
from chassis.memory.store import MemoryStore
from chassis.tokens import Staff, Verifier, sign
from chassis.web.limits import Limits
from city.profile import Profile
from services.survey import store
from services.survey.app import build
from services.survey.entitlement import Entitlements
from services.survey.web import Door, examples, routes
from tests.services.intake.door import PRIVATE, PROFILE, PUBLIC
from tests.services.killable import Killable

_KEYS = itertools.cycle([new_signing_key() for _ in range(3)])
"""Real keys, made once: each takes a tenth of a second, and two surveys that follow each other differ."""

SECRET = b"a secret of the tests"
"""The one that services share."""
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


class Surveying(Killable):
    """Survey, and what its people do."""

    def __init__(
        self,
        clock: HandClock,
        profile: Profile = PROFILE,
        rate_limits: bool = False,
        kept: Callable[[store.MemorySurveyKeys], MemoryStore] = store.memory,
    ) -> None:
        self.keys = store.MemorySurveyKeys()
        super().__init__(build(profile), kept(self.keys), clock)
        self.profile = profile
        self.surveys = store.MemorySurveys(self.store, self.keys)
        self.entitlements = Entitlements(SECRET)
        self.door = Door(
            profile=profile,
            desk=self.desk(),
            clock=clock,
            surveys=self.surveys,
            entitlements=self.entitlements,
            verifier=Verifier(PUBLIC),
            limits=Limits(profile.policy.rates, rate_limits),
            new_keys=lambda: next(_KEYS),
        )
        self.serve(routes(self.door))

    # -- staff --------------------------------------------------------------------------------

    async def staff(
        self, path: str, body: Mapping[str, Any] | None = None, role: str = "supervisor"
    ) -> httpx2.Response:
        """`POST /v1/surveys…` by a member of staff."""
        headers = self.token(role) | self.key()
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
