"""The door of the whole city: every second the topics as they stand become what there is to tell of them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from chassis.clock import Clock
from chassis.engine.desk import Desk
from services.router.core.topics.city_posts import CityPosts
from services.router.core.topics.talk import inputs, news
from services.router.store import Topics


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
        # Most topics stand as they were told: only the others are worth a transaction.
        changed = {
            talk.topic: fact for talk, fact in news(told, standing, now, numbers.enough, numbers.share)
        }
        if not changed:
            return 0
        handed_in = [
            asyncio.ensure_future(
                self._desk.submit([(name, given)], f"{name}/{told[name].seq + 1 if name in told else 1}", len)
            )
            for name, given in inputs(told, standing, numbers.enough, numbers.share)
            if name in changed
        ]
        await asyncio.sleep(0)
        while self._desk.waiting:
            await self._desk.commit()
        await asyncio.gather(*handed_in)
        return sum(fact is not None for fact in changed.values())
