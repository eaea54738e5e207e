"""The calls of the conversation, made to the services' public interfaces; an outcome always comes, if only 503.

Services count what one client asks of them. All who write to the account come by way of this process: each is passed on as a
client of its own, under an address of the private kind (RFC 4193) that follows from the openid.
"""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from ipaddress import IPv6Address
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
import msgspec

from fronts.wechat.core import words
from fronts.wechat.core.conversation import (
    Act,
    AskCode,
    Call,
    Fetch,
    ListPosts,
    Look,
    Outcome,
    SignIn,
    SignOut,
    Submit,
    Support,
)
from fronts.wechat.gathering import Gathering
from fronts.wechat.media import Media

GIVING_SECONDS: Final = 60.0
"""Real time in which intake has looked at a file."""
PICTURE_NAME: Final = "微信图片"
"""WeChat does not tell what a picture was called."""
LISTED: Final = 8
"""Posts in one answer."""
PAGE: Final = 50
SEARCHED: Final = 10
"""Pages of one's own posts that are looked through for one number."""


Asked = AskCode | SignIn | SignOut | Submit | ListPosts | Look | Act | Support
"""The calls that are one question to the services."""


def address_of(person: str) -> str:
    """The address under which services count a person: fd00::/8, then 56 bits of the openid's hash, one client by its /64."""
    digest = hashlib.sha256(b"wechat client " + person.encode()).digest()
    return str(IPv6Address(b"\xfd" + digest[:7] + bytes(8)))


class Services:
    """Intake, and notifier for the letters that hold codes."""

    def __init__(
        self, http: httpx2.AsyncClient, addresses: Mapping[str, str], media: Media | None = None
    ) -> None:
        self._http = http
        self._addresses = addresses
        self._gathering = Gathering(media, self._give)

    async def perform(self, person: str, call: Call, seconds: float) -> Outcome:
        """Make a call for a person; one that takes longer has an unknown outcome, told as 503. Pictures come as far as they do."""
        if isinstance(call, Fetch):
            return await self._gathering.fetched(person, call.pictures, seconds)
        try:
            async with asyncio.timeout(seconds):
                return await self._perform(person, call)
        except TimeoutError:
            return _NONE

    async def _perform(self, person: str, call: Asked) -> Outcome:
        match call:
            case AskCode():
                return await self._ask_code(person, call.phone)
            case SignIn():
                body = {"sign_in": call.sign_in, "code": call.code, "kept": True}
                return await self._ask(person, "POST", "/v1/sessions", body=body)
            case SignOut():
                return await self._ask(person, "DELETE", "/v1/sessions/mine", token=call.token)
            case Submit():
                return await self._ask(person, "POST", "/v1/posts", body=call.body, key=call.key)
            case ListPosts():
                return await self._posts(person, call.token, call.cursor, LISTED)
            case Look():
                return await self._look(person, call)
            case Support():
                return await self._support(person, call)
            case Act():
                return await self._act(person, call)

    async def _ask_code(self, person: str, phone: str) -> Outcome:
        """Intake seals the code in a letter, notifier sends it."""
        code = await self._ask(person, "POST", "/v1/codes", body={"phone": phone})
        if not code.ok:
            return code
        letter = {"letter": code.body["letter"]}
        sent = await self._ask(person, "POST", "/v1/letters", body=letter, service="notifier")
        return code if sent.ok else sent

    async def _posts(self, person: str, token: str, cursor: str, limit: int) -> Outcome:
        query = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        return await self._ask(person, "GET", "/v1/my/posts", token=token, query=query)

    async def _look(self, person: str, call: Look) -> Outcome:
        code = ""
        if call.token:
            found = await self._code_of(person, call.token, call.number)
            if not found.ok and found.status != 404:
                return found
            code = str(found.body.get("query_code", ""))
        return await self._ask(person, "GET", f"/v1/posts/{call.number}", code=code)

    async def _act(self, person: str, call: Act) -> Outcome:
        found = await self._code_of(person, call.token, call.number)
        if not found.ok:
            return found
        path = f"/v1/posts/{call.number}/{call.act}"
        return await self._ask(
            person, "POST", path, body=call.body, key=call.key, code=str(found.body["query_code"])
        )

    async def _support(self, person: str, call: Support) -> Outcome:
        """A voice for another's post; one's own needs none, whose news come anyway."""
        if call.token:
            found = await self._code_of(person, call.token, call.number)
            if found.ok:
                return Outcome(409, {}, "这是您自己的帖子,不用关注,进展会通知您")
            # A session that is over names nobody any more; the post is another's, as far as is known.
            if found.status not in (401, 404):
                return found
        path = f"/v1/posts/{call.number}/supports"
        return await self._ask(person, "POST", path, body=call.contact, key=call.key)

    async def _code_of(self, person: str, token: str, number: str) -> Outcome:
        """One's own post by its number, with its query code; 404 when it is not one of the token's."""
        cursor = ""
        for _ in range(SEARCHED):
            page = await self._posts(person, token, cursor, PAGE)
            if not page.ok:
                return page
            for post in page.body["posts"]:
                if post["number"] == number:
                    return Outcome(200, post)
            cursor = page.cursor
            if not cursor:
                break
        return Outcome(404, {}, "这不是您绑定的手机号下的帖子")

    async def _give(self, person: str, data: bytes) -> Outcome:
        """A file, for a post that will name its ticket; intake draws it anew, which takes its time."""
        headers = {
            "X-Forwarded-For": address_of(person),
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(PICTURE_NAME)}",
        }
        address = f"{self._addresses.get('intake', '')}/v1/attachments"
        try:
            response = await self._http.post(address, content=data, headers=headers, timeout=GIVING_SECONDS)
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return _NONE
        return _outcome_of(response)

    async def _ask(
        self,
        person: str,
        method: str,
        path: str,
        *,
        service: str = "intake",
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        token: str = "",
        key: str = "",
        code: str = "",
    ) -> Outcome:
        headers = {"X-Forwarded-For": address_of(person)}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"X-Query-Code": code} if code else {}
        try:
            response = await self._http.request(
                method,
                f"{self._addresses.get(service, '')}{path}",
                params=dict(query or {}),
                headers=headers,
                json=None if body is None else dict(body),
            )
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return _NONE
        return _outcome_of(response)


def _outcome_of(response: httpx2.Response) -> Outcome:
    """What a service answered; that none did, where it is no JSON object."""
    try:
        decoded = msgspec.json.decode(response.content)
    except ValueError:
        return _NONE
    if not isinstance(decoded, dict):
        return _NONE
    link = response.headers.get("link", "")
    kind = str(decoded.get("type", "")).rpartition(":")[2]
    return Outcome(response.status_code, decoded, _sentence(decoded), kind, _cursor(link))


_NONE: Final = Outcome(503, {}, words.LATER)


def _sentence(body: Mapping[str, Any]) -> str:
    """What went wrong, for a person."""
    parts = [str(body.get("title", words.LATER))]
    parts += [str(body["detail"])] if body.get("detail") else []
    parts += [str(error["reason"]) for error in body.get("errors", ())]
    return ";".join(parts)


def _cursor(link: str) -> str:
    """The cursor in a `Link` header's next address."""
    next_page = re.match(r'<([^>]*)>; rel="next"', link)
    return parse_qs(urlsplit(next_page[1]).query).get("cursor", [""])[0] if next_page else ""
