"""Citizens and staff of the simulated city: they post, and act on the cases that come of it."""

import asyncio
import hashlib
import json
from datetime import date, timedelta
from functools import cache
from itertools import islice
from random import Random
from typing import Any, Final

import msgspec

from contracts.attachments import Attachment
from contracts.identity import derived
from services.intake.core import requests as ask
from services.intake.core.acts import ACT
from services.intake.core.case import Case
from services.intake.core.deciding import answer_of
from services.intake.store import seal_post
from tests.services.intake.door import PROFILE
from tests.simulation.asking import Asking, Given, Operation
from tests.simulation.plan import Visit
from tests.simulation.world import World
from wenzheng.posts_file import SAMPLE

SOME: Final = 24
"""Texts of the sample that are posted; more of them would say no more about what can go wrong."""

NATURAL: Final = {
    "received": ("assignment", "assignment", "urging", "follow-up", "support", "support", "withdrawal"),
    "assigned": (*["acceptance"] * 8, "assignment", "urging", "support", "support", "withdrawal"),
    "accepted": (
        *["reply"] * 7,
        "question",
        "question",
        "first-word",
        "assignment",
        "urging",
        "follow-up",
        "withdrawal",
    ),
    "drafted": ("approval", "approval", "approval", "reply-return", "reply-return", "follow-up", "urging"),
    "asked": ("answer", "answer", "answer", "follow-up", "withdrawal"),
    "replied": ("rating", "rating", "reopening", "reopening", "support"),
    "rated": ("reopening", "follow-up"),
    "reopened": ("acceptance", "acceptance", "acceptance", "urging"),
}
"""What people mostly do at each step; now and then they try something else, and are refused."""
FOLLOWED: Final = {
    "given": ("instruction-reading", "instruction-in-hand", "instruction-report"),
    "read": ("instruction-in-hand", "instruction-report"),
    "in_hand": ("instruction-report",),
    "reported": ("instruction-acceptance", "instruction-return"),
}
"""What is done about a city leader's instruction, by its state."""
ABOUT: Final = tuple(sorted({act for acts in FOLLOWED.values() for act in acts}))
TRIED: Final = tuple(
    sorted({*ABOUT, "instruction", "promise-report", *(act for acts in NATURAL.values() for act in acts)})
)
UNITS: Final = ("housing", "urban-management", "education", "transport")


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

    def __init__(self, world: World, operations: list[Operation]) -> None:
        self._world = world
        self._asking = Asking(world, operations)
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
        files = _files(random, name)
        operation.files = files

        def inputs(attempt: int) -> Given:
            subject = derived(name, "post", attempt)
            operation.subjects.append(subject)
            boxes: dict[str, Any] = seal_post(personal, subject) if phone else {"text_key": b"k" * 32}
            self._drawn += 1
            channels = ("sms",) if phone else ()
            given = msgspec.structs.replace(
                text, citizen=subject, drawn=self._drawn, channels=channels, attachments=files, **boxes
            )
            return [(subject, given)]

        def answer(given: Given, answers: list[Any]) -> object:
            return {"subject": given[0][0], "number": answers[0].number}

        await self._asking.ask(operation, name, inputs, answer, "intake", desk)
        operation.subject = operation.answer.get("subject", "")
        return operation

    async def _act(self, random: Random, name: str, subject: str) -> None:
        case: Case = self._world.memory["intake"].state_of(subject) or Case()
        act = _chosen(random, case)
        unit = case.department if random.random() < 0.95 else random.choice(UNITS)
        actor, body = _filled(random, act, name, unit, self._world.clock.now().date())
        staff = actor.role in ("clerk", "leader")
        operation = Operation(act, subject, unit if staff else "", _target(random, act, case), body)
        files = _files(random, name) if act in ("follow-up", "reply") else ()
        asked = ask.Asked(act, actor, body, operation.target, files=ask.Files(files))
        row = ACT[act]
        operation.files = files

        def answer(given: Given, answers: list[Any]) -> object:
            return answer_of(row, answers[0])

        await self._asking.ask(operation, name, lambda attempt: [(subject, asked)], answer)


def _chosen(random: Random, case: Case) -> str:
    """What somebody does about a case."""
    if random.random() < 0.1:
        return random.choice(TRIED)
    if case.promises_waiting and random.random() < 0.4:
        return "promise-report"
    states = [one.state for one in case.instructions if one.state in FOLLOWED]
    if states and random.random() < 0.4:
        return random.choice(FOLLOWED[random.choice(states)])
    if case.department and random.random() < 0.08:
        return "instruction"
    step = "drafted" if case.draft is not None and case.open else case.step
    return random.choice(NATURAL.get(step, TRIED))


def _target(random: Random, act: str, case: Case) -> str:
    """The id in the path."""
    if "{id}" not in ACT[act].path:
        return ""
    if act == "promise-report":
        return next((reply.id for reply in case.promises_waiting), "nothing")
    if act in ABOUT:
        return random.choice([one.id for one in case.instructions] or ["nothing"])
    return case.draft.id if case.draft is not None else "nothing"


def _files(random: Random, name: str) -> tuple[Attachment, ...]:
    """A few pictures with some of what is written."""
    if random.random() < 0.8:
        return ()
    ids = [hashlib.sha256(f"{name} {n}".encode()).hexdigest() for n in range(random.randint(1, 2))]
    return tuple(Attachment(one, "image/jpeg", 9_000, "照片.jpg", f"small{one[5:]}") for one in ids)


def _filled(random: Random, act: str, name: str, unit: str, today: date) -> tuple[ask.Actor, ask.Body]:
    """Who does it, and what is filled in: each act by another person, but there is one city leader."""
    who = ACT[act].who.roles[0]
    actor = ask.Actor(name, unit if who in ("clerk", "leader") else "", who)
    match act:
        case "rating":
            return ask.AUTHOR, ask.Grade(random.randint(1, 5))
        case "reopening":
            return ask.AUTHOR, ask.ReasonOnly("没有修好")
        case "reply":
            day = today + timedelta(random.randint(0, 3)) if random.random() < 0.5 else None
            return actor, ask.Drafted("文字", promised_day=day)
        case "first-word":
            return actor, ask.FirstWord("已派人到现场")
        case "reply-return":
            return actor, ask.Remark("请写明时间")
        case "assignment":
            return actor, ask.Assignment(random.choice(UNITS), "职责所在")
        case "support":
            return actor, ask.Voice(name)
        case "instruction":
            day = today + timedelta(random.randint(1, 2)) if random.random() < 0.6 else None
            return _LEADER, ask.Instruction("请尽快办结", random.random() < 0.5, day)
        case "instruction-acceptance":
            return _LEADER, ask.Nothing()
        case "instruction-return":
            return _LEADER, ask.SentBack("请写明时间")
        case "acceptance" | "approval" | "instruction-reading" | "instruction-in-hand":
            return actor, ask.Nothing()
        case "withdrawal":
            return ask.AUTHOR, ask.Nothing()
        case "promise-report" | "instruction-report":
            return actor, ask.TextOnly("已办结")
    return ask.AUTHOR if who == "author" else actor, ask.TextOnly("文字")


_LEADER: Final = ask.Actor("mayor", "", "mayor")
"""Whoever gave an instruction judges the report on it."""
