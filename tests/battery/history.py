"""What the crowd was told, held against the log: each act said once, and some order of the acts explains every answer."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

import msgspec

from chassis.kafka.broker import Broker
from contracts.assignments import PostAssigned, PostReassigned
from contracts.codec import Event, Unreadable, decode
from contracts.deadlines import ClockResumed
from contracts.posts import PostReceived
from contracts.replies import CitizenAsked, ReplyDrafted
from contracts.topics import ASSIGNMENTS, BY_NAME, DEADLINES, POSTS, REPLIES
from tests.battery.crowd import Wish
from tests.simulation import case_model, linear
from tests.simulation.facts import SAYS
from wenzheng.log import reading, records

READ: Final = (POSTS, REPLIES, ASSIGNMENTS, DEADLINES)


class Log:
    """The log of a real stack, read whole."""

    def __init__(self) -> None:
        self.events: dict[str, list[tuple[float, Event]]] = defaultdict(list)
        """Subject to its facts, each once, with the Unix time at which the broker took it."""
        self.subjects: dict[str, str] = {}
        """Public number to subject."""
        self._known: set[str] = set()

    def take(self, at: float, event: Event) -> None:
        """One more record; a repeat adds nothing."""
        if event.id in self._known:
            return
        self._known.add(event.id)
        self.events[event.subject].append((at, event))
        if isinstance(event.fact, PostReceived):
            self.subjects[event.fact.number] = event.subject


async def log_of(bus: Broker) -> Log:
    """Everything that was said up to now; what nobody can read is left out: the audit tells of it."""
    found = Log()
    async with reading(bus) as consumer:
        for partition in range(POSTS.partitions):
            async for record in records(consumer, READ, partition):
                with suppress(Unreadable):
                    event = decode(BY_NAME[record.topic], record.key, record.value, record.headers)
                    found.take(record.timestamp / 1000, event)
    return found


def contradictions(wishes: Iterable[Wish], log: Log) -> Iterator[str]:
    """A sentence for each answer that the log contradicts, and for each case whose answers nothing explains."""
    histories: dict[str, list[Wish]] = defaultdict(list)
    for wish in wishes:
        if wish.act != "submit":
            histories[wish.number].append(wish)
    for number, asked in histories.items():
        subject = log.subjects.get(number)
        if subject is None:
            yield f"{number} was answered 202 and was never said"
            continue
        events = log.events[subject]
        for wish in asked:
            yield from _said_once(wish, events)
        history = [_operation(wish, events) for wish in asked] + list(_heard(events))
        if not linear.linearisable(history, case_model.Case(), case_model.step):
            yield f"no order of its acts explains the answers of {number}: {_told(history)}"


def _said_once(wish: Wish, events: list[tuple[float, Event]]) -> Iterator[str]:
    """An act of staff that was taken said one fact, one that was refused none; no act said two.

    A published reply does not name who approved it: there the order of acts has to do.
    """
    if not wish.person or wish.act == "approval":
        return
    kind = SAYS[wish.act]
    times = sum(
        isinstance(event.fact, kind) and wish.person in msgspec.structs.astuple(event.fact)
        for _, event in events
    )
    allowed = {"taken": (1,), "refused": (0,)}.get(wish.result, (0, 1))
    if times not in allowed:
        yield f"{wish.act} of {wish.number} by {wish.person} was {wish.result} and said {times} times"


def _operation(wish: Wish, events: list[tuple[float, Event]]) -> linear.Operation:
    made = frozenset(
        event.fact.reply if isinstance(event.fact, ReplyDrafted) else event.fact.question
        for _, event in events
        if isinstance(event.fact, ReplyDrafted | CitizenAsked) and event.fact.by == wish.person
    )
    asked = case_model.Asked(wish.act, wish.unit, wish.target, made)
    return linear.Operation(wish.called, wish.answered, asked, wish.result)


def _heard(events: list[tuple[float, Event]]) -> Iterator[linear.Operation]:
    """What intake heard of other services: at some instant after the broker had it."""
    for at, event in events:
        fact = event.fact
        if isinstance(fact, PostAssigned | PostReassigned):
            asked = case_model.Asked("hear-assigned", fact.department)
        elif isinstance(fact, ClockResumed):
            asked = case_model.Asked("hear-resumed", target=fact.question)
        else:
            continue
        yield linear.Operation(at, linear.FOREVER, asked, "taken")


def _told(history: list[linear.Operation]) -> str:
    first = min(one.called for one in history)
    return "; ".join(
        f"{one.what.act}({one.what.unit}) {one.called - first:.2f}-{one.answered - first:.2f} {one.result}"
        for one in sorted(history, key=lambda one: one.called)
    )
