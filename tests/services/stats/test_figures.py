"""The live figures from records to rows: one suite, in memory and on PostgreSQL."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.clock import HandClock
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.memory.bus import Quiet
from chassis.service import Incoming
from chassis.store import Store
from contracts.codec import Event, encode
from contracts.deadlines import DeadlineMissed
from contracts.facts import Fact
from contracts.identity import PARTITIONS, derived, partition_of
from contracts.posts import PostSupported
from services.stats import store
from services.stats.app import build
from services.stats.core.periods import Period
from services.stats.league import is_thin, league, ranking
from services.stats.league import live as live_figures
from services.stats.open_data.source import MemorySource, PostgresSource, Source
from tests.postgres import migrated
from tests.services.stats.test_core import PROFILE, assigned, at, received, replied


@dataclass
class World:
    """Stats on one store, fed record by record."""

    kept: Store
    figures: store.Figures
    source: Source
    offsets: Counter[tuple[str, int]] = field(default_factory=Counter)
    seqs: Counter[tuple[str, str]] = field(default_factory=Counter)

    async def hear(self, *said: tuple[int, str, Fact]) -> None:
        """Facts, each with the number of its post and its topic; one batch."""
        listener = Listener(
            build(PROFILE), self.kept, Publisher(self.kept, Quiet()), HandClock(at("2026-03-02T10:00")), "one"
        )
        await listener.take_over(range(PARTITIONS))
        batch = []
        for n, topic, fact in said:
            subject = derived("post", n)
            partition = partition_of(subject)
            self.seqs[(topic, subject)] += 1
            seq = self.seqs[(topic, subject)]
            encoded = encode(Event(derived(subject, topic, seq), topic, subject, seq, fact, "test"))
            offset = self.offsets[(topic, partition)]
            self.offsets[(topic, partition)] += 1
            batch.append(Incoming(topic, partition, offset, encoded.key, encoded.value, encoded.headers))
        await listener.hear(batch)


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        posts, cells = store.memory()
        yield World(posts, store.MemoryFigures(posts, cells), MemorySource(posts, cells))
        return
    async with migrated(request.getfixturevalue("dsn"), "stats") as (_, pool):
        source = PostgresSource(pool, PROFILE.number_prefix)
        yield World(store.postgres(pool), store.PostgresFigures(pool), source)


def numbered(n: int, when: str, area: str = "", kind: str = "complaint") -> Fact:
    return replace(received(at(when), kind), number=f"SQ{n}", area=area)


async def live(world: World, now: str) -> dict[str, Any]:
    return await live_figures(world.figures, PROFILE, at(now))


async def test_the_wall_sees_what_came_and_what_was_answered_today(world: World) -> None:
    await world.hear(
        (1, "posts", numbered(1, "2026-03-02T09:00", "321302")),
        (2, "posts", numbered(2, "2026-03-03T09:00", "321302")),
        (3, "posts", numbered(3, "2026-03-03T09:30")),
        (1, "replies", replied(at("2026-03-03T10:00"))),
    )

    found = await live(world, "2026-03-03T11:00")

    assert (found["today"]["received"], found["today"]["replied"]) == (2, 0)
    assert found["today"]["replies_given"] == 1
    areas = {area["name"]: area for area in found["areas"]}
    assert (areas["宿城区"]["received"], areas["宿城区"]["replied"]) == (2, 1)
    assert areas["未注明"]["received"] == 1
    assert sum(area["received"] for area in found["areas"]) == found["month"]["received"] == 3


async def test_the_oldest_overdue_post_comes_first_and_an_answer_takes_it_off(world: World) -> None:
    for n, due in ((1, "2026-03-06T18:00"), (2, "2026-03-05T18:00"), (3, "2026-03-04T18:00")):
        await world.hear(
            (n, "posts", numbered(n, "2026-03-02T09:00")),
            (n, "assignments", assigned(at("2026-03-02T09:01"), "water")),
            (n, "deadlines", DeadlineMissed(at=at(due), due=at(due))),
        )
    await world.hear((3, "replies", replied(at("2026-03-07T10:00"))))

    found = await live(world, "2026-03-07T11:00")

    assert [one["number"] for one in found["oldest_overdue"]] == ["SQ2", "SQ1"]
    assert found["oldest_overdue"][0]["due"] == at("2026-03-05T18:00")
    assert found["oldest_overdue"][0]["department_name"] == PROFILE.department_name("water")
    assert found["month"]["overdue"] == 2


async def test_figures_by_kind_add_up_and_the_ranking_is_the_same_until_something_happens(
    world: World,
) -> None:
    async def ranked() -> bytes:
        return ranking(await league(world.figures, PROFILE, Period.read("2026-03"), at("2026-03-03T11:00")))

    await world.hear((1, "posts", numbered(1, "2026-03-02T09:00", kind="consult")))
    await world.hear((2, "posts", numbered(2, "2026-03-02T09:00")))
    kinds = await world.figures.by_kind(at("2026-03-01T00:00").date(), at("2026-04-01T00:00").date())

    assert {kind: measures["received"] for kind, measures in kinds.items()} == {"consult": 1, "complaint": 1}
    before = await ranked()
    assert await ranked() == before
    await world.hear((1, "replies", replied(at("2026-03-03T10:00"))))
    assert await ranked() != before


async def test_people_are_counted_once_and_posts_that_nobody_signed_are_nobodys(world: World) -> None:
    signed = replace(numbered(1, "2026-03-02T09:00"), citizen="hash")
    anonymous = replace(numbered(3, "2026-03-02T09:00"), citizen=derived("post", 3))

    await world.hear((1, "posts", signed), (2, "posts", signed), (3, "posts", anonymous))

    assert await world.figures.citizens() == 1


async def test_a_supporter_who_signs_is_a_person_and_moves_no_figure_of_the_post(world: World) -> None:
    when = at("2026-03-02T09:00")

    await world.hear(
        (1, "posts", PostSupported(at=when, supporter="hash", signed=True)),
        (2, "posts", PostSupported(at=when, supporter="hash", signed=True)),
        (3, "posts", PostSupported(at=when, supporter="nobody")),
    )

    assert await world.figures.citizens() == 1
    assert await world.figures.by_unit(when.date(), at("2026-04-01T00:00").date()) == {}


async def test_open_data_reads_the_cases_of_a_year_each_once(world: World) -> None:
    def dated(when: str, number: str) -> Fact:
        return replace(received(at(when)), number=number, area="321302")

    await world.hear(
        (1, "posts", dated("2025-12-31T09:00", "SQ251231-000001")),
        *((n, "posts", dated("2026-01-04T09:00", f"SQ260104-{n:06}")) for n in range(2, 5)),
        (4, "replies", replied(at("2026-01-05T10:00"))),
    )

    rows = await world.source.rows(2026)

    assert await world.source.years() == [2025, 2026]
    assert {row[:4]: count for row, count in rows.items()} == {
        ("2026-01", "", "complaint", "321302"): 2,
        ("2026-01", "water", "complaint", "321302"): 1,
    }
    assert sum((await world.source.rows(2025)).values()) == 1
    assert await world.source.rows(2024) == {}


@pytest.mark.parametrize(
    ("received", "before", "thin"), [(0, 0, False), (3, 16, True), (4, 20, False), (1, 0, False)]
)
def test_a_month_is_thin_until_it_has_had_a_fifth_of_the_last_ones_posts(
    received: int, before: int, thin: bool
) -> None:
    assert is_thin({"city": {"received": received}}, {"city": {"received": before}}) is thin
