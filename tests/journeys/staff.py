"""Staff who ask a service for something over its interface, each under a key of its own."""

from typing import Any

import httpx2

from chassis.tokens import Staff, sign
from tests.services.intake.door import PRIVATE


def bearer(role: str, unit: str, person: str = "") -> dict[str, str]:
    """The token of somebody of a unit."""
    token = sign(PRIVATE, Staff(person or f"{role}-{unit}", unit, role))
    return {"Authorization": f"Bearer {token}"}


class People:
    """Those who have to do with what lies below one address; an empty role has no token."""

    def __init__(self, http: httpx2.AsyncClient, place: str) -> None:
        self._http = http
        self._place = place
        self._keys = 0

    async def asks(
        self,
        role: str,
        unit: str,
        path: str = "",
        body: dict[str, Any] | None = None,
        person: str = "",
        key: str = "",
    ) -> httpx2.Response:
        """`key`: of an earlier request, which is sent again."""
        self._keys += 1
        headers = {"Idempotency-Key": key or f"{self._place}-{self._keys}"}
        headers |= bearer(role, unit, person) if role else {}
        return await self._http.post(f"{self._place}{path}", json=body or {}, headers=headers)

    async def does(self, role: str, unit: str, *asked: Any, **more: Any) -> dict[str, Any]:
        """As `asks`, and it succeeds."""
        response = await self.asks(role, unit, *asked, **more)
        assert response.status_code == 202, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def reads(self, role: str, unit: str, path: str = "", person: str = "") -> httpx2.Response:
        headers = bearer(role, unit, person) if role else {}
        return await self._http.get(f"{self._place}{path}", headers=headers)
