"""Hot topics on a real database: two who tell at once, and what was told before topics were states of the engine."""

import asyncio
from datetime import datetime

import msgspec
import pytest

from chassis.clock import HandClock
from chassis.engine.desk import Desk
from chassis.engine.publisher import Publisher
from chassis.memory.bus import Quiet
from chassis.outbox import unpack
from chassis.postgres.migrate import migrate
from contracts.codec import decode
from contracts.groups import TopicFound
from contracts.topics import GROUPS
from services.router import store
from services.router.app import build_talk
from services.router.core.topics.talk import Talk, TopicStands
from services.router.core.topics.window import Found
from tests.postgres import migrated
from tests.services.intake.door import at

pytestmark = pytest.mark.real

NOW: datetime = at("2026-03-02T18:30")
STANDS = TopicStands(
    Found(
        topic="bus-12",
        words=("公交",),
        posts=("a", "b", "c", "d", "e"),
        numbers=("1", "2", "3", "4", "5"),
        area="",
        place="",
        growth=1.0,
        why="5 条帖子都说到“公交”",
    ),
    enough=2,
    share=0.25,
)


async def test_two_who_lead_at_once_tell_of_a_topic_once(dsn: str) -> None:
    async with migrated(dsn, "router") as (_, pool):
        stores = [store.postgres_talk(pool) for _ in range(2)]
        desks = [
            Desk(build_talk(), own, Publisher(own, Quiet()), HandClock(NOW), creates=True) for own in stores
        ]
        asking = [asyncio.ensure_future(desk.submit([("bus-12", STANDS)], "bus-12/1", len)) for desk in desks]
        await asyncio.sleep(0)
        while any(desk.waiting for desk in desks):
            await asyncio.gather(*(desk.commit() for desk in desks))
        await asyncio.gather(*asking)

        blobs = [row["blob"] for row in await pool.fetch("select blob from outbox")]
        told = await store.PostgresTopics(pool).told(NOW)
        for own in stores:
            await own.close()

    facts = [
        decode(GROUPS, record.key, record.value, record.headers)
        for blob in blobs
        for _, _, record in unpack(blob)
    ]
    assert [(event.seq, type(event.fact)) for event in facts] == [(1, TopicFound)]
    assert told["bus-12"].posts == STANDS.found.posts


async def test_what_was_told_before_keeps_its_number_and_its_posts(dsn: str) -> None:
    talk = Talk("bus-12", seq=3, words=("公交",), posts=("a", "b"), numbers=("1", "2"), size=2, grown_at=NOW)
    async with migrated(dsn, "router", "0004") as (own, pool):
        await pool.execute(
            "insert into topic (topic, grown_at, told) values ($1::text, $2::timestamptz, $3::bytea)",
            talk.topic,
            NOW,
            msgspec.json.encode(talk),
        )
        await migrate("router", own)
        told = await store.PostgresTopics(pool).told(NOW)
        kept = store.postgres_talk(pool)
        desk = Desk(build_talk(), kept, Publisher(kept, Quiet()), HandClock(NOW))
        asking = asyncio.ensure_future(desk.submit([("bus-12", STANDS)], "bus-12/4", len))
        await asyncio.sleep(0)
        await desk.commit()
        await asking
        blob = await pool.fetchval("select blob from outbox")
        await kept.close()

    assert told == {"bus-12": talk}
    [(_, _, record)] = unpack(blob)
    assert decode(GROUPS, record.key, record.value, record.headers).seq == 4
