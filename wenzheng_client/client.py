"""The client: one method for each thing that can be asked."""

import re
import time
import uuid
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Final, Self

import httpx2
import msgspec
from msgspec import Struct

from wenzheng_client.words import Contact, Point, Problem, Receipt, Standing

Json = dict[str, Any]
_COME_AGAIN: Final = (429, 503)


class Addresses(Struct, frozen=True):
    """Base URL of each service; behind a gateway they are all the same."""

    intake: str
    router: str
    deadline: str
    notifier: str
    stats: str

    @classmethod
    def all_at(cls, url: str) -> "Addresses":
        """All services behind one address."""
        return cls(url, url, url, url, url)


class Wenzheng:
    """Speaks to a city. Every method raises Problem when it is refused.

    `token` is a member of staff's; without one there is what anybody and the authors may do. What is refused because
    the system is busy (429, 503) is asked again, under the same idempotency key, for at most `patience` seconds.
    """

    def __init__(
        self, addresses: Addresses, token: str = "", patience: float = 30.0, http: httpx2.Client | None = None
    ) -> None:
        self._addresses = addresses
        self._token = token
        self._patience = patience
        self._http = http or httpx2.Client(timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    # -- anybody ------------------------------------------------------------------------------

    def post(
        self,
        kind: str,
        title: str,
        text: str,
        *,
        area: str = "",
        place: str = "",
        point: Point | None = None,
        contact: Contact | None = None,
        public: bool = True,
        hide_name: bool = False,
        key: str = "",
    ) -> Receipt:
        """Post a matter. `key` names this posting: a repeat under the same key gets the first receipt again."""
        body = {"kind": kind, "title": title, "text": text, "public": public, "hide_name": hide_name}
        body |= {name: value for name, value in (("area", area), ("place", place)) if value}
        if point is not None:
            body["point"] = msgspec.to_builtins(point)
        if contact is not None:
            body["contact"] = msgspec.to_builtins(contact)
        return msgspec.convert(
            self._send("POST", self._addresses.intake, "/v1/posts", body, key=key), Receipt
        )

    def posts(self, **wanted: str) -> Iterator[Json]:
        """Public posts, newest first, all pages; `kind`, `area`, `department`, `q` choose."""
        return self._pages("/v1/posts", "posts", wanted)

    def read(self, number: str, query_code: str = "") -> Json:
        """A post as anybody may see it; with its query code, all of one's own case."""
        return self._get(self._addresses.intake, f"/v1/posts/{number}", code=query_code)

    def support(self, number: str, contact: Contact | None = None, key: str = "") -> Standing:
        """Support a post, once a person."""
        body = msgspec.to_builtins(contact) if contact is not None else {}
        return self._acted(f"/v1/posts/{number}/supports", body, key=key)

    def similar(self, text: str, limit: int = 5) -> list[Json]:
        """Public posts that say nearly the same, best first."""
        asked = {"text": text, "limit": str(limit)}
        return list(self._get(self._addresses.router, "/v1/similar", asked)["posts"])

    def topics(self) -> list[Json]:
        """What many people have posted about lately."""
        return list(self._get(self._addresses.router, "/v1/topics")["topics"])

    def deadline(self, number: str) -> Json:
        """How the deadline of a case was counted, and where its time went."""
        return self._get(self._addresses.deadline, f"/v1/deadlines/{number}")

    def league(self, month: str = "", period: str = "") -> Json:
        """The league table of a month (YYYY-MM), or of the present one; of a longer `period` (2026-Q1, 2026-H1, 2026) with what changed."""
        asked = {name: value for name, value in (("month", month), ("period", period)) if value}
        return self._get(self._addresses.stats, "/v1/league", asked)

    def figures(self, **wanted: str) -> Json:
        """Figures by day; `since` and `to` are days, `department` and `kind` choose."""
        asked = {"from" if name == "since" else name: value for name, value in wanted.items()}
        return self._get(self._addresses.stats, "/v1/figures", asked)

    # -- the author ---------------------------------------------------------------------------

    def act_on_own(self, number: str, query_code: str, path: str, key: str = "", **body: Any) -> Standing:
        """Act on one's own post.

        `path` is `follow-ups`, `answers`, `ratings`, `reopenings`, `withdrawal`, `appeal`, `preference` or `erasure`.
        """
        return self._acted(f"/v1/posts/{number}/{path}", body, code=query_code, key=key)

    # -- staff --------------------------------------------------------------------------------

    def cases(self, **wanted: str) -> Iterator[Json]:
        """Cases in one's scope by due date, all pages; `state`, `department`, `kind`, `area`, `q` choose."""
        return self._pages("/v1/cases", "cases", wanted)

    def case(self, number: str) -> Json:
        """Everything on one case."""
        return self._get(self._addresses.intake, f"/v1/cases/{number}")

    def act(self, number: str, path: str, key: str = "", **body: Any) -> Standing:
        """Act on a case: `path` as in the public description, such as `acceptance` or `replies/{id}/approval`."""
        return self._acted(f"/v1/cases/{number}/{path}", body, key=key)

    def assignment(self, number: str) -> Json:
        """Why the case was given to its unit."""
        return self._get(self._addresses.router, f"/v1/assignments/{number}")

    def notices(self, number: str) -> list[Json]:
        """The notices about a case, with channel, state and attempts."""
        return list(self._get(self._addresses.notifier, f"/v1/notices/{number}")["notices"])

    # -- how ----------------------------------------------------------------------------------

    def _acted(self, path: str, body: Mapping[str, Any], code: str = "", key: str = "") -> Standing:
        return msgspec.convert(self._send("POST", self._addresses.intake, path, body, code, key), Standing)

    def _get(self, base: str, path: str, query: Mapping[str, str] | None = None, code: str = "") -> Json:
        answer = self._ask("GET", f"{base}{path}", self._headers(code), query=query)
        return dict(msgspec.json.decode(answer.content))

    def _pages(self, path: str, name: str, wanted: Mapping[str, str]) -> Iterator[Json]:
        url, query = f"{self._addresses.intake}{path}", dict(wanted)
        while True:
            answer = self._ask("GET", url, self._headers(), query=query)
            yield from msgspec.json.decode(answer.content)[name]
            following = re.search(r'[?&]cursor=([^&>]+)[^>]*>; rel="next"', answer.headers.get("link", ""))
            if following is None:
                return
            query["cursor"] = following[1]

    def _send(
        self, method: str, base: str, path: str, body: Mapping[str, Any], code: str = "", key: str = ""
    ) -> Json:
        headers = self._headers(code) | {"Idempotency-Key": key or uuid.uuid4().hex}
        return dict(msgspec.json.decode(self._ask(method, f"{base}{path}", headers, body=body).content))

    def _headers(self, code: str = "") -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if code:
            headers["X-Query-Code"] = code
        return headers

    def _ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> httpx2.Response:
        """The answer to a request. Raises Problem; waits and asks again while it is told to and patience lasts."""
        until = time.monotonic() + self._patience
        while True:
            try:
                answer = self._http.request(method, url, headers=headers, params=query, json=body)
            except httpx2.HTTPError as failure:
                raise Problem.unreachable(str(failure)) from failure
            if answer.status_code < 400:
                return answer
            problem = Problem.read(answer.status_code, answer.content, answer.headers.get("retry-after", ""))
            wait = problem.retry_after or 1
            if problem.status not in _COME_AGAIN or time.monotonic() + wait > until:
                raise problem
            time.sleep(wait)
