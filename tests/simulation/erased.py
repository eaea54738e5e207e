"""Whether what was erased can still be read anywhere: its keys and its contact, in any table, on the bus, or in an answer."""

from collections.abc import Iterator

from contracts.posts import CitizenErased
from tests.simulation.asking import Operation
from tests.simulation.facts import Facts
from tests.simulation.searching import found
from tests.simulation.world import World


def erased(world: World, operations: list[Operation], facts: Facts) -> Iterator[str]:
    """A sentence for each place where something is left of what was erased."""
    gone = {event.subject for event in facts.every(CitizenErased)}
    for subject in sorted(gone):
        if subject in world.keys.text or subject in world.keys.contact:
            yield f"{subject} was erased, and a key of it is kept"
    secrets = {
        secret.encode() if isinstance(secret, str) else secret: subject
        for one in operations
        for subject, kept in one.secrets.items()
        for secret in kept
        if subject in gone and secret
    }
    if not secrets:
        return
    for place, held in _everything(world):
        for secret in sorted(found(held, secrets)):
            yield f"{secrets[secret]} was erased, and {place} tells of it"


def _everything(world: World) -> Iterator[tuple[str, bytes]]:
    """Whatever is stored or was published, as bytes."""
    for name, memory in world.memory.items():
        yield f"the states of {name}", b"\n".join(row[2] for row in memory.subject.values())
        yield f"the outbox of {name}", b"\n".join(blob for _, blob in memory.outbox.values())
        yield f"what waits at {name}", repr(list(memory.waiting.values())).encode()
    log = world.broker.log.records
    yield "the bus", b"\n".join(record.value or b"" for records in log.values() for record in records)
    yield "a kept answer", b"\n".join(kept.answer for kept in world.servers["intake"].answered.values())
    yield "the notices", repr(list(world.claims.rows.values())).encode()
