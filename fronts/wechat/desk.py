"""A message is answered: its conversation is leased, decided on, its calls made, and state and answer kept together."""

import asyncio
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import asyncpg
import structlog

from fronts.wechat.core import hearing, words
from fronts.wechat.core.conversation import City, Conversation, Message
from fronts.wechat.keys import Keys
from fronts.wechat.services import Services
from fronts.wechat.store import Answered, Store

ANSWER_SECONDS: Final = 4.2
"""WeChat waits five; the rest is for the network."""
KEEPING_SECONDS: Final = 0.5
"""Of them for the database, after the calls."""
POLL_SECONDS: Final = 0.1
"""Between two looks whether the message before this one is done."""
MOST_CALLS: Final = 3
"""That one message can lead to."""
_log = structlog.get_logger()


def real_now() -> datetime:
    """Real time."""
    return datetime.now(UTC)


class Desk:
    """Answers messages, each once, within so many real seconds."""

    def __init__(
        self,
        store: Store,
        services: Services,
        keys: Keys,
        city: City,
        now: Callable[[], datetime] = real_now,
        seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._store = store
        self._services = services
        self._keys = keys
        self._city = city
        self._now = now
        self._seconds = seconds

    async def answer(self, message: Message) -> str:
        """What the person is told; empty where nothing is to be said. Every failure is told in words."""
        until = time.monotonic() + self._seconds
        try:
            async with asyncio.timeout(self._seconds):
                return await self._answer(message, until)
        except (TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as problem:
            _log.warning("message not answered", kind=message.kind, reason=repr(problem))
            return words.LATER

    async def _answer(self, message: Message, until: float) -> str:
        name, lease = self._keys.name(message.person), uuid.uuid4().hex
        taken = await self._store.take(name, message.id, lease, self._now())
        while taken is None:
            await asyncio.sleep(POLL_SECONDS)
            taken = await self._store.take(name, message.id, lease, self._now())
        if isinstance(taken, Answered):
            return self._keys.unseal_answer(name, taken.answer)
        state, said = await self._decided(self._remembered(name, taken.state), message, until)
        kept = await self._store.keep(
            name,
            message.id,
            lease,
            self._keys.seal(name, state),
            self._keys.seal_answer(name, said),
            self._now(),
        )
        # Without the lease the state is another's by now; what was done stands, and a repeat finds it done.
        return said if kept else words.LATER

    def _remembered(self, name: str, box: bytes) -> Conversation:
        """The conversation so far; begun anew where the secret that sealed it is gone."""
        try:
            return self._keys.unseal(name, box)
        except ValueError as problem:
            _log.warning("conversation begun anew", reason=str(problem))
            return Conversation()

    async def _decided(self, state: Conversation, message: Message, until: float) -> tuple[Conversation, str]:
        step = hearing.hear(state, message, self._city)
        for _ in range(MOST_CALLS):
            if step.call is None:
                break
            left = until - KEEPING_SECONDS - time.monotonic()
            outcome = await self._services.perform(message.person, step.call, left)
            step = hearing.told(step.state, step.call, outcome, self._city)
        step = hearing.kept(step)
        return step.state, step.say
