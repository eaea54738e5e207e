"""Lists of cases are the same in memory and on PostgreSQL: whatever is asked for, in the same order, page by page."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import get_args

import pytest

from chassis.postgres.migrate import migrate
from chassis.postgres.store import connect
from chassis.store import Applied, Outcome, Remembered, Store
from contracts.identity import derived, partition_of
from contracts.replies import AdoptionOutcome
from services.intake import store
from services.intake.core import proving
from services.intake.core.attachments import DropAttachments, KeepAttachments
from services.intake.core.case import (
    Adoption,
    Case,
    Draft,
    Extension,
    FollowThrough,
    Reply,
    Returned,
    SpecialReport,
)
from services.intake.core.instruction import Instruction, Report
from services.intake.core.steps import Step
from services.intake.store import LEDGER, STATES, Query, place_of
from services.intake.store.proofs import Code
from tests.postgres import city
from tests.services.intake.door import at

pytestmark = pytest.mark.real

UNITS = ("transport", "education", "urban-management")
AREAS = ("321302", "321322")
LEADERS = ("wang", "li")
WORDS = ("公交", "路灯", "BUS 12%_\\", "bus")
START = at("2026-03-02T10:00")
ADOPTIONS = tuple(Adoption(outcome, "理由", UNITS[0], START) for outcome in get_args(AdoptionOutcome))
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
        kind=chance.choice(("complaint", "consult", "debate", "suggestion")),
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
        instructions=tuple(_instruction(m, received, chance) for m in range(chance.choice((0, 0, 1, 2)))),
        asks=chance.random() < 0.8,
        special_reports=tuple(
            SpecialReport(received + timedelta(hours=chance.randrange(3)), "督查提请专报")
            for _ in range(chance.choice((0, 0, 1, 2)))
        ),
        adoption=chance.choice((None, None, *ADOPTIONS)),
        follow_throughs=(FollowThrough("f", "已办。", START.date(), received),)
        if chance.random() < 0.3
        else (),
    )


def _instruction(m: int, at: datetime, chance: random.Random) -> Instruction:
    """One somewhere on its way, by one of two leaders; several are due at the same instant."""
    reported = chance.random() < 0.4
    return Instruction(
        "请办结。",
        "",
        at,
        chance.choice(("", f"i{m}")),
        chance.choice(LEADERS),
        due=START + timedelta(days=chance.randrange(3)),
        reports=(Report("已办。", UNITS[0], "c", at),) if reported else (),
        accepted_at=at if reported and chance.random() < 0.5 else None,
        overdue=chance.random() < 0.4,
    )


NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
async def proofs(both: Both) -> tuple[store.Proofs, store.Proofs]:
    return store.MemoryProofs(), store.PostgresProofs(both[1]._pool)


@pytest.fixture
async def both(dsn: str) -> AsyncIterator[Both]:
    own = await city(dsn)
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
    while page := await cases.page(query := Query(**asked, after=after, limit=17)):  # type: ignore[arg-type]
        found += [case.number for case in page]
        last = page[-1]
        place = place_of(last, query)
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


async def test_both_stores_make_the_same_ledger_of_the_instructions_of_each_leader(both: Both) -> None:
    memory, real = both
    for state, unit, by in product(LEDGER, ("", *UNITS), ("", *LEADERS, "nobody")):
        asked = {"state": state, "unit": unit, "instructed_by": by}
        expected = await _walk(memory, **asked)
        assert await _walk(real, **asked) == expected, asked
        assert bool(expected) == (by != "nobody"), asked


async def test_both_stores_count_the_same_instructions(both: Both) -> None:
    memory, real = both
    for by in ("", *LEADERS, "nobody"):
        expected = await memory.ledger(by)
        assert await real.ledger(by) == expected
        assert (sum(expected.values()) > 0) == (by != "nobody")
    each, every = [await memory.ledger(by) for by in LEADERS], await memory.ledger()
    assert {word: sum(one[word] for one in each) for word in every} == every


async def test_both_stores_show_the_public_the_same_posts(both: Both) -> None:
    memory, real = both
    for unit, area, words in product(("", *UNITS), ("", *AREAS), ("", *WORDS)):
        asked = {"public": True, "unit": unit, "area": area, "words": words}
        expected = await _walk(memory, **asked)
        assert await _walk(real, **asked) == expected, asked
    assert await _walk(memory, public=True)


async def test_both_stores_count_the_public_posts_of_some_minutes_as_they_list_them(both: Both) -> None:
    memory, real = both
    begins, ends = START + timedelta(minutes=5), START + timedelta(minutes=30)

    counted = await real.shown(begins, ends)

    assert counted == await memory.shown(begins, ends)
    listed = {"public": True, "since": begins, "until": ends}
    for cases in both:
        assert len(await _walk(cases, **listed)) == counted.total > 0
        for field, numbers in (
            ("unit", counted.departments),
            ("area", {code: n for code, n in counted.areas.items() if code}),
            ("kind", counted.kinds),
        ):
            for code, number in numbers.items():
                assert len(await _walk(cases, **listed, **{field: code})) == number, (field, code)


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


async def test_both_stores_list_the_posts_of_one_citizen_newest_first(both: Both) -> None:
    for citizen in ("c1", "c39", "nobody"):
        lists = []
        for cases in both:
            found, after = list[str](), None
            while page := await cases.of_citizen(citizen, after, 3):
                found += [case.number for _, case in page]
                last = page[-1][1]
                assert last.received_at is not None
                after = (last.received_at.isoformat(), last.number)
            lists.append(found)
        assert lists[0] == lists[1]
        assert len(lists[0]) == (0 if citizen == "nobody" else 300 // 40 + (citizen == "c1"))


async def test_both_stores_judge_codes_and_sessions_alike(proofs: tuple[store.Proofs, store.Proofs]) -> None:
    told: list[list[object]] = []
    for kept in proofs:
        seen: list[object] = []

        def judge(sent: Sequence[proving.Sent], network: Sequence[datetime]) -> timedelta:
            seen.append((sorted((one.at, one.here) for one in sent), sorted(network)))  # noqa: B023  called at once
            return timedelta(seconds=5 if len(sent) > 1 else 0)

        for n, (citizen, network) in enumerate([("a", "x"), ("b", "x"), ("a", "y"), ("a", "x"), ("c", "y")]):
            at = NOW + timedelta(minutes=n)
            seen.append(await kept.ask(Code(f"id-{n}", citizen, network, b"hash", b"key", at), judge))
        later = NOW + timedelta(minutes=4)
        seen += [await kept.attempt("id-0", later) for _ in range(proving.TRIES + 1)]
        seen += [await kept.attempt(identity, later) for identity in ("id-1", "id-3", "none")]
        seen += [await kept.attempt("id-1", NOW + timedelta(minutes=6))]
        session = proving.Session("b", True, later, later)
        seen += [await kept.open("id-1", b"token", session) for _ in range(2)]
        seen += [await kept.attempt("id-1", later), await kept.session(b"token"), await kept.session(b"x")]
        await kept.seen(b"token", later + timedelta(days=1))
        await kept.expire(later + timedelta(days=2))
        seen += [await kept.session(b"token")]
        await kept.expire(later + proving.KEPT_LONGEST + timedelta(days=1))
        seen += [await kept.session(b"token"), await kept.attempt("id-2", later)]
        told.append(seen)

    assert told[0] == told[1]
    assert told[0].count(True) == 1


async def test_two_who_ask_for_one_number_at_once_are_judged_in_turn(both: Both) -> None:
    kept = store.PostgresProofs(both[1]._pool)

    async def ask(n: int) -> timedelta:
        code = Code(f"at-once-{n}", "one", f"network-{n}", b"hash", b"key", NOW)
        return await kept.ask(code, lambda sent, network: proving.wait(sent, network, True, NOW))

    waits = await asyncio.gather(*(ask(n) for n in range(8)))

    assert sorted(waits) == [timedelta(0), *[proving.REST] * 7]


async def test_both_stores_know_alike_which_files_belong_to_posts(both: Both) -> None:
    pool = both[1]._pool
    memory, real = store.MemoryAttachments(), store.PostgresAttachments(pool)
    steps = (
        ("one", KeepAttachments(("a", "b"))),
        ("two", KeepAttachments(("b", "c"))),
        ("two", KeepAttachments(("b", "c"))),
        ("one", DropAttachments()),
        ("nobody", DropAttachments()),
        ("two", DropAttachments()),
    )
    told = []
    for subject, effect in steps:
        applied = [Applied(subject, 0, "cause", NOW, effect)]
        memory.apply(applied)
        async with pool.acquire() as connection:
            await real.apply(connection, applied)
        asked = ["a", "b", "c", "d"]
        told.append((await memory.known(asked), await real.known(asked)))

    assert [sorted(of_memory) for of_memory, _ in told] == [
        ["a", "b"],
        ["a", "b", "c"],
        ["a", "b", "c"],
        ["b", "c"],
        ["b", "c"],
        [],
    ]
    assert all(of_memory == of_real for of_memory, of_real in told)
