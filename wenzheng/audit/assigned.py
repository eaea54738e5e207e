"""I2: a post has one current unit, and deciding again decides the same."""

from collections import defaultdict

from chassis.store import Remembered
from contracts.assignments import AssignmentHeld, PostAssigned, PostReassigned
from contracts.facts import Fact
from contracts.posts import PostReceived
from wenzheng.audit.row import Invariant
from wenzheng.audit.snapshot import Part, heard


class Assigned(Invariant):
    """What router remembers, what it said, and what its rules decide today."""

    name = "I2"
    sentence = "每帖一个当前承办单位,重算相同 one current assignment per post, equal to a re-run"

    async def part(self, part: Part) -> None:
        """Compare the holder remembered with the last one said; decide the first assignment again."""
        posts = {
            logged.subject: logged.event.fact
            for logged in part.log["posts"]
            if logged.event is not None and isinstance(logged.event.fact, PostReceived)
        }
        decided: dict[str, dict[int, Fact]] = defaultdict(dict)
        for logged in part.log["assignments"]:
            if logged.event is not None:
                decided[logged.subject][logged.event.seq] = logged.event.fact
        cases = part.states["router"]
        for (topic, subject), facts in self.snapshot.outboxes["router"].items():
            if topic == "assignments" and subject in cases:
                decided[subject].update(facts)
        for subject, remembered in cases.items():
            if not remembered.state.number:
                continue
            self.row.checked += 1
            said = [decided[subject][seq] for seq in sorted(decided[subject])]
            self._holder(remembered, said)
            self._again(posts.get(subject), said)
        for service in ("intake", "notifier"):
            self._elsewhere(service, part)

    def _elsewhere(self, service: str, part: Part) -> None:
        """Whoever has heard who holds a case remembers the same holder."""
        position = self.snapshot.positions[service].get(part.partition, {})
        assigned = heard(part, ("assignments",), position)
        for subject, remembered in part.states[service].items():
            holders = [
                fact.department
                for fact in assigned.get(subject, ())
                if isinstance(fact, PostAssigned | PostReassigned)
            ]
            if remembered.held:
                self.row.in_flight += 1
            elif (holders[-1] if holders else "") != remembered.state.department:
                self.row.fail(
                    f"{remembered.state.number}: {service} heard {holders[-1:]}, "
                    f"remembers {remembered.state.department}"
                )

    def _holder(self, remembered: Remembered, said: list[Fact]) -> None:
        case = remembered.state
        current = [fact for fact in said if isinstance(fact, PostAssigned | PostReassigned)]
        if sum(isinstance(fact, PostAssigned) for fact in said) > 1:
            self.row.fail(f"{case.number} was assigned twice")
        elif current and current[-1].department != case.department:
            known = sum(1 for d in case.decided if d.kind in ("PostAssigned", "PostReassigned"))
            if len(current) <= known:
                self.row.fail(f"{case.number}: said {current[-1].department}, remembered {case.department}")
            else:
                # Said after the snapshot was taken.
                self.row.in_flight += 1
        elif not current and case.department:
            self.row.fail(f"{case.number}: remembered {case.department}, nothing said")

    def _again(self, post: PostReceived | None, said: list[Fact]) -> None:
        first = next((fact for fact in said if isinstance(fact, PostAssigned | AssignmentHeld)), None)
        if post is None or first is None:
            return
        if isinstance(first, PostAssigned) and first.chosen_by:
            return
        routing = self.snapshot.routings.get((first.rule_version, first.model_version))
        if routing is None:
            return
        choice = routing.choose(post)
        department = first.department if isinstance(first, PostAssigned) else ""
        if choice.department != department:
            self.row.fail(
                f"{post.number}: decided {department or 'held'}, a re-run says {choice.department or 'held'}"
            )
