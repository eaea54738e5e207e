"""I6: the numbers of a subject have no gap and never step back; positions lie within the log."""

from collections import defaultdict
from typing import Final

from contracts.identity import is_city_subject, partition_of
from contracts.topics import GROUPS, POSTS, REPLIES, TOPICS, Topic
from wenzheng.audit.row import Invariant
from wenzheng.audit.snapshot import Part, numbers, through
from wenzheng.log import ends

SAID_ELSEWHERE: Final = (POSTS, REPLIES, GROUPS)
"""What intake says of a case is I1's; topics of talk are no subjects that anyone remembers as cases."""


class Numbers(Invariant):
    """The numbers in each topic, and how far each service has read."""

    name = "I6"
    sentence = "序号不断不退,位置不越界 no gap, no step back; positions within the log"

    async def part(self, part: Part) -> None:
        """Every number from one to the highest is in the log, or in the outbox."""
        for topic in TOPICS:
            seen: dict[str, set[int]] = defaultdict(set)
            for logged in part.log[topic.name]:
                if logged.subject:
                    # An unreadable body has its number all the same.
                    seen[logged.subject].add(logged.seq)
            for subject, present in seen.items():
                self.row.checked += 1
                missing = set(range(1, max(present) + 1)) - present
                if not missing:
                    continue
                waits = set(self.snapshot.outboxes[topic.writer].get((topic.name, subject), {}))
                if missing <= waits:
                    self.row.in_flight += len(missing)
                else:
                    self.row.fail(f"{topic.name} {subject}: numbers {sorted(missing)[:5]} are missing")
            if topic not in SAID_ELSEWHERE:
                self._said(topic, part, seen)
            for service in part.states:
                if service in topic.readers:
                    self._heard(service, topic, part)

    def _said(self, topic: Topic, part: Part, seen: dict[str, set[int]]) -> None:
        """The last number the writer remembers is the last one said, or waits in its outbox."""
        before = numbers(part, topic.name, self.snapshot.ends[(topic.name, part.partition)])
        states = part.states[topic.writer]
        for subject, remembered in states.items():
            last = remembered.said.get(topic.name, 0)
            waits = self.snapshot.outboxes[topic.writer].get((topic.name, subject), {})
            if last > max(seen[subject] | waits.keys(), default=0):
                self.row.fail(f"{topic.name} {subject}: {last} is stored and was not said")
            elif max(before[subject], default=0) > last:
                self.row.fail(f"{topic.name} {subject}: said beyond {last}, which is the last one stored")
        for subject in before.keys() - states.keys():
            if before[subject] and not is_city_subject(subject):
                self.row.fail(f"{topic.name} {subject}: said, and {topic.writer} does not know it")

    def _heard(self, service: str, topic: Topic, part: Part) -> None:
        """What lies below a reader's position was handled, each number in its turn."""
        position = self.snapshot.positions[service].get(part.partition, {}).get(topic.name, 0)
        below = numbers(part, topic.name, position)
        for topic_name, subject, seq in self.snapshot.dropped[service]:
            if topic_name == topic.name and partition_of(subject) == part.partition:
                below[subject].add(seq)
        for subject, remembered in part.states[service].items():
            if remembered.held:
                self.row.in_flight += 1
            elif through(below[subject]) != remembered.seen.get(topic.name, 0):
                self.row.fail(
                    f"{service} {topic.name} {subject}: {through(below[subject])} lie below its position, "
                    f"{remembered.seen.get(topic.name, 0)} were handled"
                )

    async def whole(self) -> None:
        """No position is beyond the end."""
        after = await ends(self.snapshot.consumer)
        for service, partitions in self.snapshot.positions.items():
            for partition, offsets in partitions.items():
                for topic, offset in offsets.items():
                    self.row.checked += 1
                    if offset > after[(topic, partition)]:
                        self.row.fail(f"{service} {topic}/{partition}: position {offset} beyond the end")
                    self.row.in_flight += max(0, self.snapshot.ends[(topic, partition)] - offset)
