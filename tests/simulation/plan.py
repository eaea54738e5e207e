"""What happens in one run, drawn from its seed before it begins: who posts, what they do next, and what goes wrong.

A plan is data, so that a failing one can be made shorter, part by part.
"""

from dataclasses import dataclass, replace
from random import Random
from typing import Final

SERVICES: Final = ("intake", "router", "deadline", "notifier", "stats", "debate")
INSTANCES: Final = {
    "web": 2,
    "intake": 2,
    "router": 2,
    "deadline": 3,
    "notifier": 2,
    "stats": 2,
    "debate": 2,
    "survey": 2,
}
"""Part to its instances; `web` is the half of intake that people speak to."""
LISTENING: Final = SERVICES[:-1]
"""The services that hear facts."""
SPOKEN: Final = ("posts", "replies", "assignments", "deadlines")
"""Topics in which somebody leaves what nobody can read."""
PARTS: Final = tuple(
    f"{part}-{n}" for part, count in INSTANCES.items() for n in range(1, count + 1) if part != "survey"
)
"""What goes wrong with survey is drawn with its surveys, while people answer."""

OTHERS: Final = ("debate", "dialogue", "record", "inspection", "callback")
"""What else begins: a debate, a dialogue, a record that a person opens, rounds of both forms."""
EACH: Final = 40
"""Posts to one of each of the others."""
ASKED: Final = "survey"
"""The government asks the people, and some of them answer."""
POLL: Final = 200
"""Posts to one survey."""
TOGETHER: Final = "group"
"""Some of the posts are put together."""
MATTER: Final = 8
"""Posts to one group."""
CHANGED: Final = "city"
"""In one seed of two operators change the city's days, its numbers, or the model that judges."""


@dataclass(frozen=True)
class Visit:
    """A citizen posts, or something else begins, and so much is done about it afterwards."""

    number: int
    at: float
    acts: int
    pairs: float
    """Share of acts that are asked for twice at the same moment, by two people."""
    what: str = "post"
    """Or one of `OTHERS`, `TOGETHER`, `ASKED` or `CHANGED`."""


@dataclass(frozen=True)
class Fault:
    """Something goes wrong at a moment, for so many seconds."""

    at: float
    kind: str
    where: str = ""
    """A part, a service, or nothing."""
    seconds: float = 0.0
    amount: float = 0.0
    """Of a kill, a cut or a freeze: so many steps of the process after the moment; of others how much."""


@dataclass(frozen=True)
class Plan:
    """Everything that is drawn beforehand; the rest follows from the seed while it runs."""

    seed: int
    visits: tuple[Visit, ...]
    faults: tuple[Fault, ...]
    haste: float = 1.0
    """How many times faster than elsewhere city time runs: a plan with haste sees who is late for days."""

    @property
    def kills(self) -> int:
        """Processes that are ended by force; a killed database ends more."""
        return sum(fault.kind == "kill" for fault in self.faults)


