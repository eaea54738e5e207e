"""Load with kills: every service twice, one broker kill, one database kill, one frozen instance; nothing is lost."""

import asyncio
import random
import signal
import time

import pytest

from tests.battery.crowd import Crowd
from tests.battery.history import contradictions, log_of
from tests.stack import Client, Stack, running

pytestmark = [pytest.mark.real, pytest.mark.slow]

SECONDS = 60
RATE = 20
ACTED_ON = 2
"""Posts a second whose authors and units go on to act on them."""
VICTIMS = (
    "intake",
    "intake-2",
    "intake-listen",
    "router",
    "router-listen",
    "router-listen-2",
    "deadline",
    "deadline-2",
    "notifier",
    "notifier-2",
    "stats",
    "stats-2",
)


async def _load(client: Client, seconds: float) -> int:
    """Posts at an even rate, whatever happens; contact on some, so that notices go out. Returns how many: RATE a second, or
    what the machine manages."""
    until, sending = time.monotonic() + seconds, []
    n = 0
    while time.monotonic() < until:
        contact = {"contact": {"phone": f"138{n:08d}"}} if n % 4 == 0 else {}
        sending.append(asyncio.create_task(client.post(**contact)))
        n += 1
        await asyncio.sleep(1 / RATE)
    await asyncio.gather(*sending)
    return n


async def _kills(stack: Stack, seconds: float, seed: int) -> list[str]:
    """SIGKILL or SIGTERM to random instances; the broker and the database once each; one freeze."""
    chooser, until, done = random.Random(seed), time.monotonic() + seconds, []
    started = time.monotonic()
    special = [(0.25, "kafka"), (0.5, "postgres"), (0.7, "freeze")]
    while special or time.monotonic() < until:
        await asyncio.sleep(chooser.uniform(1.5, 3.5))
        passed = (time.monotonic() - started) / seconds
        if special and passed > special[0][0]:
            _, what = special.pop(0)
            if what == "freeze":
                done.append(what)
                asyncio.create_task(_freeze(stack, "deadline"))
            elif stack.signal(what, signal.SIGKILL):
                done.append(what)
            continue
        victim = chooser.choice(VICTIMS)
        if stack.signal(victim, chooser.choice((signal.SIGKILL, signal.SIGTERM))):
            done.append(victim)
    return done


async def _freeze(stack: Stack, name: str) -> None:
    """Longer than the session timeout: the instance is replaced while it sleeps, and wakes a zombie."""
    if stack.signal(name, signal.SIGSTOP):
        pid = stack.pid(name)
        await asyncio.sleep(9)
        if stack.pid(name) == pid:
            stack.signal(name, signal.SIGCONT)


@pytest.mark.alone
async def test_under_kills_of_everything_nothing_is_lost_and_nothing_is_said_twice() -> None:
    with running(workers=2) as stack:
        client, crowd = Client(stack), Crowd(stack, 7, "everything")
        sent, _, killed = await asyncio.gather(
            _load(client, SECONDS), crowd.live(SECONDS, ACTED_ON), _kills(stack, SECONDS, seed=7)
        )
        await client.close()
        await crowd.close()
        await asyncio.sleep(10)
        stack.quiet()

        found = stack.audit()

        assert {"kafka", "postgres", "freeze"} <= set(killed)
        assert len(killed) > 6
        assert len({receipt["number"] for receipt in client.accepted}) == len(client.accepted) == sent > 100
        assert found["violations"] == 0, [row for row in found["rows"] if row["violations"]]
        first = next(row for row in found["rows"] if row["invariant"] == "I1")
        # Each is looked for among what is stored, and its answer among those kept for a repeat.
        assert first["checked"] == 2 * (len(client.accepted) + len(crowd.posted))
        assert crowd.unforeseen == []
        assert len(crowd.posted) == SECONDS * ACTED_ON
        assert list(contradictions(crowd.wishes, await log_of(stack.bus()))) == []


async def test_posts_are_answered_while_the_broker_is_down_and_reach_everybody_afterwards(
    stack: Stack,
) -> None:
    client = Client(stack)
    await client.post()
    stack.signal("kafka", signal.SIGSTOP)
    try:
        receipts = [await client.post() for _ in range(20)]
    finally:
        stack.signal("kafka", signal.SIGCONT)
    await client.close()

    assert all(receipts)
    assert client.failed == 0
    stack.quiet()
    assert stack.violated() == []
