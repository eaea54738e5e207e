"""One run over one stack: every invariant, over every part, in one snapshot."""

from typing import Final

from contracts.identity import PARTITIONS
from wenzheng.audit.assigned import Assigned
from wenzheng.audit.bad_records import BadRecords
from wenzheng.audit.figures import Figures
from wenzheng.audit.notices import Arrived
from wenzheng.audit.numbers import Numbers
from wenzheng.audit.personal import NothingPersonal
from wenzheng.audit.row import Invariant, Row
from wenzheng.audit.snapshot import Snapshot
from wenzheng.audit.stored_and_said import StoredAndSaid
from wenzheng.audit.timed import Timed
from wenzheng.stack.home import Home

INVARIANTS: Final[tuple[type[Invariant], ...]] = (
    StoredAndSaid,
    Assigned,
    Timed,
    Arrived,
    Figures,
    Numbers,
    BadRecords,
    NothingPersonal,
)
"""What holds at every moment, in the order in which it is told."""

SENTENCES: Final = {invariant.name: invariant.sentence for invariant in INVARIANTS}
"""Each as a sentence for those who read the table."""


async def audit(home: Home) -> list[Row]:
    """Check every invariant of a stack that runs; one row each, in order. Writes nothing."""
    async with Snapshot.of(home) as snapshot:
        invariants = [invariant(snapshot) for invariant in INVARIANTS]
        for partition in range(PARTITIONS):
            for bucket in range(snapshot.buckets(partition)):
                part = await snapshot.part(partition, bucket)
                for invariant in invariants:
                    await invariant.part(part)
        for invariant in invariants:
            await invariant.whole()
    return [invariant.row for invariant in invariants]
