"""One instance of deadline without a bus, for tests that kill it: takes over its partitions and lets time pass.

`python -m tests.services.deadline.instance DSN NAME PARTITIONS`; one line for each batch, so that whoever
kills it knows that it works.
"""

import asyncio
import sys

from chassis.clock import SystemClock
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.failures import Superseded
from chassis.memory.bus import Quiet
from chassis.postgres.store import connect
from services.deadline import store
from services.deadline.app import build
from tests.services.deadline.facts import PROFILE


async def live(dsn: str, name: str, partitions: list[int]) -> None:
    """Tick for ever; a replaced instance ends."""
    clock = SystemClock(PROFILE.zone)
    kept = store.postgres(await connect(dsn, "deadline", size=1), clock)
    listener = Listener(build(PROFILE), kept, Publisher(kept, Quiet()), clock, name)
    await listener.take_over(partitions)
    while True:
        listener.let_time_pass()
        try:
            await listener.tick()
        except Superseded:
            return
        print("batch", flush=True)
        await asyncio.sleep(0)


if __name__ == "__main__":
    asyncio.run(live(sys.argv[1], sys.argv[2], [int(p) for p in sys.argv[3].split(",")]))
