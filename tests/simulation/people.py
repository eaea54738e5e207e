"""Citizens and staff of the simulated city: they post, act, wait for an answer, and ask again under the same key."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from random import Random
from typing import Any, Final

import msgspec

from chassis.engine.answers import IdempotencyKey
from chassis.failures import Refused
from contracts.identity import derived
from services.intake.core import requests as ask
from services.intake.core.acts import ACT
from services.intake.core.case import Case
from services.intake.core.deciding import answer_of
from services.intake.store import seal_post
from tests.services.intake.door import PROFILE
from tests.simulation.linear import FOREVER
from tests.simulation.plan import Visit
from tests.simulation.world import World
from wenzheng.posts_file import SAMPLE

PATIENCE: Final = 10.0
"""Seconds after which somebody asks again, under the same key."""
TRIES: Final = 40
SOME: Final = 24
"""Texts of the sample that are posted; more of them would say no more about what can go wrong."""
IMPATIENT: Final = 0.1
"""Share of tries that are made twice at the same moment: a double click."""

NATURAL: Final = {
    "received": ("assignment", "assignment", "urging", "withdrawal", "follow-up", "support"),
    "assigned": ("acceptance", "acceptance", "acceptance", "assignment", "urging", "support", "withdrawal"),
    "accepted": (
        *("reply", "reply", "reply", "question", "first-word"),
        *("assignment", "urging", "follow-up", "withdrawal"),
    ),
    "drafted": ("approval", "approval", "approval", "reply-return", "follow-up", "urging"),
    "asked": ("answer", "answer", "follow-up", "withdrawal"),
    "replied": ("rating", "rating", "reopening", "support"),
    "rated": ("reopening", "follow-up"),
    "reopened": ("acceptance", "acceptance", "urging"),
}
"""What people mostly do at each step; now and then they try something else, and are refused."""
TRIED: Final = tuple(sorted({act for acts in NATURAL.values() for act in acts}))
UNITS: Final = ("housing", "urban-management", "education", "transport")


@dataclass
class Operation:
    """One thing somebody wanted, with every try."""

    act: str
    subject: str = ""
    unit: str = ""
    target: str = ""
    called: float = 0.0
    answered: float = FOREVER
    result: str = "unknown"
    """`taken`, `refused` or `unknown`."""
    causes: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    """Of a new post: the name that each try gave it."""
    answer: dict[str, Any] = field(default_factory=dict)
    why: str = ""


@cache
def texts() -> list[ask.Submit]:
    """Posts as the door makes them of some of the sample's texts: masked, judged; without their boxes."""
    made = []
    for line in islice(SAMPLE.read_text(encoding="utf-8").splitlines(), SOME):
        post = json.loads(line)
        published = PROFILE.published(post["title"], post["text"], "")
        title, text, place = published.texts
        made.append(ask.Submit(post["kind"], title, text, "", place, True, False, "", 0, published.verdict))
    return made


