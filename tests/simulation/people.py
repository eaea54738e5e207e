"""Citizens and staff of the simulated city: they post, and act on the cases that come of it."""

import asyncio
import json
from functools import cache
from itertools import islice
from random import Random
from typing import Any, Final

import msgspec

from contracts.identity import derived
from services.intake.core import requests as ask
from services.intake.core.acts import ACT
from services.intake.core.case import Case
from services.intake.core.deciding import answer_of
from services.intake.store import seal_post
from tests.services.intake.door import PROFILE
from tests.simulation.asking import Asking, Given, Operation, together
from tests.simulation.choices import MARK, UNITS, chosen, files, filled, target
from tests.simulation.plan import Visit
from tests.simulation.world import World
from wenzheng.posts_file import SAMPLE

SOME: Final = 24
"""Texts of the sample that are posted; more of them would say no more about what can go wrong."""


@cache
def texts() -> list[ask.Submit]:
    """Posts as the door makes them of some of the sample's texts: masked, judged; without their boxes."""
    made = []
    for line in islice(SAMPLE.read_text(encoding="utf-8").splitlines(), SOME):
        post = json.loads(line)
        published = PROFILE.published(post["title"], post["text"], "")
        title, text, place = published.texts
        title, text = title + MARK, text + MARK
        made.append(ask.Submit(post["kind"], title, text, "", place, True, False, "", 0, published.verdict))
    return made


def _meant(text: ask.Submit, name: str) -> ask.Submit:
    """Some texts are suggestions, letters to a city leader, for the unit alone, or name nothing that is anybody's duty.

    Drawn apart, so that whatever else a seed draws stays as it was.
    """
    random = Random(f"meant {name}")
    if random.random() < 0.1:
        text = msgspec.structs.replace(text, title=f"请看一看{MARK}", text=f"望早日处理,谢谢{MARK}")
    kind = random.choice((*(text.kind,) * 4, "suggestion", "mailbox"))
    addressee = random.choice(("mayor", "mayor", "")) if kind == "mailbox" else ""
    public = random.random() >= 0.1
    return msgspec.structs.replace(text, kind=kind, addressee=addressee, public=public)


CHANNELS: Final = (("sms",), ("sms",), ("wechat", "sms", "mail"))
"""How those who leave a telephone may be told."""


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
        waiting = Random(f"waiting {seed} {visit.number}")
        for n in range(visit.acts):
            # Now and then nobody does anything for days.
            await asyncio.sleep(waiting.uniform(2, 20) if waiting.random() < 0.06 else 0.0)
            await asyncio.sleep(random.choice((0.0, 0.01, 0.3, 1.0, 3.0)) * random.random())
            names = [f"v{visit.number}/{n}"]
            if random.random() < visit.pairs:
                names.append(names[0] + "b")
            await together([self.act(random, name, posted.subject) for name in names])
        if self._world.haste > 1 and waiting.random() < 0.3:
            await self._look_again(waiting, f"v{visit.number}", posted.subject)

    async def _look_again(self, random: Random, name: str, subject: str) -> None:
        """A moderator comes back to a post that may be late by then, and may change their mind later."""
        for n in range(3):
            await asyncio.sleep(random.uniform(1, 15))
            await self.act(random, f"{name}/again{n}", subject, "moderation")

    async def probe(self, desk: str) -> Operation:
        """A post at one web process: whether it works at all."""
        return await self._post(Random(desk), f"probe {desk}", desk)

    async def _post(self, random: Random, name: str, desk: str = "") -> Operation:
        operation = Operation("submit")
        text, phone = random.choice(texts()), random.random() < 0.25
        personal = {"phone": f"138{random.randrange(10**8):08d}"} if phone else {}
        # Drawn apart, so that whatever else a seed draws stays as it was.
        reached = Random(f"channels {name}").choice(CHANNELS)
        if phone and "wechat" in reached:
            personal |= {"openid": f"openid-{personal['phone']}", "mail": f"{personal['phone']}@example.com"}
        came = files(random, name)
        text = _meant(text, name)
        operation.files, operation.body = came, text

        def inputs(attempt: int) -> Given:
            subject = derived(name, "post", attempt)
            operation.subjects.append(subject)
            boxes: dict[str, Any] = seal_post(personal, subject)
            operation.secrets[subject] = (boxes["text_key"], boxes["contact_key"], *personal.values())
            self._drawn += 1
            channels = reached if phone else ()
            given = msgspec.structs.replace(
                text, citizen=subject, drawn=self._drawn, channels=channels, attachments=came, **boxes
            )
            return [(subject, given)]

        def answer(given: Given, answers: list[Any]) -> object:
            return {"subject": given[0][0], "number": answers[0].number}

        await self._asking.ask(operation, name, inputs, answer, "intake", desk)
        operation.subject = operation.answer.get("subject", "")
        return operation

    async def act(self, random: Random, name: str, subject: str, act: str = "") -> None:
        """Something is done about a case: this act, or what somebody would do as it stands."""
        case: Case = self._world.memory["intake"].state_of(subject) or Case()
        act = act or chosen(random, case)
        # Nobody is of no unit: where none has the case, whoever tries is refused.
        unit = case.department if case.department and random.random() < 0.95 else random.choice(UNITS)
        if act == "part" and case.assisting and random.random() < 0.8:
            unit = random.choice(case.assisting)
        actor, body = filled(random, act, name, unit, case, self._world.clock.now().date())
        staff = actor.role in ("clerk", "leader")
        operation = Operation(act, subject, unit if staff else "", target(random, act, case), body)
        operation.letter = bool(case.addressee)
        came = files(random, name) if act in ("follow-up", "reply") else ()
        asked = ask.Asked(act, actor, body, operation.target, files=ask.Files(came))
        row = ACT[act]
        operation.files = came

        def answer(given: Given, answers: list[Any]) -> object:
            return answer_of(row, answers[0])

        def inputs(attempt: int) -> Given:
            """As the door does: whom a reply answers, too, is seen when it is asked for."""
            seen: Case = self._world.memory["intake"].state_of(subject) or Case()
            also = [] if row.concerns is None else row.concerns(subject, seen, asked)
            operation.concerned[derived(name, "request", attempt)] = tuple(member for member, _ in also)
            return [(subject, asked), *also]

        await self._asking.ask(operation, name, inputs, answer)
