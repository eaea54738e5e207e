"""A listener that starts looks whether its database and the log belong together: its start waits for that."""

import asyncio
import time

import pytest

from chassis.failures import Misplaced
from chassis.kafka.same_origin import check_said
from services.intake import store
from services.intake.app import build
from tests.services.intake.door import PROFILE
from tests.stack import Client, Stack

pytestmark = pytest.mark.real


async def test_a_database_that_knows_nothing_of_what_the_log_holds_is_refused_at_once(stack: Stack) -> None:
    client = Client(stack)
    assert await client.post()
    await client.close()
    await asyncio.to_thread(stack.quiet)
    service, took = build(PROFILE), []
    nothing = store.memory(store.MemoryVault(), store.MemoryVoices(), store.MemoryAttachments())

    for _ in range(10):
        started = time.monotonic()
        with pytest.raises(Misplaced, match="put back from before that"):
            await check_said(nothing, service, stack.bus())
        took.append(time.monotonic() - started)

    # A client waits 100 ms for each topic that it does not know yet and is asked for alone.
    assert min(took) < 0.1 * len(service.says)
