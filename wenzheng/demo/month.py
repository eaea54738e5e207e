"""A month of real life: a June shaped like the city's own report of 2011, lived by the running system.

1373 posts are received and 1352 answered; 1000 are rated, 958 of them satisfied. Departments accept,
ask, extend, give back and miss deadlines; citizens answer, rate and reopen.
"""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx2

from chassis.clock import SegmentClock, add_segment
from city.profile import Profile
from wenzheng.demo.calls import Calls, Tally
from wenzheng.demo.replies import asked_back, reply
from wenzheng.demo.survey import PEOPLE, Survey
from wenzheng.posts_file import SAMPLE, read_posts
from wenzheng.stack.home import Home

RECEIVED, REPLIED, RATED, SATISFIED = 1373, 1352, 1000, 958
START = "2011-06-01T08:00:00+08:00"
LAST_POST = "2011-06-30T20:00:00+08:00"
CUT_OFF = "2011-07-12T18:00:00+08:00"
SPEED = 30_000.0
"""City seconds per real second: forty-one days in two minutes."""

ENTERED = ("telephone", "telephone", "counter", "letter")
"""By which way those posts came that staff wrote down: one in twelve."""
TALK, OF_TALK = 200, 20
"""While so many posts come one matter is talked of, in one of so many of them: enough to be found as a topic."""
FATES = (
    ("adopted", "建议合理,已列入今年的工作计划。"),
    ("partly", "先在条件成熟的路段试行,其余待论证。"),
    ("declined", "现行规定不允许,已向上级反映。"),
)
"""What units decide of suggestions, in turn."""


