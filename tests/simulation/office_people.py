"""The centre's rounds of inspection and call-backs, and 问责 records: supervisors, units and persons act on them."""

import asyncio
from random import Random
from typing import Any, Final

from contracts.decision import NotNow
from contracts.identity import derived
from services.stats.core.accountability import record as records
from services.stats.core.accountability.record import Record
from services.stats.core.case import Case
from services.stats.core.inspections import round as rounds
from services.stats.core.inspections.round import Round
from services.stats.core.inspections.sample import draw
from services.stats.core.periods import Period
from services.stats.inspections.store import Answered, among
from services.stats.requests import complete
from services.stats.store import parked
from tests.services.intake.door import PROFILE
from tests.simulation.asking import Asking, Given, Operation
from tests.simulation.plan import Visit
from tests.simulation.world import START, World

SIZE: Final = 4
"""Cases of a round."""
PERIOD: Final = Period.month_of(START.date())
SUPERVISORS: Final = ("s1", "s2")
LEADER: Final = "leader"
CONCERNED: Final = "person"


class Offices:
    """Everybody who asks the desks of stats for something."""

    def __init__(self, world: World, operations: list[Operation]) -> None:
        self._world = world
        self._asking = Asking(world, operations)
        self._read: dict[str, tuple[object, Case | None]] = {}
        """Of each subject of stats its row and the answered case in it: what stands as it stood is not read again."""

    async def visit(self, visit: Visit, seed: int) -> None:
        """A record or a round, and what is done about it."""
        random = Random(f"visit {seed} {visit.number}")
        await asyncio.sleep(visit.at)
        name = f"v{visit.number}"
        subject = await self._open(visit.what, name)
        if not subject:
            return
        for n in range(visit.acts):
            await asyncio.sleep(random.choice((0.0, 0.01, 0.3, 1.0)) * random.random())
            names = [f"{name}/{n}"]
            if random.random() < visit.pairs:
                names.append(names[0] + "b")
            await asyncio.gather(*(self._act(random, one, visit.what, subject) for one in names))

    async def _open(self, what: str, name: str) -> str:
        """The subject of a record or a round that was opened; empty when nothing was."""
        door = "records" if what == "record" else "rounds"
        operation = Operation(f"{door}:open")

        def inputs(attempt: int) -> Given:
            identity = derived(name, what, attempt)
            if what == "record":
                place = records.subject_of(f"person-{identity}")
                given: Any = records.Open(SUPERVISORS[0], "housing", ("SQ260302-000001",), "文字")
            else:
                place, given = rounds.subject_of(f"{what}-{identity}"), self._drawn(what, identity)
            operation.subjects.append(place)
            return [(place, given)]

        try:
            await self._asking.ask(operation, name, inputs, lambda given, _: {"subject": given[0][0]}, door)
        except NotNow:
            operation.result, operation.answered = "refused", self._world.loop.time()
            return ""
        operation.subject = operation.answer.get("subject", "")
        return operation.subject

    def _drawn(self, form: Any, seed: str) -> rounds.Open:
        """As the door draws: from positions and cases of one snapshot. Raises NotNow where the door does."""
        memory = self._world.memory["stats"]
        complete(parked(memory))
        for subject, row in memory.subject.items():
            if (known := self._read.get(subject)) is None or known[0] is not row:
                case = memory.state_of(subject)
                answered = isinstance(case, Case) and case.answered_at() is not None
                self._read[subject] = row, case if answered else None
        cases = [case for _, case in self._read.values() if case is not None]
        sample = draw(seed, among(cases, Answered(*PERIOD.instants(PROFILE.zone))), SIZE)
        offsets = {str(n): dict(one.offsets) for n, one in memory.position.items()}
        return rounds.Open(SUPERVISORS[0], form, str(PERIOD), "", seed, SIZE, sample, offsets)

    async def _act(self, random: Random, key: str, what: str, subject: str) -> None:
        door = "records" if what == "record" else "rounds"
        state = self._world.memory[door].state_of(subject)
        given = _about_record(random, state) if isinstance(state, Record) else _about_round(random, state)
        operation = Operation(f"{door}:{type(given).__name__.lower()}", subject, body=given)
        await self._asking.ask(operation, key, lambda _: [(subject, given)], lambda *_: {}, door)


def _about_record(random: Random, record: Record) -> Any:
    """Mostly what the step asks for; now and then something that is refused."""
    by = random.choice(SUPERVISORS)
    speaking = random.choice((LEADER, CONCERNED))
    naming: Any = records.Name(by, CONCERNED)
    stating, appealing = records.State(speaking, "文字"), records.Appeal(speaking, "文字")
    blamed = random.random() < 0.7
    finding = records.Find(by, blamed, "文字", "talk" if blamed else "")
    upheld = random.random() < 0.5
    deciding, closing = (
        records.Decide(by, "upheld" if upheld else "revoked", "文字"),
        records.Close(by, "文字"),
    )
    likely: dict[str, tuple[Any, ...]] = {
        "opened": (naming, stating, stating, finding, finding),
        "found": (appealing, appealing, closing),
        "appealed": (deciding, deciding, appealing),
        "decided": (closing,),
    }
    every = (naming, stating, finding, appealing, deciding, closing)
    return random.choice(every if random.random() < 0.15 else likely.get(record.step, every))


def _about_round(random: Random, round_: Round) -> Any:
    """Mostly what a case of the round asks for."""
    item, by = random.choice(round_.items), SUPERVISORS[0]
    faults = round_.checklist[:1] if random.random() < 0.5 else ()
    inspecting = rounds.Inspect(by, item.case, faults, "文字", random.choice((1, 1, None)))
    reporting = rounds.Report("clerk", item.case, "文字")
    judging = rounds.Judge(by, item.case, random.choice(("accepted", "returned")), "文字", 1)
    contact = random.choice(("reached", "reached", "unreached", "refused"))
    calling: Any = rounds.Call(by, item.case, contact, "solved" if contact == "reached" else None, None, "")
    ending: Any = rounds.Close(by, "文字") if random.random() < 0.7 else rounds.Stop(by, "文字")
    every = (inspecting, reporting, judging, calling, ending)
    if random.random() < 0.15:
        return random.choice(every)
    if not round_.undone():
        return ending
    likely = {"waiting": inspecting, "sound": inspecting, "faulty": reporting, "reported": judging}
    return calling if round_.form == "callback" else likely.get(item.standing, inspecting)
