"""Cases as the rules of all services would have left them: received, assigned, dated, warned, and whoever was told."""

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from chassis.service import Service
from chassis.store import Applied, Packing, Remembered
from city.profile import Profile
from city.words import Verdict
from contracts.assignments import PostAssigned
from contracts.decision import Context, Say
from contracts.facts import Fact
from contracts.identity import derived, partition_of
from contracts.topics import TOPIC_OF
from services.deadline.app import build as deadline
from services.deadline.core.case import TimerDue
from services.intake.app import build as intake
from services.intake.core.requests import Submit
from services.notifier.app import build as notifier
from services.notifier.core.case import Claim, Notice, Outcome, Settle
from services.stats.app import build as stats


def letter(n: int) -> dict[str, str]:
    """What a citizen writes."""
    return {"kind": "complaint", "title": "路灯不亮", "text": f"幸福路第{n}盏路灯坏了,晚上很黑,请派人来修。"}


class Life:
    """A case in the memory of every service that hears of its miss: each fact meets the rules of all."""

    def __init__(
        self,
        services: Mapping[str, Service[Any, Profile]],
        packings: Mapping[str, Packing],
        profile: Profile,
        subject: str,
    ) -> None:
        self._services = services
        self._packings = packings
        self._profile = profile
        self._facts: deque[Fact] = deque()
        self._met = 0
        self.said: list[Fact] = []
        """All that was said of it, in order."""
        self.heard: list[Fact] = []
        """All facts of it, in order: what people did, and what was said of it."""
        self.subject = subject
        self.partition = partition_of(subject)
        self.remembered = {
            name: Remembered(subject, self.partition, service.initial(subject), {}, {})
            for name, service in services.items()
        }
        self.effects: dict[str, list[Applied]] = {name: [] for name in services}

    def meet(self, name: str, given: Any, at: datetime) -> None:
        """One service meets an input; what it says is heard by the others, and what that brings about."""
        self._decide(name, given, at)
        self._spread()

    def happen(self, fact: Fact) -> None:
        """People did something: whatever was due before rings first, and the services hear of it."""
        self.pass_until(fact.at)
        self._facts.append(fact)
        self._spread()

    def pass_until(self, until: datetime) -> None:
        """Time passes until then, and the case's timer rings at each instant for which it is armed."""
        while (due := self.remembered["deadline"].state.next_at) is not None and due <= until:
            self.ring(due)

    def hear(self, fact: Fact) -> None:
        """All who hear the fact's topic meet it."""
        topic = TOPIC_OF[type(fact)]
        self.heard.append(fact)
        for service in self._services.values():
            if topic in service.hears:
                seen = self.remembered[service.name].seen
                seen[topic.name] = seen.get(topic.name, 0) + 1
                if type(fact) in service.rules:
                    self._decide(service.name, fact, fact.at)

    def ring(self, until: datetime) -> None:
        """Time passes until then, and the case's timer rings for all that is due."""
        case = self.remembered["deadline"].state
        assert case.next_at is not None
        timer = TimerDue(derived(self.subject, "timer", case.rung), case.next_at, until)
        self.meet("deadline", timer, until)

    @property
    def due(self) -> datetime:
        """When its answer is due."""
        due: datetime = self.remembered["deadline"].state.said.due
        return due

    def tell(self) -> list[Notice]:
        """Whoever is to be told is told; returns the notices."""
        ended = {one.effect.id for one in self.effects["notifier"] if isinstance(one.effect, Settle)}
        pending: list[tuple[Notice, datetime]] = []
        for one in self.effects["notifier"]:
            if isinstance(one.effect, Claim) and one.effect.notice.id not in ended:
                pending.append((one.effect.notice, one.now))
        for notice, at in pending:
            self.meet("notifier", Outcome(notice, "sent", 1), at)
        return [notice for notice, _ in pending]

    def packed(self) -> dict[str, bytes]:
        """What each service remembers, as it is stored."""
        return {name: packing.pack(self.remembered[name]) for name, packing in self._packings.items()}

    def _spread(self) -> None:
        """All hear what was said, and what that brings about."""
        while self._facts:
            self.hear(self._facts.popleft())

    def _decide(self, name: str, given: Any, at: datetime) -> None:
        self._met += 1
        cause = derived(self.subject, "bench", self._met)
        remembered = self.remembered[name]
        context = Context(self.subject, cause, at, self._profile)
        decision = self._services[name].rules[type(given)](remembered.state, given, context)
        remembered.state = decision.state
        for effect in decision.effects:
            if isinstance(effect, Say):
                topic = TOPIC_OF[type(effect.fact)]
                remembered.said[topic.name] = remembered.said.get(topic.name, 0) + 1
                self._facts.append(effect.fact)
                self.said.append(effect.fact)
            else:
                self.effects[name].append(Applied(self.subject, self.partition, cause, at, effect))


def lives(profile: Profile, count: int) -> Iterator[Life]:
    """Cases received a few days ago whose due instant is the last closing that has passed, spread over the units.

    Warned and reminded; of each, whoever was told has been told.
    """
    built = (intake(profile), deadline(profile), notifier(profile), stats(profile))
    services = {service.name: service for service in built}
    packings = {name: Packing(service.state) for name, service in services.items()}
    units = [department.code for department in profile.departments]
    now = datetime.now(profile.zone)
    received = next(
        day
        for back in range(3, 40)
        if profile.working_time.due(day := (now - timedelta(days=back)).replace(hour=10)).at < now
    )
    first = int(received.timestamp() * 1000)
    for n in range(count):
        # In order of time, as intake draws them, and different from one run to the next.
        subject = str(UUID(int=(first + n) << 80 | 0x7 << 76 | 0x2 << 62 | n))
        life = Life(services, packings, profile, subject)
        life.meet("intake", _submit(first + n, n), received)
        life.hear(
            PostAssigned(
                at=received,
                number=life.remembered["intake"].state.number,
                department=units[n % len(units)],
                duty_item="",
                reasons=(),
                confidence=1.0,
                rule_version="bench",
            )
        )
        life.ring(life.due - timedelta(minutes=1))
        life.tell()
        yield life


def batches(found: Iterator[Life], size: int) -> Iterator[list[Life]]:
    """The items in batches of at most `size`."""
    while batch := list(islice(found, size)):
        yield batch


def _submit(drawn: int, n: int) -> Submit:
    post = letter(n)
    return Submit(
        kind=post["kind"],
        title=post["title"],
        text=post["text"],
        area="",
        place="",
        public=True,
        hide_name=True,
        citizen=f"citizen-{n}",
        drawn=drawn,
        verdict=Verdict("pass"),
    )
