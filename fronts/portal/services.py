"""The services as the pages know them: their public HTTP interfaces, nothing else."""

import uuid
from typing import Any

import httpx2


class Answer:
    """What a service said: a body, or a problem with its sentences."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status = status
        self.body = body

    @property
    def ok(self) -> bool:
        """Whether it went well."""
        return self.status < 400

    @property
    def sentence(self) -> str:
        """What went wrong, for a person."""
        parts = [str(self.body.get("title", "系统暂时不可用,请稍后再试"))]
        parts += [str(self.body["detail"])] if self.body.get("detail") else []
        parts += [f"{error['field']}:{error['reason']}" for error in self.body.get("errors", [])]
        return ";".join(parts)


class Services:
    """Calls to intake, deadline and stats."""

    def __init__(self, http: httpx2.AsyncClient, addresses: dict[str, str]) -> None:
        self._http = http
        self._addresses = addresses

    async def get(self, service: str, path: str, code: str = "", **query: str) -> Answer:
        """Read something; with the query code, one's own."""
        headers = {"X-Query-Code": code} if code else {}
        try:
            response = await self._http.get(
                f"{self._addresses[service]}{path}", params=query, headers=headers
            )
            return Answer(response.status_code, response.json())
        except (httpx2.HTTPError, ValueError):
            return Answer(503, {})

    async def post(self, path: str, body: dict[str, Any], key: str = "", code: str = "") -> Answer:
        """Do something at intake; `key` makes a repeated form harmless."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex} | ({"X-Query-Code": code} if code else {})
        try:
            response = await self._http.post(f"{self._addresses['intake']}{path}", json=body, headers=headers)
            return Answer(response.status_code, response.json())
        except (httpx2.HTTPError, ValueError):
            return Answer(503, {})
