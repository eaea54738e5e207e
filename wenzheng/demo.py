"""A month of real life: a June shaped like the city's own report of 2011, lived by the running system.

1373 posts are received and 1352 answered; 1000 are rated, 958 of them satisfied. Departments accept,
ask, extend, give back and miss deadlines; citizens answer, rate and reopen.
"""

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2

from chassis.clock import SegmentClock, add_segment
from chassis.tokens import Staff, sign
from city.profile import Profile
from wenzheng.posts_file import real_or_sample
from wenzheng.stack.home import Home

RECEIVED, REPLIED, RATED, SATISFIED = 1373, 1352, 1000, 958
START = "2011-06-01T08:00:00+08:00"
LAST_POST = "2011-06-30T20:00:00+08:00"
CUT_OFF = "2011-07-12T18:00:00+08:00"
SPEED = 30_000.0
"""City seconds per real second: forty-one days in two minutes."""

ENTERED = ("telephone", "telephone", "counter", "letter")
"""By which way those posts came that staff wrote down: one in twelve."""
FATES = (
    ("adopted", "建议合理,已列入今年的工作计划。"),
    ("partly", "先在条件成熟的路段试行,其余待论证。"),
    ("declined", "现行规定不允许,已向上级反映。"),
)
"""What units decide of suggestions, in turn."""


