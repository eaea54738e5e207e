"""I7: a record that nobody can read is parked once by each of its readers."""

from contracts.topics import BY_NAME, TOPICS
from wenzheng.audit.row import Invariant
from wenzheng.audit.snapshot import Logged, Part
from wenzheng.stack.home import SERVICES


class BadRecords(Invariant):
    """The unreadable records of the log, and who parked them."""

    name = "I7"
    sentence = "坏消息各搁置一次 each bad record is parked once"

    async def part(self, part: Part) -> None:
        """Each reader that is past a bad record has parked it."""
        for topic in TOPICS:
            readers = [service for service in SERVICES if service in topic.readers]
            for logged in part.log[topic.name]:
                if logged.event is not None:
                    continue
                place = (topic.name, part.partition, logged.offset)
                for service in readers:
                    self.row.checked += 1
                    positions = self.snapshot.positions[service].get(part.partition, {})
                    if logged.offset >= positions.get(topic.name, 0):
                        self.row.in_flight += 1
                        continue
                    times = self.snapshot.parked[service][place] + self.snapshot.unparked[service][place]
                    if times != 1 and not _is_repeat(part.log[topic.name], logged):
                        self.row.fail(
                            f"{service}: {topic.name}/{part.partition}@{logged.offset} parked {times} times"
                        )

    async def whole(self) -> None:
        """Nothing is parked twice at one place, and what is parked lies on the log."""
        for service, places in self.snapshot.parked.items():
            for place, times in places.items():
                self.row.checked += 1
                if times > 1 and not place[0].startswith("@"):
                    self.row.fail(f"{service}: {place} is parked {times} times")
                topic, partition, offset = place
                if topic in BY_NAME and offset >= self.snapshot.ends[(topic, partition)]:
                    self.row.fail(f"{service}: {place} is parked and lies beyond the log's end")


def _is_repeat(records: list[Logged], bad: Logged) -> bool:
    """A broken record that takes the place of one already handled is a repeat, and skipped."""
    return bool(bad.subject) and any(
        other.subject == bad.subject and other.offset != bad.offset for other in records
    )
