"""Robots take twenty messages a minute: what waits for them goes out as digests, and hides nobody else's notices."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx2
import pytest

from chassis.vault import MemoryKeys
from services.notifier import store
from services.notifier.channels.robot import CONTENT_BYTES, digest
from services.notifier.gateway.app import Gateway, create
from services.notifier.gateway.arrivals import Arrivals
from services.notifier.store import ROBOTS
from tests.journeys.world import World
from tests.postgres import migrated

_PENDING = """
insert into notice (id, partition, subject, cause, kind, audience, channel, department, text, next_at)
select gen_random_uuid(), n % 2, 'post-' || n, '', 'missed', $1::text, $2::text, $3::text, '已超期',
       clock_timestamp() - make_interval(secs => $5::float8)
from generate_series(1, $4::integer) n"""


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    async with migrated(dsn, "notifier") as (_, opened):
        await opened.execute("update position set owner = 'instance'")
        yield opened


async def _wait_for(pool: asyncpg.Pool, department: str, count: int, since: float = 1.0) -> None:
    await pool.execute(_PENDING, "leader", "robot", department, count, since)


async def _taken(pool: asyncpg.Pool, busy: list[str], limit: int = 3) -> Counter[str]:
    notices = store.PostgresNotices(pool, MemoryKeys(), store.Claims())
    found = await notices.take("instance", [0, 1], busy, limit)
    return Counter(one.notice.department for one in found)


def test_a_digest_writes_out_the_first_lines_and_counts_them_all() -> None:
    assert digest(["已超期 1", "已超期 2"]) == "已超期 1\n已超期 2"

    long = digest([f"已超期 {n}" for n in range(300)])

    assert long.splitlines()[0] == "已超期 0"
    assert long.endswith("\n等共 300 件")


@pytest.mark.parametrize("count", [1, 20, 21, 5000])
def test_a_digest_is_never_longer_than_the_provider_takes(count: int) -> None:
    text = digest(["请督促办理 20260302-00000001 " + "路" * 60] * count)

    assert len(text.encode()) <= CONTENT_BYTES
    assert count == 1 or text.endswith(f"等共 {count} 件")


def test_a_line_that_is_too_long_by_itself_is_cut_between_characters() -> None:
    text = digest(["路" * 1000])

    assert 1900 < len(text.encode()) <= CONTENT_BYTES
    assert set(text) == {"路"}


def test_a_first_line_that_is_too_long_does_not_hide_how_many_there_are() -> None:
    text = digest(["路" * 1000, "灯"])

    assert len(text.encode()) <= CONTENT_BYTES
    assert text.endswith("路\n等共 2 件")


async def test_the_robots_provider_refuses_what_is_too_long(tmp_path: Path) -> None:
    gateway = Gateway(Arrivals(tmp_path / "arrivals.jsonl"))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=create(gateway))) as http:
        answer = await http.post(
            "http://gateway/cgi-bin/webhook/send?key=water",
            json={"msgtype": "text", "text": {"content": "路" * 700}, "notice_ids": ["a"]},
        )

    assert answer.json()["errcode"] != 0
    assert gateway.arrivals.counts == {}


@pytest.mark.medium
async def test_an_answer_that_one_robot_lost_is_no_reason_to_repeat_the_others(tmp_path: Path) -> None:
    async with World(1, "2026-03-02T10:00", tmp_path).open() as world:
        await world.intake.post(title="路灯不亮", text="幸福路的路灯坏了三天,晚上很黑。")
        await world.intake.post(title="公交车不准点", text="12路公交车早高峰常常晚点,等四十分钟。")
        world.gateway.script.add("robot", 1, {"lose": True})

        await world.settle()

        staff = [row for row in world.notices.rows.values() if row.notice.channel == "robot"]
        assert len({row.notice.department for row in staff}) == 2
        assert sorted(row.state for row in staff) == ["claimed", "sent"]


@pytest.mark.real
async def test_a_storm_for_one_unit_leaves_room_for_the_others_and_for_citizens(pool: asyncpg.Pool) -> None:
    await _wait_for(pool, "housing", 50, since=9)
    await _wait_for(pool, "water", 1)
    await pool.execute(_PENDING, "citizen", "sms", "transport", 5, 1.0)

    assert await _taken(pool, []) == {"housing": 3, "water": 1, "transport": 3}


@pytest.mark.real
async def test_what_waits_for_a_robot_at_rest_stays_where_it_is(pool: asyncpg.Pool) -> None:
    await _wait_for(pool, "housing", 50, since=9)
    await _wait_for(pool, "water", 1)

    assert await _taken(pool, ["housing"]) == {"water": 1}
    assert await _taken(pool, ["housing", "water"]) == {}


@pytest.mark.real
async def test_robots_whose_notices_have_waited_longest_come_first(pool: asyncpg.Pool) -> None:
    units = [f"unit-{n:02d}" for n in range(ROBOTS + 4)]
    for n, unit in enumerate(units):
        await _wait_for(pool, unit, 2, since=1.0 + n)

    first = await _taken(pool, [])
    second = await _taken(pool, [])

    assert set(first) == set(units[-ROBOTS:])
    assert set(second) == set(units[:-ROBOTS])


@pytest.mark.real
async def test_what_other_instances_have_to_send_takes_nobodys_turn(pool: asyncpg.Pool) -> None:
    for n in range(ROBOTS):
        await _wait_for(pool, f"unit-{n}", 4, since=9)
    await _wait_for(pool, "water", 4)
    await pool.execute("delete from notice where partition = 1 and department <> 'water'")
    await pool.execute("update position set owner = 'other' where partition = 0")

    assert await _taken(pool, []) == {"water": 2}


@pytest.mark.real
async def test_a_notice_under_way_is_not_taken_twice(pool: asyncpg.Pool) -> None:
    await _wait_for(pool, "housing", 4)

    assert await _taken(pool, []) == {"housing": 3}
    assert await _taken(pool, []) == {"housing": 1}
    assert await _taken(pool, []) == {}
