"""Bugs of the engine, planted where processes are put together: the simulation must see each of them.

Each is what a good engineer might write: a part of the product with one method changed.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

import asyncpg
from msgspec import structs

from chassis.engine.answers import IdempotencyKey
from chassis.engine.asks import Ask
from chassis.engine.batch import Batch
from chassis.engine.desk import Desk
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.run import patiently
from chassis.service import Service
from chassis.store import Outcome, Position, Remembered, Transaction
from contracts.codec import Addressed
from contracts.decision import Decision
from contracts.facts import Fact
from contracts.posts import PostHeld
from contracts.replies import ExtensionApproved, PromiseReported
from services.deadline.core.case import Redate
from services.intake.core.requests import Asked
from services.intake.core.sealing import EraseKeys
from services.notifier.core.case import Claim
from services.notifier.core.case import Outcome as NoticeOutcome
from services.survey.core import requests as polled
from services.survey.core import rules
from services.survey.core.states import Ballot, Survey, Voter
from tests.simulation.broker import SimulatedBus
from tests.simulation.database import Connection
from tests.simulation.loop import Process
from tests.simulation.stores import SimulatedAnswers, SimulatedStore, SimulatedTransaction
from tests.simulation.world import TICK, Make, World, listen, speak


class UnfencedListener(Listener):
    """Believes that it still owns what it once took over."""

    def check(self, stored: Mapping[int, Position]) -> None:
        """Nobody is refused."""

    def check_owner(self, stored: Mapping[int, Position]) -> None:
        """Not after a lost connection either."""


class EarlyPublisher(Publisher):
    """Says that the bus has what it is about to send."""

    async def _publish(self, blobs: Sequence[tuple[str, Sequence[Addressed]]]) -> bool:
        self.acknowledged += [blob_id for blob_id, _ in blobs]
        await super()._publish(blobs)
        return True


class EagerDesk(Desk):
    """Answers as soon as the rules have decided."""

    async def _decide(self, transaction: Transaction, asks: Sequence[Ask], group: Any) -> Batch:
        batch = await super()._decide(transaction, asks, group)
        for ask, answer in group.told:
            ask.answer(answer)
        return batch


class ForgetfulAnswers(SimulatedAnswers):
    """Keeps no answer for a repeat."""

    async def keep(self, connection: Connection, answered: Sequence[tuple[IdempotencyKey, bytes]]) -> bool:
        return True


class HastyAnswers(SimulatedAnswers):
    """Does not mind who was first with a key."""

    async def keep(self, connection: Connection, answered: Sequence[tuple[IdempotencyKey, bytes]]) -> bool:
        await super().keep(connection, answered)
        return True


class PositionFirst(SimulatedStore):
    """Moves the positions at once, and not with the effects."""

    @asynccontextmanager
    async def transaction(self) -> Any:
        async with super().transaction() as transaction:
            yield _PositionFirst(self, transaction.connection)


class _PositionFirst(SimulatedTransaction):
    async def save(self, outcome: Outcome) -> None:
        for position in outcome.positions:
            self._server.memory.position[position.partition] = position
        await super().save(outcome)


class DroppedOutbox(SimulatedStore):
    """Trusts the publisher that runs beside it: writes no outbox row for what is offered to it anyway."""

    @asynccontextmanager
    async def transaction(self) -> Any:
        async with super().transaction() as transaction:
            yield _DroppedOutbox(self, transaction.connection)


class _DroppedOutbox(SimulatedTransaction):
    async def save(self, outcome: Outcome) -> None:
        outcome.blob = b""
        await super().save(outcome)


class OpenPositions(SimulatedStore):
    """Reads positions without locking them."""

    @asynccontextmanager
    async def transaction(self) -> Any:
        async with super().transaction() as transaction:
            yield _OpenPositions(self, transaction.connection)


class _OpenPositions(SimulatedTransaction):
    async def begin(
        self, partitions: Sequence[int], subjects: Sequence[str], lock: bool
    ) -> tuple[dict[int, Position], dict[str, Remembered]]:
        _, found = await super().begin([], subjects, lock)
        return self._positions(partitions), found


class HeldConnection(SimulatedStore):
    """Keeps the connection it once got, whatever became of it."""

    @asynccontextmanager
    async def transaction(self) -> Any:
        if self._connection is not None and self._connection.ended:
            raise asyncpg.InterfaceError(
                "cannot call Connection.transaction(): connection has been released back"
            )
        async with super().transaction() as transaction:
            yield transaction


class Impatient(SimulatedStore):
    """Lets a record go that raises again when the operator has it tried again."""

    @asynccontextmanager
    async def transaction(self) -> Any:
        async with super().transaction() as transaction:
            yield _Impatient(self, transaction.connection)


class _Impatient(SimulatedTransaction):
    async def save(self, outcome: Outcome) -> None:
        changed = {one.subject: one for one in outcome.changed}
        for row in outcome.waiting_put:
            place = row.subject, row.topic, row.seq
            if row.parked and place in self._server.memory.waiting and row.subject in changed:
                changed[row.subject].seen[row.topic] = row.seq
                changed[row.subject].held -= 1
                outcome.waiting_gone.append(place)
        outcome.waiting_put = [
            one
            for one in outcome.waiting_put
            if (one.subject, one.topic, one.seq) not in outcome.waiting_gone
        ]
        await super().save(outcome)


def with_parts(
    listener: type[Listener] = Listener,
    publisher: type[Publisher] = Publisher,
    desk: type[Desk] = Desk,
    store: type[SimulatedStore] = SimulatedStore,
    answers: type[SimulatedAnswers] = SimulatedAnswers,
    service: Callable[[Service[Any, Any]], Service[Any, Any]] = lambda service: service,
) -> Make:
    """Processes put together as the product does, of these parts."""

    def make(world: World, process: Process, part: str, starts: int) -> None:
        if part in ("debate", "survey"):
            speak(world, process, part, service=service)
            return
        server = world.servers["intake" if part == "web" else part]
        own = store(server, process)
        publishing = publisher(own, SimulatedBus(world.broker, process))
        value = service(server.service)
        if part != "web":
            name = f"{process.name}/{starts}"
            listening = listener(value, own, publishing, world.clock, name, tick=TICK[part])
            listen(world, process, listening, publishing)
            return
        desk_of = world.doors["intake"][process.name] = desk(
            value, own, publishing, world.clock, answers(server)
        )
        process.run(patiently(publishing.run))
        process.run(patiently(desk_of.run))

    return make


def unlocked(service: Service[Any, Any]) -> Service[Any, Any]:
    """Nobody but the listener changes a case, so its rows need no locks."""
    return replace(service, people=False)


def deaf(kind: type[Fact]) -> Callable[[Service[Any, Any]], Service[Any, Any]]:
    """Nobody told deadline of these facts."""

    def without(service: Service[Any, Any]) -> Service[Any, Any]:
        heard = {one: rule for one, rule in service.rules.items() if one is not kind}
        return replace(service, rules=heard) if service.name == "deadline" else service

    return without


def dating_nothing_again(service: Service[Any, Any]) -> Service[Any, Any]:
    """Deadline notes that the city has changed, and leaves open cases as they are."""
    if Redate not in service.rules:
        return service

    def noted(case: Any, _: Redate, context: Any) -> Decision[Any]:
        return Decision(structs.replace(case, amendments=context.amendments, beside=context.amendments))

    return replace(service, rules={**service.rules, Redate: noted})


def keeping_keys(service: Service[Any, Any]) -> Service[Any, Any]:
    """An erasure is noted in the case alone."""
    if Asked not in service.rules:
        return service
    rule = service.rules[Asked]

    def decided(*given: Any) -> Decision[Any]:
        decision = rule(*given)
        effects = tuple(one for one in decision.effects if not isinstance(one, EraseKeys))
        return Decision(decision.state, effects, answer=decision.answer)

    return replace(service, rules={**service.rules, Asked: decided})


def giving_up(service: Service[Any, Any]) -> Service[Any, Any]:
    """Who was not reached by one way is told by no other."""
    if NoticeOutcome not in service.rules:
        return service
    rule = service.rules[NoticeOutcome]

    def decided(*given: Any) -> Decision[Any]:
        decision = rule(*given)
        return Decision(decision.state, tuple(one for one in decision.effects if not isinstance(one, Claim)))

    return replace(service, rules={**service.rules, NoticeOutcome: decided})


def trusting(kind: type, decided: Callable[[Any, Any, Any], Decision[Any]]) -> Make:
    """Survey's rule for this looks at nothing that stands there already."""

    def without(service: Service[Any, Any]) -> Service[Any, Any]:
        others = {**service.rules, kind: decided}
        return replace(service, rules=others) if service.name == "survey" else service

    return with_parts(service=without)


