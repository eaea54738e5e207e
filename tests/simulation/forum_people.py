"""Debates and dialogues: staff open them, people speak and support, units state and answer, moderators look, staff close."""

import asyncio
from bisect import insort
from collections import defaultdict
from datetime import timedelta
from itertools import islice
from random import Random
from typing import Any, Final

from contracts.debates import Matter
from contracts.dialogues import Occasion
from contracts.identity import derived
from services.debate.core import requests as ask
from services.debate.core.states import COMMENT, DIALOGUE, Comment, taking_part, voice_of
from tests.simulation.asking import Asking, Given, Operation
from tests.simulation.plan import Visit
from tests.simulation.world import START, World

PERSONS: Final = 5
"""People who speak in one forum: few, so that they meet."""
ACTS: Final = (
    "comment",
    "comment",
    "comment",
    "comment",
    "support",
    "support",
    "moderate",
    "moderate",
    "state",
    "withdraw",
)
ENDS: Final = START + timedelta(days=60)
"""After any run: a forum is closed before its time, with a reason."""


class Forums:
    """Everybody who asks debate for something."""

    def __init__(self, world: World, operations: list[Operation]) -> None:
        self._world = world
        self._asking = Asking(world, operations)
        self._known: dict[str, list[str]] = defaultdict(list)
        """Forum to the ids of what was said in it, in their order."""
        self._unknown: list[str] = []
        """Names that were met before anything was said under them."""
        self._met = 0
        """Names that were met."""

    async def visit(self, visit: Visit, seed: int) -> None:
        """A forum, from its draft to its closing, which comes before some of what is said."""
        random = Random(f"visit {seed} {visit.number}")
        await asyncio.sleep(visit.at)
        identity = derived(f"{visit.number}", visit.what)
        forum = identity if visit.what == "debate" else DIALOGUE + identity
        name = f"v{visit.number}"
        await self._on(forum, "draft", f"{name}/draft", ask.Draft(_matter(visit.what)))
        await self._on(forum, "publish", f"{name}/publish", ask.Open("staff"))
        closing = random.randint(visit.acts // 2, visit.acts + 2)
        for n in range(visit.acts):
            await asyncio.sleep(random.choice((0.0, 0.01, 0.3, 1.0)) * random.random())
            names = [f"{name}/{n}"]
            if random.random() < visit.pairs:
                names.append(names[0] + "b")
            acts = [self._act(random, one, forum, identity) for one in names]
            if n == closing:
                acts.append(self._close(forum, f"{name}/close"))
            await asyncio.gather(*acts)

    async def _close(self, forum: str, key: str) -> None:
        given: Any = ask.Close("总结", "决定", "提前结束", "staff")
        if forum.startswith(DIALOGUE):
            given = ask.End("总结", "提前结束", "staff")
        await self._on(forum, "close", key, given)

    async def _on(self, forum: str, act: str, key: str, given: Any) -> None:
        """Something about the forum itself."""
        operation = Operation(f"forum:{act}", forum)
        await self._asking.ask(operation, key, lambda _: [(forum, given)], lambda *_: {}, "debate")

    async def _act(self, random: Random, key: str, forum: str, identity: str) -> None:
        act = random.choice((*ACTS, "enter") if forum.startswith(DIALOGUE) else ACTS)
        person, proven = f"{identity} {random.randrange(PERSONS)}", random.random() < 0.7
        said = self._said(identity)
        target = (
            random.choice(said) if said and (act not in ("comment", "state") or random.random() < 0.4) else ""
        )
        held = "需人工查看" if random.random() < 0.2 else ""
        shown = random.random() < 0.6
        if act == "withdraw" and target and random.random() < 0.8:
            kept = self._world.memory["debate"].state_of(COMMENT + target)
            person = kept.person or person
        if act in ("comment", "state"):
            await self._say(act, key, forum, identity, target, (person, proven, held))
            return
        target = target or "nothing"
        operation = Operation(f"forum:{act}", forum, target=target, body=(person, shown))
        place, before = COMMENT + target, list[tuple[str, Any]]()
        after = list[tuple[str, Any]]()
        match act:
            case "support":
                before, given = [(forum, ask.Listen())], ask.Support(identity, person)
                after = [(voice_of(target, person), ask.GiveVoice(identity, target, person))]
            case "moderate":
                given: Any = ask.Moderate(identity, shown, "" if shown else "与议题无关", "staff")
            case "withdraw":
                given = ask.Withdraw(identity, person)
            case _:
                before, given = [(forum, ask.PassOn())], ask.Enter(identity, "SQ260302-000001", "staff")
        operation.part = len(before)
        inputs: Given = [*before, (place, given), *after]
        await self._asking.ask(operation, key, lambda _: inputs, lambda *_: {}, "debate")

    async def _say(
        self, act: str, key: str, forum: str, identity: str, target: str, who: tuple[str, bool, str]
    ) -> None:
        """Something is said, by a person or officially; each try gives it another name."""
        person, proven, held = who
        operation = Operation(f"forum:{act}", forum, target=target, body=who)
        answered: Given = [(COMMENT + target, ask.BeAnswered(identity))] if target else []

        def inputs(attempt: int) -> Given:
            comment = derived(key, "comment", attempt)
            operation.subjects.append(comment)
            said: Any = ask.State(identity, "housing", "文字", target, "staff")
            before: Given = [(forum, ask.Attend()), *answered]
            if act == "comment":
                said = ask.Comment(identity, person, "文字", target, proven, held)
                taking = (taking_part(person, proven), ask.TakePart(identity))
                before = [(forum, ask.Listen()), *answered, taking]
            return [*before, (COMMENT + comment, said)]

        def answer(given: Given, answers: list[Any]) -> object:
            return {"comment": given[-1][0].removeprefix(COMMENT)}

        operation.part = 1 + len(answered) + (act == "comment")
        await self._asking.ask(operation, key, inputs, answer, "debate")

    def _said(self, identity: str) -> list[str]:
        """Ids of what was said in this forum, as its page shows them."""
        memory = self._world.memory["debate"]
        met = [*self._unknown, *islice(memory.subject, self._met, None)]
        self._met, self._unknown = len(memory.subject), []
        for subject in met:
            kept: Comment | object = memory.state_of(subject)
            if isinstance(kept, Comment):
                if kept.debate:
                    insort(self._known[kept.debate], subject.removeprefix(COMMENT))
                else:
                    self._unknown.append(subject)
        return self._known[identity]


def _matter(what: str) -> Matter | Occasion:
    if what == "debate":
        return Matter("停车位", "要不要多划停车位?", "", "housing", ENDS)
    begins = START + timedelta(days=30)
    return Occasion("interview", "访谈", "某某", "局长", "housing", START - timedelta(days=1), begins, ENDS)
