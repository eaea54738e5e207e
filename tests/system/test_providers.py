"""Providers that are down, slow, lying or full, on the real stack, with notifier killed meanwhile: nothing lost, nothing twice.

Retries come a hundred times as fast as in life, so an hour without a provider is 36 seconds of them.
"""

import asyncio
import json
import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import asyncpg
import httpx2
import pytest

from tests.fronts.portal.person import Person
from tests.fronts.portal.staff.alone import PROFILE
from tests.fronts.portal.staff.office import SUPERVISION, Office
from tests.patience import PATIENCE
from tests.stack import Client, Stack, running
from wenzheng.stack.status import database

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.alone]

CLOCK: Final = "2026-03-02T09:05:00+08:00@60"
"""A minute is an hour, so that digests go out while the test lasts."""
BAD_DAYS: Final = {
    "down": "服务商暂时不可用",
    "slow": "没有应答,可能已送达",
    "lying": "可能已送达",
    "full": "已满",
}
"""Weather at every provider, and what the operator reads meanwhile of why a notice waits."""
HOUR: Final = 36.0


class Town:
    """Posts by people who gave one address or two, and the operator who looks at the outbox."""

    def __init__(self, stack: Stack, operator: Person) -> None:
        self.stack = stack
        self.operator = operator
        self.client = Client(stack)
        self._posted = 0

    async def turn(self, weather: str) -> None:
        """Every provider's; the longest answer is longer than anyone waits for."""
        async with httpx2.AsyncClient(base_url=self.stack.address("gateway"), timeout=PATIENCE) as http:
            body = {"weather": weather, "seconds": 12}
            (await http.post("/weather", json=body)).raise_for_status()

    async def post(self, count: int) -> None:
        for _ in range(count):
            self._posted += 1
            n = self._posted
            contact: dict[str, str] = [
                {"phone": f"139{n:08d}"},
                {"mail": f"person{n}@example.com"},
                {"phone": f"137{n:08d}", "mail": f"both{n}@example.com"},
            ][n % 3]
            await self.client.post(contact=contact)

    def outbox(self, state: str) -> dict[str, Any]:
        token = self.stack.token("o", SUPERVISION, "operator")
        address = f"{self.stack.address('notifier')}/v1/outbox?state={state}&limit=200"
        found: dict[str, Any] = httpx2.get(address, headers=token, timeout=PATIENCE).raise_for_status().json()
        return found

    def arrivals(self) -> list[dict[str, Any]]:
        path = self.stack.data / "gateway" / "arrivals.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def choose_digests(self) -> None:
        """The clerks of every unit are told once an hour, one unit's by mail, which they prove first."""
        for unit in PROFILE.departments:
            self._choose(unit.code, "robot")
        self._ask("urban-management", "addresses", {"channel": "mail", "address": "zhiban@suqian.gov.cn"})
        [code] = [row["text"] for row in self.arrivals() if row["recipient"] == "zhiban@suqian.gov.cn"]
        self._ask("urban-management", "proofs", {"code": code.partition("验证码 ")[2][:6]})
        self._choose("urban-management", "mail")

    def _choose(self, unit: str, channel: str) -> None:
        self._ask(unit, "choice", {"channel": channel, "pace": "hourly"})

    def _ask(self, unit: str, what: str, body: dict[str, Any]) -> None:
        address = f"{self.stack.address('notifier')}/v1/inbox/{what}"
        headers = self.stack.token("clerk", unit, "clerk")
        httpx2.post(address, json=body, headers=headers, timeout=PATIENCE).raise_for_status()


