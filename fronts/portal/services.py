"""The services as the pages know them: their public HTTP interfaces, nothing else."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
import msgspec

from fronts.portal.clients import passed_on
from fronts.portal.field_words import called

OFFER_SECONDS: Final = 1.5
"""A person is not kept waiting longer for something that is merely offered."""
SILENT_SECONDS: Final = 15.0
"""A stream of events that says nothing for this long is broken."""
NOTHING: Final = "none"
"""Stands in a path where what was typed can be no id; no service has anything of that id."""
_PART: Final = re.compile(r"\{([a-z_]+)\}")
_IDENTITY: Final = re.compile(r"[0-9A-Za-z-]{1,120}")
"""Of a post, a reply, a debate, a survey and the like."""


FILE_SECONDS: Final = 60.0
"""A document that nobody has asked for before is made first."""


class Answer:
    """What a service said: a body, or a problem with its sentences."""

    def __init__(self, status: int, body: dict[str, Any], cursor: str = "") -> None:
        self.status = status
        self.body = body
        self.cursor = cursor
        """Where the next page of a list begins; empty on the last one."""

    @property
    def ok(self) -> bool:
        """Whether it went well."""
        return self.status < 400

    @property
    def kind(self) -> str:
        """What kind of problem it is, such as `idempotency-key-reused`; empty when it is none."""
        return str(self.body.get("type", "")).rpartition(":")[2]

    @property
    def sentence(self) -> str:
        """What went wrong, for a person."""
        errors, detail = self.body.get("errors", []), str(self.body.get("detail", ""))
        parts = [str(self.body.get("title", "系统暂时不可用,请稍后再试"))]
        # A detail that says no more than a field's reason would be read twice.
        if detail and detail.removesuffix("。") not in [error["reason"] for error in errors]:
            parts += [detail.removesuffix("。") if errors else detail]
        parts += [f"{called(error['field'])}:{error['reason']}" for error in errors]
        return ";".join(parts)

    def sentence_by(self, labels: Mapping[str, str]) -> str:
        """What went wrong with fields, by the labels of their form; else the sentence."""
        errors = self.body.get("errors", [])
        return (
            ";".join(f"{labels.get(e['field'], e['field'])}:{e['reason']}" for e in errors) or self.sentence
        )

    @property
    def reasons(self) -> str:
        """What went wrong with fields, for a form of one field or two; else the sentence."""
        reasons = [str(error["reason"]) for error in self.body.get("errors", [])]
        return f"{';'.join(reasons)}。" if reasons else self.sentence


class Passed:
    """A file on its way."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self.status = response.status_code

    def headers(self, *names: str) -> dict[str, str]:
        """Those of the named headers that the service sent."""
        return {name: value for name in names if (value := self._response.headers.get(name)) is not None}

    async def bytes(self) -> AsyncIterator[bytes]:
        """What comes, as it comes; the connection is given back at the end, whoever ends it."""
        try:
            async for part in self._response.aiter_raw():
                yield part
        finally:
            await self._response.aclose()

    async def close(self) -> None:
        """Nothing of it is wanted."""
        await self._response.aclose()


