"""Dialogues of the demonstration: an interview whose transcript is whole, and a meeting that people still ask questions for.

Invited units answer in both; one answer that a clerk prepared waits for its leader, so that whoever takes that seat finds it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from wenzheng.demo.calls import Calls

ASKED_SHARE: Final = 0.8
"""Of the days before it begins: a machine under load must not bring questions too late."""
UNANSWERED: Final = 5
"""One question in this many is left open: whoever asked it may make it a post."""


class Joined(NamedTuple):
    """What a unit's clerk prepares in answer to a question, for its leader to approve."""

    question: int
    """Place of the question."""
    unit: str
    text: str
    waits: bool = False
    """Its leader has not looked at it yet."""


class Conversation(NamedTuple):
    """A dialogue, what people ask before it, and what is answered; an answer stands at the place of its question."""

    unit: str
    occasion: dict[str, Any]
    welcome: str
    asked: tuple[str, ...]
    answered: tuple[str, ...]
    joined: tuple[Joined, ...]
    """After the guest's own answers, where there are any."""
    summary: str


INTERVIEW: Final = Conversation(
    unit="urban-management",
    occasion={
        "kind": "interview",
        "title": "城市管理局负责人谈夏季夜市和路灯",
        "guest": "本月值班负责人",
        "office": "市城市管理局",
        "asked_from": "2011-06-08T09:00:00+08:00",
        "begins": "2011-06-15T15:00:00+08:00",
        "ends": "2011-06-15T17:00:00+08:00",
        "place": "市民服务中心二楼直播间",
        "introduction": "入夏以来夜市噪声、油烟和背街路灯的来信最多,请大家提前提问。",
        "invited": ["public-security", "environment"],
    },
    welcome="欢迎各位网民,下面按提问的先后回答。",
    asked=(
        "夜市几点必须收摊?楼下一直吵到半夜。",
        "背街小巷的路灯坏了找谁?打了两次电话没有人来。",
        "烧烤油烟直往家里飘,装净化器有没有规定?",
        "能不能在河边划一块地方专门摆摊?",
        "共享的垃圾桶太少,夜市散了满地都是签子。",
        "路灯晚上七点半才亮,天早就黑了。",
    ),
    answered=(
        "城区夜市一律二十三点收摊,学校周边二十二点;超时的当晚劝离,三次取消摊位。",
        "城区路灯由我局养护,报修后二十四小时内到场。您说的两条巷子已经查到,今晚去修。",
        "固定门店的烧烤都要装净化设备,六月底前查完一遍,没装的停业整改。",
        "河滨北路已经选好一段,能摆八十个摊,正在接水电。",
        "每个夜市加二十个桶,收摊后一小时内清完,摊主签了责任书。",
        "从明天起开灯时间提前到十八点五十分,以后随日落调整。",
    ),
    joined=(
        Joined(0, "public-security", "夜间喧哗不听劝的,派出所会一起到场处理;城区三个夜市每晚有民警巡查。"),
        Joined(2, "environment", "油烟排放我局每月抽测一次,不达标的限期改好,结果在网上公布。"),
    ),
    summary="收到的提问当场答复了大部分;没有来得及答复的,提问人可以转为网帖,按三个工作日办理。",
)
MEETING: Final = Conversation(
    unit="education",
    occasion={
        "kind": "meeting",
        "title": "秋季入学政策面对面",
        "guest": "基础教育科负责人",
        "office": "市教育局",
        "asked_from": "2011-07-07T09:00:00+08:00",
        "begins": "2011-07-14T15:00:00+08:00",
        "ends": "2011-07-14T17:00:00+08:00",
        "place": "市教育局一楼会议室",
        "introduction": "就学区划分、随迁子女入学和课后服务当面回答。可以到场,也可以先在这里提问。",
        "invited": ["public-security"],
    },
    welcome="",
    asked=(
        "新小区还没有划学区,九月怎么报名?",
        "在外地上的幼儿园,回来上小学要带哪些材料?",
        "课后服务到几点,能不能接到下班?",
    ),
    answered=(),
    joined=(
        Joined(1, "public-security", "户口不在本市的,先到住处的派出所办居住证,材料齐全当天受理。"),
        Joined(0, "education", "新小区的学区七月二十日前公布,之前可以先在网上登记。", waits=True),
    ),
    summary="",
)


