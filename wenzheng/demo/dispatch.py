"""Who answers a post of the demonstration: the router's unit, the supervisor's where it was not sure, another after a return."""

import asyncio
import random

from city.profile import Profile
from wenzheng.demo.calls import Calls


class Dispatch:
    """Waits for units, as those do who look at a page again and again."""

    def __init__(self, calls: Calls, profile: Profile, chance: random.Random) -> None:
        self._calls = calls
        self._profile = profile
        self._random = chance
        self._supervisor = calls.bearer("supervisor", "supervision")

    async def unit(self, number: str) -> str | None:
        """The unit the router found; a post that it holds is given by the supervisor to the likeliest one."""
        with self._calls.waiting():
            for attempt in range(600):
                await asyncio.sleep(0.3)
                case = await self._calls.ask("GET", f"/v1/posts/{number}", None, "")
                if case is not None and case["department"]:
                    return str(case["department"])
                if attempt % 4 == 3:
                    await self._choose(number)
        return None

    async def give_back(self, number: str, unit: str) -> str | None:
        """The unit that has the post after this one said that it is not theirs; None where nobody took it."""
        others = [duty for duty in self._profile.duties if duty.department != unit]
        if not others:
            return None
        body = {"duty_item": self._random.choice(others).code, "reason": "不属于本单位职责"}
        clerk = self._calls.bearer("clerk", unit)
        if await self._calls.ask("POST", f"/v1/cases/{number}/returns", body, "returned", clerk) is None:
            return None
        # A return that is refused leaves the post where it is: that is not waited for as long as a machine may be slow.
        with self._calls.waiting():
            for _ in range(30):
                await asyncio.sleep(0.3)
                case = await self._calls.ask("GET", f"/v1/posts/{number}", None, "")
                if case is not None and case["department"] not in ("", unit):
                    return str(case["department"])
        return None

    async def _choose(self, number: str) -> None:
        """The supervisor decides where the router was not sure, and leaves alone what it has not decided yet."""
        case = await self._calls.ask("GET", f"/v1/cases/{number}", None, "", self._supervisor)
        if case is None or not case["held"]:
            return
        candidates = [candidate["department"] for candidate in case["candidates"]]
        unit = (candidates or [self._random.choice(self._profile.departments).code])[0]
        body = {"department": unit, "reason": "按职责交办"}
        await self._calls.ask("POST", f"/v1/cases/{number}/assignment", body, "chosen", self._supervisor)