async def _until(found: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not await asyncio.to_thread(_asked, found):
        assert time.monotonic() < end, what
        await asyncio.sleep(0.5)


def _asked(found: Callable[[], bool]) -> bool:
    try:
        return found()
    except httpx2.HTTPError:
        return False  # whoever was killed is not back yet


async def test_providers_that_are_down_slow_lying_or_full_lose_nothing_and_nothing_comes_twice() -> None:
    with running(workers=2, clock=CLOCK, settings={"WENZHENG_RETRY_FIRST_SECONDS": "0.1"}) as stack:
        office = Office(stack)
        town = Town(stack, office.person("operator", SUPERVISION, "operator"))
        await asyncio.to_thread(town.choose_digests)
        for bad_day, said in BAD_DAYS.items():
            await town.turn(bad_day)
            began = time.monotonic()
            await town.post(9)

            def is_told(said: str = said) -> bool:
                return said in town.operator.open("/staff/outbox?state=waiting").text

            await _until(is_told, f"{bad_day}: {said}")
            # Whoever sends is killed on the way, and once the provider itself.
            stack.signal("notifier", signal.SIGKILL)
            await asyncio.sleep(2)
            stack.signal("notifier-2", signal.SIGKILL)
            if bad_day == "down":
                await asyncio.sleep(max(0.0, HOUR - (time.monotonic() - began)))
            await town.turn("fair")
            await town.post(3)
        stack.signal("gateway", signal.SIGKILL)
        await town.post(3)

        await _until(lambda: sum(town.outbox("waiting")["waiting"].values()) == 0, "something waits")
        await asyncio.to_thread(stack.quiet)

        assert town.client.failed == 0
        await _each_came_once(stack, town)
        found = stack.audit()
        assert found["violations"] == 0, [row for row in found["rows"] if row["violations"]]
        fourth = next(row for row in found["rows"] if row["invariant"] == "I4")
        assert fourth["checked"] > 2 * len(town.client.accepted)
        await _what_failed_goes_out_when_the_operator_says_so(town)
        assert stack.violated() == []
        await town.client.close()
        town.operator.http.close()
        office.close()


async def _each_came_once(stack: Stack, town: Town) -> None:
    """By receipts, each text message came once; whatever else came twice is known to be a repeat."""
    connection = await asyncpg.connect(database(stack.home, stack.home.read_state(), "notifier"))
    try:
        notices = await connection.fetch(
            "select id::text, channel, state, attempts, repeated from notifier.notice"
        )
        digests = await connection.fetch(
            "select id::text, channel, state, attempts, repeated, department, audience, hour from notifier.digest"
        )
    finally:
        await connection.close()
    came = Counter(notice for row in town.arrivals() for notice in row["notices"])
    texts = [row["id"] for row in notices if row["channel"] == "sms" and row["state"] == "sent"]
    assert texts
    assert {came[notice] for notice in texts} == {1}
    again = {row["id"] for row in [*notices, *digests] if row["repeated"] and row["attempts"] > 1}
    assert {notice for notice, times in came.items() if times > 1} <= again
    assert {row["state"] for row in digests} == {"sent"}
    # One for each hour in which somebody was told anything: how many hours pass, says the machine.
    assert len({(row["department"], row["audience"], row["hour"]) for row in digests}) == len(digests) > 0
    # Who has no other channel is told by the one there is, however long it was away.
    assert not [row for row in notices if row["channel"] == "mail" and row["state"] == "failed"]
    assert not [row for row in notices if row["channel"] == "robot" and row["state"] == "failed"]


async def _what_failed_goes_out_when_the_operator_says_so(town: Town) -> None:
    before = {notice["notice"] for notice in town.outbox("failed")["notices"]}
    async with httpx2.AsyncClient(base_url=town.stack.address("gateway"), timeout=PATIENCE) as http:
        await http.post("/script", json={"channel": "sms", "times": 1, "code": "isv.AMOUNT_NOT_ENOUGH"})
    await town.client.post(contact={"phone": "13600000001"})

    def failed() -> set[str]:
        found = town.outbox("failed")["notices"]
        return {notice["notice"] for notice in found if notice["reason"] == "isv.AMOUNT_NOT_ENOUGH"} - before

    await _until(lambda: bool(failed()), "nothing failed")
    [notice] = failed()
    page = town.operator.open("/staff/outbox?state=failed")
    assert "短信余额不足" in page.text
    form = {"form": [dict(page.form("/staff/outbox/resend").fields)["form"]], "chosen": [notice]}
    assert "已重新排队 1 条" in town.operator.post("/staff/outbox/resend", form).text

    def came() -> int:
        return sum(notice in row["notices"] for row in town.arrivals())

    await _until(lambda: came() > 0, "it did not come")
    assert came() == 1
