"""The door of the whole city: every second the topics as they stand become what there is to tell of them."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from chassis.clock import Clock
from chassis.outbox import Addressed
from contracts.codec import Event, encode
from contracts.identity import derived, partition_of
from contracts.topics import GROUPS, type_of
from services.router.core.topics.city_posts import CityPosts
from services.router.core.topics.talk import news
from services.router.store import Topics

Offer = Callable[[str, list[Addressed]], None]
"""Hands the records of a committed outbox row to the publisher."""


class Teller:
    """Says what is new about the city's topics, where this instance leads."""

    def __init__(
        self,
        posts: CityPosts,
        topics: Topics,
        clock: Clock,
        leads: Callable[[], Awaitable[bool]],
        offer: Offer,
    ) -> None:
        self._posts = posts
        self._topics = topics
        self._clock = clock
        self._leads = leads
        self._offer = offer
        self._led = False

    async def step(self) -> int:
        """Tell what is new, if anything was seen since the last time; returns how many facts were said."""
        leads = await self._leads()
        took_over, self._led = leads and not self._led, leads
        if not leads or not (self._posts.changed or took_over):
            return 0
        now, numbers = self._clock.now(), self._posts.numbers
        told = await self._topics.told(now - timedelta(hours=2 * numbers.window_hours))
        changed = news(told, self._posts.topics(now), now, numbers.enough, numbers.share)
        if not changed:
            return 0
        records: list[Addressed] = []
        for talk, fact in changed:
            if fact is None:
                continue
            identity = derived(f"{talk.topic}/{talk.seq}", type_of(type(fact)))
            event = Event(identity, GROUPS.name, talk.topic, talk.seq, fact, "router")
            records.append((GROUPS.name, partition_of(talk.topic), encode(event)))
        blob_id = derived(changed[0][0].topic, "blob", time.time_ns())
        await self._topics.tell([talk for talk, _ in changed], records, blob_id)
        if records:
            self._offer(blob_id, records)
        return len(records)
