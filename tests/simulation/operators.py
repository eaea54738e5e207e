"""Operators of the simulated city change its days, its numbers and the model that judges, while people post and processes die."""

import asyncio
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any, Final

from contracts.identity import PARTITIONS, city_subject
from services.intake.core import city
from services.intake.core import requests as ask
from tests.services.intake.door import PROFILE
from tests.simulation.asking import Asking, Given, Operation, together
from tests.simulation.plan import Visit
from tests.simulation.world import World

BY_NAME: Final = {change.name: change for change in city.CHANGES}
NUMBERS: Final[tuple[tuple[str, str, tuple[float, ...]], ...]] = (
    ("kinds.complaint", "reply_days", (2, 4, 5)),
    ("kinds.consult", "reply_days", (2, 4, 5)),
    ("reopen", "reply_days", (2, 7)),
    ("pause", "working_days", (1, 3)),
    ("ladder", "supervisor", (2, 3)),
    ("ladder", "bulletin", (3, 7)),
    ("warning", "share", (0.5,)),
    ("dispatch", "working_days", (0.25, 1.0)),
    ("promise", "warning_working_days", (0, 2)),
)
"""Numbers of the policy that move clocks."""


class Operators:
    """Whoever changes the city."""

    def __init__(self, world: World, operations: list[Operation]) -> None:
        self._world = world
        self._asking = Asking(world, operations)

    async def visit(self, visit: Visit, seed: int) -> None:
        """One change after the other; now and then two operators publish at the same moment."""
        random = Random(f"visit {seed} {visit.number}")
        await asyncio.sleep(visit.at)
        for n in range(visit.acts):
            names = [f"v{visit.number}/{n}"]
            if random.random() < visit.pairs:
                names.append(names[0] + "b")
            await together([self._change(random, name) for name in names])
            await asyncio.sleep(random.choice((0.0, 1.0, 9.0)) * random.random())

    async def _change(self, random: Random, name: str) -> None:
        body = drawn(random, self._world.clock.now().date())
        change = next(one for one in city.CHANGES if type(body) is one.body)
        operation = Operation(f"city:{change.name}", city_subject(0), body=body)
        actor = ask.Actor(name, "", city.OPERATOR)

        def inputs(attempt: int) -> Given:
            """As the door does: one fact, for every partition at once."""
            at = self._world.clock.now()
            publish = ask.Publish(change.fact(body, actor, at, PROFILE), at)
            return [(city_subject(partition), publish) for partition in range(PARTITIONS)]

        await self._asking.ask(operation, name, inputs, lambda *_: {"published": change.name})


def drawn(random: Random, today: date) -> ask.Body:
    """What an operator publishes: mostly days of this week or the next, now and then of one that is over."""
    what = random.choice(("calendar",) * 6 + ("policy",) * 3 + ("model",))
    if what == "policy":
        table, number, values = random.choice(NUMBERS)
        return city.PolicyBody({table: {number: random.choice(values)}}, "试行")
    if what == "model":
        return city.ModelBody("", "", 0.5)
    near = partial(random.randint, -2, 9)
    days = sorted({today + timedelta(near()) for _ in range(random.randint(1, 3))})
    return city.CalendarBody(today.year, tuple(_day(random, day) for day in days))


def _day(random: Random, day: date) -> city.CalendarDayBody:
    """A day off, a half day, or a day that is worked, whatever it was before."""
    kind: Any = random.choice(("off", "off", "half", "worked"))
    if kind == "half":
        return city.CalendarDayBody(day, "半天", False, random.choice(("12:00", "15:00")))
    return city.CalendarDayBody(day, "放假" if kind == "off" else "上班", kind == "off")
