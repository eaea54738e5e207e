"""Lists of cases are the same in memory and on PostgreSQL: whatever is asked for, in the same order, page by page."""

import random
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import product
from typing import get_args
from urllib.parse import urlsplit, urlunsplit

import pytest

from chassis.postgres.migrate import migrate
from chassis.postgres.store import connect
from chassis.store import Outcome, Remembered, Store
from contracts.identity import derived, partition_of
from services.intake import store
from services.intake.core.case import Case, Draft, Extension, Reply, Returned, Step
from services.intake.store import STATES, Query, listed_at
from tests.postgres import server
from tests.services.intake.door import at
from wenzheng.stack.home import ROLES
from wenzheng.stack.postgres import create_roles

pytestmark = pytest.mark.real

UNITS = ("transport", "education", "urban-management")
AREAS = ("321302", "321322")
WORDS = ("公交", "路灯", "BUS 12%_\\", "bus")
START = at("2026-03-02T10:00")
Both = tuple[store.MemoryCases, store.PostgresCases]


def _case(n: int, chance: random.Random) -> Case:
    """A case somewhere in its life; many share a due date, so that the number must decide."""
    received = START + timedelta(minutes=chance.randrange(50))
    answered = tuple(
        Reply(f"r{n}", "已处理。", UNITS[0], "c", received + timedelta(hours=chance.randrange(5)))
        for _ in range(chance.randrange(2))
    )
    return Case(
        number=f"SQ-{n:04d}",
        kind=chance.choice(("complaint", "consult", "debate")),
        title=f"{chance.choice(WORDS)} {n}",
        text=chance.choice(WORDS),
        area=chance.choice(("", *AREAS)),
        public=chance.random() < 0.8,
        citizen=f"c{n % 40}",
        received_at=received,
        step=chance.choice(get_args(Step)),
        moderation=chance.choice(("", "", "", "held", "hidden")),
        department=chance.choice(("", *UNITS)),
        assisting=tuple(chance.sample(UNITS, chance.randrange(3))),
        held=chance.random() < 0.2,
        meeting=chance.random() < 0.1,
        due=None if chance.random() < 0.2 else START + timedelta(days=chance.randrange(4)),
        missed=chance.random() < 0.2,
        draft=Draft("d", "稿", "c", received) if chance.random() < 0.2 else None,
        extensions=(Extension("e", "缘由", START.date(), "进展", "c", received),)
        if chance.random() < 0.1
        else (),
        returns=(Returned("q", UNITS[1], "duty", received),) if chance.random() < 0.1 else (),
        replies=answered,
        asks=chance.random() < 0.8,
    )


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    with server() as started:
        yield started


@pytest.fixture
async def both(dsn: str) -> AsyncIterator[Both]:
    await create_roles(dsn, dict.fromkeys(ROLES, "of-the-tests"))
    own = urlunsplit(urlsplit(dsn)._replace(path="/wenzheng"))
    await migrate("intake", own)
    pool = await connect(own, "intake")
    chance = random.Random(20260302)
    cases = [_case(n, chance) for n in range(300)]
    rows = [
        Remembered(subject := derived("case", case.number), partition_of(subject), case) for case in cases
    ]
    memory = store.memory(store.MemoryVault(), store.MemoryVoices())
    real: Store = store.postgres(pool)
    for kept in (memory, real):
        async with kept.transaction() as transaction:
            await transaction.save(Outcome(changed=rows))
    yield store.MemoryCases(memory), store.PostgresCases(pool)
    pool.terminate()


async def _walk(cases: store.Cases, **asked: object) -> list[str]:
    """Every number, page after page, as a reader turns them."""
    found: list[str] = []
    after = None
    while page := await cases.page(Query(**asked, after=after, limit=17)):  # type: ignore[arg-type]
        found += [case.number for case in page]
        last = page[-1]
        place = listed_at(last) if asked.get("public") else last.due or last.received_at
        assert place is not None
        after = (place.isoformat(), last.number)
    return found


async def test_both_stores_list_the_same_cases_in_the_same_order(both: Both) -> None:
    memory, real = both
    empty = 0
    filters = (("", ""), ("complaint", "公交"), ("consult,debate", ""), ("", "bus 12%_\\"), ("", "bus"))
    for state, unit, (kind, words) in product(STATES, ("", *UNITS), filters):
        asked = {"state": state, "unit": unit, "kind": kind, "words": words}
        expected = await _walk(memory, **asked)
        assert await _walk(real, **asked) == expected, asked
        empty += not expected
    assert empty < 100, "most questions find something"


async def test_both_stores_show_the_public_the_same_posts(both: Both) -> None:
    memory, real = both
    for unit, area, words in product(("", *UNITS), ("", *AREAS), ("", *WORDS)):
        asked = {"public": True, "unit": unit, "area": area, "words": words}
        expected = await _walk(memory, **asked)
        assert await _walk(real, **asked) == expected, asked
    assert await _walk(memory, public=True)


async def test_a_public_search_looks_through_the_newest_posts_only_in_both_stores(both: Both) -> None:
    every = [store.MemoryCases(both[0]._store), store.PostgresCases(both[1]._pool)]
    few = [store.MemoryCases(both[0]._store, 20), store.PostgresCases(both[1]._pool, searched=20)]
    newest = (await _walk(every[0], public=True))[:20]

    for words in WORDS:
        whole = await _walk(every[0], public=True, words=words)
        expected = [number for number in whole if number in newest]
        assert [await _walk(cases, public=True, words=words) for cases in few] == [expected, expected]
        assert await _walk(every[1], public=True, words=words) == whole


async def test_a_unit_finds_all_it_ever_had(both: Both) -> None:
    memory, real = both
    for unit in UNITS:
        every = await _walk(real, state="all", unit=unit)
        parts = [await _walk(real, state=state, unit=unit) for state in ("open", "replied", "rated")]
        assert set().union(*parts) <= set(every) == set(await _walk(memory, state="all", unit=unit))
