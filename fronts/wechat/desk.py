"""A message is answered: its conversation is leased, decided on, its calls made, and state and answer kept together.

What takes longer than WeChat waits is done afterwards, with no lease held: the answer waits for it as long as it may, and
what comes of it is kept as another message would be.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

import asyncpg
import structlog

from chassis.clock import RealTime, real_now
from fronts.wechat.core import hearing, words
from fronts.wechat.core.conversation import City, Conversation, Fetch, Message, Step
from fronts.wechat.keys import Keys
from fronts.wechat.services import Services
from fronts.wechat.store import Answered, Store

ANSWER_SECONDS: Final = 4.2
"""WeChat waits five; the rest is for the network."""
KEEPING_SECONDS: Final = 0.5
"""Of them for the database, after the calls."""
POLL_SECONDS: Final = 0.1
"""Between two looks whether the message before this one is done."""
MOST_CALLS: Final = 4
"""That one message can lead to: pictures fetched, a post refused for old tickets, fetched anew, posted."""
FETCHING_SHARE: Final = 0.6
"""Of the time left, for pictures that a post waits for; the rest is for the post."""
AFTERWARDS_SECONDS: Final = 300.0
"""Real time for what is done after the answer, with the wait for other people's pictures and the person's other messages."""
Unasked = Callable[[str, str], Awaitable[None]]
"""Says words to a person who did not just write."""
_log = structlog.get_logger()


class Done(NamedTuple):
    """What came of what takes longer than an answer."""

    say: str
    refused: bool
    """Something was not taken."""


class Desk:
    """Answers messages, each once, within so many real seconds."""

    def __init__(
        self,
        store: Store,
        services: Services,
        keys: Keys,
        city: City,
        now: RealTime = real_now,
        seconds: float = ANSWER_SECONDS,
        unasked: Unasked | None = None,
    ) -> None:
        """`unasked` says something to a person after the answer; without it, what comes late is heard when they write again."""
        self._store = store
        self._services = services
        self._keys = keys
        self._city = city
        self._now = now
        self._seconds = seconds
        self._unasked = unasked
        self._afterwards: set[asyncio.Task[Any]] = set()

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
        async def decided(state: Conversation) -> Step:
            return await self._decided(state, message, until)

        said, later = await self._kept(message.person, message.id, decided)
        if later is None:
            return said
        task = asyncio.create_task(self._done(message, later))
        self._on_its_way(task)
        done, _ = await asyncio.wait([task], timeout=max(0.0, until - KEEPING_SECONDS - time.monotonic()))
        if done:
            return task.result().say or said
        if self._unasked is not None:
            self._on_its_way(asyncio.create_task(self._said_late(message.person, task, self._unasked)))
        return said

    def _on_its_way(self, task: asyncio.Task[Any]) -> None:
        self._afterwards.add(task)
        task.add_done_callback(self._afterwards.discard)

    async def _said_late(self, person: str, task: asyncio.Task[Done], unasked: Unasked) -> None:
        """A refusal that came after the answer is said at once; that all went well is told when the person asks."""
        done = await task
        if done.refused and done.say:
            await unasked(person, done.say)

    async def done_afterwards(self) -> None:
        """Wait for what is done after the answers."""
        while self._afterwards:
            await asyncio.wait(list(self._afterwards))

    async def _done(self, message: Message, call: Fetch) -> Done:
        """What takes longer, and what is said of it; nothing when that could not be kept: the person asks again."""

        async def told(state: Conversation) -> Step:
            return hearing.kept(hearing.told(state, call, outcome, self._city))

        try:
            async with asyncio.timeout(AFTERWARDS_SECONDS):
                outcome = await self._services.perform(message.person, call, AFTERWARDS_SECONDS)
                said, _ = await self._kept(message.person, f"{message.id}/done", told)
                return Done(said, bool(outcome.body.get("refused")))
        except (TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as problem:
            _log.warning("not kept afterwards", kind=message.kind, reason=repr(problem))
            return Done("", False)

    async def _kept(
        self, person: str, message: str, decide: Callable[[Conversation], Awaitable[Step]]
    ) -> tuple[str, Fetch | None]:
        """Decide on a message under the lease of its person; a repeat gets the answer that was kept."""
        name, lease = self._keys.name(person), uuid.uuid4().hex
        taken = await self._store.take(name, message, lease, self._now())
        while taken is None:
            await asyncio.sleep(POLL_SECONDS)
            taken = await self._store.take(name, message, lease, self._now())
        if isinstance(taken, Answered):
            return self._keys.unseal_answer(name, taken.answer), None
        step = await decide(self._remembered(name, taken.state))
        kept = await self._store.keep(
            name,
            message,
            lease,
            self._keys.seal(name, step.state),
            self._keys.seal_answer(name, step.say),
            self._now(),
        )
        # Without the lease the state is another's by now; what was done stands, and a repeat finds it done.
        return (step.say, step.later) if kept else (words.LATER, None)

    def _remembered(self, name: str, box: bytes) -> Conversation:
        """The conversation so far; begun anew where the secret that sealed it is gone."""
        try:
            return self._keys.unseal(name, box)
        except ValueError as problem:
            _log.warning("conversation begun anew", reason=str(problem))
            return Conversation()

    async def _decided(self, state: Conversation, message: Message, until: float) -> Step:
        step = hearing.hear(state, message, self._city)
        for _ in range(MOST_CALLS):
            if step.call is None:
                break
            left = until - KEEPING_SECONDS - time.monotonic()
            left *= FETCHING_SHARE if isinstance(step.call, Fetch) else 1
            outcome = await self._services.perform(message.person, step.call, left)
            step = hearing.told(step.state, step.call, outcome, self._city)
        return hearing.kept(step)
