"""Dialogues before debate's real routes, rules and desk in memory: announced, asked, answered, closed."""

from collections.abc import Mapping
from typing import Any

import httpx2

from services.debate.web import examples
from tests.services.debate.door import Debating

UNIT = "transport"
"""The guest's unit in the example."""


class Conversing(Debating):
    """The service, with people who ask officials."""

    async def on_dialogues(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        role: str = "supervisor",
        unit: str = "supervision",
    ) -> httpx2.Response:
        """`POST /v1/dialogues…` by a member of staff."""
        headers = self.token(role, unit) | self.key()
        return await self.http.post(f"/v1/dialogues{path}", json=body or {}, headers=headers)

    async def done(self, path: str, body: Mapping[str, Any] | None = None, **who: str) -> str:
        """An act of staff that succeeds; returns the id it answers."""
        answer = await self.on_dialogues(path, body, **who)
        assert answer.status_code == 202, answer.text
        identity: str = answer.json()["id"]
        return identity

    async def announced(self, **fields: Any) -> str:
        """The example, published; returns its id."""
        identity = await self.done("", examples.OCCASION | fields)
        await self.done(f"/{identity}/publication")
        return identity

    async def ask(self, dialogue: str, phone: str, text: str, proven: bool = True) -> httpx2.Response:
        """Somebody asks: with a pass, or with the number typed."""
        headers = self.key() | (self.holding(dialogue, phone) if proven else {})
        body = {"text": text} | ({} if proven else {"phone": phone})
        return await self.http.post(f"/v1/dialogues/{dialogue}/questions", json=body, headers=headers)

    async def asked(
        self, dialogue: str, phone: str, text: str, proven: bool = True, shown: bool = True
    ) -> str:
        """As `ask`, and everybody reads it; returns the question's id."""
        answer = await self.ask(dialogue, phone, text, proven)
        assert answer.status_code == 202, answer.text
        identity: str = answer.json()["id"]
        if shown:
            await self.done(f"/{dialogue}/questions/{identity}/moderation", {"action": "release"})
        return identity

    async def answer(self, dialogue: str, question: str, text: str, **fields: str) -> str:
        """The guest answers, as the host writes it down."""
        return await self.done(f"/{dialogue}/answers", {"text": text, "answers": question} | fields)

    async def told(self, dialogue: str, path: str = "", **query: str) -> dict[str, Any]:
        """What anyone reads."""
        answer = await self.http.get(f"/v1/dialogues/{dialogue}{path}", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found
