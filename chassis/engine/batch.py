"""One batch between load and save: every input meets its rule, in order, in memory. No I/O.

event.seq <= seen[topic]          a repeat: skip
event.seq == seen[topic] + 1      next: its rule; then whatever waited for it
later, or an earlier one parked   waits in its place
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from chassis.engine.city import CityView
from chassis.engine.records import Read, read
from chassis.engine.waiting import WaitingRoom
from chassis.outbox import pack
from chassis.service import Incoming, Service, tag_of
from chassis.store import Applied, Input, Outcome, Remembered, Waiting
from contracts.city_facts import CityFact, CityFacts
from contracts.codec import Event, encode
from contracts.decision import Context, Decision, Effect, Say
from contracts.facts import Fact
from contracts.identity import derived, is_city_subject
from contracts.topics import TOPIC_OF, Topic, type_of

_input = msgspec.msgpack.Encoder()

INPUT_PREFIX = "@"
"""Before the tag of a door's input, in place of a topic, for inputs that were parked."""


@dataclass
class BatchCounts:
    """What a batch did, for metrics."""

    handled: int = 0
    repeated: int = 0
    waiting: int = 0
    parked: int = 0
    said: int = 0


class Batch:
    """The batch at hand: what was loaded, what became of it."""

    def __init__(
        self,
        service: Service[Any, Any],
        loaded: dict[str, Remembered],
        waiting: Sequence[Waiting],
        cities: dict[int, CityView],
        now: datetime,
        everywhere: CityView | None = None,
    ) -> None:
        self._service = service
        self._loaded = loaded
        self.cities = cities
        self._everywhere = everywhere
        self._now = now
        self._room = WaitingRoom(waiting)
        self._changed: dict[str, Remembered] = {}
        self._moved: dict[str, Remembered] = {}
        """Subjects of which a fact without a rule was heard: only a number moved."""
        self._effects: list[Applied] = []
        self._events: list[tuple[int, Event]] = []
        """Each with the partition of its subject."""
        self.counts = BatchCounts()

    # -- the stream ---------------------------------------------------------------------------

    def hear(self, record: Read) -> None:
        """Handle one record of the poll, or let it wait, or park it, or see that it is a repeat."""
        topic = record.incoming.topic
        if record.subject.startswith("?"):
            if not self._room.holds(record.subject, topic, record.seq):
                self._wait(record, parked=True, reason=record.reason)
            return
        remembered = self._of(record.subject)
        last = remembered.seen.get(topic, 0)
        if record.seq <= last or self._room.holds(record.subject, topic, record.seq):
            self.counts.repeated += 1
            return
        next_in_line = record.seq == last + 1 and not self._room.anything(record.subject, topic)
        if record.event is not None and next_in_line:
            reason = self._try(remembered, record.event, record)
            if reason is not None:
                self._wait(record, parked=True, reason=reason)
            return
        self._wait(record, parked=record.event is None, reason=record.reason)
        self.drain(record.subject, topic)

    def drain(self, subject: str, topic: str) -> None:
        """Handle what waited, as far as it is next; operators' marks are obeyed here."""
        if not self._room.anything(subject, topic):
            return
        remembered = self._of(subject)
        while row := self._room.get(subject, topic, remembered.seen.get(topic, 0) + 1):
            if row.parked and not row.mark:
                return
            if row.mark != "drop":
                reason = self._retry(remembered, row)
                if reason is not None:
                    self._room.park(row, reason)
                    self.counts.parked += 1
                    return
            else:
                remembered.seen[topic] = row.seq
            self._leave(remembered, row)

    def obey(self, row: Waiting) -> None:
        """Act on an operator's mark. An unplaced record can only be dropped: nothing waits for it by name."""
        if self._room.has_left(row):
            return  # A record that came behind it in this batch has obeyed its mark.
        if row.subject.startswith("?"):
            self._room.leave(row)
            return
        remembered = self._of(row.subject)
        if row.seq <= remembered.seen.get(row.topic, 0):
            self._leave(remembered, row)
            return
        self.drain(row.subject, row.topic)

    # -- doors --------------------------------------------------------------------------------

    def take(self, subject: str, given: Any, cause: str) -> object:
        """Handle an input from a door; returns the decision's answer, raises Refused as the rule does."""
        remembered = self._of(subject)
        decision = self._service.rules[type(given)](remembered.state, given, self._context(remembered, cause))
        self._keep(remembered, decision, cause)
        return decision.answer

    def ring(self, subject: str, given: Any, cause: str) -> None:
        """Handle what the passing of time brought; where the rule raises, it is parked like an event."""
        try:
            self.take(subject, given, cause)
        except Exception as problem:  # as for events: it would raise again
            remembered = self._of(subject)
            tag = tag_of(type(given))
            if not tag:
                raise TypeError(f"{type(given).__name__} cannot be parked: it has no tag") from problem
            topic = INPUT_PREFIX + tag
            seq = self._room.last(subject, topic, remembered.seen.get(topic, 0)) + 1
            self._room.enter(
                Waiting(
                    subject=subject,
                    topic=topic,
                    seq=seq,
                    partition=remembered.partition,
                    offset=0,
                    parked=True,
                    reason=f"{type(problem).__name__}: {problem}"[:500],
                    key=subject.encode(),
                    value=_input.encode(given),
                    headers=(("cause", cause.encode()),),
                )
            )
            self.counts.parked += 1
            remembered.held += 1
            self._changed[subject] = remembered

    def take_all(self, inputs: Sequence[Input], cause: str) -> list[object]:
        """Handle the inputs of one request: all of them, or none when one is refused or raises."""
        before = {
            subject: (remembered.state, dict(remembered.seen), dict(remembered.said))
            for subject, _ in inputs
            if (remembered := self._loaded.get(subject)) is not None
        }
        changed, effects, events = set(self._changed), len(self._effects), len(self._events)
        try:
            return [
                self.take(subject, given, cause if n == 0 else derived(cause, "part", n))
                for n, (subject, given) in enumerate(inputs)
            ]
        except Exception:
            for subject, _ in inputs:
                if subject in before:
                    remembered = self._loaded[subject]
                    remembered.state, remembered.seen, remembered.said = before[subject]
                else:
                    self._loaded.pop(subject, None)
                if subject not in changed:
                    self._changed.pop(subject, None)
            del self._effects[effects:]
            del self._events[events:]
            raise

    # -- the result ---------------------------------------------------------------------------

    def outcome(self, blob_id: str) -> Outcome:
        """What the store has to save."""
        self.counts.said = len(self._events)
        records = [(event.topic, partition, encode(event)) for partition, event in self._events]
        changed = [*self._changed.values()]
        moved: list[Remembered] = []
        for subject, remembered in self._moved.items():
            if subject not in self._changed:
                (moved if remembered.stored else changed).append(remembered)
        return Outcome(
            changed=changed,
            moved=moved,
            waiting_put=self._room.to_store(),
            waiting_gone=self._room.to_delete(),
            unparked=self._room.unparked,
            effects=self._effects,
            records=records,
            blob=pack(records),
            blob_id=blob_id if records else "",
        )

    # -- inside -------------------------------------------------------------------------------

    def _of(self, subject: str) -> Remembered:
        remembered = self._loaded.get(subject)
        if remembered is None:
            remembered = self._loaded[subject] = Remembered.blank(subject, self._service.initial)
        return remembered

    def _view(self, partition: int) -> CityView:
        if self._everywhere is not None:
            return self._everywhere
        view = self.cities.get(partition)
        if view is None:
            view = self.cities[partition] = CityView(self._service.city.initial)
        return view

    def _context(self, remembered: Remembered, cause: str, record: Read | None = None) -> Context[Any]:
        view = self._view(remembered.partition)
        foreseen = record.foreseen if record is not None and record.city_version == view.amendments else None
        return Context(
            remembered.subject, cause, self._now, view.city, view.amendments, foreseen, view.earlier
        )

    def _try(self, remembered: Remembered, event: Event, record: Read | None = None) -> str | None:
        """Meet the rule; None when it went well, else why the event is hopeless."""
        try:
            changes = self._meet(remembered, event, record)
        except Exception as problem:  # rules are pure: whatever this one raises, it would raise again
            self.counts.parked += 1
            return f"{type(problem).__name__}: {problem}"[:500]
        remembered.seen[event.topic] = event.seq
        (self._changed if changes else self._moved)[remembered.subject] = remembered
        self.counts.handled += 1
        return None

    def _retry(self, remembered: Remembered, row: Waiting) -> str | None:
        if row.topic.startswith(INPUT_PREFIX):
            return self._retry_input(remembered, row)
        again = read(
            self._service, Incoming(row.topic, row.partition, row.offset, row.key, row.value, row.headers)
        )
        if again.event is None:
            return again.reason
        return self._try(remembered, again.event)

    def _retry_input(self, remembered: Remembered, row: Waiting) -> str | None:
        tag = row.topic[len(INPUT_PREFIX) :]
        try:
            kind = self._service.input_by_tag[tag]
            given: object = msgspec.msgpack.decode(row.value or b"", type=kind)
            self.take(row.subject, given, dict(row.headers)["cause"].decode())
        except Exception as problem:  # as in `ring`
            return f"{type(problem).__name__}: {problem}"[:500]
        remembered.seen[row.topic] = row.seq
        return None

    def _meet(self, remembered: Remembered, event: Event, record: Read | None) -> bool:
        """Whether there is a rule for the event, which it then has met."""
        if is_city_subject(remembered.subject):
            self._learn(remembered, event.fact)  # type: ignore[arg-type]  # only city facts have this subject
            return True
        rule = self._service.rules.get(type(event.fact))
        if rule is None:
            return False
        context = self._context(remembered, event.id, record)
        self._keep(remembered, rule(remembered.state, event.fact, context), event.id)
        return True

    def _learn(self, remembered: Remembered, fact: CityFact) -> None:
        """A fact about the city: folded into the view and kept, so that a restart folds it again."""
        view = self._view(remembered.partition)
        self.cities[remembered.partition] = view.amended(self._service.city.fold(view.city, fact))
        remembered.state = CityFacts((*remembered.state.facts, fact))

    def _keep(self, remembered: Remembered, decision: Decision[Any], cause: str) -> None:
        """Take what a rule decided; nothing of it when one of its effects cannot be."""
        if not decision.effects:
            remembered.state = decision.state
            self._changed[remembered.subject] = remembered
            return
        said: list[tuple[int, Event]] = []
        numbers = dict(remembered.said)
        counts: dict[type, int] = {}
        effects: list[Applied] = []
        for effect in decision.effects:
            if isinstance(effect, Say):
                event = self._event(remembered, effect.fact, cause, numbers, counts)
                said.append((remembered.partition, event))
            else:
                effects.append(self._applied(remembered, effect, cause))
        remembered.state = decision.state
        remembered.said = numbers
        self._changed[remembered.subject] = remembered
        self._events += said
        self._effects += effects

    def _event(
        self, remembered: Remembered, fact: Fact, cause: str, numbers: dict[str, int], counts: dict[type, int]
    ) -> Event:
        kind = type(fact)
        topic: Topic = TOPIC_OF[kind]
        if topic not in self._service.says:
            raise TypeError(f"{self._service.name} does not write topic {topic.name}")
        n = counts[kind] = counts.get(kind, -1) + 1
        seq = numbers[topic.name] = numbers.get(topic.name, 0) + 1
        identity = derived(cause, type_of(kind), n)
        return Event(identity, topic.name, remembered.subject, seq, fact, self._service.name)

    def _applied(self, remembered: Remembered, effect: Effect, cause: str) -> Applied:
        return Applied(remembered.subject, remembered.partition, cause, self._now, effect)

    def _wait(self, record: Read, *, parked: bool, reason: str) -> None:
        incoming = record.incoming
        self._room.enter(
            Waiting(
                subject=record.subject,
                topic=incoming.topic,
                seq=record.seq,
                partition=incoming.partition,
                offset=incoming.offset,
                parked=parked,
                reason=reason,
                key=incoming.key,
                value=incoming.value,
                headers=tuple(incoming.headers),
            )
        )
        if record.event is None:
            self.counts.parked += 1
        elif not parked:
            self.counts.waiting += 1
        if not record.subject.startswith("?"):
            remembered = self._of(record.subject)
            remembered.held += 1
            self._changed[record.subject] = remembered

    def _leave(self, remembered: Remembered, row: Waiting) -> None:
        self._room.leave(row)
        remembered.held -= 1
        self._changed[row.subject] = remembered


def due_cause(subject: str, given: Any) -> str:
    """The cause of what a due input brings about: its own `id` where it has one, else subject and kind."""
    identity = getattr(given, "id", "")
    return str(identity) if identity else derived(subject, type(given).__name__)
