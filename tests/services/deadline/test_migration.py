"""What the tables of a running stack say after a revision: one timer a case; of what the calendar concerns, all of it."""

from datetime import date, datetime

import asyncpg
import pytest
from msgspec.structs import replace

from chassis.postgres.migrate import migrate
from chassis.store import Packing, Remembered
from contracts.identity import derived, partition_of
from services.deadline.core.case import Case, Instructed, Left, Promised, Said
from services.deadline.store import COLUMNS
from tests.postgres import migrated
from tests.services.deadline.facts import at
from tests.services.deadline.world import WHOLE, RealWorld, pass_time, post

pytestmark = [pytest.mark.real]

# As the former code left them: each word has a timer, and how timers ended is remembered.
REMINDED = """[{"posts":1,"assignments":1},{"deadlines":2},{"number":"SQ1","kind":"complaint",
"received_at":"2026-03-02T10:00:00+08:00","holdings":[{"at":"2026-03-02T10:00:00+08:00","department":"water"}],
"due":"2026-03-05T18:00:00+08:00",
"said":{"handling":1,"due":"2026-03-05T18:00:00+08:00","escalated":["remind"],"withdrawn":1},
"timers":[{"id":"a","kind":"near","due_at":"2026-03-05T10:36:00+08:00"},
{"id":"b","kind":"missed","due_at":"2026-03-05T18:00:00+08:00"},
{"id":"c","kind":"leader","due_at":"2026-03-05T18:00:00+08:00"},
{"id":"d","kind":"supervisor","due_at":"2026-03-06T18:00:00+08:00"},
{"id":"e","kind":"bulletin","due_at":"2026-03-12T18:00:00+08:00"}],"ended":[{"id":"f","how":"rung"}]}]"""
REMINDED_TIMERS = (
    "2026-03-05T10:36",
    "2026-03-05T18:00",
    "2026-03-05T18:00",
    "2026-03-06T18:00",
    "2026-03-12T18:00",
)
# The late reply was heard; the miss and the word to the leader had still to be said.
ANSWERED_LATE = """[{"posts":1,"assignments":1,"replies":1},{"deadlines":2},{"number":"SQ2","kind":"complaint",
"received_at":"2026-03-02T10:00:00+08:00","holdings":[{"at":"2026-03-02T10:00:00+08:00","department":"water"}],
"replies":[{"id":"r1","at":"2026-03-06T17:00:00+08:00","department":"water","handling":1}],
"desk":[{"at":"2026-03-06T17:00:00+08:00","department":"water","there":false}],"due":"2026-03-05T18:00:00+08:00",
"said":{"handling":1,"due":"2026-03-05T18:00:00+08:00","stopped":"2026-03-06T17:00:00+08:00",
"held":[{"holder":"water","minutes":1980}]},
"timers":[{"id":"g","kind":"missed","due_at":"2026-03-05T18:00:00+08:00"},
{"id":"h","kind":"leader","due_at":"2026-03-05T18:00:00+08:00"}],
"ended":[{"id":"i","how":"cancelled"},{"id":"j","how":"cancelled"}]}]"""
ANSWERED_LATE_TIMERS = ("2026-03-05T18:00", "2026-03-05T18:00")


async def leave(pool: asyncpg.Pool, n: int, remembered: str, timers: tuple[str, ...]) -> None:
    """A case in the tables of the former revision."""
    subject, partition = post(n), partition_of(post(n))
    await pool.execute(
        "insert into subject (subject, partition, held, remembered, number, open, amendments)"
        " values ($1, $2, 0, $3, $4, true, 0)",
        *(subject, partition, remembered.encode(), f"SQ{n}"),
    )
    instants: list[datetime] = [at(instant) for instant in timers]
    await pool.executemany(
        "insert into timer (id, partition, subject, kind, rank, due_at) values ($1, $2, $3, 'missed', 3, $4)",
        [(derived(subject, "old", k), partition, subject, instant) for k, instant in enumerate(instants)],
    )


async def test_pending_timers_of_a_running_stack_become_one_a_case_and_no_word_is_lost_or_repeated(
    dsn: str,
) -> None:
    async with migrated(dsn, "deadline", "0003") as (own, pool):
        await leave(pool, 1, REMINDED, REMINDED_TIMERS)
        await leave(pool, 2, ANSWERED_LATE, ANSWERED_LATE_TIMERS)

        await migrate("deadline", own)

        armed = await pool.fetch("select subject, due_at from timer order by due_at desc")
        assert [(row["subject"], row["due_at"]) for row in armed] == [
            (post(2), at("2026-03-05T18:00")),
            (post(1), at("2026-03-05T10:36")),
        ]
        world = RealWorld(own, pool)
        listener = await world.start()
        world.clock.move_to(at("2026-03-20T10:00"))
        await pass_time(listener)

        said = await world.said()
        assert said[post(1)] == WHOLE[2:]
        assert said[post(2)] == ["DeadlineMissed", "CaseEscalated:leader"]
        assert await world.timers() == 0


MORNING = at("2026-03-02T10:00")
STOPPED = Case(number="SQ1", received_at=MORNING, said=Said(handling=1, stopped=MORNING))
PROMISED = Promised(id="r1", at=MORNING, day=date(2026, 3, 20), department="water")
INSTRUCTED = Instructed(id="i1", due_day=date(2026, 3, 20))


@pytest.mark.parametrize(
    "case",
    [
        STOPPED,
        replace(STOPPED, promises=(PROMISED,)),
        replace(STOPPED, promises=(replace(PROMISED, outcome="kept"),)),
        replace(STOPPED, promises=(replace(PROMISED, outcome="kept"), PROMISED)),
        replace(STOPPED, instructions=(INSTRUCTED,)),
        replace(STOPPED, instructions=(replace(INSTRUCTED, reported_at=MORNING),)),
        replace(STOPPED, promises=(PROMISED,), left=Left(MORNING, "hidden")),
        replace(STOPPED, promises=(PROMISED,), received_at=None),
        replace(STOPPED, promises=(PROMISED,), said=Said(handling=1)),
    ],
)
async def test_what_a_stopped_case_still_owes_is_looked_for_when_the_calendar_changes(
    dsn: str, case: Case
) -> None:
    remembered = Remembered(post(1), partition_of(post(1)), case, {}, {})
    async with migrated(dsn, "deadline", "0004") as (own, pool):
        await pool.execute(
            "insert into subject (subject, partition, held, remembered, number, open, amendments)"
            " values ($1, $2, 0, $3, 'SQ1', $4, 0)",
            *(post(1), partition_of(post(1)), Packing(Case).pack(remembered), case.said.stopped is None),
        )

        await migrate("deadline", own)

        row = await pool.fetchrow("select number, open, amendments, due from subject")
        assert dict(row) == {column.name: column.value(case) for column in COLUMNS}


async def test_a_case_that_was_pending_is_remembered_as_armed_so_that_a_reply_cancels_its_timer(
    dsn: str,
) -> None:
    async with migrated(dsn, "deadline", "0003") as (own, pool):
        await leave(pool, 1, REMINDED, REMINDED_TIMERS)
        await migrate("deadline", own)
        world = RealWorld(own, pool)
        listener = await world.start()

        await listener.hear([world.answer(1, "2026-03-05T09:30")])

        assert await world.said() == {post(1): ["ClockStopped"]}
        assert await world.timers() == 0
