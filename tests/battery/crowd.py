"""Citizens and staff who use a real stack while parts of it fail; every act is noted with when it was asked and answered."""

import asyncio
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, Final

import httpx2

from services.intake.core.acts import ACT
from tests.simulation.choices import NATURAL, UNITS
from tests.simulation.linear import FOREVER
from tests.stack import Stack

PATIENCE: Final = 10.0
"""Seconds after which somebody gives up a try, and asks again under the same key."""
GIVES_UP: Final = 240.0
"""Seconds after which nobody asks any more: far longer than any fault lasts."""
LEFT_OUT: Final = frozenset({"support", "extension", "moderation", "appeal"})
"""A neighbour's voice is counted elsewhere; more time is refused by the calendar, which the model has not; moderation is five acts of one
name, and hides posts that others act on: the simulation does that."""
BODIES: Final[Mapping[str, dict[str, Any]]] = {"reply": {"text": "路灯已于今日修复。联系电话:0527-84368123"}}
"""What is filled in where the table's own example would not do at any date."""


@dataclass
class Wish:
    """One thing that somebody wanted, and what came of it."""

    act: str
    number: str
    person: str = ""
    """Staff id; each act of staff is another person's, so that the log says whose fact it is."""
    unit: str = ""
    """Of a clerk or leader."""
    target: str = ""
    called: float = 0.0
    """Unix time of the first try."""
    answered: float = FOREVER
    """Unix time of the answer."""
    result: str = "unknown"
    """`taken`, `refused`, or `unknown`: nobody answered, or a try that nobody answered may have been taken after a refusal."""


@dataclass
class Crowd:
    """People who post at an even rate and act on what they posted, each wish under a key of its own until it is answered."""

    stack: Stack
    seed: int
    fault: str
    """What they live through; makes their names differ from those of other times on the same stack."""
    wishes: list[Wish] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)
    """Numbers that were answered 202."""
    slowest: float = 0.0
    """Seconds that somebody waited for an answer, all tries together."""
    unforeseen: list[str] = field(default_factory=list)
    """Answers that nobody should get, whatever fails."""

    def __post_init__(self) -> None:
        self._http = httpx2.AsyncClient(timeout=PATIENCE)
        self._people = count()

    async def live(self, seconds: float, rate: float) -> None:
        """Posts for so long, at so many a second; each is acted on a few times. Returns when everybody has their answers."""
        began, lives = time.monotonic(), []
        for n in range(int(seconds * rate)):
            await asyncio.sleep(max(0.0, began + n / rate - time.monotonic()))
            lives.append(asyncio.create_task(self._life(Random(f"{self.fault} {self.seed} {n}"))))
        await asyncio.gather(*lives)

    async def close(self) -> None:
        """Give connections back."""
        await self._http.aclose()

    async def _life(self, random: Random) -> None:
        body = {
            "kind": "complaint",
            "title": "路灯不亮",
            "text": f"幸福路第{random.randrange(10**6)}盏路灯坏了。",
        }
        if random.random() < 0.25:
            body["contact"] = {"phone": f"138{random.randrange(10**8):08d}"}  # type: ignore[assignment]
        answer = await self._until_answered(Wish("submit", ""), "/v1/posts", body, {})
        if answer is None or answer.status_code != 202:
            return
        receipt = answer.json()
        self.posted.append(receipt["number"])
        for _ in range(random.randrange(1, 7)):
            await asyncio.sleep(2 * random.random())
            case = await self._case(receipt["number"])
            if case is not None:
                acts = [self._act(random, case, receipt["query_code"])]
                if random.random() < 0.1:  # two people at the same moment
                    acts.append(self._act(random, case, receipt["query_code"]))
                await asyncio.gather(*acts)

    async def _case(self, number: str) -> dict[str, Any] | None:
        """The case as a supervisor sees it; None while nobody answers."""
        headers = self.stack.token("reader", "supervision", "supervisor")
        try:
            answer = await self._http.get(
                f"{self.stack.address('intake')}/v1/cases/{number}", headers=headers
            )
        except httpx2.HTTPError:
            return None
        found: dict[str, Any] | None = answer.json() if answer.status_code == 200 else None
        return found

    async def _act(self, random: Random, case: dict[str, Any], code: str) -> None:
        step = "drafted" if case["draft"] is not None else case["status"]
        everything = sorted({act for acts in NATURAL.values() for act in acts} - LEFT_OUT)
        usual = [act for act in NATURAL.get(step, ()) if act not in LEFT_OUT] or everything
        act = random.choice(everything if random.random() < 0.1 else usual)
        row, number = ACT[act], case["number"]
        target = case["draft"]["reply_id"] if case["draft"] is not None else "nothing"
        wish = Wish(act, number, target=target if "{id}" in row.path else "")
        if row.public:
            path, headers = f"/v1/posts/{number}/{row.path}", {"X-Query-Code": code}
        else:
            role = row.who.roles[0]
            wish.person = f"{self.fault}-{next(self._people)}"
            held = case["department"] if random.random() < 0.95 else random.choice(UNITS)
            wish.unit = held if role in ("clerk", "leader") else ""
            headers = self.stack.token(wish.person, wish.unit or "supervision", role)
            path = f"/v1/cases/{number}/{row.path.format(id=wish.target)}"
        body = BODIES.get(act, dict(row.example))
        if act == "assignment":
            body = {"department": random.choice(UNITS), "reason": "职责所在"}
        await self._until_answered(wish, path, body, headers)

    async def _until_answered(
        self, wish: Wish, path: str, body: Mapping[str, Any], headers: dict[str, str]
    ) -> httpx2.Response | None:
        """Ask again under the same key until somebody answers; notes what was answered. None: nobody ever did."""
        key, doubtful = {"Idempotency-Key": uuid.uuid4().hex}, False
        self.wishes.append(wish)
        wish.called, began = time.time(), time.monotonic()
        while time.monotonic() < began + GIVES_UP:
            try:
                answer = await self._http.post(
                    self.stack.address("intake") + path, json=body, headers=headers | key
                )
            except httpx2.ConnectError:
                await asyncio.sleep(0.2)
                continue
            except httpx2.HTTPError:
                doubtful = True
                await asyncio.sleep(0.2)
                continue
            if answer.status_code >= 500:
                doubtful = True
                if answer.status_code != 503:
                    self.unforeseen.append(f"{wish.act}: {answer.status_code} {answer.text[:200]}")
                await asyncio.sleep(0.2)
                continue
            wish.answered = time.time()
            self.slowest = max(self.slowest, time.monotonic() - began)
            if answer.status_code == 202:
                wish.result = "taken"
            elif answer.status_code in (403, 404, 409):
                # A try that nobody answered may still be on its way: then only that is known.
                wish.result = "unknown" if doubtful else "refused"
            else:
                self.unforeseen.append(f"{wish.act}: {answer.status_code} {answer.text[:200]}")
            return answer
        return None
