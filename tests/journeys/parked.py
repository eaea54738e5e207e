"""A record that nobody can read, and the operator who drops it."""

from contracts.codec import Record
from tests.journeys.world import World


async def spoil(world: World, topic: str) -> None:
    """A record that nobody can read comes in a topic: all who hear it park the record."""
    world.bus.log.append([(topic, 0, Record(b"?", b"{", ()))])
    await world.settle()


async def drop(world: World) -> None:
    """What stats parked is let go."""
    for row in world.figures.waiting.values():
        world.figures.mark(row.subject, row.topic, row.seq, "drop")
    await world.settle()