class People:
    """Everybody who asks intake for something, and what came of it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.operations: list[Operation] = []
        self._drawn = 0

    async def visit(self, visit: Visit, seed: int) -> None:
        """A post and what follows."""
        random = Random(f"visit {seed} {visit.number}")
        await asyncio.sleep(visit.at)
        posted = await self._post(random, f"v{visit.number}")
        if posted.result != "taken":
            return
        for n in range(visit.acts):
            await asyncio.sleep(random.choice((0.0, 0.01, 0.3, 1.0, 3.0)) * random.random())
            names = [f"v{visit.number}/{n}"]
            if random.random() < visit.pairs:
                names.append(names[0] + "b")
            acts = [self._act(random, name, posted.subject) for name in names]
            await asyncio.gather(*acts)

    async def probe(self, desk: str) -> Operation:
        """A post at one web process: whether it works at all."""
        return await self._post(Random(desk), f"probe {desk}", desk)

    async def _post(self, random: Random, name: str, desk: str = "") -> Operation:
        operation = Operation("submit")
        text, phone = random.choice(texts()), random.random() < 0.25
        personal = {"phone": f"138{random.randrange(10**8):08d}"} if phone else {}

        def inputs(attempt: int) -> list[tuple[str, Any]]:
            subject = derived(name, "post", attempt)
            operation.subjects.append(subject)
            boxes: dict[str, Any] = seal_post(personal, subject) if phone else {"text_key": b"k" * 32}
            self._drawn += 1
            channels = ("sms",) if phone else ()
            given = msgspec.structs.replace(
                text, citizen=subject, drawn=self._drawn, channels=channels, **boxes
            )
            return [(subject, given)]

        await self._ask(
            operation, name, inputs, lambda subject, case: {"subject": subject, "number": case.number}, desk
        )
        operation.subject = operation.answer.get("subject", "")
        return operation

    async def _act(self, random: Random, name: str, subject: str) -> None:
        case: Case = self._world.memory["intake"].state_of(subject) or Case()
        step = "drafted" if case.draft is not None and case.open else case.step
        natural = NATURAL.get(step, TRIED)
        act = random.choice(natural if random.random() < 0.9 else TRIED)
        unit = case.department if random.random() < 0.95 else random.choice(UNITS)
        target = case.draft.id if case.draft is not None else "nothing"
        actor, body = _filled(random, act, name, unit)
        staff = actor.role in ("clerk", "leader")
        operation = Operation(act, subject, unit if staff else "", target if "{id}" in ACT[act].path else "")
        asked = ask.Asked(act, actor, body, operation.target)
        row = ACT[act]
        await self._ask(
            operation, name, lambda attempt: [(subject, asked)], lambda _, case: answer_of(row, case)
        )

    async def _ask(self, operation: Operation, key: str, inputs: Any, answer: Any, desk: str = "") -> None:
        """Until somebody answers, under one key; each try at any web process that seems to live."""
        world = self._world
        self.operations.append(operation)
        operation.called = world.loop.time()
        for attempt in range(TRIES):
            name = desk or world.random.choice(sorted(world.desks))
            process = world.running[name]
            if not process.alive:
                await asyncio.sleep(0.5)
                continue
            if world.random.random() < IMPATIENT:
                other = self._submit(
                    operation, key, inputs, answer, world.random.choice(sorted(world.desks)), attempt + TRIES
                )
                other.add_done_callback(_ignored)
            asking = self._submit(operation, key, inputs, answer, name, attempt)
            gone = asyncio.ensure_future(process.ended.wait())
            await asyncio.wait((asking, gone), timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
            gone.cancel()
            if not process.alive or not asking.done():
                asking.cancel()
                continue
            if self._heard(operation, asking):
                return
            await asyncio.sleep(world.random.uniform(0.1, 1.0))

    def _submit(
        self, operation: Operation, key: str, inputs: Any, answer: Any, desk: str, attempt: int
    ) -> "asyncio.Future[Any]":
        """One try at one web process; each has a cause of its own, all have one key."""
        given, cause = inputs(attempt), derived(key, "request", attempt)
        operation.causes.append(cause)
        named = IdempotencyKey("somebody", operation.act, key, "body")
        submitting = self._world.desks[desk].submit(given, cause, _encoded(given, answer), named)
        return asyncio.ensure_future(submitting)

    def _heard(self, operation: Operation, asking: "asyncio.Future[Any]") -> bool:
        try:
            operation.answer = msgspec.json.decode(asking.result())
            operation.result = "taken"
        except Refused as refused:
            operation.result, operation.why = "refused", refused.kind
        except Exception as failure:  # a 500: ask again
            operation.why = repr(failure)
            return False
        operation.answered = self._world.loop.time()
        return True


def _ignored(asking: "asyncio.Future[Any]") -> None:
    """Nobody reads the second answer to a double click."""
    if not asking.cancelled():
        asking.exception()


def _encoded(given: Sequence[tuple[str, Any]], answer: Any) -> Any:
    def encode(answers: list[object]) -> bytes:
        return msgspec.json.encode(answer(given[0][0], answers[0]))

    return encode


def _filled(random: Random, act: str, name: str, unit: str) -> tuple[ask.Actor, ask.Body]:
    """Who does it, and what is filled in: each act by another person."""
    who = ACT[act].who.roles[0]
    actor = (
        ask.AUTHOR if who == "author" else ask.Actor(name, unit if who in ("clerk", "leader") else "", who)
    )
    match act:
        case "rating":
            return actor, ask.Grade(random.randint(1, 5))
        case "reopening":
            return actor, ask.ReasonOnly("没有修好")
        case "reply":
            return actor, ask.Drafted("文字")
        case "first-word":
            return actor, ask.FirstWord("已派人到现场")
        case "reply-return":
            return actor, ask.Remark("请写明时间")
        case "assignment":
            return actor, ask.Assignment(random.choice(UNITS), "职责所在")
        case "support":
            return actor, ask.Voice(name)
        case "acceptance" | "withdrawal" | "approval":
            return actor, ask.Nothing()
    return actor, ask.TextOnly("文字")
