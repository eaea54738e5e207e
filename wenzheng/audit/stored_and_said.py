"""I1: whoever was answered 202 has a case that is stored and said."""

from contracts.posts import PostReceived
from wenzheng.audit.row import Invariant
from wenzheng.audit.snapshot import Part


class StoredAndSaid(Invariant):
    """A case in intake and its first fact in the log belong together."""

    name = "I1"
    sentence = "每个 202 都已保存并发布 every 202 is stored and said"

    async def part(self, part: Part) -> None:
        """Compare the cases with what topic `posts` says was received."""
        cases = part.states["intake"]
        said: dict[str, str] = {}
        for logged in part.log["posts"]:
            if logged.event is not None and isinstance(logged.event.fact, PostReceived):
                said[logged.subject] = logged.event.fact.number
                before = logged.offset < self.snapshot.ends[("posts", part.partition)]
                if before and logged.subject not in cases:
                    self.row.fail(f"{logged.event.fact.number} was said and is not stored")
        for subject, remembered in cases.items():
            case = remembered.state
            if not case.exists:
                continue
            self.row.checked += 1
            if said.get(subject) == case.number:
                continue
            if ("posts", subject) in self.snapshot.outboxes["intake"]:
                self.row.in_flight += 1
            else:
                self.row.fail(f"{case.number} is stored and was not said")
