"""Intake on a real database: what one instance holds the other leaves; keys and voices are kept with the case."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest

from chassis.clock import HandClock
from chassis.engine.answers import IdempotencyKey
from chassis.engine.desk import Desk
from chassis.engine.publisher import Publisher
from chassis.identity import uuid7
from chassis.memory.bus import Quiet
from chassis.outbox import unpack
from chassis.postgres.answers import PostgresAnswers
from chassis.postgres.migrate import migrate
from chassis.postgres.store import connect
from chassis.store import Applied, Outcome, Remembered
from chassis.vault import PostgresKeys
from city.words import Verdict
from contracts.city_facts import PolicyChanged
from contracts.codec import decode
from contracts.decision import Effect
from contracts.identity import PARTITIONS, city_subject, partition_of
from contracts.topics import CITY as TOPIC
from services.intake import store
from services.intake.app import build
from services.intake.core.case import Case
from services.intake.core.requests import Publish, Submit
from services.intake.core.sealing import EraseKeys, KeepKeys
from services.intake.core.voices import EraseContact, KeepContact, KeepVoice
from tests.postgres import city
from tests.services.intake.door import PROFILE, at

pytestmark = pytest.mark.real

CITY = city_subject(0)


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    own = await city(dsn)
    await migrate("intake", own)
    opened = await connect(own, "intake")
    yield opened
    opened.terminate()


async def test_a_row_that_another_request_holds_is_named_and_the_others_are_loaded(
    pool: asyncpg.Pool,
) -> None:
    subjects = ("held-by-another", "free", CITY)
    async with store.postgres(pool).transaction() as transaction:
        rows = [Remembered(subject, partition_of(subject), Case(number=subject)) for subject in subjects[:2]]
        await transaction.save(Outcome(changed=rows))
        await transaction.load([CITY], lock=True)

    async with store.postgres(pool).transaction() as first, store.postgres(pool).transaction() as second:
        await first.load_free([subjects[0]], [])
        await first.connection.execute("select 1 from subject where subject = $1 for update", CITY)
        loaded, busy = await second.load_free([subjects[0], subjects[1], "unknown"], [CITY])

    assert busy == {"held-by-another"}
    assert set(loaded) == {"free", CITY}, "the city is read whoever holds it"
    assert loaded["free"].state.number == "free"


async def test_the_keys_of_a_post_are_kept_once_and_erased_together(pool: asyncpg.Pool) -> None:
    keys = PostgresKeys()

    await keys.keep(pool, {"p1": b"contact"}, {"p1": b"text", "p2": b"other"})
    await keys.keep(pool, {"p1": b"later"}, {"p1": b"later"})

    assert await keys.contacts(pool, ["p1", "p2"]) == {"p1": b"contact"}
    assert await keys.texts(pool, ["p1", "p2"]) == {"p1": b"text", "p2": b"other"}
    await keys.erase(pool, ["p1"])
    assert await keys.contacts(pool, ["p1", "p2"]) == {}
    assert await keys.texts(pool, ["p1", "p2"]) == {"p2": b"other"}


async def test_what_rules_decide_of_keys_and_voices_is_kept_in_the_same_save_or_not_at_all(
    pool: asyncpg.Pool,
) -> None:
    kept = store.postgres(pool)
    effects = [
        Applied("q1", partition_of("q1"), "cause", datetime.now(UTC), effect)
        for effect in (KeepKeys(b"contact", b"text"), KeepVoice("neighbour", "network"))
    ]
    voices, keys = store.PostgresVoices(pool), PostgresKeys()

    with pytest.raises(ConnectionError):
        async with kept.transaction() as transaction:
            await transaction.save(Outcome(effects=effects))
            raise ConnectionError
    assert await voices.look("q1", "neighbour", "network") == (False, 0)
    assert await keys.texts(pool, ["q1"]) == {}

    for _ in range(2):
        async with kept.transaction() as transaction:
            await transaction.save(Outcome(effects=effects))
    assert await voices.look("q1", "neighbour", "network") == (True, 1)
    assert await voices.look("q1", "another", "network") == (False, 1)
    assert await keys.contacts(pool, ["q1"]) == {"q1": b"contact"}


async def test_who_leaves_and_comes_again_within_one_batch_has_the_key_of_the_last_box(
    pool: asyncpg.Pool,
) -> None:
    kept, keys = store.postgres(pool), PostgresKeys()

    async def decided(*effects: Effect) -> None:
        applied = [
            Applied("q2", partition_of("q2"), "cause", datetime.now(UTC), effect) for effect in effects
        ]
        async with kept.transaction() as transaction:
            await transaction.save(Outcome(effects=applied))

    await decided(KeepKeys(b"author", b"text"), KeepContact("F1", b"first"), KeepContact("F2", b"other"))
    await decided(KeepContact("F1", b"second"))
    assert (await keys.contacts(pool, ["F1"]))["F1"] == b"first", "whose box was said first"

    await decided(EraseContact("F1"), KeepContact("F1", b"third"), EraseContact("F2"))
    assert await keys.contacts(pool, ["q2", "F1", "F2"]) == {"q2": b"author", "F1": b"third"}
    assert await pool.fetchval("select exists (select from vault.erased)"), "what was erased is overwritten"

    await decided(KeepContact("F4", b"fourth"))
    await decided(EraseKeys())
    assert await keys.contacts(pool, ["q2", "F1", "F4"]) == {}, (
        "followers of an erased post are told nothing more"
    )


async def test_a_lone_post_takes_few_journeys_to_the_database(pool: asyncpg.Pool) -> None:
    kept = store.postgres(pool)
    desk = Desk(
        build(PROFILE), kept, Publisher(kept, Quiet()), HandClock(at("2026-03-02T10:00")), PostgresAnswers()
    )
    committing = asyncio.create_task(desk.run())

    async def post(n: int) -> None:
        subject = uuid7()
        request = Submit(
            kind="complaint",
            title="路灯不亮",
            text="幸福路的路灯坏了一周。",
            area="",
            place="",
            public=True,
            hide_name=False,
            citizen=subject,
            drawn=900_000 + n,
            verdict=Verdict("pass"),
            **store.seal_post({"text": "x", "phone": "13812345678"}, subject),
        )
        key = IdempotencyKey("bearer", "/v1/posts", f"key-{n}", "hash")
        await desk.submit([(subject, request)], uuid7(), lambda answers: b"", key)

    try:
        await post(1)
        assert kept._connection is not None
        said: list[str] = []
        with kept._connection.query_logger(lambda record: said.append(record.query)):
            await post(2)
    finally:
        committing.cancel()

    # Begin; known keys; the city and the row; states and outbox; the post's keys; the answer; commit.
    assert len(said) <= 7, said


async def test_of_two_first_changes_of_the_city_at_the_same_moment_one_is_said_after_the_other(
    pool: asyncpg.Pool,
) -> None:
    clock = HandClock(at("2026-03-02T10:00"))
    stores = [store.postgres(pool) for _ in range(2)]
    desks = [Desk(build(PROFILE), own, Publisher(own, Quiet()), clock) for own in stores]
    changes = [PolicyChanged(at=clock.now(), part={"ladder": {"bulletin": days}}) for days in (3, 7)]
    asking = [
        asyncio.ensure_future(
            desk.submit([(city_subject(p), Publish(fact, fact.at)) for p in range(PARTITIONS)], str(n), len)
        )
        for n, (desk, fact) in enumerate(zip(desks, changes, strict=True))
    ]
    await asyncio.sleep(0)
    while any(desk.waiting for desk in desks):
        await asyncio.gather(*(desk.commit() for desk in desks))
    await asyncio.gather(*asking)

    blobs = [row["blob"] for row in await pool.fetch("select blob from outbox")]
    records = [record for blob in blobs for _, _, record in unpack(blob)]
    said = [decode(TOPIC, record.key, record.value, record.headers) for record in records]
    async with stores[0].transaction() as transaction:
        known = await transaction.load([CITY], lock=False)
    for own in stores:
        await own.close()

    first, second = known[CITY].state.facts
    assert [first, second] in (changes, changes[::-1])
    assert len(said) == 2 * PARTITIONS
    assert all(event.fact == (first, second)[event.seq - 1] for event in said)
