"""Stats hears what it decides on; where it once stood in other topics is forgotten without harm."""

from collections.abc import AsyncIterator
from importlib import import_module

import asyncpg
import pytest

from chassis.clock import HandClock
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.memory.bus import Quiet
from chassis.store import Position
from services.stats import store
from services.stats.app import build
from tests.postgres import migrated
from tests.services.stats.test_core import PROFILE, at


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with migrated(dsn, "stats") as (_, opened):
        yield opened


async def test_a_position_stored_for_a_topic_that_is_no_longer_heard_is_passed_over() -> None:
    kept, _ = store.memory()
    kept.position[0] = Position(0, "another", {"notices": 12, "groups": 3, "posts": 7})
    listener = Listener(
        build(PROFILE), kept, Publisher(kept, Quiet()), HandClock(at("2026-03-02T10:00")), "one"
    )

    starts = await listener.take_over([0])
    await listener.hear(())

    assert {topic for topic, _ in starts} == {
        "posts",
        "replies",
        "assignments",
        "deadlines",
        "surveys",
        "city",
    }
    assert starts[("posts", 0)] == 7


@pytest.mark.real
async def test_what_waited_in_a_topic_that_is_no_longer_heard_waits_no_more(pool: asyncpg.Pool) -> None:
    await pool.execute('update position set offsets = \'{"notices": 4, "posts": 9}\' where partition = 0')
    await pool.execute("insert into subject (subject, partition, held, remembered) values ('p', 0, 3, '')")
    await pool.execute(
        'insert into waiting (subject, topic, seq, partition, "offset", parked, reason, headers) '
        "select 'p', topic, 2, 0, 0, true, '', '' from unnest('{notices,groups,replies}'::text[]) topic"
    )

    await pool.execute(import_module("services.stats.schema.versions.0004_heard").FORGET)

    assert await pool.fetchval("select offsets::text from position where partition = 0") == '{"posts": 9}'
    assert await pool.fetchval("select string_agg(topic, ' ') from waiting") == "replies"
    assert await pool.fetchval("select held from subject") == 1


@pytest.mark.real
async def test_anonymous_posts_that_were_counted_as_people_are_forgotten(pool: asyncpg.Pool) -> None:
    await pool.execute("insert into subject (subject, partition, held, remembered) values ('p', 0, 0, '')")
    await pool.execute("insert into citizen (citizen) values ('p'), ('hash')")

    await pool.execute(import_module("services.stats.schema.versions.0005_registered").FORGET)

    assert await pool.fetchval("select string_agg(citizen, ' ') from citizen") == "hash"
