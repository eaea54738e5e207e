"""A debate on the real stack: its service is killed while people comment, and everybody is heard once."""

import asyncio
import signal
import time
from typing import Any

import httpx2
import pytest

from contracts.identity import derived
from services.debate.web import examples
from tests.patience import PATIENCE
from tests.stack import Stack

pytestmark = pytest.mark.real


async def taken(
    http: httpx2.AsyncClient, path: str, body: dict[str, Any], headers: dict[str, str] | None = None
) -> dict[str, Any]:
    """What is answered once somebody is there to answer; the key makes it safe to ask again."""
    key = {"Idempotency-Key": derived(f"{path}{body}", "key")}
    end = time.monotonic() + PATIENCE
    while True:
        try:
            answer = await http.post(f"/v1/debates{path}", json=body, headers=key | (headers or {}))
        except httpx2.HTTPError:
            answer = None
        if answer is not None and answer.status_code != 503:
            assert answer.status_code == 202, answer.text
            found: dict[str, Any] = answer.json()
            return found
        assert time.monotonic() < end, "nobody answers"
        await asyncio.sleep(0.2)


async def test_a_debate_whose_service_is_killed_while_people_comment_hears_everybody_once(
    stack: Stack,
) -> None:
    supervisor = stack.token("s1", "supervision", "supervisor")
    async with httpx2.AsyncClient(base_url=stack.address("debate"), timeout=PATIENCE) as http:
        debate = (await taken(http, "", examples.DRAFT, supervisor))["id"]
        await taken(http, f"/{debate}/publication", {}, supervisor)

        async def heard(n: int) -> None:
            said = {"text": f"第{n}条", "phone": f"139000{n // 2:05d}"}
            comment = (await taken(http, f"/{debate}/comments", said))["id"]
            path = f"/{debate}/comments/{comment}/moderation"
            await taken(http, path, {"action": "release"}, supervisor)

        talking = [asyncio.create_task(heard(n)) for n in range(24)]
        await asyncio.wait(talking, return_when=asyncio.FIRST_COMPLETED)
        assert stack.signal("debate", signal.SIGKILL)
        await asyncio.gather(*talking)
        await taken(http, f"/{debate}/closing", examples.CLOSING, supervisor)

        figures = (await http.get(f"/v1/debates/{debate}")).json()["figures"]
        assert (figures["people"], figures["comments"]) == (12, 24)


async def test_a_change_of_the_policy_reaches_debates_that_run_and_those_that_start(stack: Stack) -> None:
    supervisor = stack.token("s1", "supervision", "supervisor")
    operator = stack.token("o1", "supervision", "operator")
    async with (
        httpx2.AsyncClient(base_url=stack.address("debate"), timeout=PATIENCE) as http,
        httpx2.AsyncClient(base_url=stack.address("intake"), timeout=PATIENCE) as intake,
    ):
        debate = (await taken(http, "", {**examples.DRAFT, "title": "政策变动之后"}, supervisor))["id"]
        await taken(http, f"/{debate}/publication", {}, supervisor)
        changed = await intake.post(
            "/v1/city/policy",
            json={"part": {"debates": {"a_person": 1}}, "reason": "试行"},
            headers={"Idempotency-Key": derived("policy", "key")} | operator,
        )
        assert changed.status_code == 202, changed.text

        async def second(phone: str) -> int:
            """What is answered to somebody's second comment."""
            path = f"/v1/debates/{debate}/comments"
            for n in range(2):
                key = {"Idempotency-Key": derived(f"{phone}{n}", "key")}
                answer = await http.post(path, json={"text": f"第{n}条", "phone": phone}, headers=key)
            return answer.status_code

        async def in_force(first: int) -> None:
            """As soon as the policy is known, nobody's second comment is taken."""
            async with asyncio.timeout(PATIENCE):
                for n in range(first, first + 400):
                    try:
                        if await second(f"1370000{n:04d}") == 409:
                            return
                    except httpx2.HTTPError:
                        pass
                    await asyncio.sleep(0.2)

        await in_force(0)
        assert stack.signal("debate", signal.SIGKILL)
        await in_force(1000)
