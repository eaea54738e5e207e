"""How a service is asked: addresses, who asks, pages, and coming again when one is told to."""

import re
import time
import uuid
from collections.abc import Generator, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

import httpx2
import msgspec
from msgspec import Struct

from wenzheng_client.words import Problem

Json = dict[str, Any]
NOBODY: Final = ""
"""Who asks without saying who it is."""
_COME_AGAIN: Final = (429, 503)
_NEXT: Final = re.compile(r'[?&]cursor=([^&>]+)[^>]*>; rel="next"')


class Addresses(Struct, frozen=True):
    """Base URL of each service; behind a gateway they are all the same."""

    intake: str
    router: str
    deadline: str
    notifier: str
    stats: str
    survey: str
    debate: str

    @classmethod
    def all_at(cls, url: str) -> "Addresses":
        """All services behind one address."""
        return cls(url, url, url, url, url, url, url)


class Asking:
    """Sends requests in the name of one token. Every method raises Problem when it is refused."""

    def __init__(self, token: str, patience: float, http: httpx2.Client | None) -> None:
        """`patience`: for so many seconds what is refused because the system is busy (429, 503) is asked again."""
        self._token = token
        self._patience = patience
        self._http = http or httpx2.Client(timeout=20)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def read(
        self,
        url: str,
        wanted: Mapping[str, str] | None = None,
        *,
        code: str = "",
        bearer: str | None = None,
    ) -> Json:
        """A JSON answer. `code` is a query code; `bearer` is sent in place of the token."""
        answer = self._answer("GET", url, self._headers(code, bearer), wanted=wanted)
        return dict(msgspec.json.decode(answer.content))

    def file(self, url: str, wanted: Mapping[str, str] | None = None, *, code: str = "") -> bytes:
        """An answer that is no JSON, as it is."""
        headers = self._headers(code) | {"Accept": "*/*"}
        return self._answer("GET", url, headers, wanted=wanted).content

    def pages(
        self, url: str, name: str, wanted: Mapping[str, str], bearer: str | None = None
    ) -> Iterator[Json]:
        """What is listed under `name`, page after page."""
        query = dict(wanted)
        while True:
            answer = self._answer("GET", url, self._headers(bearer=bearer), wanted=query)
            yield from msgspec.json.decode(answer.content)[name]
            following = _NEXT.search(answer.headers.get("link", ""))
            if following is None:
                return
            query["cursor"] = following[1]

    def send(
        self,
        url: str,
        body: Mapping[str, Any] | None,
        *,
        key: str = "",
        code: str = "",
        bearer: str | None = None,
        method: str = "POST",
    ) -> Json:
        """Ask for a change, under an idempotency key: a repeat under the same key gets the first answer again."""
        headers = self._headers(code, bearer) | {"Idempotency-Key": key or uuid.uuid4().hex}
        return dict(msgspec.json.decode(self._answer(method, url, headers, body=body).content))

    def give(self, url: str, data: bytes, name: str) -> Json:
        """Send a file under a name."""
        headers = self._headers() | {
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        }
        return dict(msgspec.json.decode(self._answer("POST", url, headers, data=data).content))

    def events(self, url: str) -> Generator[tuple[str, Json]]:
        """Server-sent events, each with its name, until the connection ends."""
        headers = self._headers() | {"Accept": "text/event-stream"}
        try:
            with self._http.stream("GET", url, headers=headers) as answer:
                if answer.status_code >= 400:
                    raise Problem.read(
                        answer.status_code, answer.read(), answer.headers.get("retry-after", "")
                    )
                name = ""
                for line in answer.iter_lines():
                    field, _, value = line.partition(": ")
                    if field == "event":
                        name = value
                    elif field == "data":
                        yield name, dict(msgspec.json.decode(value))
        except httpx2.HTTPError as failure:
            raise Problem.unreachable(str(failure)) from failure

    def _headers(self, code: str = "", bearer: str | None = None) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if token := self._token if bearer is None else bearer:
            headers["Authorization"] = f"Bearer {token}"
        if code:
            headers["X-Query-Code"] = code
        return headers

    def _answer(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        wanted: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        data: bytes | None = None,
    ) -> httpx2.Response:
        """The answer to a request. Raises Problem; waits and asks again while it is told to and patience lasts."""
        until = time.monotonic() + self._patience
        while True:
            try:
                answer = self._http.request(
                    method, url, headers=headers, params=wanted, json=body, content=data
                )
            except httpx2.HTTPError as failure:
                raise Problem.unreachable(str(failure)) from failure
            if answer.status_code < 400:
                return answer
            problem = Problem.read(answer.status_code, answer.content, answer.headers.get("retry-after", ""))
            wait = problem.retry_after or 1
            if problem.status not in _COME_AGAIN or time.monotonic() + wait > until:
                raise problem
            time.sleep(wait)
