"""What must hold when a run has come to rest: everything was heard, once, in order, by everybody; and nothing else was."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, Final

from contracts.assignments import PostAssigned, PostReassigned
from contracts.codec import Event, Unreadable, decode
from contracts.deadlines import ClockResumed
from contracts.identity import derived, is_city_subject
from contracts.posts import PostFollowedUp, PostReceived, PostSupported, PostWithdrawn
from contracts.replies import (
    AssignmentChosen,
    CaseAccepted,
    CaseUrged,
    CitizenAnswered,
    CitizenAsked,
    FirstWordGiven,
    PostRated,
    PostReopened,
    ReplyDrafted,
    ReplyPublished,
    ReplySentBack,
)
from contracts.topics import BY_NAME, TOPICS, type_of
from services.stats.core.case import Case as StatsCase
from services.stats.core.cells import cells
from tests.simulation import case_model, linear
from tests.simulation.people import Operation
from tests.simulation.world import World, services

SAYS: Final = {
    "submit": PostReceived,
    "acceptance": CaseAccepted,
    "first-word": FirstWordGiven,
    "question": CitizenAsked,
    "answer": CitizenAnswered,
    "reply": ReplyDrafted,
    "reply-return": ReplySentBack,
    "approval": ReplyPublished,
    "rating": PostRated,
    "reopening": PostReopened,
    "withdrawal": PostWithdrawn,
    "follow-up": PostFollowedUp,
    "support": PostSupported,
    "urging": CaseUrged,
    "assignment": AssignmentChosen,
}
"""Act to the fact that it says, once."""


def at_rest(world: World) -> bool:
    """Whether nothing is left to publish, to hear, to ring or to send."""
    return not next(unrest(world), "")


def unrest(world: World) -> Iterator[str]:
    """What is still to be done."""
    for name, memory in world.memory.items():
        if memory.outbox:
            yield f"{name}: {len(memory.outbox)} rows of the outbox"
        if memory.waiting:
            row = next(iter(memory.waiting.values()))
            yield f"{name}: {len(memory.waiting)} records wait, the first: {row.topic} {row.seq} {row.reason}"
        for topic in services()[name].hears:
            for partition, position in memory.position.items():
                end = len(world.broker.log.records[(topic.name, partition)])
                if position.offsets.get(topic.name, 0) != end:
                    yield f"{name} {topic.name}/{partition}: {position.offsets.get(topic.name, 0)} of {end} heard"
    now = world.clock.now()
    late = [subject for subject, (at, _, _) in world.memory["deadline"].keepers[0].armed.items() if at <= now]  # type: ignore[attr-defined]
    if late:
        yield f"deadline: {len(late)} timers are due"
    for row in world.claims.rows.values():
        if row.state in ("pending", "claimed"):
            yield f"notifier: a notice is {row.state}"
            break


class Facts:
    """The log read anew: each fact once, and what is wrong with the log itself."""

    def __init__(self, world: World) -> None:
        self.wrong: list[str] = []
        self.events: dict[tuple[str, str], dict[int, Event]] = defaultdict(dict)
        """Topic and subject to number to event."""
        self.ids: set[str] = set()
        self.times: dict[str, float] = {}
        """Event to when it was first appended."""
        self.count = 0
        for topic in TOPICS:
            for partition in sorted({place[1] for place in world.broker.log.records}):
                for offset, record in enumerate(world.broker.log.records[(topic.name, partition)]):
                    self.count += 1
                    try:
                        event = decode(BY_NAME[topic.name], record.key, record.value, record.headers)
                    except Unreadable as problem:
                        self.wrong.append(f"{topic.name}/{partition} {offset}: {problem}")
                        continue
                    known = self.events[(topic.name, event.subject)].setdefault(event.seq, event)
                    if known != event:
                        self.wrong.append(
                            f"{topic.name} {event.subject}: {event.seq} says "
                            f"{type(known.fact).__name__} and {type(event.fact).__name__}"
                        )
                    if event.id not in self.ids:
                        self.ids.add(event.id)
                        self.times[event.id] = world.broker.times[(topic.name, partition)][offset]

    def of(self, subject: str, topic: str) -> list[Event]:
        """The facts of a subject in a topic, in order."""
        found = self.events.get((topic, subject), {})
        return [found[seq] for seq in sorted(found)]


def violations(world: World, operations: list[Operation], facts: Facts) -> list[str]:
    """Every sentence that does not hold."""
    wrong = [*unrest(world), *facts.wrong]
    wrong += [f"a process ended of {problem!r}" for problem in world.unforeseen]
    wrong += [f"nobody caught {problem.get('exception', problem)!r}" for problem in world.loop.problems]
    wrong += _numbers(world, facts)
    wrong += _answered(world, operations, facts)
    wrong += _figures(world)
    wrong += _notices(world)
    wrong += _orders(world, operations, facts)
    return wrong


def _numbers(world: World, facts: Facts) -> Iterator[str]:
    """No gap in what was said; writers and readers remember the same last number."""
    said = {place: max(found) for place, found in facts.events.items()}
    for (topic, subject), found in facts.events.items():
        if len(found) != said[(topic, subject)]:
            yield f"{topic} {subject}: of {said[(topic, subject)]} numbers {len(found)} were said"
        if is_city_subject(subject):
            continue
        writer = world.memory[BY_NAME[topic].writer]
        row = writer.subject.get(subject)
        last = 0 if row is None else writer.packing.unpack(subject, *row).said.get(topic, 0)
        if last != said[(topic, subject)]:
            yield f"{topic} {subject}: its writer remembers {last} facts, {said[(topic, subject)]} were said"
    for name, memory in world.memory.items():
        topics = [topic.name for topic in services()[name].hears]
        for subject, row in memory.subject.items():
            remembered = memory.packing.unpack(subject, *row)
            for topic in topics:
                if remembered.seen.get(topic, 0) != said.get((topic, subject), 0):
                    yield f"{name} {subject}: heard {remembered.seen.get(topic, 0)} of {topic}"


def _answered(world: World, operations: list[Operation], facts: Facts) -> Iterator[str]:
    """Every 202 is answered for, no act was applied twice, and a refused one left nothing."""
    intake = world.memory["intake"]
    numbers: Counter[str] = Counter()
    for one in operations:
        kind = type_of(SAYS[one.act])
        times = sum(derived(cause, kind) in facts.ids for cause in one.causes)
        if one.result == "taken" and times != 1:
            yield f"{one.act} {one.subject} was answered 202 and applied {times} times"
        elif one.result == "refused" and times:
            yield f"{one.act} {one.subject} was refused ({one.why}) and applied {times} times"
        elif times > 1:
            yield f"{one.act} {one.subject} was applied {times} times"
        if one.act == "submit":
            stored = [subject for subject in one.subjects if subject in intake.subject]
            if len(stored) != times:
                yield f"a post was stored as {stored}, and said {times} times"
        if one.act == "submit" and one.result == "taken":
            numbers[one.answer["number"]] += 1
            case = intake.state_of(one.subject)
            if case is None or case.number != one.answer["number"]:
                yield f"{one.answer['number']} was answered 202 and is not stored"
            for name, memory in world.memory.items():
                state = memory.state_of(one.subject)
                if name != "stats" and (state is None or state.number != one.answer["number"]):
                    yield f"{name} does not know {one.answer['number']}"
        if one.result == "unknown":
            yield f"{one.act} {one.subject} was never answered ({one.why})"
    yield from (f"{number} was given {times} times" for number, times in numbers.items() if times > 1)


def _figures(world: World) -> Iterator[str]:
    """The live figures are the sum over the posts remembered."""
    recounted: Counter[Any] = Counter()
    for state in world.figures.states():
        if isinstance(state, StatsCase):
            recounted.update(cells(state))
    shown = world.cells.cells
    for place in shown.keys() | recounted.keys():
        if shown.get(place, 0) != recounted.get(place, 0):
            yield f"{place}: shown {shown.get(place, 0)}, recounted {recounted.get(place, 0)}"


def _notices(world: World) -> Iterator[str]:
    """What is said to be sent arrived, and again only as a repeat."""
    for identity, row in world.claims.rows.items():
        times = world.arrived[identity]
        if row.state == "sent" and not times:
            yield f"notice {identity} is said to be sent and never arrived"
        if times > 1 and not row.repeated and row.attempts < 2:
            yield f"notice {identity} arrived {times} times and is no repeat"


def _orders(world: World, operations: list[Operation], facts: Facts) -> Iterator[str]:
    """Some order of the acts on each case, one at a time, explains every answer."""
    histories: dict[str, list[linear.Operation]] = defaultdict(list)
    for one in operations:
        if one.act != "submit":
            histories[one.subject].append(_of_act(one))
    for subject, history in histories.items():
        history += _heard(facts, subject, world.loop.time())
        if not linear.linearisable(history, case_model.Case(), case_model.step):
            yield f"no order of its acts explains the answers of {subject}: {_told(history)}"


def _of_act(one: Operation) -> linear.Operation:
    made = frozenset(derived(cause, one.act) for cause in one.causes)
    if "reply_id" in one.answer:
        made = frozenset([one.answer["reply_id"]])
    return linear.Operation(
        one.called, one.answered, case_model.Asked(one.act, one.unit, one.target, made), one.result
    )


def _heard(facts: Facts, subject: str, end: float) -> Iterator[linear.Operation]:
    """What intake heard of other services: at some instant after it was said, and before the end."""
    for topic in ("assignments", "deadlines"):
        for event in facts.of(subject, topic):
            at, fact = facts.times[event.id], event.fact
            if isinstance(fact, PostAssigned | PostReassigned):
                asked = case_model.Asked("hear-assigned", fact.department)
            elif isinstance(fact, ClockResumed):
                asked = case_model.Asked("hear-resumed", target=fact.question)
            else:
                continue
            yield linear.Operation(at, end, asked, "taken")


def _told(history: list[linear.Operation]) -> str:
    ordered = sorted(history, key=lambda one: one.called)
    return "; ".join(
        f"{one.what.act}({one.what.unit}) {one.called:.3f}-{one.answered:.3f} {one.result}" for one in ordered
    )
