"""The database is killed and comes back: no other process ends for it, and what comes meanwhile is answered."""

import asyncio
import signal

import pytest

from tests.stack import Client, Stack

pytestmark = pytest.mark.real


async def test_a_database_that_is_killed_ends_no_other_process(stack: Stack) -> None:
    client = Client(stack)
    before = await client.post()
    await asyncio.to_thread(stack.quiet)
    others = {name: part["pid"] for name, part in stack.parts().items() if name != "postgres"}

    assert stack.signal("postgres", signal.SIGKILL)
    meanwhile = [await client.post() for _ in range(5)]
    await asyncio.to_thread(stack.quiet)

    assert before is not None
    assert all(meanwhile), "asked again until it was taken"
    assert {name: part["pid"] for name, part in stack.parts().items() if name != "postgres"} == others
    for receipt in (before, *meanwhile):
        assert receipt is not None
        found = await client.call("GET", f"/v1/posts/{receipt['number']}")
        assert found.status_code == 200
    await client.close()
