"""What an operator names among what is parked is marked, and nothing beside it."""

import asyncpg
import pytest

from contracts.identity import partition_of
from tests.postgres import migrated
from tests.services.deadline.world import post
from wenzheng.commands.parked import marked, parked, place_of
from wenzheng.stack.home import Trouble

pytestmark = [pytest.mark.real]

TIMER = "@TimerDue"


async def park(pool: asyncpg.Pool, subject: str, topic: str, seq: int, offset: int) -> None:
    """Something that a rule raised at, in partition 7."""
    await pool.execute(
        """insert into waiting (subject, topic, seq, partition, "offset", parked, reason, headers)
        values ($1, $2, $3, 7, $4, true, 'ValueError', '')""",
        *(subject, topic, seq, offset),
    )


async def marks(pool: asyncpg.Pool) -> dict[tuple[str, int], str]:
    """Subject and number of what waits, to its mark."""
    rows = await pool.fetch("select subject, seq, mark from waiting")
    return {(row["subject"], row["seq"]): row["mark"] for row in rows}


async def test_of_the_timers_that_are_parked_in_one_partition_the_one_that_is_named_is_marked(
    dsn: str,
) -> None:
    async with migrated(dsn, "deadline") as (_, pool):
        for subject, seq in (("a", 1), ("b", 1), ("accountability/overdue-water-n", 2)):
            await park(pool, subject, TIMER, seq, 0)
        async with pool.acquire() as connection:
            ids = {row["subject"]: row["id"] for row in await parked(connection, "deadline")}

            assert await marked(connection, place_of(ids["b"]), "replay")
            assert await marked(connection, place_of(ids["accountability/overdue-water-n"]), "drop")

            assert len(set(ids.values())) == 3
            assert await marks(pool) == {
                ("a", 1): "",
                ("b", 1): "replay",
                ("accountability/overdue-water-n", 2): "drop",
            }
            assert not await marked(connection, place_of(f"deadline/{TIMER}/9/b"), "drop")


async def test_a_record_is_named_by_its_place_on_the_bus(dsn: str) -> None:
    async with migrated(dsn, "deadline") as (_, pool), pool.acquire() as connection:
        for offset in (40, 41):
            await park(pool, f"{offset}", "posts", 1, offset)

        assert await marked(connection, place_of("deadline/posts/7/41"), "replay")
        assert await marks(pool) == {("40", 1): "", ("41", 1): "replay"}


async def test_a_subject_that_the_operator_names_waits_for_one_more_and_only_where_something_was_parked(
    dsn: str,
) -> None:
    subject = post(1)
    partition = partition_of(subject)
    async with migrated(dsn, "deadline") as (_, pool), pool.acquire() as connection:
        await pool.execute(
            "insert into subject (subject, partition, held, remembered) values ($1, $2, 0, '')",
            subject,
            partition,
        )
        await park(pool, f"?{partition}", "posts", 40, 40)
        await pool.execute("update waiting set partition = $1", partition)

        assert not await marked(connection, place_of(f"deadline/posts/{partition}/41"), "drop", subject, 3)
        assert await marked(connection, place_of(f"deadline/posts/{partition}/40"), "drop", subject, 3)
        with pytest.raises(Trouble, match="不在分区"):
            await marked(connection, place_of(f"deadline/posts/{partition + 1}/40"), "drop", subject, 3)

        assert await marks(pool) == {(subject, 3): "drop"}
        assert await pool.fetchval("select held from subject") == 1


@pytest.mark.parametrize(
    "identity",
    [
        "",
        "x",
        "nobody/posts/1/2",
        "deadline/posts/1",
        "deadline/posts/a/2",
        "deadline/posts/1/b",
        f"deadline/{TIMER}/a/b",
    ],
)
def test_what_is_no_id_is_refused_with_where_to_find_one(identity: str) -> None:
    with pytest.raises(Trouble, match="parked list"):
        place_of(identity)
