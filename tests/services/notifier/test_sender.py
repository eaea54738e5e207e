"""From claim to end: repeats are known as repeats, a channel that is away loses nothing, nobody is woken at night."""

from collections.abc import AsyncIterator
from datetime import time
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from msgspec import structs
from msgspec.structs import replace

from chassis.memory.store import MemoryStore
from chassis.store import Applied
from chassis.vault import MemoryKeys
from city.notices import Notices as NoticesPolicy
from contracts.decision import Effect
from services.notifier import store
from services.notifier.channels import Delivery
from services.notifier.core.case import Claim, Notice, Outcome, Settle
from services.notifier.delivery import ATTEMPTS, LAST_ATTEMPTS, LONGEST_DELAY, attempts_of, sort
from services.notifier.outgoing import Delay, Notices, Outgoing
from services.notifier.store import MemoryClaims
from tests.journeys.world import World
from tests.postgres import migrated
from tests.services.deadline.facts import at

NOTICE = Notice(
    "0195a000-0000-7000-8000-000000000001",
    "c",
    "replied",
    "clerk",
    "robot",
    "water",
    "已回复",
    at=at("2026-03-02T10:00"),
)


class Kept:
    """A notice of partition 0 in one of the two stores."""

    def __init__(self, notices: Notices) -> None:
        self.notices = notices

    async def take(self, citizens: bool = True) -> list[Outgoing]:
        return await self.notices.take("instance", [0], [], 10, citizens)

    async def leases_run_out(self) -> None:
        if isinstance(self.notices, MemoryClaims):
            self.notices.let_leases_run_out()
        else:
            await self.pool.execute("update notice set next_at = clock_timestamp()")

    async def apply(self, effect: Effect) -> None:
        applied = [Applied("post", 0, "c", at("2026-03-02T10:00"), effect)]
        if isinstance(self.notices, MemoryClaims):
            self.notices.apply(applied)
        else:
            async with self.pool.acquire() as connection:
                await store.Claims().apply(connection, applied)

    pool: asyncpg.Pool


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def kept(request: pytest.FixtureRequest) -> AsyncIterator[Kept]:
    claim = [Applied("post", 0, "c", at("2026-03-02T10:00"), Claim(NOTICE))]
    citizen = replace(NOTICE, id=NOTICE.id[:-1] + "2", audience="citizen", channel="sms")
    claim.append(Applied("post", 0, "c", at("2026-03-02T10:00"), Claim(citizen)))
    if request.param == "memory":
        kept, claims = store.memory(MemoryKeys())
        assert isinstance(kept, MemoryStore)
        async with kept.transaction() as transaction:
            await transaction.load(["post"], lock=True)
        kept.subject["post"] = (0, 0, b"[{},{},{}]")
        claims.apply(claim)
        yield Kept(claims)
        return
    async with migrated(request.getfixturevalue("dsn"), "notifier") as (_, pool):
        await pool.execute("update position set owner = 'instance'")
        claims_of_rows = store.Claims()
        async with pool.acquire() as connection:
            await claims_of_rows.apply(connection, claim)
        world = Kept(store.PostgresNotices(pool, MemoryKeys(), claims_of_rows))
        world.pool = pool
        yield world


def of_staff(outgoing: list[Outgoing]) -> list[Outgoing]:
    return [one for one in outgoing if one.notice.audience == "clerk"]


async def test_what_is_taken_is_not_taken_again_until_its_lease_runs_out(kept: Kept) -> None:
    [first] = of_staff(await kept.take())
    assert of_staff(await kept.take()) == []
    await kept.leases_run_out()

    [again] = of_staff(await kept.take())

    assert (first.attempts, first.repeated, again.attempts, again.repeated) == (1, False, 2, True)


async def test_a_notice_put_off_before_anything_was_sent_is_no_repeat(kept: Kept) -> None:
    [first] = of_staff(await kept.take())
    await kept.notices.later([Delay(first.notice.id, 0.0, lost=False)])

    [again] = of_staff(await kept.take())

    assert (again.attempts, again.repeated) == (2, False)


async def test_a_notice_whose_answer_was_lost_is_a_repeat(kept: Kept) -> None:
    [first] = of_staff(await kept.take())
    await kept.notices.later([Delay(first.notice.id, 0.0, lost=True)])
    await kept.leases_run_out()

    [again] = of_staff(await kept.take())

    assert (again.attempts, again.repeated) == (2, True)


async def test_once_a_repeat_always_a_repeat(kept: Kept) -> None:
    """Claimed twice, put off, taken again: the first attempt may have arrived all the same."""
    await kept.take()
    await kept.leases_run_out()
    [second] = of_staff(await kept.take())
    await kept.notices.later([Delay(second.notice.id, 0.0, lost=False)])

    [third] = of_staff(await kept.take())

    assert (third.attempts, third.repeated) == (3, True)


async def test_a_notice_that_failed_goes_out_again_as_a_repeat_when_the_operator_says_so(kept: Kept) -> None:
    [first] = of_staff(await kept.take())
    assert await kept.notices.again([first.notice.id]) == []
    assert of_staff(await kept.take()) == [], "it has not failed"
    await kept.apply(Settle(first.notice.id, "failed", 5, "away"))
    assert await kept.notices.again([first.notice.id, first.notice.id]) == [first.notice.id]

    [again] = of_staff(await kept.take())

    assert (again.attempts, again.repeated) == (1, True)


