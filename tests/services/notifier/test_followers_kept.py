"""Who follows a post, in both stores: rows apart from its state, read a page at a time, and opened for one message each."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from chassis.store import NEVER, Applied, Input
from chassis.vault import LinkSecret, MemoryKeys, new_key, seal
from contracts.decision import Effect
from services.notifier import store
from services.notifier.core.case import Case, Claim, Notice
from services.notifier.core.news import (
    A_PAGE,
    DropFollower,
    DropFollowers,
    Follower,
    KeepFollower,
    News,
    NewsDue,
    Spread,
)
from services.notifier.followers import AT_ONCE, Followers
from services.notifier.outgoing import Outgoing
from tests.postgres import migrated
from tests.services.deadline.facts import at

NOW = at("2026-03-02T10:00")
NEWS = News("cause", "news-replied", "water", NOW)
MINE = {0: 0}
LINKS = LinkSecret(b"a secret of the tests' links")


class Kept:
    """The keeper and door of one of the two stores, and the notices beside it."""

    def __init__(self, keys: MemoryKeys) -> None:
        self.keys = keys
        self.memory, self.claims_in_memory = store.memory(keys, LINKS)
        self.pool: asyncpg.Pool | None = None
        self.followers = Followers()

    async def apply(self, *effects: Effect, subject: str = "post", partition: int = 0) -> None:
        applied = [Applied(subject, partition, "c", NOW, effect) for effect in effects]
        if self.pool is None:
            self.claims_in_memory.followers.apply([a for a in applied if not isinstance(a.effect, Claim)])
            self.claims_in_memory.apply([a for a in applied if isinstance(a.effect, Claim)])
            return
        async with self.pool.acquire() as connection, connection.transaction():
            await self.followers.apply(connection, [a for a in applied if not isinstance(a.effect, Claim)])
            await store.Claims().apply(connection, [a for a in applied if isinstance(a.effect, Claim)])

    async def claim(self, now: datetime = NOW, owned: dict[int, int] = MINE) -> list[Input]:
        if self.pool is None:
            return self.claims_in_memory.followers.claim(owned, now, 200)
        async with self.pool.acquire() as connection, connection.transaction():
            return await self.followers.claim(connection, owned, now, 200)

    def next_due(self) -> datetime | None:
        return (self.claims_in_memory.followers if self.pool is None else self.followers).next_due(MINE)

    async def take(self) -> list[Outgoing]:
        if self.pool is None:
            return await self.claims_in_memory.take("instance", [0], [], 10)
        return await store.PostgresNotices(self.pool, self.keys, store.Claims(), LINKS).take(
            "instance", [0], [], 10
        )


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def kept(request: pytest.FixtureRequest) -> AsyncIterator[Kept]:
    world = Kept(MemoryKeys())
    if request.param == "memory":
        for subject in ("post", "other"):
            world.memory.subject[subject] = (0, 0, b'[{},{},{"number":"SQ1"}]')
        yield world
        return
    async with migrated(request.getfixturevalue("dsn"), "notifier") as (_, pool):
        await pool.execute("update position set owner = 'instance'")
        for subject in ("post", "other"):
            await pool.execute(
                "insert into subject (subject, partition, held, remembered, number) values ($1, 0, 0, $2, 'SQ1')",
                subject,
                b'[{},{},{"number":"SQ1"}]',
            )
        world.pool = pool
        yield world


def follower(name: str, since: datetime = NOW) -> Follower:
    return Follower(name, ("wechat", "sms"), since)


def joined(name: str, sealed: bytes = b"box") -> KeepFollower:
    return KeepFollower(follower(name), sealed)


def pages(inputs: Sequence[Input]) -> list[tuple[str, list[str], bool]]:
    found: list[Any] = [(subject, due) for subject, due in inputs]
    assert all(isinstance(due, NewsDue) for _, due in found)
    return [(subject, [one.id for one in due.followers], due.more) for subject, due in found]


async def test_news_are_due_once_with_those_who_follow_this_post_in_order(kept: Kept) -> None:
    await kept.apply(joined("B"), joined("A"), Spread(NEWS, "", NOW))
    await kept.apply(joined("C"), subject="other")

    [(subject, due)] = await kept.claim()

    assert (subject, due) == ("post", NewsDue(due.id, NEWS, "", (follower("A"), follower("B")), False))  # type: ignore[attr-defined]
    assert await kept.claim() == [], "what is left to tell is noted by the rule"
    assert kept.next_due() == NEVER


async def test_a_page_holds_so_many_and_says_that_others_come_after_it(kept: Kept) -> None:
    names = [f"F{n:04d}" for n in range(A_PAGE + 2)]
    await kept.apply(*map(joined, names), Spread(NEWS, "", NOW))
    assert pages(await kept.claim()) == [("post", names[:A_PAGE], True)]

    await kept.apply(Spread(NEWS, names[A_PAGE - 1], NOW))
    assert pages(await kept.claim()) == [("post", names[A_PAGE:], False)]
    await kept.apply(Spread(NEWS, names[1], NOW))
    assert pages(await kept.claim()) == [("post", names[2:], False)], (
        "a full page is the last where nobody comes after it"
    )


async def test_news_wait_for_their_time_and_for_whoever_owns_the_post(kept: Kept) -> None:
    later = NOW + timedelta(seconds=5)
    await kept.apply(joined("A"), Spread(NEWS, "", later))

    assert (await kept.claim(), kept.next_due()) == ([], later)
    assert await kept.claim(later, {7: 0}) == []
    assert len(await kept.claim(later)) == 1


async def test_of_many_posts_so_many_are_told_of_in_one_batch(kept: Kept) -> None:
    for n in range(AT_ONCE + 2):
        await kept.apply(joined("A"), Spread(NEWS, "", NOW), subject=f"post-{n}")

    assert [len(await kept.claim()) for _ in range(3)] == [AT_ONCE, 2, 0]


async def test_news_nobody_follows_any_more_are_due_with_nobody(kept: Kept) -> None:
    await kept.apply(joined("A"), Spread(NEWS, "", NOW))
    await kept.apply(DropFollower("A"))

    assert pages(await kept.claim()) == [("post", [], False)]


async def test_all_who_follow_a_post_are_dropped_at_once_and_nobody_of_another(kept: Kept) -> None:
    await kept.apply(joined("A"), joined("B"), Spread(NEWS, "", NOW))
    await kept.apply(joined("A"), Spread(NEWS, "", NOW), subject="other")

    await kept.apply(joined("C"), DropFollowers())

    assert sorted(pages(await kept.claim())) == [("other", ["A"], False), ("post", [], False)]


async def test_a_follower_s_notice_has_their_own_box_opened_and_a_link_that_is_theirs(kept: Kept) -> None:
    """Each has a key of their own; the author's box of the same post stays closed."""
    name = "F3VW9S8S1X8B5NDF"
    key = kept.keys.contact[name] = new_key()
    await kept.apply(joined(name, seal(key, {"phone": "13812345678"}, name)))
    notice = Notice(
        "0195a000-0000-7000-8000-000000000001",
        "c",
        "news-replied",
        "citizen",
        "sms",
        "water",
        "…",
        follower=name,
    )
    await kept.apply(Claim(notice))

    [taken] = await kept.take()

    assert taken.contact == {"phone": "13812345678"}
    assert taken.notice.follower == name
    assert (taken.number, taken.stop_token) == ("SQ1", LINKS.follower_token("SQ1", name))


async def test_whoever_left_has_no_address_any_more_and_who_comes_again_has_the_new_one(kept: Kept) -> None:
    name = "F3VW9S8S1X8B5NDF"
    old, new = new_key(), new_key()
    kept.keys.contact[name] = new
    notice = Notice(
        "0195a000-0000-7000-8000-000000000002",
        "c",
        "news-replied",
        "citizen",
        "sms",
        "water",
        "…",
        follower=name,
    )
    await kept.apply(joined(name, seal(old, {"phone": "13800000000"}, name)), Claim(notice))
    await kept.apply(joined(name, b"another box, whose key was not kept"), DropFollower(name))
    await kept.apply(joined(name, seal(new, {"phone": "13812345678"}, name)))
    await kept.apply(joined(name, b"another box, whose key was not kept"))

    [taken] = await kept.take()

    assert taken.contact == {"phone": "13812345678"}


def test_the_state_of_before_there_were_followers_still_opens() -> None:
    case = store.Packing(Case).unpack("post", 0, 0, b'[{},{},{"number":"SQ1"}]').state

    assert (case.followed, case.news, case.public) == (False, (), True)
