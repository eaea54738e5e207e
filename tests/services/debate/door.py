"""Debate's web door on the store's twin, with people who comment: the real routes, rules and desk, without a database."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2

from chassis.clock import HandClock
from chassis.memory.store import MemoryStore
from chassis.passes import Passes
from chassis.tokens import Staff, Verifier, sign
from chassis.vault import Secrets
from chassis.web.limits import Limits
from city.profile import Profile
from services.debate import store
from services.debate.app import build
from services.debate.web import Door, examples, routes
from tests.services.intake.door import PRIVATE, PROFILE, PUBLIC
from tests.services.killable import Killable

UNIT = "urban-management"
"""The unit of the example."""
SECRET = b"a secret of the tests"


class Debating(Killable):
    """Debate, and what its people do."""

    def __init__(
        self,
        clock: HandClock,
        profile: Profile = PROFILE,
        rate_limits: bool = False,
        kept: Callable[[], MemoryStore] = store.memory,
    ) -> None:
        super().__init__(build(profile), kept(), clock)
        self.profile = profile
        self.passes = Passes(SECRET)
        self.secrets = Secrets(SECRET)
        self.door = Door(
            profile=profile,
            desk=self.desk(),
            clock=clock,
            debates=store.MemoryDebates(self.store),
            passes=self.passes,
            secrets=self.secrets,
            verifier=Verifier(PUBLIC),
            limits=Limits(profile.policy.rates, rate_limits),
        )
        self.serve(routes(self.door))

    # -- staff --------------------------------------------------------------------------------

    @staticmethod
    def token(role: str, unit: str) -> dict[str, str]:
        """The header of somebody of a unit."""
        return {"Authorization": f"Bearer {sign(PRIVATE, Staff(f'{role}-{unit}', unit, role))}"}

    async def staff(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        role: str = "supervisor",
        unit: str = "supervision",
    ) -> httpx2.Response:
        """`POST /v1/debates…` by a member of staff."""
        headers = self.token(role, unit) | self.key()
        return await self.http.post(f"/v1/debates{path}", json=body or {}, headers=headers)

    async def staff_get(
        self, path: str, role: str = "supervisor", unit: str = "supervision"
    ) -> httpx2.Response:
        """`GET /v1/debates…` by a member of staff."""
        return await self.http.get(f"/v1/debates{path}", headers=self.token(role, unit))

    async def does(self, path: str, body: Mapping[str, Any] | None = None, **who: str) -> dict[str, Any]:
        """An act of staff that succeeds."""
        answer = await self.staff(path, body, **who)
        assert answer.status_code == 202, answer.text
        done: dict[str, Any] = answer.json()
        return done

    async def opened(self, **fields: Any) -> str:
        """The example, published; returns its id."""
        identity: str = (await self.does("", examples.DRAFT | fields))["id"]
        await self.does(f"/{identity}/publication")
        return identity

    async def judge(self, debate: str, comment: str, action: str = "release") -> None:
        """A moderator lets it be read, or hides it."""
        await self.does(
            f"/{debate}/comments/{comment}/moderation", {"action": action, "reason": "与议题无关"}
        )

    # -- people -------------------------------------------------------------------------------

    def holding(self, debate: str, phone: str) -> dict[str, str]:
        """The header of a pass, as intake gives it to who has proved the telephone."""
        given = self.passes.give(debate, self.secrets.citizen(phone), datetime.now(UTC))
        return {"Authorization": f"Bearer {given}"}

    async def comment(
        self, debate: str, phone: str, text: str, answers: str = "", proven: bool = True, **fields: Any
    ) -> httpx2.Response:
        """Somebody says something: with a pass, or with the number typed."""
        headers = self.key() | (self.holding(debate, phone) if proven else {})
        body = {"text": text, "answers": answers} | ({} if proven else {"phone": phone}) | fields
        return await self.http.post(f"/v1/debates/{debate}/comments", json=body, headers=headers)

    async def said(
        self, debate: str, phone: str, text: str, answers: str = "", proven: bool = True, shown: bool = True
    ) -> str:
        """As `comment`, and everybody reads it; returns the comment's id."""
        answer = await self.comment(debate, phone, text, answers, proven)
        assert answer.status_code == 202, answer.text
        identity: str = answer.json()["id"]
        if shown:
            await self.judge(debate, identity)
        return identity

    async def support(self, debate: str, phone: str, comment: str) -> httpx2.Response:
        """Somebody with a pass is of the same mind."""
        path = f"/v1/debates/{debate}/comments/{comment}/support"
        return await self.http.post(path, json={}, headers=self.key() | self.holding(debate, phone))

    async def withdraw(self, debate: str, phone: str, comment: str) -> httpx2.Response:
        """Somebody with a pass takes a comment back."""
        path = f"/v1/debates/{debate}/comments/{comment}/withdrawal"
        return await self.http.post(path, json={}, headers=self.key() | self.holding(debate, phone))

    # -- what is read -------------------------------------------------------------------------

    async def read(self, debate: str, path: str = "", **query: str) -> dict[str, Any]:
        """What anyone reads."""
        answer = await self.http.get(f"/v1/debates/{debate}{path}", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def comments(self, debate: str, **query: str) -> list[dict[str, Any]]:
        """The first page of comments."""
        found: list[dict[str, Any]] = (await self.read(debate, "/comments", **query))["comments"]
        return found

    async def mine(self, debate: str, phone: str) -> dict[str, Any]:
        """What somebody said oneself."""
        answer = await self.http.get(f"/v1/debates/{debate}/mine", headers=self.holding(debate, phone))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found
