"""A debate of the demonstration: opened by a unit, talked over by citizens, answered officially, closed with what was decided."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from wenzheng.demo.calls import Calls

PEOPLE = 30
"""Who comment in a month of the report's size; some say something twice, and count once."""
SUPPORTERS = 8
"""Who prove a telephone by the code that is sent there, and support what others said."""


class Talk(NamedTuple):
    """What is talked over, and what is said of it."""

    unit: str
    matter: dict[str, Any]
    remarks: tuple[str, ...]
    stated: str
    closing: dict[str, Any]


BICYCLES = Talk(
    unit="urban-management",
    matter={
        "title": "老旧小区电动车停车",
        "question": "老旧小区的电动车停在哪里、怎样充电?",
        "background": "近几个月不少网民反映楼道停车、飞线充电。市里准备今年改造一批小区,请大家出主意:"
        "车棚建在哪里、电费怎么收、楼道里的车怎么办。",
    },
    remarks=(
        "先把车棚建起来,再说不许进楼道。",
        "充电桩电费别比家里贵一倍,不然还是有人飞线。",
        "楼道停车着过一次火,必须管。",
        "我们小区没有空地,能不能用路边的绿化带?",
        "晚上下班回来车位都满了,车棚要够用。",
        "物业收管理费可以,账要贴出来。",
        "老人腿脚不好,车棚别离单元门太远。",
        "装了桩没人修,坏了一半,要写明谁来修。",
        "外来送餐的车也充,建议刷卡认小区。",
        "车棚上面可以装太阳能板,电费就下来了。",
    ),
    stated="已会同供电公司查看二十个小区:十四个有地方建车棚,六个拟用路边空地。充电价格按居民电价加服务费,服务费另行听取意见。",
    closing={
        "summary": "多数网民赞成先建车棚、后清楼道;对电费和维修意见最集中,没有空地的小区希望利用路边。",
        "decision": "九月底前在十四个小区建成车棚;充电服务费每度不超过三角,收支每季张贴;路边试点两处,三个月后再议。",
    },
)
SQUARES = Talk(
    unit="culture-tourism",
    matter={
        "title": "广场舞的时间和音量",
        "question": "小区和公园里的广场舞,几点开始、几点结束,音量怎么定?",
        "background": "入夏以来这方面的来信多了。文化部门准备和各街道商定一个约定,先听听跳舞的和睡觉的怎么说。",
    },
    remarks=(
        "晚上九点必须停,第二天还要上班。",
        "跳舞是锻炼身体,别一棍子打死,音箱朝里放就行。",
        "高考那几天一律不许放。",
        "给我们找个离楼远的地方,我们也不想吵人。",
        "早上六点就放喇叭,孩子天天被吵醒。",
        "公园装个分贝牌,超了大家都看得见。",
    ),
    stated="正在和十二个街道一起找离住宅五十米以外的场地,名单下周公布,请大家继续提。",
    closing={},
)


