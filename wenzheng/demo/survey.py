"""A survey of the demonstration: published on the first day, answered by citizens with blind tokens, counted at the end."""

import asyncio
import base64
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from chassis.blind import blind, unblind
from wenzheng.demo.calls import Calls

PEOPLE = 60
"""Who answer in a month of the report's size; each takes a token, and some never use it."""
QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "q1",
        "kind": "single",
        "title": "您一般怎样出门?",
        "options": ["公交车", "电动车", "汽车", "步行"],
    },
    {
        "id": "q2",
        "kind": "multiple",
        "title": "公交车最该改进什么?",
        "options": ["班次", "线路", "站台", "服务态度"],
        "other": True,
        "most": 2,
    },
    {"id": "q3", "kind": "scale", "title": "您对公交满意吗?", "low": "很不满意", "high": "很满意"},
    {"id": "q4", "kind": "text", "title": "还有什么建议?", "required": False},
]
REMARKS = (
    "早高峰多发两班车。",
    "站台装个遮雨棚,夏天晒得慌。",
    "末班车能不能晚半小时?",
    "镇村公交别隔天停一趟。",
    "冬天车上开点暖气。",
    "",
    "",
)
"""What they add in their own words; two of seven add nothing."""


def answers(chance: random.Random) -> list[dict[str, Any]]:
    """What one of them answers: most go by electric bicycle, and want more buses."""
    most = chance.choices((0, 1, 2, 3), (3, 5, 3, 1))
    wishes = {chance.choice((0, 0, 0, 1, 2, 3)), chance.choice((1, 2, 3))}
    said: list[dict[str, Any]] = [
        {"question": "q1", "choices": most},
        {"question": "q2", "choices": sorted(wishes)},
        {"question": "q3", "value": chance.choices((1, 2, 3, 4, 5), (1, 3, 5, 6, 2))[0]},
    ]
    remark = chance.choice(REMARKS)
    return [*said, {"question": "q4", "text": remark}] if remark else said


class Survey:
    """The survey's life. Who answers is known to the service only while a token is given, and what, never."""

    def __init__(self, calls: Calls, until: Callable[[datetime], Awaitable[None]], seed: int) -> None:
        """`until` waits for an instant of the city's time."""
        self._calls = calls
        self._until = until
        self._random = random.Random(seed)
        self._staff = calls.bearer("supervisor", "supervision")
        self.identity = ""
        """Its id, once it is written."""

    async def live(self, start: datetime, ends: datetime, people: int) -> None:
        """Published at `start`, open until `ends`, then closed and its result published."""
        await self._until(start)
        draft = {
            "title": "城市公交出行问卷",
            "intro": "四个问题,约一分钟。答卷不记名,结果全部公开,任何人可以重新计票。",
            "audience": "phone",
            "ends": ends.isoformat(),
            "questions": QUESTIONS,
        }
        drafted = await self._act("", draft, "")
        if drafted is None:
            return
        self.identity = str(drafted["id"])
        if await self._act(f"/{self.identity}/publication", {}, "") is None:
            return
        whole = await self._calls.ask("GET", f"/v1/surveys/{self.identity}", None, "", service="survey")
        if whole is None:
            return
        # The last days are left free: a machine under load must not bring answers too late.
        span = (ends - start) * 0.9
        public = whole["public_key"].encode()
        times = [start + span * (n + 1) / people for n in range(people)]
        await asyncio.gather(*(self._answer(public, at, n) for n, at in enumerate(times)))
        await self._until(ends + timedelta(hours=1))
        if await self._act(f"/{self.identity}/closing", {}, "") is not None:
            await self._act(f"/{self.identity}/result", {}, "survey counted")

    async def _answer(self, public: bytes, at: datetime, n: int) -> None:
        """Somebody takes a token, hidden from who signs it, and answers with it and without a name."""
        seed, said = self._random.randbytes(32), answers(self._random)
        uses_it = self._random.random() < 0.95
        await self._until(at)
        hidden = await asyncio.to_thread(blind, public, seed)
        asked = {"entitled_by": f"139{n:08d}", "blinded": base64.b64encode(hidden.blinded).decode()}
        path = f"/v1/surveys/{self.identity}"
        given = await self._calls.ask("POST", f"{path}/tokens", asked, "", service="survey")
        if given is None or not uses_it:
            return
        signature = unblind(public, hidden, base64.b64decode(given["signature"]))
        ballot = {
            "token": base64.b64encode(hidden.token).decode(),
            "signature": base64.b64encode(signature).decode(),
            "answers": said,
        }
        await self._calls.ask("POST", f"{path}/ballots", ballot, "answered the survey", service="survey")

    async def _act(self, path: str, body: dict[str, Any], counts: str) -> dict[str, Any] | None:
        return await self._calls.ask("POST", f"/v1/surveys{path}", body, counts, self._staff, "survey")
