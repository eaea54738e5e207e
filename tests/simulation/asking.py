"""Somebody asks a service for something, waits for an answer, and asks again elsewhere under the same key."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import msgspec

from chassis.engine.answers import IdempotencyKey
from contracts.attachments import Attachment
from contracts.decision import Refused
from contracts.identity import derived
from tests.simulation.linear import FOREVER
from tests.simulation.loop import Process, wake
from tests.simulation.world import World

PATIENCE: Final = 10.0
"""Seconds after which somebody asks again, under the same key."""
TRIES: Final = 40
IMPATIENT: Final = 0.1
"""Share of tries that are made twice at the same moment: a double click."""

Given = list[tuple[str, Any]]
"""The inputs of one try: subjects, and what is asked of them."""


@dataclass
class Operation:
    """One thing somebody wanted, with every try."""

    act: str
    subject: str = ""
    unit: str = ""
    target: str = ""
    body: Any = None
    """What else a model of the subject has to know of it."""
    letter: bool = False
    """It is about a letter to a city leader, who signs what a unit approved."""
    files: tuple[Attachment, ...] = ()
    """What came with it."""
    secrets: dict[str, tuple[bytes | str, ...]] = field(default_factory=dict)
    """Of a new post, by its name: what nobody may find anywhere once it is erased."""
    concerned: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of an act on several cases, by the cause of each try: whom it joined, or whom the reply answers, too."""
    part: int = 0
    """Which of the inputs says the fact."""
    called: float = 0.0
    answered: float = FOREVER
    result: str = "unknown"
    """What was heard: `taken`, `refused` or `unknown`."""
    causes: list[str] = field(default_factory=list)
    """Of each try."""
    refused: set[str] = field(default_factory=set)
    """Causes of the tries that were refused."""
    subjects: list[str] = field(default_factory=list)
    """Of what is new: the name that each try gave it."""
    answer: dict[str, Any] = field(default_factory=dict)
    why: str = ""

    @property
    def outcome(self) -> str:
        """`refused` only where every try was: a refusal is not kept under the key, and a try that nobody heard of may be
        taken later."""
        if self.result == "refused" and len(self.refused) < len(self.causes):
            return "unknown"
        return self.result

    def says(self, cause: str, kind: str) -> str:
        """The id of the fact that a try says."""
        return derived(cause if not self.part else derived(cause, "part", self.part), kind)


async def together(wishes: Sequence[Coroutine[Any, Any, None]]) -> None:
    """At the same moment; one alone needs no task."""
    if len(wishes) == 1:
        await wishes[0]
    else:
        await asyncio.gather(*wishes)


class Asking:
    """Asks desks: any process of a door, until one answers."""

    def __init__(self, world: World, operations: list[Operation]) -> None:
        self.world = world
        self.operations = operations

    async def ask(
        self,
        operation: Operation,
        key: str,
        inputs: Callable[[int], Given],
        answer: Callable[[Given, list[object]], object],
        door: str = "intake",
        desk: str = "",
        keyed: bool = True,
    ) -> None:
        """Until somebody answers, under one key or `keyed` by nothing; each try at any process of the door that seems to live."""
        world, desks = self.world, self.world.doors[door]
        self.operations.append(operation)
        operation.called = world.loop.time()

        def submit(name: str, attempt: int) -> "asyncio.Future[Any]":
            """One try; each has a cause of its own, all have one key."""
            given, cause = inputs(attempt), derived(key, "request", attempt)
            operation.causes.append(cause)
            named = IdempotencyKey("somebody", operation.act, key, "body") if keyed else None
            encode = partial(_encoded, given, answer)
            asking = asyncio.ensure_future(desks[name].submit(given, cause, encode, named))
            asking.add_done_callback(partial(self._heard, operation, cause))
            return asking

        for attempt in range(TRIES):
            name = desk or world.random.choice(sorted(desks))
            process = world.running[name]
            if not process.alive:
                await asyncio.sleep(0.5)
                continue
            if world.random.random() < IMPATIENT:
                submit(world.random.choice(sorted(desks)), attempt + TRIES)
            asking = submit(name, attempt)
            await self._answered_or_gone(asking, process)
            if not process.alive or not asking.done():
                asking.cancel()
                continue
            # What was heard is noted by a callback of the same instant.
            if not asking.cancelled() and isinstance(asking.exception(), Refused | None):
                return
            await asyncio.sleep(world.random.uniform(0.1, 1.0))

    async def _answered_or_gone(self, asking: "asyncio.Future[Any]", process: Process) -> None:
        """Until there is an answer, the process has ended, or patience has."""
        woken = self.world.loop.create_future()
        done = partial(wake, woken)
        asking.add_done_callback(lambda _: done())
        process.on_end[done] = None
        late = self.world.loop.call_later(PATIENCE, wake, woken)
        try:
            await woken
        finally:
            late.cancel()
            process.on_end.pop(done, None)

    def _heard(self, operation: Operation, cause: str, asking: "asyncio.Future[Any]") -> None:
        """An answer has come: to the try that was waited for, or to the second click."""
        if asking.cancelled():
            return
        problem = asking.exception()
        if isinstance(problem, Refused):
            operation.refused.add(cause)
            if operation.result != "taken":
                operation.result, operation.why = "refused", problem.kind
        elif problem is not None:  # a 500: ask again
            operation.why = repr(problem)
            return
        else:
            operation.result, operation.answer = "taken", msgspec.json.decode(asking.result())
        operation.answered = self.world.loop.time()


def _encoded(
    given: Sequence[tuple[str, Any]], answer: Callable[[Given, list[object]], object], answers: list[object]
) -> bytes:
    return msgspec.json.encode(answer(list(given), answers))
