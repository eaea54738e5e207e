"""Sessions of staff: kept by the server, known by a random token of which only the hash is stored."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chassis.clock import RealTime, real_now
from fronts.portal.store import Account, Store

IDLE: Final = timedelta(hours=8)
"""A session that is not used for this long is over."""
ABSOLUTE: Final = timedelta(hours=12)
"""A session is over after this long in any case."""
TOKEN_BYTES: Final = 32
_TOUCH: Final = timedelta(minutes=1)
"""How exactly it is known when a session was last used."""


@dataclass(frozen=True)
class Session:
    """An open session."""

    token: str
    account: Account

    @property
    def form_token(self) -> str:
        """What every form of the session carries; follows from the token, and does not lead back to it."""
        return hmac.digest(self.token.encode(), b"form", "sha256").hex()


def same(given: str, expected: str) -> bool:
    """Whether two texts are equal, in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def hashed(token: str) -> bytes:
    """How a token is stored."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


class Sessions:
    """Opens, finds and closes sessions."""

    def __init__(self, store: Store, now: RealTime = real_now) -> None:
        self._store = store
        self._now = now

    async def open(self, account: Account) -> Session:
        """A new session, under a token nobody has seen before."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = self._now()
        await self._store.open_session(hashed(token), account.person, now, now - ABSOLUTE)
        return Session(token, account)

    async def find(self, token: str) -> Session | None:
        """The open session of a token, whose account is as it is now."""
        kept = await self._store.session(hashed(token)) if token else None
        if kept is None:
            return None
        created, seen, account = kept
        now = self._now()
        if now - seen >= IDLE or now - created >= ABSOLUTE:
            await self._store.close_session(hashed(token))
            return None
        if now - seen >= _TOUCH:
            await self._store.seen(hashed(token), now)
        return Session(token, account)

    async def close(self, token: str) -> None:
        """Sign out."""
        await self._store.close_session(hashed(token))