class Dialogue:
    """One dialogue's life."""

    def __init__(
        self, calls: Calls, until: Callable[[datetime], Awaitable[None]], conversation: Conversation
    ) -> None:
        """`until` waits for an instant of the city's time."""
        self._calls = calls
        self._until = until
        self._said = conversation
        self._host = calls.bearer("supervisor", "supervision")
        self._identity = ""

    async def live(self, people: int) -> None:
        """Announced when questions are asked for; answered from its beginning; closed a day later, where it is answered."""
        occasion = self._said.occasion
        opens, begins, ends = (
            datetime.fromisoformat(occasion[name]) for name in ("asked_from", "begins", "ends")
        )
        await self._until(opens)
        drafted = await self._staff("", occasion | {"department": self._said.unit}, "")
        if drafted is None:
            return
        self._identity = str(drafted["id"])
        if await self._staff(f"/{self._identity}/publication", {}, "dialogue opened") is None:
            return
        times = [opens + (begins - opens) * ASKED_SHARE * (n + 1) / people for n in range(people)]
        questions = await asyncio.gather(*(self._ask(at, n) for n, at in enumerate(times)))
        if not self._said.answered:
            await self._join(questions)
            return
        await self._until(begins)
        await self._staff(f"/{self._identity}/answers", {"text": self._said.welcome, "speaker": "host"}, "")
        for n, question in enumerate(questions):
            if question and n % UNANSWERED != UNANSWERED - 1:
                text = self._said.answered[n % len(self._said.answered)]
                answer = {"text": text, "answers": question, "speaker": "guest"}
                await self._staff(f"/{self._identity}/answers", answer, "")
        await self._join(questions)
        await self._until(ends + timedelta(days=1))
        await self._staff(f"/{self._identity}/closing", {"summary": self._said.summary}, "dialogue closed")

    async def _join(self, questions: Sequence[str]) -> None:
        """Units' clerks prepare answers, and their leaders let them be read, as far as they have looked."""
        for one in self._said.joined:
            if not (one.question < len(questions) and questions[one.question]):
                continue
            body = {"text": one.text, "answers": questions[one.question], "speaker": "unit"}
            clerk, leader = (self._calls.bearer(role, one.unit) for role in ("clerk", "leader"))
            prepared = await self._staff(f"/{self._identity}/answers", body, "answer prepared", clerk)
            if prepared is not None and not one.waits:
                path = f"/{self._identity}/answers/{prepared['id']}/approval"
                await self._staff(path, {"action": "approve"}, "answer approved", leader)

    async def _ask(self, at: datetime, n: int) -> str:
        """The id of a question that a moderator let be read; empty where none came about."""
        await self._until(at)
        body = {"text": self._said.asked[n % len(self._said.asked)], "phone": f"135{n:08d}"}
        asked = await self._calls.ask(
            "POST", f"/v1/dialogues/{self._identity}/questions", body, "asked a guest", service="debate"
        )
        if asked is None:
            return ""
        path = f"/{self._identity}/questions/{asked['id']}/moderation"
        released = await self._staff(path, {"action": "release"}, "")
        return "" if released is None else str(asked["id"])

    async def _staff(
        self, path: str, body: dict[str, Any], counts: str, who: dict[str, str] | None = None
    ) -> dict[str, Any] | None:
        """What the host does, or somebody else of the staff."""
        headers = who or self._host
        return await self._calls.ask("POST", f"/v1/dialogues{path}", body, counts, headers, "debate")


def dialogues(calls: Calls, until: Callable[[datetime], Awaitable[None]]) -> list[Coroutine[Any, Any, None]]:
    """The lives of both; each question is asked once."""
    return [Dialogue(calls, until, one).live(len(one.asked)) for one in (INTERVIEW, MEETING)]
