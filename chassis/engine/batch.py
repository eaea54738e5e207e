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
from chassis.outbox import pack
from chassis.service import Applied, Incoming, Service
from chassis.store import Outcome, Remembered, Waiting
from contracts.city_facts import CityFact, CityFacts
from contracts.codec import Event, Unreadable, decode, encode, placed
from contracts.decision import Context, Decision, Effect, Say
from contracts.facts import Fact
from contracts.identity import derived, is_city_subject, partition_of
from contracts.topics import TOPIC_OF, Topic, type_of

_input = msgspec.msgpack.Encoder()

DOOR = "@"
"""Before the type of a door's input, in place of a topic, for inputs that were parked."""


@dataclass(frozen=True)
class Read:
    """A record of the poll after decoding: an event, or a subject and a reason why not, or neither."""

    incoming: Incoming
    subject: str
    seq: int
    event: Event | None
    reason: str = ""


@dataclass
class Tally:
    """What a batch did, for metrics."""

    handled: int = 0
    repeated: int = 0
    waiting: int = 0
    parked: int = 0
    said: int = 0


def read(service: Service[Any, Any], incoming: Incoming) -> Read:
    """Decode a record. One that does not even say its subject gets `?<partition>` and its offset."""
    topic = service.topic_by_name[incoming.topic]
    try:
        event = decode(topic, incoming.key, incoming.value, incoming.headers)
        if partition_of(event.subject) != incoming.partition:
            raise Unreadable("subject belongs to another partition")
        return Read(incoming, event.subject, event.seq, event)
    except Unreadable as problem:
        try:
            subject, seq = placed(incoming.key, incoming.headers)
            if partition_of(subject) == incoming.partition:
                return Read(incoming, subject, seq, None, str(problem))
        except (Unreadable, ValueError):
            pass
        return Read(incoming, f"?{incoming.partition}", incoming.offset, None, str(problem))


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
        self._waiting: dict[tuple[str, str], dict[int, Waiting]] = {}
        for row in waiting:
            self._waiting.setdefault((row.subject, row.topic), {})[row.seq] = row
        self._changed: dict[str, Remembered] = {}
        self._put: dict[tuple[str, str, int], Waiting] = {}
        self._gone: set[tuple[str, str, int]] = set()
        self._unparked: list[Waiting] = []
        self._stored = {(row.subject, row.topic, row.seq) for row in waiting}
        self._effects: list[Applied] = []
        self._events: list[tuple[int, Event]] = []
        """Each with the partition of its subject."""
        self.tally = Tally()

    # -- the stream ---------------------------------------------------------------------------

    def hear(self, record: Read) -> None:
        """Handle one record of the poll, or let it wait, or park it, or see that it is a repeat."""
        incoming = record.incoming
        if record.subject.startswith("?"):
            self._park_unplaced(record)
            return
        remembered = self._of(record.subject)
        place = self._waiting.get((record.subject, incoming.topic))
        last = remembered.seen.get(incoming.topic, 0)
        if record.seq <= last or (place is not None and record.seq in place):
            self.tally.repeated += 1
            return
        if record.event is not None and record.seq == last + 1 and not place:
            reason = self._try(remembered, record.event)
            if reason is None:
                return
            self._wait(record, parked=True, reason=reason)
            return
        self._wait(record, parked=record.event is None, reason=record.reason)
        self.drain(record.subject, incoming.topic)

    def drain(self, subject: str, topic: str) -> None:
        """Handle what waited, as far as it is next; operators' marks are obeyed here."""
        place = self._waiting.get((subject, topic))
        if not place:
            return
        remembered = self._of(subject)
        while row := place.get(remembered.seen.get(topic, 0) + 1):
            if row.parked and not row.mark:
                return
            if row.mark != "drop":
                reason = self._retry(remembered, row)
                if reason is not None:
                    parked = msgspec.structs.replace(row, parked=True, reason=reason, mark="")
                    place[row.seq] = self._put[(subject, topic, row.seq)] = parked
                    self.tally.parked += 1
                    return
            else:
                remembered.seen[topic] = row.seq
            self._remove(remembered, row)

    def obey(self, row: Waiting) -> None:
        """Act on an operator's mark. An unplaced record can only be dropped: nothing waits for it by name."""
        if row.subject.startswith("?"):
            self._waiting.get((row.subject, row.topic), {}).pop(row.seq, None)
            self._gone.add((row.subject, row.topic, row.seq))
            self._unparked.append(row)
            return
        remembered = self._of(row.subject)
        if row.seq <= remembered.seen.get(row.topic, 0):
            self._remove(remembered, row)
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
        except Exception as problem:  # noqa: BLE001  as for events: it would raise again
            remembered = self._of(subject)
            topic = DOOR + type(given).__name__
            place = self._waiting.setdefault((subject, topic), {})
            seq = max(place, default=remembered.seen.get(topic, 0)) + 1
            row = Waiting(
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
            place[seq] = self._put[(subject, topic, seq)] = row
            self.tally.parked += 1
            remembered.held += 1
            self._changed[subject] = remembered

    def take_all(self, inputs: Sequence[tuple[str, Any]], cause: str) -> list[object]:
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
        self.tally.said = len(self._events)
        records = [(event.topic, partition, encode(event)) for partition, event in self._events]
        gone = self._gone & self._stored
        return Outcome(
            changed=list(self._changed.values()),
            waiting_put=[row for place, row in self._put.items() if place not in self._gone],
            waiting_gone=sorted(gone),
            unparked=self._unparked,
            effects=self._effects,
            records=records,
            blob=pack(records),
            blob_id=blob_id if records else "",
        )

    # -- inside -------------------------------------------------------------------------------

    def _of(self, subject: str) -> Remembered:
        remembered = self._loaded.get(subject)
        if remembered is None:
            state = CityFacts() if is_city_subject(subject) else self._service.initial(subject)
            remembered = Remembered(subject, partition_of(subject), state, {}, {})
            self._loaded[subject] = remembered
        return remembered

    def _view(self, partition: int) -> CityView:
        if self._everywhere is not None:
            return self._everywhere
        view = self.cities.get(partition)
        if view is None:
            view = self.cities[partition] = CityView(self._service.city.initial)
        return view

    def _context(self, remembered: Remembered, cause: str) -> Context[Any]:
        view = self._view(remembered.partition)
        return Context(remembered.subject, cause, self._now, view.city, view.amendments)

    def _try(self, remembered: Remembered, event: Event) -> str | None:
        """Meet the rule; None when it went well, else why the event is hopeless."""
        try:
            self._meet(remembered, event)
        except Exception as problem:  # noqa: BLE001  rules are pure: whatever this one raises, it would raise again
            self.tally.parked += 1
            return f"{type(problem).__name__}: {problem}"[:500]
        remembered.seen[event.topic] = event.seq
        self._changed[remembered.subject] = remembered
        self.tally.handled += 1
        return None

    def _retry(self, remembered: Remembered, row: Waiting) -> str | None:
        if row.topic.startswith(DOOR):
            return self._retry_door(remembered, row)
        again = read(
            self._service, Incoming(row.topic, row.partition, row.offset, row.key, row.value, row.headers)
        )
        if again.event is None:
            return again.reason
        return self._try(remembered, again.event)

    def _retry_door(self, remembered: Remembered, row: Waiting) -> str | None:
        kind = next(kind for kind in self._service.rules if kind.__name__ == row.topic[len(DOOR) :])
        try:
            given: object = msgspec.msgpack.decode(row.value or b"", type=kind)
            self.take(row.subject, given, dict(row.headers)["cause"].decode())
        except Exception as problem:  # noqa: BLE001
            return f"{type(problem).__name__}: {problem}"[:500]
        remembered.seen[row.topic] = row.seq
        return None

    def _meet(self, remembered: Remembered, event: Event) -> None:
        if isinstance(remembered.state, CityFacts):
            self._learn(remembered, event.fact)  # type: ignore[arg-type]  # only city facts have this subject
            return
        rule = self._service.rules.get(type(event.fact))
        if rule is not None:
            self._keep(
                remembered, rule(remembered.state, event.fact, self._context(remembered, event.id)), event.id
            )

    def _learn(self, remembered: Remembered, fact: CityFact) -> None:
        view = self._view(remembered.partition)
        folded = self._service.city.fold(view.city, fact)
        self.cities[remembered.partition] = view.amended(folded)
        remembered.state = CityFacts((*remembered.state.facts, fact))

    def _keep(self, remembered: Remembered, decision: Decision[Any], cause: str) -> None:
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
        row = Waiting(
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
        self._waiting.setdefault((row.subject, row.topic), {})[row.seq] = row
        self._put[(row.subject, row.topic, row.seq)] = row
        if record.event is None:
            self.tally.parked += 1
        elif not parked:
            self.tally.waiting += 1
        if not row.subject.startswith("?"):
            remembered = self._of(row.subject)
            remembered.held += 1
            self._changed[row.subject] = remembered

    def _park_unplaced(self, record: Read) -> None:
        place = self._waiting.get((record.subject, record.incoming.topic), {})
        if record.seq not in place:
            self._wait(record, parked=True, reason=record.reason)

    def _remove(self, remembered: Remembered, row: Waiting) -> None:
        self._waiting[(row.subject, row.topic)].pop(row.seq, None)
        self._gone.add((row.subject, row.topic, row.seq))
        if row.parked:
            self._unparked.append(row)
        remembered.held -= 1
        self._changed[row.subject] = remembered
