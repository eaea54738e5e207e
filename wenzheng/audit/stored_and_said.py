"""I1: whoever was answered 202 has a case that is stored, and whatever was stored is said."""

import re
from collections import Counter

from contracts.posts import PostReceived
from contracts.topics import POSTS, REPLIES
from wenzheng.audit.row import Invariant
from wenzheng.audit.snapshot import Part, Snapshot, numbers


class StoredAndSaid(Invariant):
    """The answers that were given, the cases in intake and intake's facts in the log belong together."""

    name = "I1"
    sentence = "每个 202 都已保存并发布 every 202 is stored and said"

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self._numbers: Counter[str] = Counter()
        """Public numbers of the cases stored."""

    async def part(self, part: Part) -> None:
        """Compare the cases with what the log says of them."""
        cases = part.states["intake"]
        said: dict[str, str] = {}
        for logged in part.log[POSTS.name]:
            if logged.event is not None and isinstance(logged.event.fact, PostReceived):
                said[logged.subject] = logged.event.fact.number
                before = logged.offset < self.snapshot.ends[(POSTS.name, part.partition)]
                if before and logged.subject not in cases:
                    self.row.fail(f"{logged.event.fact.number} was said and is not stored")
        for subject, remembered in cases.items():
            case = remembered.state
            if not case.exists:
                continue
            self.row.checked += 1
            self._numbers[case.number] += 1
            if said.get(subject) == case.number:
                continue
            if (POSTS.name, subject) in self.snapshot.outboxes["intake"]:
                self.row.in_flight += 1
            else:
                self.row.fail(f"{case.number} is stored and was not said")
        self._acts(part)

    def _acts(self, part: Part) -> None:
        """Every act that was answered 202 has said its facts: the last number remembered is the last one said."""
        for topic in (POSTS.name, REPLIES.name):
            said = numbers(part, topic)
            before = numbers(part, topic, self.snapshot.ends[(topic, part.partition)])
            for subject, remembered in part.states["intake"].items():
                last = remembered.said.get(topic, 0)
                waits = self.snapshot.outboxes["intake"].get((topic, subject), {})
                if topic == POSTS.name and not said[subject]:
                    continue  # told above
                if last > max(said[subject] | waits.keys(), default=0):
                    self.row.fail(f"{remembered.state.number}: {topic} {last} is stored and was not said")
                elif max(before[subject], default=0) > last:
                    self.row.fail(f"{remembered.state.number}: {topic} was said beyond {last} and not stored")

    async def whole(self) -> None:
        """Every answer that was given names a case, and no two cases have one number."""
        for number, times in self._numbers.items():
            if times > 1:
                self.row.fail(f"{number} is the number of {times} cases")
        pattern = re.compile(re.escape(self.snapshot.profile.number_prefix.encode()) + rb"[0-9-]*[0-9]")
        async for answered in self.snapshot.connection.cursor(
            "select answer from intake.answered where path = '/v1/posts'"
        ):
            self.row.checked += 1
            receipt = pattern.search(answered["answer"])
            if receipt is None or receipt.group().decode() not in self._numbers:
                self.row.fail(f"{receipt and receipt.group().decode()} was answered 202 and is not stored")
