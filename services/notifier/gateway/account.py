"""The WeChat account as the provider has it: messages of people are signed, sealed and brought to the account's callback.

Written from the provider's document and not from our own front end, so that each checks the other.
"""

import os
import secrets
import struct
import time
from base64 import b64decode, b64encode
from hashlib import sha1
from typing import Final
from xml.etree.ElementTree import ParseError, fromstring
from xml.sax.saxutils import escape

import httpx2
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msgspec import Struct

WAITS_SECONDS: Final = 5.0
"""For an answer; then the message is brought again."""
TRIES: Final = 3
UNREACHABLE: Final = "该公众号提供的服务出现故障,请稍后再试"
"""What people read when the account does not answer, in the provider's own words."""
OFFICIAL: Final = "gh_wenzheng"
"""The account's own name."""


class Callback(Struct, frozen=True):
    """What the account's settings at the provider say."""

    url: str
    app_id: str
    token: str
    aes_key: str = ""
    """43 characters; empty: the plain mode."""


class Account:
    """Brings messages to a callback."""

    def __init__(self, http: httpx2.AsyncClient, callback: Callback) -> None:
        self._http = http
        self._callback = callback
        self._last = 0

    async def text(self, person: str, content: str) -> str:
        """Words of a person; the answer, empty for none."""
        return await self.message(person, "text", f"<Content>{escape(content)}</Content>")

    async def message(self, person: str, kind: str, fields: str) -> str:
        """A message of a kind, with the elements that only it has; the answer."""
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return await self._bring(person, f"<MsgType>{kind}</MsgType>{fields}<MsgId>{self._last}</MsgId>")

    async def event(self, person: str, event: str, fields: str = "") -> str:
        """An event about a person; the answer."""
        return await self._bring(person, f"<MsgType>event</MsgType><Event>{event}</Event>{fields}")

    async def _bring(self, person: str, fields: str) -> str:
        body = (
            f"<xml><ToUserName>{OFFICIAL}</ToUserName><FromUserName>{person}</FromUserName>"
            f"<CreateTime>{int(time.time())}</CreateTime>{fields}</xml>"
        )
        for _ in range(TRIES):
            try:
                query, content = self._request(body)
                response = await self._http.post(
                    self._callback.url, params=query, content=content, timeout=WAITS_SECONDS
                )
                if response.status_code == 200:
                    return self._read(response.text)
            except (httpx2.HTTPError, ParseError, ValueError):
                continue
        return UNREACHABLE

    def _request(self, body: str) -> tuple[dict[str, str], bytes]:
        """Query and body of a signed request, sealed in the secure mode."""
        timestamp, nonce = str(int(time.time())), secrets.token_hex(5)
        query = {"timestamp": timestamp, "nonce": nonce, "signature": self._signed(timestamp, nonce)}
        if self._callback.aes_key:
            sealed = self._sealed(body)
            query |= {"encrypt_type": "aes", "msg_signature": self._signed(timestamp, nonce, sealed)}
            body = f"<xml><ToUserName>{OFFICIAL}</ToUserName><Encrypt>{sealed}</Encrypt></xml>"
        return query, body.encode()

    def _read(self, answer: str) -> str:
        """The text of an answer. Raises ValueError for one that is not signed as it should be."""
        if answer in ("", "success"):
            return ""
        root = fromstring(answer)
        if self._callback.aes_key:
            sealed = root.findtext("Encrypt", "")
            signed = self._signed(root.findtext("TimeStamp", ""), root.findtext("Nonce", ""), sealed)
            if signed != root.findtext("MsgSignature"):
                raise ValueError("the answer's signature is wrong")
            root = fromstring(self._opened(sealed))
        return root.findtext("Content", "")

    def _signed(self, *parts: str) -> str:
        return sha1("".join(sorted((self._callback.token, *parts))).encode()).hexdigest()

    def _cipher(self) -> Cipher[modes.CBC]:
        key = b64decode(f"{self._callback.aes_key}=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def _sealed(self, body: str) -> str:
        plain = os.urandom(16) + struct.pack(">I", len(body.encode())) + body.encode()
        plain += self._callback.app_id.encode()
        padding = 32 - len(plain) % 32
        sealer = self._cipher().encryptor()
        return b64encode(sealer.update(plain + bytes([padding]) * padding) + sealer.finalize()).decode()

    def _opened(self, sealed: str) -> str:
        opener = self._cipher().decryptor()
        plain = opener.update(b64decode(sealed)) + opener.finalize()
        (length,) = struct.unpack(">I", plain[16:20])
        return plain[20 : 20 + length].decode()
