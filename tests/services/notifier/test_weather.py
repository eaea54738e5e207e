"""Bad days at the providers, in memory: what is said of them to the operator, and that the others are told meanwhile."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from chassis.clock import real_seconds
from services.notifier.channels import Delivery
from services.notifier.delivery import SLOW, SLOW_SECONDS, Providers
from services.notifier.gateway.script import FULL, Script
from services.notifier.outgoing import Outgoing
from tests.journeys.world import World
from tests.services.notifier.outside import outgoing
from tests.simulation.loop import VirtualLoop


class Slow:
    """A provider whose every answer takes so long."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.asked = 0

    async def send(self, group: list[Outgoing]) -> list[Delivery]:
        self.asked += 1
        await asyncio.sleep(self.seconds)
        return [Delivery("sent")] * len(group)


def test_a_slow_provider_costs_the_others_no_more_than_one_of_its_answers() -> None:
    async def run() -> tuple[float, float, int, list[str]]:
        loop = asyncio.get_running_loop()
        slow, quick = Slow(9.0), Slow(0.01)
        providers = Providers({"sms": slow, "mail": quick}, real_seconds)
        began = loop.time()
        texts = [asyncio.create_task(providers.send([outgoing("sms")])) for _ in range(500)]
        await asyncio.gather(*(providers.send([outgoing("mail")]) for _ in range(500)))
        mailed = loop.time() - began
        found = [(await task)[0].reason for task in texts]
        return mailed, loop.time() - began, slow.asked, found

    mailed, all_done, asked, reasons = VirtualLoop().run_until_complete(run())

    assert mailed < 1.0
    assert all_done < 9.0 + SLOW_SECONDS
    assert asked == 16
    assert reasons.count(SLOW) == 500 - 16


def test_a_provider_that_was_slow_is_asked_again_after_a_while() -> None:
    async def run() -> list[str]:
        slow = Slow(6.0)
        providers = Providers({"sms": slow}, real_seconds)
        first = await providers.send([outgoing("sms")])
        soon = await providers.send([outgoing("sms")])
        await asyncio.sleep(SLOW_SECONDS)
        slow.seconds = 0.1
        later = await providers.send([outgoing("sms")])
        return [first[0].state, soon[0].state, later[0].state]

    assert VirtualLoop().run_until_complete(run()) == ["sent", "later", "sent"]


def test_one_units_slow_robot_is_nobody_elses() -> None:
    async def run() -> list[str]:
        slow = Slow(6.0)
        providers = Providers({"robot": slow}, real_seconds)
        await providers.send([outgoing("robot")])
        slow.seconds = 0.1
        other = outgoing("robot")
        elsewhere = replace(other, notice=replace(other.notice, department="housing"))
        return [(await providers.send([one]))[0].state for one in (other, elsewhere)]

    assert VirtualLoop().run_until_complete(run()) == ["later", "sent"]


@pytest.mark.parametrize("channel", list(FULL))
def test_the_weather_stays_until_it_is_told_otherwise_and_scripted_answers_come_first(channel: str) -> None:
    script = Script()
    script.turn(channel, "full")
    script.add(channel, 1, {"lose": True})

    assert [script.next(channel) for _ in range(3)] == [
        {"lose": True},
        {"code": FULL[channel]},
        {"code": FULL[channel]},
    ]
    script.turn(channel, "fair")
    assert script.next(channel) == {}
    with pytest.raises(KeyError):
        script.turn(channel, "rainy")


async def test_while_one_provider_is_down_the_others_tell_and_afterwards_everybody_is_told_once(
    tmp_path: Path,
) -> None:
    async with World(4, "2026-03-02T10:05", tmp_path).open() as world:
        world.gateway.script.add("sms", 3, {"down": True})
        phone = (await world.intake.post(contact={"phone": "13812345678"})).json()["number"]
        await world.assigned_to(phone, "housing")

        texts = [row for row in world.notices.rows.values() if row.notice.channel == "sms"]
        assert {(row.state, row.repeated) for row in texts} == {("sent", False)}, "a 503 is no lost answer"
        assert sum(row.attempts - 1 for row in texts) == 3
        assert set(world.gateway.arrivals.counts.values()) == {1}
