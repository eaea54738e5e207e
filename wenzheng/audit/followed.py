"""Part of I4: whoever follows a post is told of each of its news, once, and nobody else is."""

from collections import defaultdict
from datetime import datetime
from typing import Any, Final

from contracts.facts import Fact
from contracts.posts import CitizenErased, FollowerJoined, FollowerLeft, PostHeld, PostHidden, PostWithdrawn
from services.notifier.core.table_of_followers import FOLLOWERS_TOLD
from wenzheng.audit.snapshot import Part, Snapshot, heard

_UNCLEAR: Final = (PostHeld, PostHidden, PostWithdrawn, CitizenErased)
"""After these it is the rules' to say what may still be told; the audit asks only that nobody else was."""

_TOLD: Final = """
select subject, follower, kind, count(distinct cause) as causes, count(*) filter (where state = 'sent') as sent
from notifier.notice where follower <> '' group by subject, follower, kind"""


class Followed:
    """The followers and news of the log, and the notices that tell them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.checked = 0
        self.in_flight = 0
        """News whose next page is not due yet."""
        self._joined: set[tuple[str, str]] = set()
        """(post, follower) of everybody who has ever followed."""
        self._owed: dict[tuple[str, str, str], int] = defaultdict(int)
        """(post, follower, kind) to how often news of the kind must have been told."""

    def part(self, part: Part) -> None:
        """Remember who follows what, and what has become of it."""
        position = self._snapshot.positions["notifier"].get(part.partition, {})
        for subject, facts in heard(part, ("posts", "replies"), position).items():
            since = _followers(facts)
            self._joined |= {(subject, name) for name in since}
            if part.states["notifier"][subject].held or any(isinstance(fact, _UNCLEAR) for fact in facts):
                continue
            for fact in facts:
                news = FOLLOWERS_TOLD.get(type(fact))
                for name, at in since.items() if news is not None else ():
                    if at is not None and fact.at >= at:
                        self._owed[subject, name, news.kind] += 1  # type: ignore[union-attr]

    async def wrong(self) -> list[str]:
        """What the notices say otherwise."""
        found: list[str] = []
        connection = self._snapshot.connection
        spreading = {
            (row["subject"], row["kind"])
            for row in await connection.fetch("select subject, kind from notifier.spreading")
        }
        told: dict[tuple[str, str, str], Any] = {}
        async for notice in connection.cursor(_TOLD):
            place = notice["subject"], notice["follower"], notice["kind"]
            told[place] = notice
            if place[:2] not in self._joined:
                found.append(f"{place[1]} was told of {place[0]} and never followed it")
            if notice["sent"] > notice["causes"]:
                found.append(f"{place[1]} was told of {place[0]} twice: {place[2]}")
        for place, times in self._owed.items():
            self.checked += 1
            if place in told and told[place]["causes"] >= times:
                continue
            if (place[0], place[2]) in spreading:
                self.in_flight += 1
            else:
                found.append(f"{place[1]} follows {place[0]} and was not told: {place[2]}")
        return found


def _followers(facts: list[Fact]) -> dict[str, datetime | None]:
    """Name to since when they follow; None for one who left, and perhaps came again."""
    since: dict[str, datetime | None] = {}
    for fact in facts:
        if isinstance(fact, FollowerJoined):
            since[fact.follower] = None if fact.follower in since else fact.at
        elif isinstance(fact, FollowerLeft):
            since[fact.follower] = None
    return since