def _spread(some: int, posts: int) -> frozenset[int]:
    """The places of some among all posts, evenly spread: half of those that nobody answers are debates."""
    return frozenset((2 * n + 1) * posts // (2 * some) for n in range(some))


def _which(n: int, sample: int) -> int:
    """The place in the sample of the post that comes as number n."""
    return n // TALK % sample if n % OF_TALK == 0 else n % sample


class Month:
    """Drives the month over the public interfaces only."""

    def __init__(self, home: Home, services: dict[str, str], profile: Profile, seed: int = 2011) -> None:
        self._home = home
        self._services = services
        self._profile = profile
        self._random = random.Random(seed)
        self._clock = SegmentClock(home.clock, profile.zone)
        self._seed = seed
        self.tally = Tally()
        self.survey = ""
        """The id of the survey, when the month is over."""
        self._calls: Calls

    async def live(self, say: Callable[[str], None], posts: int = RECEIVED) -> None:
        """The whole month, to the cut-off; then city time runs at normal speed."""
        sample = [line.body for line in read_posts(SAMPLE) if line.body is not None]
        bodies = [body for body in sample if self._asks(body)]
        debates = [body for body in sample if not self._asks(body)]
        start, last = datetime.fromisoformat(START), datetime.fromisoformat(LAST_POST)
        share = posts / RECEIVED
        answered, rated, satisfied = (round(n * share) for n in (REPLIED, RATED, SATISFIED))
        limits = httpx2.Limits(max_connections=48, max_keepalive_connections=48)
        async with httpx2.AsyncClient(timeout=60, limits=limits) as http:
            key = self._home.secret_file("token-private.pem").read_bytes()
            self._calls = Calls(http, self._services, key, self.tally)
            people = max(6, round(PEOPLE * share))
            survey = Survey(self._calls, self._until, self._seed)
            lives = [survey.live(start, last, people)]
            debated = _spread((posts - answered) // 2, posts)
            n = 0
            for place in range(posts):
                at = start + (last - start) * (place + self._random.random()) / posts
                if place in debated:
                    lives.append(self._debate(at, debates[place % len(debates)]))
                    continue
                grade = 0
                if n < rated:
                    grade = (
                        self._random.choice((4, 5, 5)) if n < satisfied else self._random.choice((1, 2, 3))
                    )
                lives.append(self._post(at, bodies[_which(n, len(bodies))], n < answered, grade, n))
                n += 1
            self._random.shuffle(lives)
            watching = asyncio.create_task(self._watch(say))
            await asyncio.gather(*lives)
            await self._until(datetime.fromisoformat(CUT_OFF))
            watching.cancel()
            self.survey = survey.identity
            add_segment(self._home.clock, self._clock.now(), 1.0)

    async def _watch(self, say: Callable[[str], None]) -> None:
        while True:
            counts = self.tally.counts
            say(
                f"{self._clock.now():%Y-%m-%d %H:%M}  受理 {counts['received']}  回复 {counts['replied']}  "
                f"延期 {counts['extended']}  评价 {counts['rated']}  重办 {counts['reopened']}"
            )
            await asyncio.sleep(2)

    def _asks(self, body: dict[str, Any]) -> bool:
        """Whether it asks a unit for an answer; a debate asks nobody."""
        return self._profile.policy.kind(body["kind"]).clock

    async def _debate(self, at: datetime, body: dict[str, Any]) -> None:
        """What people think of a matter of the city; a moderator lets all but one in eight be seen."""
        await self._until(at)
        receipt = await self._calls.ask("POST", "/v1/posts", body, "received")
        if receipt is None:
            return
        await self._until(self._profile.working_time.add_minutes(at, self._random.randint(10, 200)))
        if self._random.random() < 7 / 8:
            judged = {"action": "release", "reason": "符合发布规定"}
            await self._staff(
                "supervisor", "supervision", receipt["number"], "moderation", judged, "released"
            )

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
            question, answer = asked_back(body["kind"])
            await self._staff("clerk", unit, number, "questions", {"text": question}, "asked")
            await self._until(time_of.add_minutes(accepted, self._random.randint(60, 400)))
            await self._citizen(number, code, "answers", {"text": answer}, "answered")
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
        if not await self._reply(number, unit, n, 1, body):
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
                    await self._reply(number, unit, n, 2, body)
        if body["kind"] == "suggestion":
            await self._decide(number, unit, n)

    async def _received(self, body: dict[str, Any], n: int) -> dict[str, Any] | None:
        """The receipt of a post: sent by its author, or written down for whoever calls, comes or writes."""
        if n % 12 == 5:
            entered = body | {"contact": None, "origin": ENTERED[n // 12 % len(ENTERED)]}
            clerk = self._calls.bearer("supervisor", "supervision")
            return await self._calls.ask("POST", "/v1/cases", entered, "received", clerk)
        contact = {"phone": f"138{n:08d}"} if n % 3 else {"openid": f"oDemo{n:07d}abcdEFGH{n:08d}"[:28]}
        return await self._calls.ask("POST", "/v1/posts", body | {"contact": contact}, "received")

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

    async def _reply(self, number: str, unit: str, n: int, handling: int, body: dict[str, Any]) -> bool:
        name, letter = self._profile.department_name(unit), bool(body.get("addressee"))
        text = reply(body, unit, name, self._clock.now().date(), n, handling > 1)
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
        path = f"replies/{draft['reply_id']}"
        if not letter:
            return await self._staff("leader", unit, number, f"{path}/approval", {}, "replied") is not None
        await self._staff("leader", unit, number, f"{path}/approval", {}, "to sign")
        office = "supervision"
        if n % 2:
            given = {"text": "请承办单位一周内办结,并把结果告诉来信人。", "published": True}
            await self._staff("mayor", office, number, "instructions", given, "instructed")
        return await self._staff("mayor", office, number, f"{path}/signature", {}, "replied") is not None

    async def _unit(self, number: str) -> str | None:
        """The unit the router found; a post that it holds is given by the supervisor to the likeliest one."""
        for attempt in range(200):
            await asyncio.sleep(0.3)
            case = await self._calls.ask("GET", f"/v1/posts/{number}", None, "")
            if case is not None and case["department"]:
                return str(case["department"])
            if attempt % 4 == 3:
                await self._choose(number)
        return None

    async def _choose(self, number: str) -> None:
        """The supervisor decides where the router was not sure, and leaves alone what it has not decided yet."""
        case = await self._calls.ask(
            "GET", f"/v1/cases/{number}", None, "", self._calls.bearer("supervisor", "supervision")
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
            case = await self._calls.ask("GET", f"/v1/posts/{number}", None, "")
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
        return await self._calls.ask(
            "POST", f"/v1/cases/{number}/{path}", body, counts, self._calls.bearer(role, unit, person)
        )

    async def _citizen(
        self, number: str, code: str, path: str, body: dict[str, Any], counts: str
    ) -> dict[str, Any] | None:
        return await self._calls.ask(
            "POST", f"/v1/posts/{number}/{path}", body, counts, {"X-Query-Code": code}
        )
