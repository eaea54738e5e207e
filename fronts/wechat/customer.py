"""What the account says to a person unasked: a customer-service message (`POST /cgi-bin/message/custom/send`).

WeChat takes five of them within 48 hours after a person's own message. Nothing is sent twice: a message whose answer was lost may
have arrived.
"""

from typing import Any

import httpx2
import structlog

from fronts.wechat.interface import EXPIRED, Access, NoToken

_log = structlog.get_logger()


class CustomerService:
    """Says something to a person, once, or not at all: whatever is said so is found in the conversation, too."""

    def __init__(self, http: httpx2.AsyncClient, access: Access) -> None:
        self._http = http
        self._access = access

    async def say(self, person: str, words: str) -> None:
        """Words, of at most 2,048 bytes of UTF-8. What WeChat refuses, or does not answer, is written to the log."""
        try:
            token = await self._access.token()
            code = await self._send(person, words, token)
            if code in EXPIRED:
                code = await self._send(person, words, await self._access.token(refused=token))
        except (NoToken, httpx2.HTTPError, httpx2.InvalidURL, ValueError) as problem:
            # The address holds the token: it is no part of what is logged.
            _log.warning("not said unasked", reason=type(problem).__name__)
            return
        if code:
            _log.warning("not said unasked", errcode=code)

    async def _send(self, person: str, words: str, token: str) -> Any:
        """WeChat's error code, 0 for a message that was taken. Raises httpx2.HTTPError and ValueError."""
        body = {"touser": person, "msgtype": "text", "text": {"content": words}}
        asked = {"access_token": token}
        response = await self._http.post(
            f"{self._access.url}/cgi-bin/message/custom/send", params=asked, json=body
        )
        answer = response.json()
        if not isinstance(answer, dict) or "errcode" not in answer:
            raise ValueError("no answer of WeChat's")
        return answer["errcode"]