async def test_at_night_staff_are_told_and_citizens_are_not(kept: Kept) -> None:
    assert [one.notice.audience for one in await kept.take(citizens=False)] == ["clerk"]
    assert [one.notice.audience for one in await kept.take(citizens=True)] == ["citizen"]


# -- after an attempt ------------------------------------------------------------------------------


def outgoing(attempts: int, channel: str = "robot", **contact: str) -> Outgoing:
    return Outgoing("p", replace(NOTICE, channel=channel), attempts, False, contact)


def after(delivery: Delivery, given: Outgoing) -> Outcome | Delay:
    ended: list[tuple[Outgoing, Outcome]] = []
    later: list[Delay] = []
    sort(given, delivery, ended, later)
    [found] = [*[outcome for _, outcome in ended], *later]
    return found


def test_a_provider_that_is_away_for_an_hour_loses_no_notice() -> None:
    seconds, attempt = 0.0, 0
    while seconds < 3600:
        attempt += 1
        found = after(Delivery("later", "away"), outgoing(attempt))
        assert isinstance(found, Delay)
        assert found.seconds <= LONGEST_DELAY
        seconds += found.seconds

    assert attempt < 20, "and is not asked without end"


def test_without_another_channel_a_notice_is_given_up_after_about_a_day() -> None:
    delays = [after(Delivery("later", "away"), outgoing(attempt)) for attempt in range(1, LAST_ATTEMPTS)]
    total = sum(delay.seconds for delay in delays if isinstance(delay, Delay))

    assert 20 < total / 3600 < 30
    end = after(Delivery("later", "away"), outgoing(LAST_ATTEMPTS))
    assert isinstance(end, Outcome)
    assert (end.state, end.reason) == ("failed", "away")


def test_with_another_channel_the_citizen_does_not_wait_for_the_first() -> None:
    both = outgoing(1, "wechat", openid="o", mail="m@x.cn")

    assert attempts_of(both) == ATTEMPTS
    assert attempts_of(structs.replace(both, contact={"openid": "o"})) == LAST_ATTEMPTS
    assert isinstance(after(Delivery("later"), structs.replace(both, attempts=ATTEMPTS)), Outcome)


def test_a_lost_answer_is_put_off_as_one_that_may_have_arrived() -> None:
    found = after(Delivery("unknown", "ReadTimeout"), outgoing(1))

    assert isinstance(found, Delay)
    assert found.lost


def test_a_provider_that_loses_one_answer_after_the_other_is_asked_seldom() -> None:
    """It may deliver each repeat; in an hour there are at most seven, where none is known to have arrived."""
    seconds, attempt = 0.0, 0
    while seconds < 3600:
        attempt += 1
        given = structs.replace(outgoing(attempt), repeated=attempt > 1)
        found = after(Delivery("unknown", "ReadTimeout"), given)
        assert isinstance(found, Delay)
        seconds += found.seconds

    assert attempt <= 8


def test_the_providers_own_word_on_when_to_try_again_is_kept() -> None:
    found = after(Delivery("later", "busy", 10.0), outgoing(9))

    assert isinstance(found, Delay)
    assert found.seconds == 10.0


# -- night -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "quiet"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("07:59", True), ("08:00", False)],
)
def test_the_night_is_from_ten_to_eight(hour: str, quiet: bool) -> None:
    assert NoticesPolicy().is_quiet(time.fromisoformat(hour)) is quiet


def test_a_city_may_have_no_night_or_one_that_ends_the_same_day() -> None:
    assert not NoticesPolicy(time(8), time(8)).is_quiet(time(8))
    siesta = NoticesPolicy(time(13), time(14))
    assert [siesta.is_quiet(time(hour)) for hour in (12, 13, 14)] == [False, True, False]


async def test_who_posts_at_night_is_told_in_the_morning_and_once(tmp_path: Path) -> None:
    async with World(1, "2026-03-02T22:30", tmp_path).open() as world:
        number = (await world.intake.post(contact={"phone": "13812345678"})).json()["number"]
        await world.assigned_to(number, "housing")

        def arrived(channel: str) -> list[dict[str, Any]]:
            return [row for row in world.gateway.arrivals.since(0) if row["channel"] == channel]

        assert arrived("sms") == []
        assert arrived("robot") != []
        await world.until("2026-03-03T08:01")

        assert number in arrived("sms")[0]["text"]
        assert set(world.gateway.arrivals.counts.values()) == {1}


async def test_who_has_not_subscribed_on_wechat_reads_it_as_an_sms(tmp_path: Path) -> None:
    """WeChat fails, the SMS has another id and arrives; the reason stays with the notice that failed."""
    async with World(1, "2026-03-02T10:00", tmp_path).open() as world:
        openid = "oABCD1234efgh5678IJKL9012mno"
        world.gateway.consents[openid] = 0
        contact = {"openid": openid, "phone": "13812345678"}
        number = (await world.intake.post(contact=contact)).json()["number"]
        await world.assigned_to(number, "housing")

        told = [row for row in world.notices.rows.values() if row.notice.kind == "assigned"]
        by_channel = {row.notice.channel: row for row in told if row.notice.audience == "citizen"}

        assert (by_channel["wechat"].state, by_channel["wechat"].reason) == ("failed", "用户未订阅")
        assert by_channel["sms"].state == "sent"
        assert by_channel["sms"].notice.id != by_channel["wechat"].notice.id
        assert world.gateway.arrivals.counts[by_channel["sms"].notice.id] == 1
        assert by_channel["wechat"].notice.id not in world.gateway.arrivals.counts