def drawn(seed: int, posts: int, faults: int, seconds: float = 60.0, worked: float = 1.0) -> Plan:
    """The plan of a seed: so many posts and faults within so many seconds.

    `worked` is the share of posts that people go on working on, and by which debates, rounds and all else are counted; the
    others are assigned, reminded of and late, and time runs no faster for it.
    """
    random = Random(f"plan {seed}")
    visits = [
        Visit(
            n,
            random.uniform(0, seconds),
            random.choice((0, 1, 2, 3, 4, 6, 9, 16)),
            random.choice((0, 0.1, 0.4)),
        )
        for n in range(posts)
    ]
    if worked < 1.0:
        left = Random(f"left alone {seed}")
        visits = [visit if left.random() < worked else replace(visit, acts=0) for visit in visits]
        posts = round(worked * posts)
    for what in OTHERS * max(1, posts // EACH):
        # A round is drawn of what was answered by then.
        early = 0.3 * seconds if what in ("inspection", "callback") else 0.0
        at, acts = random.uniform(early, seconds), random.choice((6, 9, 14))
        visits.append(Visit(len(visits), at, acts, random.choice((0, 0.1, 0.4)), what))
    wrong = [_fault(random, random.uniform(0, seconds)) for _ in range(faults)]
    # Drawn apart, so that whatever else a seed draws stays as it was.
    joining = Random(f"groups {seed}")
    for _ in range(max(1, posts // MATTER)):
        at, acts = joining.uniform(0.1, 0.9) * seconds, joining.choice((6, 9, 14))
        visits.append(Visit(len(visits), at, acts, joining.choice((0, 0.1, 0.4)), TOGETHER))
    for _ in range(max(1, posts // POLL)):
        _ask(Random(f"surveys {seed} {len(visits)}"), seconds, visits, wrong if faults else [])
    changing = Random(f"holidays {seed}")
    if changing.random() < 0.5:
        at, acts = changing.uniform(0.0, 0.7) * seconds, changing.choice((1, 2, 3))
        visits.append(Visit(len(visits), at, acts, changing.choice((0, 0.3)), CHANGED))
    spoiling = Random(f"unreadable {seed}")
    if faults and spoiling.random() < 0.5:
        wrong += _spoilt(spoiling, seconds)
    aim = Random(f"aim {seed}")
    wrong = [_aimed(aim, fault) for fault in wrong]
    return Plan(
        seed,
        tuple(sorted(visits, key=lambda visit: visit.at)),
        tuple(sorted(wrong, key=lambda fault: fault.at)),
        Random(f"haste {seed}").choice((1.0, 1.0, 5.0)) if worked == 1.0 else 1.0,
    )


def _aimed(random: Random, fault: Fault) -> Fault:
    """Most blows fall in the midst of work: of what waits for something to do, nothing is lost."""
    steps = random.choice((0, random.randint(1, 20), random.randint(1, 200), random.randint(1, 200)))
    return replace(fault, amount=steps) if fault.kind in ("kill", "freeze", "cut") else fault


def _ask(random: Random, seconds: float, visits: list[Visit], wrong: list[Fault]) -> None:
    """A survey, and what goes wrong with survey while people answer it."""
    at = random.uniform(0.0, 0.8) * seconds
    visits.append(Visit(len(visits), at, random.choice((6, 10, 16)), 0.0, ASKED))
    for kind in random.choices(("kill", "kill", "kill", "freeze", "flaky", "away"), k=4):
        moment, part = at + random.uniform(0.5, 16.0), f"survey-{random.randint(1, 2)}"
        match kind:
            case "kill":
                wrong.append(Fault(moment, kind, part))
            case "freeze":
                wrong.append(Fault(moment, kind, part, random.choice((1.0, 4.0, 9.0))))
            case "flaky":
                wrong.append(Fault(moment, kind, "survey", random.uniform(1, 8), random.choice((0.05, 0.2))))
            case _:
                wrong.append(Fault(moment, kind, "survey", random.uniform(0.5, 4)))


def _spoilt(random: Random, seconds: float) -> list[Fault]:
    """Rules that raise for a time, at some of what they hear, and records that nobody can read."""
    found = []
    for _ in range(random.randint(1, 3)):
        at, lasting = random.uniform(0.0, 0.9) * seconds, random.uniform(2, 20)
        found.append(
            Fault(at, "raise", random.choice(LISTENING), lasting, random.choice((0.02, 0.1, 0.5, 1.0)))
        )
    for _ in range(random.randint(0, 3)):
        found.append(Fault(random.uniform(0.0, 1.0) * seconds, "garbage", random.choice(SPOKEN)))
    return found


def _fault(random: Random, at: float) -> Fault:
    kind = random.choices(
        (
            "kill",
            "stop",
            "freeze",
            "flaky",
            "away",
            "full",
            "unkind",
            "broker",
            "slow",
            "step",
            "rebalance",
            "stall",
            "cut",
        ),
        (30, 6, 14, 10, 5, 4, 10, 4, 5, 4, 6, 2, 8),
    )[0]
    service = random.choice(SERVICES)
    match kind:
        case "kill" | "stop" | "cut":
            return Fault(at, kind, random.choice(PARTS))
        case "freeze":
            # Shorter than the idle limit, between it and the session, and longer than both.
            return Fault(at, kind, random.choice(PARTS), random.choice((1.0, 4.0, 5.5, 9.0, 14.0)))
        case "flaky":
            return Fault(at, kind, service, random.uniform(1, 8), random.choice((0.01, 0.05, 0.2)))
        case "away" | "full":
            return Fault(at, kind, service, random.uniform(0.5, 8))
        case "unkind":
            return Fault(at, kind, "", random.uniform(2, 20), random.choice((0.1, 0.5)))
        case "broker":
            return Fault(at, kind, "", random.uniform(1, 10))
        case "slow":
            return Fault(at, kind, service, random.uniform(1, 8), random.choice((5.0, 50.0)))
        case "step":
            return Fault(at, kind, "", 0.0, random.choice((-3600.0, 3600.0, -7.0, 7.0)))
        case "rebalance":
            return Fault(at, kind, service)
    return Fault(at, kind, "", random.uniform(1, 6), 0.7)