def _counted_late(survey: Survey, _: polled.Count, context: Any) -> Decision[Survey]:
    return Decision(structs.replace(survey, answers=survey.answers + 1))


def _cast_anew(ballot: Ballot, request: polled.Cast, context: Any) -> Decision[Ballot]:
    return rules.cast(Ballot(), request, context)


def _given_again(voter: Voter, request: polled.GiveToken, context: Any) -> Decision[Voter]:
    return rules.give_token(Voter(), request, context)


BUGS: Final[dict[str, Make]] = {
    "a zombie is not fenced": with_parts(listener=UnfencedListener, store=OpenPositions),
    "what the bus does not have yet is acknowledged": with_parts(publisher=EarlyPublisher),
    "people are answered before the commit": with_parts(desk=EagerDesk),
    "no answer is kept for a repeat": with_parts(answers=ForgetfulAnswers),
    "two instances both win an idempotency key": with_parts(answers=HastyAnswers),
    "positions are saved before the states": with_parts(store=PositionFirst),
    "the outbox row is dropped": with_parts(store=DroppedOutbox),
    "a lost connection is kept": with_parts(store=HeldConnection),
    "the listening half of intake does not lock": with_parts(service=unlocked),
    "a promise that was reported goes on": with_parts(service=deaf(PromiseReported)),
    "more time that was granted moves no clock": with_parts(service=deaf(ExtensionApproved)),
    "a new calendar dates no open case again": with_parts(service=dating_nothing_again),
    "what raises again when it is replayed is let go": with_parts(store=Impatient),
    "keys are kept of what was erased": with_parts(service=keeping_keys),
    "a held post is spoken of by the door of deadlines": with_parts(service=deaf(PostHeld)),
    "what came back is told by no other way": with_parts(service=giving_up),
    "a person is given a second token": trusting(polled.GiveToken, _given_again),
    "the last answer of a token stands": trusting(polled.Cast, _cast_anew),
    "answers are taken after the end": trusting(polled.Count, _counted_late),
}
