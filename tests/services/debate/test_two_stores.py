"""What is looked up and counted is the same in memory and on PostgreSQL, page by page, after the same random life."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from importlib import import_module
from typing import get_args

import asyncpg
import pytest
from msgspec import ValidationError

from chassis.postgres.migrate import migrate
from chassis.postgres.store import connect
from chassis.store import Outcome, Remembered, Store
from contracts.debates import Matter
from contracts.dialogues import Occasion
from contracts.identity import derived, partition_of
from services.debate import store
from services.debate.core.states import (
    COMMENT,
    DIALOGUE,
    PERSON,
    Comment,
    Debate,
    Dialogue,
    Kept,
    Person,
    Standing,
    Voice,
    voice_of,
)
from tests.postgres import city
from tests.services.intake.door import at

pytestmark = pytest.mark.real

START = at("2026-03-02T10:00")
DEBATES = [derived("debate", str(n)) for n in range(3)]
HELD = derived("dialogue", "0")
"""Id of a dialogue, in which as much is said as in a debate."""
PEOPLE = [f"person-{n}" for n in range(12)]
UNITS = ("transport", "education")
Both = tuple[store.Debates, store.Debates]


def _life(chance: random.Random) -> dict[str, Kept]:
    """Debates in which much was said; many comments have as many voices as others."""
    matter = Matter("标题", "问题?", "", UNITS[0], START + timedelta(days=9))
    found: dict[str, Kept] = {
        one: Debate(step=step, matter=matter)  # type: ignore[arg-type]
        for one, step in zip(DEBATES, ("open", "closed", "draft"), strict=True)
    }
    end = START + timedelta(days=9)
    occasion = Occasion("interview", "标题", "客人", "局长", UNITS[0], START, START, end)
    found[DIALOGUE + HELD] = Dialogue(step="open", matter=occasion)
    said: list[tuple[str, str]] = []
    for n in range(300):
        identity, debate = derived("comment", str(n)), chance.choice([*DEBATES[:2], HELD])
        before = [one for one, where in said if where == debate]
        answers = chance.choice(before) if before and chance.random() < 0.5 else ""
        unit = chance.choice(UNITS) if chance.random() < 0.1 else ""
        if not answers:
            said.append((identity, debate))
        found[COMMENT + identity] = Comment(
            debate=debate,
            standing=chance.choice(get_args(Standing)[1:]),
            text=f"第{n}条",
            answers=answers,
            at=START + timedelta(minutes=n // 4),
            person="" if unit else chance.choice(PEOPLE),
            proven=chance.random() < 0.5,
            department=unit,
            supports=0 if unit else chance.randrange(3),
            post="" if unit or answers or n % 3 else f"SQ260302-{n:06d}",
        )
        voice = chance.choice(PEOPLE)
        found[voice_of(identity, voice)] = Voice(debate, identity, voice)
    return found | {PERSON + one: Person(DEBATES[0], 3) for one in PEOPLE}


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    own = await city(dsn)
    await migrate("debate", own)
    opened = await connect(own, "debate")
    yield opened
    opened.terminate()


@pytest.fixture
async def both(pool: asyncpg.Pool) -> Both:
    life = _life(random.Random(20260302))
    rows = [Remembered(subject, partition_of(subject), kept) for subject, kept in life.items()]
    memory = store.memory()
    real: Store = store.postgres(pool)
    for kept in (memory, real):
        async with kept.transaction() as transaction:
            await transaction.save(Outcome(changed=rows))
    return store.MemoryDebates(memory), store.PostgresDebates(pool)


async def _walked(
    debates: store.Debates, debate: str, supported: bool, which: store.Which = "all"
) -> list[str]:
    """Every comment, page after page."""
    found: list[str] = []
    after: store.Place | None = None
    while page := await debates.page(debate, supported, after, 7, which):
        found += [one for one, _ in page]
        after = (page[-1][1].supports if supported else 0, page[-1][0])
    return found


async def _told(debates: store.Debates, debate: str) -> list[str]:
    """The whole transcript, page after page."""
    found: list[str] = []
    after: store.Moment | None = None
    while page := await debates.transcript(debate, after, 2):
        found += [one for _, one, _ in page]
        after = page[-1][0]
    return found


async def test_both_stores_read_a_transcript_in_the_same_order_and_know_what_waits_for_approval(
    both: Both,
) -> None:
    memory, real = both
    for debate in (*DEBATES, HELD):
        told = await _told(memory, debate)
        assert await _told(real, debate) == told
        assert len(set(told)) == len(told)
        assert await real.transcript(debate, None, 99) == await memory.transcript(debate, None, 99)
        for unit in ("", *UNITS, "none"):
            for standing in ("held", "hidden"):
                waiting = await memory.to_approve(debate, unit, standing, 5)
                assert await real.to_approve(debate, unit, standing, 5) == waiting
    for unit in ("", *UNITS, "none"):
        counts = await memory.waiting([*DEBATES, HELD], unit)
        assert await real.waiting([*DEBATES, HELD], unit) == counts
        assert bool(counts) == (unit != "none")
    held = await memory.held([*DEBATES, HELD, "none"])
    assert await real.held([*DEBATES, HELD, "none"]) == held
    left = await memory.left_open([*DEBATES, HELD, "none"])
    assert await real.left_open([*DEBATES, HELD, "none"]) == left
    assert left.keys() == {*DEBATES[:2], HELD}
    assert held == {one: len(await memory.to_judge(one, "held", 999)) for one in (*DEBATES[:2], HELD)}
    assert len(told) > 5
    some = [*told[:9], "none"]
    assert await real.comments(some) == await memory.comments(some) != {}


async def test_what_was_said_before_transcripts_had_pages_gets_its_moment_from_its_state(
    both: Both, pool: asyncpg.Pool
) -> None:
    memory, real = both
    revision = import_module("services.debate.schema.versions.0002_said_at")

    async with pool.acquire() as connection:
        await connection.execute("update subject set said_at = null")
        assert await _told(real, HELD) == []
        await connection.execute(revision.SAID_AT)

    assert await _told(real, HELD) == await _told(memory, HELD) != []


async def test_what_was_written_down_as_a_post_before_it_was_counted_is_known_from_its_state(
    both: Both, pool: asyncpg.Pool
) -> None:
    memory, real = both
    revision = import_module("services.debate.schema.versions.0004_entered")

    async with pool.acquire() as connection:
        await connection.execute("update subject set post = null")
        assert await real.left_open([HELD]) == {}
        await connection.execute(revision.ENTERED)

    assert await real.left_open([HELD]) == await memory.left_open([HELD]) != {}


async def test_a_debate_that_was_drafted_over_a_dialogue_goes_and_the_lists_can_be_read_again(
    both: Both, pool: asyncpg.Pool
) -> None:
    """The door took such a draft for a while: `/v1/debates/dialogue:ID/draft`."""
    memory, real = both
    spoiled, draft = f"{DIALOGUE}spoiled", f"{DIALOGUE}draft"
    occasion = next(kept.matter for _, kept in await memory.dialogues())
    debates = Matter("标题", "问题?", "", UNITS[0], START)
    rows = {spoiled: Dialogue("draft", debates), draft: Dialogue("draft", occasion)}  # type: ignore[arg-type]
    async with store.postgres(pool).transaction() as transaction:
        changed = [Remembered(one, partition_of(one), kept) for one, kept in rows.items()]
        await transaction.save(Outcome(changed=changed))
    with pytest.raises(ValidationError):
        await real.dialogues()
    revision = import_module("services.debate.schema.versions.0003_spoiled_drafts")

    await pool.execute(revision.SPOILED)

    assert dict(await real.dialogues()) == dict(await memory.dialogues()) | {"draft": rows[draft]}
    assert sorted(await real.all()) == sorted(await memory.all())


async def test_both_stores_look_up_the_same_and_count_the_same(both: Both) -> None:
    memory, real = both
    forums = [*DEBATES, HELD]
    figures = await memory.figures(forums)
    assert await real.figures(forums) == figures
    assert 0 < figures[HELD].answered < figures[HELD].comments
    assert figures[DEBATES[0]].people > 5
    assert figures[DEBATES[2]] == store.NOTHING
    assert sorted(await real.all()) == sorted(await memory.all())
    assert await real.dialogues() == await memory.dialogues() != []
    for subject in (*DEBATES, DIALOGUE + HELD, HELD):
        assert await real.one(subject) == await memory.one(subject)
    for debate in forums:
        parts = [await _walked(real, debate, True, which) for which in ("open", "answered")]
        assert sorted([*parts[0], *parts[1]]) == sorted(await _walked(memory, debate, False))
        assert parts == [await _walked(memory, debate, True, which) for which in ("open", "answered")]
        for supported in (False, True):
            walked = await _walked(memory, debate, supported)
            assert await _walked(real, debate, supported) == walked
            assert len(set(walked)) == len(walked)
            assert await real.under(walked) == await memory.under(walked)
        assert await real.statements(debate) == await memory.statements(debate)
        for person in PEOPLE:
            assert await real.of_person(debate, person) == await memory.of_person(debate, person)
            assert await real.supported(debate, person) == await memory.supported(debate, person)
        for standing in get_args(Standing)[1:]:
            judged = await memory.to_judge(debate, standing, 9)
            assert await real.to_judge(debate, standing, 9) == judged
    for one in walked:
        assert await real.comment(one) == await memory.comment(one) is not None
    assert await real.comment("none") is await memory.comment("none") is None
