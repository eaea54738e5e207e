"""A reader that comes late, and a stack that starts again: the log is enough."""

import asyncio
import os
import signal

import asyncpg
import httpx2
import pytest

from tests.patience import PATIENCE
from tests.stack import Client, Stack, free_base
from wenzheng.stack.status import database

pytestmark = [pytest.mark.real, pytest.mark.slow]


async def test_a_reader_started_afterwards_from_nothing_ends_with_the_same_state(stack: Stack) -> None:
    client = Client(stack)
    await asyncio.gather(*(client.post(text=f"第{n}件:公园的健身器材坏了。") for n in range(60)))
    await client.close()
    stack.quiet()
    async with httpx2.AsyncClient(timeout=PATIENCE) as http:
        league = f"{stack.address('stats')}/v1/league"
        before = (await http.get(league)).json()

        # The reader is killed and forgets everything it ever knew, as if it had never run. Records and rounds, which it writes
        # itself, it would not find again: the tests that open some come later (tests/conftest.py).
        killed = stack.pid("stats")
        connection = await asyncpg.connect(database(stack.home, stack.home.read_state(), "stats"))
        async with connection.transaction():
            await connection.execute(
                "truncate stats.subject, stats.cell, stats.monthly, stats.monthly_change, stats.citizen, stats.waiting"
            )
            await connection.execute("update stats.position set offsets = '{}', owner = ''")
            os.kill(killed, signal.SIGKILL)
        await connection.close()
        async with asyncio.timeout(PATIENCE):
            while stack.pid("stats") in {0, killed}:
                await asyncio.sleep(0.1)
        stack.quiet()
        after = (await http.get(league)).json()

    assert before["city"]["received"] >= 60
    assert after["city"] == before["city"]
    assert after["departments"] == before["departments"]
    assert stack.violated() == []


def test_a_second_up_says_that_it_is_running_and_a_second_start_finds_everything_again(stack: Stack) -> None:
    async def one() -> str:
        client = Client(stack)
        receipt = await client.post()
        await client.close()
        assert receipt is not None
        return str(receipt["number"])

    number = asyncio.run(one())
    done = stack.command("up", "--ports", str(free_base()), check=False)
    assert done.returncode == 1
    assert "已在运行" in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr

    stack.down()
    stack.up()
    stack.quiet()

    found = httpx2.get(f"{stack.address('intake')}/v1/posts/{number}", timeout=PATIENCE).json()
    assert found["number"] == number
    assert stack.violated() == []