def newest_code(arrivals: Path, phone: str) -> str:
    """The newest code that a telephone was sent, as the gateway keeps what arrives; empty where there is none."""
    for line in reversed(arrivals.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        if row["recipient"] == phone:
            return str(json.loads(row["text"]).get("code", ""))
    return ""


class Debate:
    """The debate's life."""

    def __init__(
        self,
        calls: Calls,
        until: Callable[[datetime], Awaitable[None]],
        code_of: Callable[[str], str],
        seed: int,
        talk: Talk,
    ) -> None:
        """`until` waits for an instant of the city's time; `code_of` is the newest code on somebody's telephone, or nothing."""
        self._calls = calls
        self._until = until
        self._code_of = code_of
        self._seed = seed
        self._random = random.Random(seed)
        self._talk = talk
        self._leader = calls.bearer("leader", talk.unit)
        self._moderator = calls.bearer("supervisor", "supervision")
        self.identity = ""
        """Its id, once it is written."""
        self._shown: list[str] = []

    async def live(
        self, start: datetime, until: datetime, ends: datetime, people: int, supporters: int
    ) -> None:
        """Published at `start`, talked over `until`, and open to its end."""
        await self._until(start)
        matter = self._talk.matter | {"ends": ends.isoformat(), "department": self._talk.unit}
        drafted = await self._ask("", matter, "", self._leader)
        if drafted is None:
            return
        self.identity = str(drafted["id"])
        await self._ask(f"/{self.identity}/publication", {}, "debate opened", self._leader)
        times = [start + (until - start) * (n + 1) / people for n in range(people)]
        await asyncio.gather(*(self._comment(at, n) for n, at in enumerate(times)))
        await self._ask(f"/{self.identity}/statements", {"text": self._talk.stated}, "", self._leader)
        await asyncio.gather(*(self._support(f"137{self._seed % 100:02d}{n:06d}") for n in range(supporters)))

    async def close(self, ends: datetime) -> None:
        """What was decided is told two hours after the end."""
        await self._until(ends + timedelta(hours=2))
        await self._ask(f"/{self.identity}/closing", self._talk.closing, "debate closed", self._leader)

    async def _comment(self, at: datetime, n: int) -> None:
        """Somebody says something with a number that is typed; a moderator lets all but one in eight be read."""
        await self._until(at)
        body = {
            "text": self._talk.remarks[n % len(self._talk.remarks)],
            "phone": f"136{n // 2 * 2 if n % 5 else n:08d}",
        }
        if self._shown and n % 4 == 3:
            body["answers"] = self._random.choice(self._shown)
        said = await self._ask(f"/{self.identity}/comments", body, "commented")
        if said is None:
            return
        release = n % 8 != 7
        judged = {"action": "release"} if release else {"action": "hide", "reason": "与议题无关"}
        path = f"/{self.identity}/comments/{said['id']}/moderation"
        if await self._ask(path, judged, "", self._moderator) and release and "answers" not in body:
            self._shown.append(said["id"])

    async def _support(self, phone: str) -> None:
        """Somebody proves the telephone, and supports what a few others said."""
        code = await self._calls.ask("POST", "/v1/codes", {"phone": phone}, "")
        if code is None:
            return
        await self._calls.ask("POST", "/v1/letters", {"letter": code["letter"]}, "", service="notifier")
        # What arrives at the gateway, arrives in a moment of its own.
        digits = await asyncio.to_thread(self._code_of, phone)
        if not digits:
            return
        typed = {"sign_in": code["sign_in"], "code": digits}
        session = await self._calls.ask("POST", "/v1/sessions", typed, "")
        if session is None:
            return
        bearer = {"Authorization": f"Bearer {session['token']}"}
        given = await self._calls.ask("POST", "/v1/my/passes", {"place": self.identity}, "", bearer)
        if given is None:
            return
        holder = {"Authorization": f"Bearer {given['token']}"}
        for comment in self._random.sample(self._shown, min(3, len(self._shown))):
            await self._ask(f"/{self.identity}/comments/{comment}/support", {}, "supported", holder)

    async def _ask(
        self, path: str, body: dict[str, Any], counts: str, headers: dict[str, str] | None = None
    ) -> dict[str, Any] | None:
        return await self._calls.ask("POST", f"/v1/debates{path}", body, counts, headers, "debate")


Times = tuple[str, str, str]
"""When a debate is opened, shortly before when the last people comment, and its end."""


class Debates:
    """Both debates of the demonstration: one is decided in its course, one is still talked over at its end."""

    def __init__(
        self,
        calls: Calls,
        until: Callable[[datetime], Awaitable[None]],
        code_of: Callable[[str], str],
        seed: int,
    ) -> None:
        self._decided = Debate(calls, until, code_of, seed, BICYCLES)
        self._open = Debate(calls, until, code_of, seed + 1, SQUARES)

    def lives(self, share: float, first: Times, second: Times) -> list[Coroutine[Any, Any, None]]:
        """What happens in both; `share` of the people of a month of the report's size."""
        people, supporters = max(4, round(PEOPLE * share)), max(1, round(SUPPORTERS * share))

        async def whole() -> None:
            await self._decided.live(*_instants(first), people, supporters)
            await self._decided.close(datetime.fromisoformat(first[2]))

        return [whole(), self._open.live(*_instants(second), max(3, people // 3), supporters)]


def _instants(times: Times) -> tuple[datetime, datetime, datetime]:
    """The last tenth is left free: a machine under load must not bring comments too late."""
    opened, until, ends = map(datetime.fromisoformat, times)
    return opened, opened + (until - opened) * 0.9, ends
