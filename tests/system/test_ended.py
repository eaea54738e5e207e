"""What ends leaves nothing of itself on the machine."""

import asyncio
import signal
import time

import httpx2
import pytest

from tests.patience import PATIENCE
from tests.stack import Stack

pytestmark = [pytest.mark.real, pytest.mark.slow]


async def test_a_service_that_is_told_to_end_leaves_nothing_in_the_folder_for_scratch(stack: Stack) -> None:
    before, others = stack.pid("stats"), {one.name for one in stack.scratch.iterdir()}
    async with httpx2.AsyncClient(base_url=stack.address("stats"), timeout=PATIENCE) as http:
        assert (await http.get("/open/bulletins.jsonl")).status_code == 200
    assert {one.name for one in stack.scratch.iterdir()} - others, "a file of open data is kept for the day"

    assert stack.signal("stats", signal.SIGTERM)
    until = time.monotonic() + PATIENCE
    while stack.pid("stats") in (0, before):
        assert time.monotonic() < until, "it did not come again"
        await asyncio.sleep(0.1)
    stack.quiet()

    assert {one.name for one in stack.scratch.iterdir()} - others == set()
