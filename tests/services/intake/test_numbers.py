"""Public numbers: each once, and a block of them for one question to the database."""

import asyncio
from typing import Any

from services.intake.store.numbers import PostgresNumbers


class Sequence:
    """A sequence that steps by a block, slow to answer, which counts its questions."""

    def __init__(self) -> None:
        self.asked = 0

    async def fetchval(self, statement: str) -> int:
        self.asked += 1
        start = 1 + PostgresNumbers.BLOCK * (self.asked - 1)
        await asyncio.sleep(0)
        return start


async def test_a_crowd_that_comes_at_once_draws_each_number_once_and_asks_once_a_block() -> None:
    sequence: Any = Sequence()
    numbers = PostgresNumbers(sequence)

    drawn = await asyncio.gather(*(numbers.draw() for _ in range(250)))

    assert sorted(drawn) == list(range(1, 251))
    assert sequence.asked == 3


async def test_after_a_database_that_was_away_the_next_one_asks_again() -> None:
    sequence = Sequence()

    class Away(Sequence):
        async def fetchval(self, statement: str) -> int:
            if not self.asked:
                self.asked += 1
                raise OSError("the database is away")
            return await sequence.fetchval(statement)

    away: Any = Away()
    numbers = PostgresNumbers(away)
    found = await asyncio.gather(*(numbers.draw() for _ in range(3)), return_exceptions=True)

    assert isinstance(found[0], OSError)
    assert found[1:] == [1, 2]
