"""The door of the whole city: every second the topics as they stand become what there is to tell of them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from chassis.clock import Clock
from chassis.engine.blame import hopeless
from chassis.engine.desk import Desk
from services.router.core.topics.city_posts import CityPosts
from services.router.core.topics.talk import inputs, new, news_of
from services.router.store import Topics

_log = structlog.get_logger()


class Teller:
    """Hands in how topics stand, where this instance leads; the rules of `core/topics/talk.py` say what is new.

    Two instances that lead by mistake tell nothing twice: what was told is the topic's state, and its row is
    locked while a rule decides.
    """

    def __init__(
        self,
        posts: CityPosts,
        topics: Topics,
        clock: Clock,
        leads: Callable[[], Awaitable[bool]],
        desk: Desk,
    ) -> None:
        self._posts = posts
        self._topics = topics
        self._clock = clock
        self._leads = leads
        self._desk = desk
        self._led = False

    async def step(self) -> int:
        """Tell what is new, if anything was seen since the last time; returns how many facts were said."""
        leads = await self._leads()
        took_over, self._led = leads and not self._led, leads
        if not leads or not (self._posts.changed or took_over):
            return 0
        now, numbers = self._clock.now(), self._posts.numbers
        told = await self._topics.told(now - timedelta(hours=2 * numbers.window_hours))
        standing = self._posts.topics(now)
        said: dict[str, int] = {}
        handed_in: list[asyncio.Future[int]] = []
        for name, given in inputs(told, standing, numbers.enough, numbers.share):
            before = told.get(name) or new(name)
            try:
                # Most topics stand as they were told: only the others are worth a transaction.
                changed = news_of(before, given, now)
            except Exception as problem:
                _put_aside(name, problem)
                continue
            if changed is not None:
                said[name] = int(changed[1] is not None)
                asked = self._desk.submit([(name, given)], f"{name}/{before.seq + 1}", len)
                handed_in.append(asyncio.ensure_future(asked))
        await asyncio.sleep(0)
        while self._desk.waiting:
            await self._desk.commit()
        ended = await asyncio.gather(*handed_in, return_exceptions=True)
        for name, end in zip(list(said), ended, strict=True):
            if isinstance(end, BaseException):
                _put_aside(name, end)
                del said[name]
        return sum(said.values())


def _put_aside(topic: str, problem: BaseException) -> None:
    """A topic that no rule can bear is tried again when posts change it; until then the others are told of.

    Raises what is not the topic's own fault.
    """
    if not hopeless(problem):
        raise problem
    _log.error("a topic cannot be told of", topic=topic, reason=repr(problem))
