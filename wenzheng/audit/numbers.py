"""I6: the numbers of a subject have no gap and never step back; positions lie within the log."""

from collections import defaultdict

from contracts.topics import TOPICS
from wenzheng.audit.row import Invariant
from wenzheng.audit.snapshot import Part
from wenzheng.stack.status import ends


class Numbers(Invariant):
    """The numbers in each topic, and how far each service has read."""

    name = "I6"
    sentence = "序号不断不退,位置不越界 no gap, no step back; positions within the log"

    async def part(self, part: Part) -> None:
        """Every number from one to the highest is in the log, or in the outbox."""
        for topic in TOPICS:
            seen: dict[str, set[int]] = defaultdict(set)
            for logged in part.log[topic.name]:
                if logged.event is not None:
                    seen[logged.subject].add(logged.event.seq)
                elif logged.subject:
                    # An unreadable body has its number all the same.
                    seen[logged.subject].add(0)
            for subject, numbers in seen.items():
                self.row.checked += 1
                missing = set(range(1, max(numbers) + 1)) - numbers
                if not missing:
                    continue
                waits = set(self.snapshot.outboxes[topic.writer].get((topic.name, subject), {}))
                if missing <= waits:
                    self.row.in_flight += len(missing)
                elif 0 not in numbers:
                    self.row.fail(f"{topic.name} {subject}: numbers {sorted(missing)[:5]} are missing")

    async def whole(self) -> None:
        """No position is beyond the end."""
        after = await ends(self.snapshot.state["kafka"])
        for service, partitions in self.snapshot.positions.items():
            for partition, offsets in partitions.items():
                for topic, offset in offsets.items():
                    self.row.checked += 1
                    if offset > after[(topic, partition)]:
                        self.row.fail(f"{service} {topic}/{partition}: position {offset} beyond the end")
                    self.row.in_flight += max(0, self.snapshot.ends[(topic, partition)] - offset)
