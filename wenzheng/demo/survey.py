"""Surveys of the demonstration: citizens answer them with blind tokens; one is counted, one is still open at the end."""

import asyncio
import base64
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from chassis.blind import blind, unblind
from wenzheng.demo.calls import Calls


@dataclass(frozen=True)
class Questionnaire:
    """What a survey asks, and what people of the demonstration would say to it."""

    title: str
    intro: str
    questions: tuple[dict[str, Any], ...]
    likely: dict[str, tuple[int, ...]]
    """How often each option, or each step of a scale, is chosen beside the others; by question."""
    remarks: tuple[str, ...]
    """What they add in their own words; an empty one adds nothing."""


BUSES: Final = Questionnaire(
    "城市公交出行问卷",
    "四个问题,约一分钟。答卷不记名,结果全部公开,任何人可以重新计票。",
    (
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
    ),
    {"q1": (3, 5, 3, 1), "q2": (5, 2, 2, 1), "q3": (1, 3, 5, 6, 2)},
    (
        "早高峰多发两班车。",
        "站台装个遮雨棚,夏天晒得慌。",
        "末班车能不能晚半小时?",
        "镇村公交别隔天停一趟。",
        "冬天车上开点暖气。",
        "",
        "",
    ),
)
PARKS: Final = Questionnaire(
    "家门口的公园怎么改",
    "三个问题。年底前改造五个老公园,先改什么由大家定。答卷不记名,截止后公布结果。",
    (
        {
            "id": "q1",
            "kind": "multiple",
            "title": "最想先改什么?",
            "options": ["路灯", "厕所", "健身器材", "儿童乐园", "树荫和座椅"],
            "most": 2,
        },
        {"id": "q2", "kind": "single", "title": "您一般什么时候去?", "options": ["清早", "白天", "晚饭后"]},
        {"id": "q3", "kind": "text", "title": "哪个公园最该改?", "required": False},
    ),
    {"q1": (4, 5, 2, 3, 4), "q2": (3, 1, 5)},
    ("河滨公园的厕所太远。", "晚饭后灯太暗,看不清台阶。", "老小区旁边那个小游园。", ""),
)


def answers(asked: Questionnaire, chance: random.Random) -> list[dict[str, Any]]:
    """What one person answers to all its questions."""
    said: list[dict[str, Any]] = []
    for question in asked.questions:
        identity, kind = question["id"], question["kind"]
        if kind == "text":
            remark = chance.choice(asked.remarks)
            if remark:
                said.append({"question": identity, "text": remark})
            continue
        weights = asked.likely[identity]
        chosen = chance.choices(range(len(weights)), weights, k=question.get("most", 1))
        if kind == "scale":
            said.append({"question": identity, "value": chosen[0] + 1})
        else:
            said.append({"question": identity, "choices": sorted(set(chosen))})
    return said


class Survey:
    """A survey's life. Who answers is known to the service only while a token is given, and what, never."""

    def __init__(
        self, calls: Calls, until: Callable[[datetime], Awaitable[None]], seed: int, asked: Questionnaire
    ) -> None:
        """`until` waits for an instant of the city's time."""
        self._calls = calls
        self._until = until
        self._random = random.Random(seed)
        self._asked = asked
        self._staff = calls.bearer("supervisor", "supervision")
        self.identity = ""
        """Its id, once it is written."""

    async def live(self, start: datetime, last: datetime, ends: datetime, people: int) -> None:
        """Published at `start`, open until `ends`; so many people answer it until `last`."""
        await self._until(start)
        draft = {
            "title": self._asked.title,
            "intro": self._asked.intro,
            "audience": "phone",
            "ends": ends.isoformat(),
            "questions": self._asked.questions,
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
        public = whole["public_key"].encode()
        times = [start + (last - start) * (n + 1) / people for n in range(people)]
        await asyncio.gather(*(self._answer(public, at, n) for n, at in enumerate(times)))

    async def count(self, ends: datetime) -> None:
        """Closed an hour after its end, where it has not closed itself meanwhile, and its result published."""
        await self._until(ends + timedelta(hours=1))
        await self._act(f"/{self.identity}/closing", {}, "")
        await self._act(f"/{self.identity}/result", {}, "survey counted")

    async def _answer(self, public: bytes, at: datetime, n: int) -> None:
        """Somebody takes a token, hidden from who signs it, and answers with it and without a name.

        One in twenty never uses the token.
        """
        seed, said = self._random.randbytes(32), answers(self._asked, self._random)
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
