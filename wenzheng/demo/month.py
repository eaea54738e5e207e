"""A month of real life: a June shaped like the city's own report of 2011, lived by the running system.

1373 posts are received and 1352 answered; 1000 are rated, 958 of them satisfied. Departments accept,
ask, extend, give back and miss deadlines; citizens answer, rate and reopen. It ends in July, late in the morning of a
working day with posts of its own, and from there the city goes on at a gentle pace.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from chassis.clock import SegmentClock, read_segments
from city.profile import Profile
from wenzheng.demo.calls import Calls
from wenzheng.demo.debate import Debates
from wenzheng.demo.dialogue import dialogues
from wenzheng.demo.dispatch import Dispatch
from wenzheng.demo.pictures import Scene, scene_of
from wenzheng.demo.replies import FATES, asked_back, first_word, rating, reply
from wenzheng.demo.survey import BUSES, PARKS, Survey
from wenzheng.demo.warp import Leg, Warp
from wenzheng.posts_file import SAMPLE, read_posts

RECEIVED, REPLIED, RATED, SATISFIED = 1373, 1352, 1000, 958
PEOPLE = 60
"""Who take a token for the first survey; the second one, which is young, has a third of them."""
START = "2011-06-01T08:00:00+08:00"
LAST_POST = "2011-06-30T20:00:00+08:00"
JULY = "2011-07-07T08:00:00+08:00"
"""When the posts of the days after the report begin: nearly all of June's are answered by then."""
LAST_POSTS = 150
"""So many of them, in a month of the report's size."""
DAY_BEFORE = "2011-07-12T08:00:00+08:00"
ENDS = "2011-07-13T10:30:00+08:00"
"""A Wednesday, late in the morning."""
SPEED = 30_000.0
"""City seconds per real second where the machine can follow: forty-two days in two minutes."""
OPEN_UNTIL = "2011-07-20T18:00:00+08:00"
"""The end of the survey and of the debate that are open when the demonstration is."""
SEASON = "summer"
LAST_SPEED = 6_000.0
"""In the last two days, whose answers must not be late because the machine is."""
PAUSE_SECONDS = 20.0
"""Real seconds from one post to the next when the month is over, on an average."""

ENTERED = ("telephone", "telephone", "counter", "letter")
"""By which way those posts came that staff wrote down: one in twelve."""
TALK, OF_TALK = 200, 20
"""While TALK posts come one matter is talked of, in one of OF_TALK of them: enough to be found as a topic."""


