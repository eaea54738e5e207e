"""Does one task: `python -m services.deadline.whatif`, which is given it on its input and answers in lines of JSON."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from typing import Final

import asyncpg
import msgspec

from chassis.postgres.lookup import ROW
from chassis.postgres.store import connect
from chassis.store import Packing
from city.profile import Profile
from services.deadline.core.case import Case
from services.deadline.core.whatif import Tally, compare
from services.deadline.whatif.child import Given
from services.deadline.whatif.task import Done, Progress, Task

NICENESS: Final = 19
"""Everybody comes first."""
AT_ONCE: Final = 500
"""Cases of one statement: some milliseconds of the database, and ten times as long of this process."""

# A number holds the day of receipt, so the index by number finds a month. Each statement is for itself: a cursor over a
# year would keep the database from clearing away dead rows all the while.
_CASES: Final = f"""
select number, {ROW} from subject
where number > $1::text and number < $2::text and number <> '' order by number limit $3"""
_COUNT: Final = "select count(*) from subject where number > $1::text and number < $2::text and number <> ''"

_encode: Final = msgspec.json.Encoder().encode


def _say(said: Progress | Done) -> None:
    sys.stdout.buffer.write(_encode(said) + b"\n")
    sys.stdout.buffer.flush()


async def cases(pool: asyncpg.Pool, first: str, until: str) -> AsyncIterator[list[Case]]:
    """The cases whose numbers lie between two, some at a time, in order of number."""
    packing = Packing(Case)
    while rows := await pool.fetch(_CASES, first, until, AT_ONCE):
        yield [packing.state(row["remembered"]) for row in rows]
        first = rows[-1]["number"]


async def work(dsn: str, city: str, task: Task) -> None:
    """Compare, and say how far it has come after each part."""
    profile = Profile.load(city)
    before, after = task.before.on(profile), task.after.on(profile)
    first, until = (f"{profile.number_prefix}{day:%y%m%d}" for day in (task.first, task.until))
    tally, done = Tally(before), 0
    pool = await connect(dsn, "deadline", 1, "deadline-what-if")
    try:
        of = await pool.fetchval(_COUNT, first, until)
        _say(Progress(0, of))
        async for part in cases(pool, first, until):
            tally.add(
                compare((one for one in part if task.concerns(one, before.zone)), before, after, task.now)
            )
            done += len(part)
            _say(Progress(min(done, of), of))
    finally:
        await pool.close()
    _say(Done(tally.difference()))


if __name__ == "__main__":
    os.nice(NICENESS)
    asyncio.run(work(*msgspec.json.decode(sys.stdin.buffer.read(), type=Given)))