@dataclass
class Tally:
    """What happened, for the summary."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class Month:
    """Drives the month over the public interfaces only."""

    def __init__(self, home: Home, services: dict[str, str], profile: Profile, seed: int = 2011) -> None:
        self._home = home
        self._services = services
        self._profile = profile
        self._random = random.Random(seed)
        self._clock = SegmentClock(home.clock, profile.zone)
        self._key = home.secret_file("token-private.pem").read_bytes()
        self._tokens: dict[tuple[str, str, str], str] = {}
        self._at_once = asyncio.Semaphore(24)
        self.tally = Tally()
        self._http: httpx2.AsyncClient

    async def live(self, say: Callable[[str], None], posts: int = RECEIVED) -> None:
        """The whole month, to the cut-off; then city time runs at normal speed."""
        bodies = real_or_sample()
        start, last = datetime.fromisoformat(START), datetime.fromisoformat(LAST_POST)
        share = posts / RECEIVED
        answered, rated, satisfied = (round(n * share) for n in (REPLIED, RATED, SATISFIED))
        limits = httpx2.Limits(max_connections=48, max_keepalive_connections=48)
        async with httpx2.AsyncClient(timeout=60, limits=limits) as self._http:
            lives = []
            for n in range(posts):
                at = start + (last - start) * (n + self._random.random()) / posts
                body = bodies[n % len(bodies)]
                grade = 0
                if n < rated:
                    grade = (
                        self._random.choice((4, 5, 5)) if n < satisfied else self._random.choice((1, 2, 3))
                    )
                lives.append(self._post(at, body, n < answered, grade, n))
            self._random.shuffle(lives)
            watching = asyncio.create_task(self._watch(say))
            await asyncio.gather(*lives)
            await self._until(datetime.fromisoformat(CUT_OFF))
            watching.cancel()
            add_segment(self._home.clock, self._clock.now(), 1.0)

    async def _watch(self, say: Callable[[str], None]) -> None:
        while True:
            counts = self.tally.counts
            say(
                f"{self._clock.now():%Y-%m-%d %H:%M}  受理 {counts['received']}  回复 {counts['replied']}  "
                f"延期 {counts['extended']}  评价 {counts['rated']}  重办 {counts['reopened']}"
            )
            await asyncio.sleep(2)

    # -- one post's life ------------------------------------------------------------------------

    async def _post(self, at: datetime, body: dict[str, Any], answered: bool, grade: int, n: int) -> None:
        await self._until(at)
        if body["kind"] == "mailbox" and self._profile.leaders:
            body = body | {"addressee": self._profile.leaders[n % len(self._profile.leaders)].code}
        receipt = await self._received(body, n)
        if receipt is None:
            return
        number, code = receipt["number"], receipt["query_code"]
        unit = await self._unit(number)
        if unit is None or not answered:
            return
        time_of = self._profile.working_time
        chance = self._random.random()
        accepted = time_of.add_minutes(at, self._random.randint(30, 300))
        await self._until(accepted)
        if chance < 0.02:
            unit = await self._give_back(number, unit) or unit
        await self._staff("clerk", unit, number, "acceptance", {}, "accepted")
        due = time_of.due(at).at
        if 0.02 <= chance < 0.07:
            await self._staff("clerk", unit, number, "questions", {"text": "请补充具体地点和时间。"}, "asked")
            await self._until(time_of.add_minutes(accepted, self._random.randint(60, 400)))
            await self._citizen(number, code, "answers", {"text": "就在小区门口，昨天晚上。"}, "answered")
        elif 0.07 <= chance < 0.12:
            date = time_of.add_days(due, 2).date().isoformat()
            extension = {"reason": "需要现场核实并采购材料", "new_date": date, "progress": "已派人到现场"}
            asked = await self._staff("clerk", unit, number, "extensions", extension, "")
            if asked is not None:
                path = f"extensions/{asked['extension_id']}/approval"
                await self._staff("leader", unit, number, path, {}, "extended")
                due = time_of.add_days(due, 2)
        late = chance > 0.97
        minutes = time_of.minutes_between(accepted, due)
        if late:
            reply_at = time_of.add_minutes(due, self._random.randint(60, 900))
        else:
            reply_at = time_of.add_minutes(accepted, max(5, round(minutes * self._random.uniform(0.1, 0.85))))
        await self._until(reply_at)
        if not await self._reply(number, unit, n, 1, bool(body.get("addressee"))):
            return
        if grade:
            await self._until(self._clock.now() + timedelta(hours=self._random.randint(2, 40)))
            await self._citizen(number, code, "ratings", {"grade": grade}, "rated")
            if grade == 1:
                reopened = await self._citizen(
                    number, code, "reopenings", {"reason": "问题没有解决"}, "reopened"
                )
                if reopened is not None:
                    await self._staff("clerk", unit, number, "acceptance", {}, "")
                    await self._reply(number, unit, n, 2, bool(body.get("addressee")))
        if body["kind"] == "suggestion":
            await self._decide(number, unit, n)

    async def _received(self, body: dict[str, Any], n: int) -> dict[str, Any] | None:
        """The receipt of a post: sent by its author, or written down for whoever calls, comes or writes."""
        if n % 12 == 5:
            entered = body | {"contact": None, "origin": ENTERED[n // 12 % len(ENTERED)]}
            clerk = self._bearer("supervisor", "supervision")
            return await self._call("POST", "/v1/cases", entered, "received", clerk)
        contact = {"phone": f"138{n:08d}"} if n % 3 else {"openid": f"oDemo{n:07d}abcdEFGH{n:08d}"[:28]}
        return await self._call("POST", "/v1/posts", body | {"contact": contact}, "received")

    async def _decide(self, number: str, unit: str, n: int) -> None:
        """What becomes of a suggestion; half of what was adopted is done a few working days later."""
        outcome, reason = FATES[n % len(FATES)]
        decided = {"outcome": outcome, "reason": reason}
        if await self._staff("leader", unit, number, "adoption", decided, "decided") is None:
            return
        if outcome == "declined" or n % 2:
            return
        await self._until(self._profile.working_time.add_days(self._clock.now(), 3))
        done = {"text": "已按建议完成第一批整改。", "done_on": self._clock.now().date().isoformat()}
        await self._staff("clerk", unit, number, "follow-throughs", done, "followed through")

    async def _reply(self, number: str, unit: str, n: int, handling: int, letter: bool = False) -> bool:
        text = "您好，您反映的问题我们已经核实处理，感谢您的关注与支持。"
        draft = await self._staff("clerk", unit, number, "replies", {"text": text}, "", f"{unit}-{handling}")
        if draft is None:
            return False
        if n % 25 == 0:
            remark = {"remark": "请写明处理结果和完成时间。"}
            await self._staff(
                "leader", unit, number, f"replies/{draft['reply_id']}/return", remark, "sent back"
            )
            draft = await self._staff(
                "clerk", unit, number, "replies", {"text": text}, "", f"{unit}-{handling}"
            )
            if draft is None:
                return False
        reply = f"replies/{draft['reply_id']}"
        if not letter:
            return await self._staff("leader", unit, number, f"{reply}/approval", {}, "replied") is not None
        await self._staff("leader", unit, number, f"{reply}/approval", {}, "to sign")
        office = "supervision"
        if n % 2:
            given = {"text": "请承办单位一周内办结,并把结果告诉来信人。", "published": True}
            await self._staff("mayor", office, number, "instructions", given, "instructed")
        return await self._staff("mayor", office, number, f"{reply}/signature", {}, "replied") is not None

    async def _unit(self, number: str) -> str | None:
        """The unit the router found; a post that it holds is given by the supervisor to the likeliest one."""
        for attempt in range(200):
            await asyncio.sleep(0.3)
            case = await self._call("GET", f"/v1/posts/{number}", None, "")
            if case is not None and case["department"]:
                return str(case["department"])
            if attempt % 4 == 3:
                await self._choose(number)
        return None

    async def _choose(self, number: str) -> None:
        """The supervisor decides where the router was not sure, and leaves alone what it has not decided yet."""
        case = await self._call(
            "GET", f"/v1/cases/{number}", None, "", self._bearer("supervisor", "supervision")
        )
        if case is None or not case["held"]:
            return
        candidates = [candidate["department"] for candidate in case["candidates"]]
        unit = (candidates or [self._random.choice(self._profile.departments).code])[0]
        body = {"department": unit, "reason": "按职责交办"}
        await self._staff("supervisor", "supervision", number, "assignment", body, "chosen")

    async def _give_back(self, number: str, unit: str) -> str | None:
        others = [duty for duty in self._profile.duties if duty.department != unit]
        if not others:
            return None
        duty = self._random.choice(others)
        body = {"duty_item": duty.code, "reason": "不属于本单位职责"}
        if await self._staff("clerk", unit, number, "returns", body, "returned") is None:
            return None
        for _ in range(30):
            await asyncio.sleep(0.3)
            case = await self._call("GET", f"/v1/posts/{number}", None, "")
            if case is not None and case["department"] not in ("", unit):
                return str(case["department"])
        return None

    # -- calls ----------------------------------------------------------------------------------

    async def _until(self, instant: datetime) -> None:
        while (left := (instant - self._clock.now()).total_seconds()) > 0:
            await asyncio.sleep(max(0.01, min(5.0, left / max(1.0, self._clock.speed()))))

    async def _staff(
        self,
        role: str,
        unit: str,
        number: str,
        path: str,
        body: dict[str, Any],
        counts: str,
        person: str = "",
    ) -> dict[str, Any] | None:
        return await self._call(
            "POST", f"/v1/cases/{number}/{path}", body, counts, self._bearer(role, unit, person)
        )

    def _bearer(self, role: str, unit: str, person: str = "") -> dict[str, str]:
        """The header of somebody of a unit; signed once."""
        place = (person or f"{role}-{unit}", unit, role)
        if place not in self._tokens:
            self._tokens[place] = sign(self._key, Staff(*place), 4 * 3600)
        return {"Authorization": f"Bearer {self._tokens[place]}"}

    async def _citizen(
        self, number: str, code: str, path: str, body: dict[str, Any], counts: str
    ) -> dict[str, Any] | None:
        return await self._call("POST", f"/v1/posts/{number}/{path}", body, counts, {"X-Query-Code": code})

    async def _call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        counts: str,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any] | None:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        until = time.monotonic() + 60
        while True:
            try:
                async with self._at_once:
                    response = await self._http.request(
                        method,
                        f"{self._services['intake']}{path}",
                        json=body,
                        headers={**(headers or {}), **key},
                    )
            except httpx2.HTTPError:
                response = None
            if response is not None and response.status_code < 500:
                break
            if time.monotonic() > until:
                self.tally.refused["no answer"] += 1
                return None
            await asyncio.sleep(0.5)
        if response.status_code >= 400:
            self.tally.refused[
                f"{response.status_code} {path.split('/')[-1]} {response.json().get('title')}"
            ] += 1
            return None
        if counts:
            self.tally.counts[counts] += 1
        found: dict[str, Any] = response.json()
        return found