def _spread(some: int, posts: int) -> frozenset[int]:
    """The places of some among all posts, evenly spread: half of those that nobody answers are debates."""
    return frozenset((2 * n + 1) * posts // (2 * some) for n in range(some))


def _which(n: int, sample: int) -> int:
    """The place in the sample of the post that comes as number n."""
    return n // TALK % sample if n % OF_TALK == 0 else n % sample


def _between(first: str, last: str, share: float) -> datetime:
    """The instant after a share of the time between two."""
    start = datetime.fromisoformat(first)
    return start + (datetime.fromisoformat(last) - start) * share


class Month:
    """Drives the month over the public interfaces only."""

    def __init__(
        self,
        calls: Calls,
        clock: Path,
        profile: Profile,
        code_of: Callable[[str], str],
        seed: int = 2011,
    ) -> None:
        """`clock` is the stack's file of city time; `code_of` is the newest code on somebody's telephone, or nothing."""
        self._calls = calls
        self._profile = profile
        self._random = random.Random(seed)
        self._clock = SegmentClock(clock, profile.zone)
        days = Leg(datetime.fromisoformat(DAY_BEFORE), SPEED), Leg(datetime.fromisoformat(ENDS), LAST_SPEED)
        self._warp = Warp(clock, read_segments(clock, profile.zone), days, calls.waited)
        self._dispatch = Dispatch(calls, profile, self._random)
        self.counted = Survey(calls, self._until, seed, BUSES)
        """Its result is published when the month is over."""
        self.open = Survey(calls, self._until, seed + 1, PARKS)
        """Anyone may still answer it then."""
        self._talks = Debates(calls, self._until, code_of, seed)
        self._bodies: list[dict[str, Any]] = []
        self._debates: list[dict[str, Any]] = []
        self._acting = asyncio.Event()
        self._later: set[asyncio.Task[None]] = set()
        """Lives that last beyond the month."""

    async def live(self, say: Callable[[str], None], posts: int = RECEIVED) -> None:
        """The whole month, and on to the morning on which it is told; then city time runs at normal speed.

        Who still has something to do waits for `go_on`, so that figures and audit meet a city that stands still.
        """
        sample = [line for line in read_posts(SAMPLE) if line.season in ("", SEASON)]
        bodies = [line.body for line in sample if line.body is not None]
        self._bodies = [body for body in bodies if self._asks(body)]
        self._debates = [body for body in bodies if not self._asks(body)]
        share = posts / RECEIVED
        last = round(LAST_POSTS * share)
        talks = self._talks.lives(share, (START, LAST_POST, LAST_POST), (JULY, ENDS, OPEN_UNTIL))
        talks += dialogues(self._calls, self._until)
        self._acting.set()
        watching = asyncio.create_task(self._watch(say))
        for n in range(last):
            at = _between(JULY, ENDS, (n + self._random.random()) / last)
            self._live_on(self._post(at, self._body(posts + n), True, 0, posts + n))
        await asyncio.gather(self._warp.run(), *self._june(posts, share), *self._surveys(share), *talks)
        self._acting.clear()
        watching.cancel()

    async def go_on(self) -> None:
        """Until it is cancelled: a post now and then, taken up and answered within minutes of working time."""
        self._acting.set()
        n = 2 * RECEIVED
        while True:
            self._live_on(self._soon(self._body(n), n))
            n += 1
            await asyncio.sleep(PAUSE_SECONDS * self._random.uniform(0.5, 1.5))

    def _live_on(self, life: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(life)
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    def _body(self, n: int) -> dict[str, Any]:
        return self._bodies[_which(n, len(self._bodies))]

    def _surveys(self, share: float) -> list[Coroutine[Any, Any, None]]:
        """The lives of both surveys. The last days of the first are left free of answers: a machine under load must
        not bring them too late."""
        people = max(6, round(PEOPLE * share))
        ends, later = datetime.fromisoformat(LAST_POST), datetime.fromisoformat(OPEN_UNTIL)

        async def whole() -> None:
            await self.counted.live(
                datetime.fromisoformat(START), _between(START, LAST_POST, 0.9), ends, people
            )
            await self.counted.count(ends)

        began = datetime.fromisoformat(JULY)
        return [whole(), self.open.live(began, datetime.fromisoformat(ENDS), later, max(3, people // 3))]

    def _june(self, posts: int, share: float) -> list[Coroutine[Any, Any, None]]:
        """The lives of the posts of the month that is reported."""
        answered, rated, satisfied = (round(n * share) for n in (REPLIED, RATED, SATISFIED))
        debated = _spread((posts - answered) // 2, posts)
        lives: list[Coroutine[Any, Any, None]] = []
        n = 0
        for place in range(posts):
            at = _between(START, LAST_POST, (place + self._random.random()) / posts)
            if place in debated:
                lives.append(self._debate(at, self._debates[place % len(self._debates)]))
                continue
            grade = 0
            if n < rated:
                grade = self._random.choice((4, 5, 5)) if n < satisfied else self._random.choice((1, 2, 3))
            lives.append(self._post(at, self._body(n), n < answered, grade, n))
            n += 1
        self._random.shuffle(lives)
        return lives

    async def _watch(self, say: Callable[[str], None]) -> None:
        while True:
            counts = self._calls.tally.counts
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

    async def _soon(self, body: dict[str, Any], n: int) -> None:
        """A post that a visitor can follow from its coming to its answer."""
        receipt = await self._received(body, n)
        unit = await self._dispatch.unit(receipt["number"]) if receipt is not None else None
        if receipt is None or unit is None:
            return
        number, time_of = receipt["number"], self._profile.working_time
        await self._until(time_of.add_minutes(self._clock.now(), self._random.randint(1, 3)))
        await self._staff("clerk", unit, number, "acceptance", {}, "accepted")
        await self._until(time_of.add_minutes(self._clock.now(), self._random.randint(2, 8)))
        await self._reply(number, unit, n, 1, body)

    async def _post(self, at: datetime, body: dict[str, Any], answered: bool, grade: int, n: int) -> None:
        await self._until(at)
        if body["kind"] == "mailbox" and self._profile.leaders:
            body = body | {"addressee": self._profile.leaders[n % len(self._profile.leaders)].code}
        receipt = await self._received(body, n)
        if receipt is None:
            return
        number, code = receipt["number"], receipt["query_code"]
        unit = await self._dispatch.unit(number)
        if unit is None or not answered:
            return
        time_of = self._profile.working_time
        chance = self._random.random()
        accepted = time_of.add_minutes(at, self._random.randint(30, 300))
        await self._until(accepted)
        if chance < 0.02:
            unit = await self._dispatch.give_back(number, unit) or unit
        await self._staff("clerk", unit, number, "acceptance", {}, "accepted")
        if n % 3 == 0:
            await self._staff("clerk", unit, number, "first-words", {"text": first_word(body["kind"], n)}, "")
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
            await self._citizen(number, code, "ratings", rating(grade, n), "rated")
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
        if scene := scene_of(body["title"]):
            return await self._pictured(body, n, scene)
        contact = {"phone": f"138{n:08d}"} if n % 3 else {"openid": f"oDemo{n:07d}abcdEFGH{n:08d}"[:28]}
        return await self._calls.ask("POST", "/v1/posts", body | {"contact": contact}, "received")

    async def _pictured(self, body: dict[str, Any], n: int, scene: Scene) -> dict[str, Any] | None:
        """The receipt of a post with a picture, which a moderator has looked at."""
        pictured = body | {
            "attachments": await self._given(scene, done=False),
            "contact": {"phone": f"138{n:08d}"},
        }
        receipt = await self._calls.ask("POST", "/v1/posts", pictured, "received")
        if receipt is not None:
            judged = {"action": "release", "reason": "照片可以公开"}
            await self._staff("supervisor", "supervision", receipt["number"], "moderation", judged, "")
        return receipt

    async def _given(self, scene: Scene, done: bool) -> list[str]:
        """The tickets of the picture of a post, or of the work that was done on it."""
        ticket = await self._calls.give(scene(done))
        return [ticket] if ticket else []

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
        said: dict[str, Any] = {"text": reply(body, unit, name, self._clock.now().date(), n, handling > 1)}
        if scene := scene_of(body["title"]):
            said["attachments"] = await self._given(scene, done=True)
        draft = await self._staff("clerk", unit, number, "replies", said, "", f"{unit}-{handling}")
        if draft is None:
            return False
        if n % 25 == 0:
            remark = {"remark": "请写明处理结果和完成时间。"}
            await self._staff(
                "leader", unit, number, f"replies/{draft['reply_id']}/return", remark, "sent back"
            )
            draft = await self._staff("clerk", unit, number, "replies", said, "", f"{unit}-{handling}")
            if draft is None:
                return False
        path = f"replies/{draft['reply_id']}"
        if not letter:
            return await self._staff("leader", unit, number, f"{path}/approval", {}, "replied") is not None
        await self._staff("leader", unit, number, f"{path}/approval", {}, "to sign")
        office = "supervision"
        if n % 2:
            given = {"text": "请承办单位一周内办结,并把结果告诉来信人。", "published": True}
            if await self._staff("mayor", office, number, "instructions", given, "instructed"):
                await self._follow(number, unit, n)
        return await self._staff("mayor", office, number, f"{path}/signature", {}, "replied") is not None

    async def _follow(self, number: str, unit: str, n: int) -> None:
        """The unit follows the leader's instruction: one in four it forgets, every second report is accepted."""
        supervisor = self._calls.bearer("supervisor", "supervision")
        case = await self._calls.ask("GET", f"/v1/cases/{number}", None, "", supervisor)
        if case is None or n % 8 == 3:
            return
        path = f"instructions/{case['instructions_given'][-1]['instruction_id']}"
        await self._staff("clerk", unit, number, f"{path}/reading", {}, "")
        report = {"text": "已按批示要求办结,结果已告知来信人。"}
        await self._staff("leader", unit, number, f"{path}/reports", report, "reported")
        if n % 4 == 1:
            await self._staff("mayor", "supervision", number, f"{path}/acceptance", {}, "")

    # -- calls ----------------------------------------------------------------------------------

    async def _until(self, instant: datetime) -> None:
        while (left := (instant - self._clock.now()).total_seconds()) > 0:
            await asyncio.sleep(max(0.02, min(5.0, left / self._warp.fastest())))
        await self._acting.wait()

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
