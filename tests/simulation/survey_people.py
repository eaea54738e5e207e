"""Surveys: staff write, publish, end and count them; people ask for a token, once each, and answer with it, unseen.

What is asked is handed to the desk as the doors of survey hand it in: without a key where a person asks, so that who hears nothing asks
the same again, and it is the rows that know.
"""

import asyncio
import hashlib
from datetime import timedelta
from functools import cache, lru_cache
from random import Random
from typing import Any, Final

from chassis.blind import Hidden, blind, is_signed, new_signing_key, sign_blindly, unblind
from chassis.vault import new_key, seal
from contracts.identity import derived
from contracts.surveys import Answer, Question, Questionnaire
from services.survey.core import requests as ask
from services.survey.core.states import Survey, ballot_of
from services.survey.core.tally import Opened, tally
from services.survey.entitlement import Entitlements
from services.survey.web.door import BOX, encode, open_box
from tests.simulation.asking import Asking, Given, Operation
from tests.simulation.plan import Visit
from tests.simulation.voice import TOLD, Voice
from tests.simulation.world import START, World

OPTIONS: Final = 3
FAR: Final = START + timedelta(days=60)
"""After any run: staff end the survey before its time, with a reason."""
ENTITLEMENTS: Final = Entitlements(b"secret of the simulated city")


@cache
def keys() -> tuple[bytes, bytes]:
    """A real pair of keys that signs tokens, private and public; made once, since it takes a tenth of a second."""
    return new_signing_key()


@lru_cache(4_096)
def signed(seed: str) -> tuple[Hidden, bytes]:
    """A token, hidden, and the signature of what is hidden. The same seed, the same: other runs need not compute it anew."""
    private, public = keys()
    hidden = blind(public, hashlib.sha256(seed.encode()).digest())
    return hidden, sign_blindly(private, hidden.blinded)


class Surveys:
    """Everybody who asks survey for something."""

    def __init__(self, world: World, operations: list[Operation]) -> None:
        self._world = world
        self._asking = Asking(world, operations)

    async def visit(self, visit: Visit, seed: int) -> None:
        """A survey from its draft to its result, which is ended while people still answer."""
        random = Random(f"visit {seed} {visit.number}")
        await asyncio.sleep(visit.at)
        name = f"v{visit.number}"
        survey = derived(name, "survey")
        ends = self._world.clock.now() + timedelta(days=random.uniform(0.2, 1.0))
        paper = _questionnaire(ends if random.random() < 0.5 else FAR)
        await self._staff(survey, "draft", f"{name}/draft", lambda: ask.Draft(paper, 0))
        await self._staff(survey, "publish", f"{name}/publish", self._publication)
        people = [self._person(random.random(), survey, f"{name}/{n}") for n in range(visit.acts)]
        await asyncio.gather(*people, self._ended(random.uniform(1.0, 12.0), survey, name))

    async def _ended(self, seconds: float, survey: str, name: str) -> None:
        """Staff end it, count what is there, and publish the figures, until they are."""
        await asyncio.sleep(seconds)
        await self._staff(survey, "close", f"{name}/close", lambda: self._closing(survey))
        for n in range(20):
            if self._kept(survey).step == "counted":
                return
            await self._staff(survey, "result", f"{name}/result{n}", lambda: self._counted(survey))
            await asyncio.sleep(1.0)

    async def _person(self, drawn: float, survey: str, name: str) -> None:
        """Somebody asks for a token, now and then at two devices at once, and answers with what was signed."""
        random = Random(f"{name} {drawn}")
        await asyncio.sleep(random.uniform(0.0, 15.0))
        phone = f"139{random.randrange(10**8):08d}"
        devices = [name, f"{name}/second"] if random.random() < 0.3 else [name]
        await asyncio.gather(*(self._device(random, survey, phone, device) for device in devices))

    async def _device(self, random: Random, survey: str, phone: str, device: str) -> None:
        hidden, signature = signed(device)
        voter = ENTITLEMENTS.by_phone(survey, phone)
        voice = Voice(phone, voter, hashlib.sha256(hidden.blinded).hexdigest())
        asked = Operation("survey:token", survey, body=voice)
        inputs: Given = [(survey, ask.Entitle()), (voter, ask.GiveToken(survey, voice.blinded))]
        await self._asking.ask(
            asked, f"{device}/token", lambda _: inputs, lambda *_: {}, "survey", keyed=False
        )
        if asked.result != "taken":
            return
        shown = unblind(keys()[1], hidden, signature)
        assert is_signed(keys()[1], hidden.token, shown)
        await asyncio.sleep(random.choice((0.0, 0.1, 2.0, 6.0)) * random.random())
        tries = [f"{device}/cast", f"{device}/again"] if random.random() < 0.3 else [f"{device}/cast"]
        cast = [
            Voice(phone, voter, voice.blinded, hidden.token, random.randrange(OPTIONS), f"{TOLD}{one}")
            for one in tries
        ]
        await asyncio.gather(
            *(self._cast(survey, key, one, shown) for key, one in zip(tries, cast, strict=True))
        )

    async def _cast(self, survey: str, key: str, voice: Voice, signature: bytes) -> None:
        """An answer is sealed and handed in beside the count of its survey."""
        ballot = ballot_of(survey, voice.token)
        opened = Opened((Answer("q1", choices=(voice.choice,)), Answer("q2", text=voice.text)))
        operation = Operation("survey:cast", survey, target=ballot, body=voice, part=1)

        def inputs(_: int) -> Given:
            box = seal(self._opening(survey), {BOX: encode(opened).decode()}, ballot)
            return [(survey, ask.Count()), (ballot, ask.Cast(survey, voice.token, signature, box))]

        await self._asking.ask(operation, key, inputs, lambda *_: {}, "survey", keyed=False)

    async def _staff(self, survey: str, act: str, key: str, given: Any) -> None:
        operation = Operation(f"survey:{act}", survey)
        await self._asking.ask(operation, key, lambda _: [(survey, given())], lambda *_: {}, "survey")

    def _publication(self) -> ask.Publish:
        private, public = keys()
        return ask.Publish("staff", public.decode(), private, new_key())

    def _closing(self, survey: str) -> ask.Close:
        return ask.Close("staff", "提前结束", self._opening(survey))

    def _counted(self, survey: str) -> ask.PublishResult:
        """As the door counts: all ballots are opened, if the survey is closed."""
        if self._kept(survey).step != "closed":
            return ask.PublishResult("staff", 0, 0, ())
        kept = self._world.polls
        key = self._opening(survey)
        opened = [open_box(key, ballot, box) for ballot, box in kept.of_survey(survey)]
        paper = self._kept(survey).questionnaire
        assert paper is not None
        return ask.PublishResult("staff", len(opened), kept.given(survey), tally(paper, opened))

    def _opening(self, survey: str) -> bytes:
        return self._world.polls.key(survey)

    def _kept(self, survey: str) -> Survey:
        found = self._world.memory["survey"].state_of(survey)
        return found if isinstance(found, Survey) else Survey()


def _questionnaire(ends: Any) -> Questionnaire:
    options = tuple(f"选项{n}" for n in range(OPTIONS))
    questions = (
        Question("q1", "single", "最需要什么?", options),
        Question("q2", "text", "还有什么要说?", required=False),
    )
    return Questionnaire("社区公园", "", "phone", ends, questions)