class Services:
    """Calls to the services; an answer always comes, if only 503.

    A path names its parts in braces, as `/v1/debates/{debate}`; who calls gives each by its name, as it was typed, and it
    is made fit to stand there. What is given by name and not named by the path is the query.
    """

    def __init__(self, http: httpx2.AsyncClient, addresses: dict[str, str]) -> None:
        self._http = http
        self._addresses = addresses

    @property
    def names(self) -> tuple[str, ...]:
        """The services whose address is known."""
        return tuple(self._addresses)

    async def get(self, service: str, path: str, code: str = "", **named: str) -> Answer:
        """Read something; with the query code, one's own."""
        headers = {"X-Query-Code": code} if code else {}
        return await self._ask("GET", service, path, headers, named)

    async def offer(self, service: str, path: str, **named: str) -> dict[str, Any]:
        """Read what a person can do without: an empty body when it does not come within 1.5 seconds."""
        try:
            async with asyncio.timeout(OFFER_SECONDS):
                answer = await self.get(service, path, **named)
        except TimeoutError:
            return {}
        return answer.body if answer.ok else {}

    def events(self, service: str, path: str) -> AbstractAsyncContextManager[AsyncIterator[tuple[str, str]]]:
        """Server-sent events, as pairs of name and data. Raises httpx2.HTTPError when they break off."""
        return _events(self._http, f"{self._addresses.get(service, '')}{path}")

    async def post(
        self,
        path: str,
        body: dict[str, Any],
        key: str = "",
        code: str = "",
        service: str = "intake",
        **named: str,
    ) -> Answer:
        """Do something as anybody; `key` makes a repeated form harmless."""
        headers = {"Idempotency-Key": _usable(key)} | ({"X-Query-Code": code} if code else {})
        return await self._ask("POST", service, path, headers, named, body)

    async def give(self, name: str, content: AsyncIterator[bytes]) -> Answer:
        """Give intake a file, as it comes. Raises what reading it raises."""
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Type": "application/octet-stream",
        }
        address = f"{self._addresses.get('intake', '')}/v1/attachments"
        try:
            response = await self._http.post(
                address, content=content, headers=headers | passed_on(), timeout=FILE_SECONDS
            )
            body = msgspec.json.decode(response.content, type=dict[str, Any])
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            return Answer(503, {})
        return Answer(response.status_code, body)

    async def ask(self, service: str, path: str, body: dict[str, Any], **named: str) -> Answer:
        """Do something that may be done again without harm, at any service."""
        return await self._ask("POST", service, path, {}, named, body)

    async def file(self, service: str, path: str, token: str = "", **named: str) -> bytes | None:
        """A file, for anyone or for the member of staff whom the token names; None when there is none."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        address, query = self._address(service, path, named)
        try:
            response = await self._http.get(
                address, params=query, headers=headers | passed_on(), timeout=FILE_SECONDS
            )
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return None
        return response.content if response.status_code == 200 else None

    async def passed(
        self, service: str, path: str, headers: Mapping[str, str], **named: str
    ) -> "Passed | None":
        """A file that is passed on as it comes, whatever its length; None where the service does not answer."""
        address, query = self._address(service, path, named)
        request = self._http.build_request(
            "GET", address, params=query, headers={**headers, **passed_on()}, timeout=FILE_SECONDS
        )
        try:
            return Passed(await self._http.send(request, stream=True))
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return None

    async def ask_code(self, phone: str) -> Answer:
        """Have a code sent to a telephone: intake seals it in a letter, notifier sends it. The answer names the sign-in."""
        code = await self.ask("intake", "/v1/codes", {"phone": phone})
        if not code.ok:
            return code
        sent = await self.ask("notifier", "/v1/letters", {"letter": code.body["letter"]})
        return code if sent.ok else sent

    async def sign_in(self, sign_in: str, code: str) -> Answer:
        """A session for who typed the code that was sent."""
        return await self.ask("intake", "/v1/sessions", {"sign_in": sign_in, "code": code})

    async def read_as(self, token: str, service: str, path: str, **named: str) -> Answer:
        """Read something as the member of staff whom the token names, or in the session of a citizen."""
        return await self._ask("GET", service, path, {"Authorization": f"Bearer {token}"}, named)

    async def act_as(
        self, token: str, path: str, body: dict[str, Any], key: str, service: str = "intake", **named: str
    ) -> Answer:
        """Do something as a member of staff; `key` makes a repeated form harmless."""
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        return await self._ask("POST", service, path, headers, named, body)

    async def remove_as(self, token: str, path: str, key: str, **named: str) -> Answer:
        """Take something away at intake as a member of staff; or, without a key, end the session of a citizen."""
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        return await self._ask("DELETE", "intake", path, headers, named)

    async def _ask(
        self,
        method: str,
        service: str,
        path: str,
        headers: dict[str, str],
        named: Mapping[str, str],
        body: dict[str, Any] | None = None,
    ) -> Answer:
        address, query = self._address(service, path, named)
        try:
            response = await self._http.request(
                method, address, params=query, headers=headers | passed_on(), json=body
            )
            decoded = msgspec.json.decode(response.content)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            return Answer(503, {})
        return Answer(
            response.status_code,
            decoded if isinstance(decoded, dict) else {},
            _cursor(response.headers.get("link", "")),
        )

    def _address(self, service: str, path: str, named: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """Where a service is asked, and the query."""
        fit, query = filled(path, named)
        return f"{self._addresses.get(service, '')}{fit}", query


def filled(path: str, named: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The path with its parts, and what it does not name. A part that can be no id names nothing there."""
    parts = set(_PART.findall(path))
    fit = {name: named[name] if _IDENTITY.fullmatch(named[name]) else NOTHING for name in parts}
    rest = {name: value for name, value in named.items() if name not in parts}
    return _PART.sub(lambda part: fit[part[1]], path), rest


def _usable(key: str) -> str:
    """The key a form carries, or a fresh one for what could not stand in a header."""
    fits = 0 < len(key) <= 64 and all("!" <= character <= "~" for character in key)
    return key if fits else uuid.uuid4().hex


def _cursor(link: str) -> str:
    """The cursor in a `Link` header's next address."""
    next_page = re.match(r'<([^>]*)>; rel="next"', link)
    return parse_qs(urlsplit(next_page[1]).query).get("cursor", [""])[0] if next_page else ""


@asynccontextmanager
async def _events(http: httpx2.AsyncClient, url: str) -> AsyncIterator[AsyncIterator[tuple[str, str]]]:
    timeout = httpx2.Timeout(SILENT_SECONDS)
    async with http.stream("GET", url, headers={"Accept": "text/event-stream"}, timeout=timeout) as response:
        response.raise_for_status()
        yield _parsed(response)


async def _parsed(response: httpx2.Response) -> AsyncIterator[tuple[str, str]]:
    """The fields of the events (WHATWG server-sent events); comments and `retry` are left out."""
    name, data = "message", list[str]()
    async for line in response.aiter_lines():
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield name, "\n".join(data)
            name, data = "message", []
        elif field == "event":
            name = value
        elif field == "data":
            data.append(value)
