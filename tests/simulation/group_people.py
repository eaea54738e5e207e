"""Supervisors of the simulated city put posts of one matter together, and take them out again; the lead is pushed to its answer."""

import asyncio
from bisect import insort
from itertools import islice
from random import Random
from typing import Any, Final

import msgspec

from contracts.identity import derived
from services.intake.core import requests as ask
from services.intake.core.acts import ACT
from services.intake.core.case import Case
from services.intake.core.concerns import grouping
from services.intake.core.deciding import answer_of
from tests.simulation.asking import Asking, Given, Operation, together
from tests.simulation.people import People
from tests.simulation.plan import Visit
from tests.simulation.world import World

CENTRE: Final = ask.Actor("s1", "", "supervisor")
ONWARD: Final = {
    "assigned": "acceptance",
    "reopened": "acceptance",
    "accepted": "reply",
    "drafted": "approval",
    "to sign": "signature",
    "replied": "rating",
}
"""What leads a case to its answer, and one step beyond, by how it stands."""


class Groups:
    """Everybody who has to do with a group."""

    def __init__(self, world: World, operations: list[Operation], people: People) -> None:
        self._world = world
        self._asking = Asking(world, operations)
        self._people = people
        self._known: list[str] = []
        """Posts that are there, in their order."""
        self._unknown: list[str] = []
        """Names that were met before there was a post."""
        self._met = 0
        """Names that were met."""

    async def visit(self, visit: Visit, seed: int) -> None:
        """Some posts that are there become one matter, and so much is done about it."""
        random = Random(f"visit {seed} {visit.number}")
        await asyncio.sleep(visit.at)
        name = f"v{visit.number}"
        if not (known := self._posts()):
            return
        subjects = random.sample(known, min(len(known), random.randint(2, 4)))
        await self._join(name, subjects, random.randrange(len(subjects)))
        for n in range(visit.acts):
            await asyncio.sleep(random.choice((0.0, 0.01, 0.3, 1.0)) * random.random())
            names = [f"{name}/{n}"]
            if random.random() < visit.pairs:
                names.append(names[0] + "b")
            await together([self._act(random, one, subjects) for one in names])

    def _posts(self) -> list[str]:
        memory = self._world.memory["intake"]
        met = [*self._unknown, *islice(memory.subject, self._met, None)]
        self._met, self._unknown = len(memory.subject), []
        for subject in met:
            if getattr(memory.state_of(subject), "exists", False):
                insort(self._known, subject)
            else:
                self._unknown.append(subject)
        return self._known

    def _case(self, subject: str) -> Case:
        found: Case = self._world.memory["intake"].state_of(subject)
        return found

    async def _act(self, random: Random, name: str, subjects: list[str]) -> None:
        """Mostly the lead comes nearer to its answer; now and then a member leaves, or joins another group."""
        drawn = random.random()
        lead = next((self._case(s).group.lead for s in subjects if self._case(s).group), subjects[0])  # type: ignore[union-attr]
        free = [s for s in subjects if self._case(s).group is None]
        if drawn < (0.12 if len(free) < len(subjects) else 0.02):
            # A whole group is dissolved as well, post by post.
            leaving = subjects if random.random() < 0.3 else random.sample(subjects, 1)
            for n, subject in enumerate(leaving):
                await self._leave(f"{name}/{n}", subject)
        elif drawn < (0.2 if len(free) < 2 else 0.4):
            some = (
                free
                if len(free) > 1 and random.random() < 0.8
                else random.sample(subjects, min(2, len(subjects)))
            )
            others = [s for s in random.sample(self._posts(), 1) if s not in some and random.random() < 0.3]
            await self._join(name, [*some, *others], 0)
        elif drawn < 0.24:
            await self._people.act(random, name, random.choice(subjects), "erasure")
        elif drawn < 0.4:
            await self._people.act(random, name, random.choice(subjects))
        else:
            case = self._case(lead)
            step = "drafted" if case.draft is not None and case.open else case.step
            step = "to sign" if step == "drafted" and case.to_sign else step
            await self._people.act(random, name, lead, ONWARD.get(step, ""))

    async def _join(self, name: str, subjects: list[str], lead: int) -> None:
        if len(subjects) < 2:
            return
        numbers = tuple(self._case(subject).number for subject in subjects)
        body = ask.Group(numbers, numbers[lead])
        operation = Operation("group", sorted(subjects)[0], body=subjects[lead])

        def inputs(attempt: int) -> Given:
            cause = derived(name, "request", attempt)
            operation.concerned[cause] = tuple(sorted(subjects))
            return list(grouping(body, subjects, CENTRE, derived(cause, "group")))

        await self._asking.ask(operation, name, inputs, lambda given, _: {"group": given[0][1].body.group})

    async def _leave(self, name: str, subject: str) -> None:
        group = self._case(subject).group
        target = "nothing" if group is None else group.id
        operation = Operation("ungroup", subject, target=target)
        asked: Any = ask.Asked("ungroup", CENTRE, ask.Nothing(), target)
        await self._asking.ask(
            operation,
            name,
            lambda _: [(subject, asked)],
            lambda _, answers: msgspec.to_builtins(answer_of(ACT["ungroup"], answers[0])),
        )
