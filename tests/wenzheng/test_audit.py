"""The audit is tried: whatever is spoiled in a small city on a real stack is told by its row and by no other."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import msgspec
import pytest
import pytest_asyncio

from chassis.clock import SegmentClock, add_segment
from city.profile import Profile
from contracts.identity import PARTITIONS
from contracts.notices import NoticeSent
from tests.patience import PATIENCE
from tests.stack import Client, Stack, running
from tests.wenzheng.spoiled import SpoiledCity
from tests.wenzheng.spoilings import Spoiling, unreadable
from tests.wenzheng.spoilings_of_notices import ALL_SPOILINGS
from wenzheng.audit import SENTENCES, audit
from wenzheng.audit.notices import Arrived
from wenzheng.audit.snapshot import Part, Snapshot

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

START = "2026-03-02T09:00:00+08:00"
MATTERS = (
    ("公交不到站", "10路公交车每天都不到站,等了一个小时。"),
    ("学区划分", "请问幸福路小学的学区怎样划分?"),
    ("暖气不热", "小区供暖不热,家里只有十度。"),
    ("路灯不亮", "人民大道的路灯坏了三天,晚上很黑。"),
)


async def quiet(stack: Stack) -> None:
    """Until everything that was said is heard."""
    await asyncio.to_thread(stack.quiet)


async def live(stack: Stack) -> None:
    """Twelve posts: some answered in time, some late, one held, one asked about, one followed; one robot's answer is lost."""
    client, profile = Client(stack), Profile.load(stack.home.read_state()["city"])
    clock = SegmentClock(stack.home.clock, profile.zone)

    async def staff(role: str, unit: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        response = await client.call(
            "POST", f"/v1/cases/{path}", body, **stack.token(f"{role}-{unit}", unit, role)
        )
        assert response.status_code == 202, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async with httpx2.AsyncClient(base_url=stack.address("gateway"), timeout=PATIENCE) as http:
        await http.post("/script", json={"channel": "robot", "times": 1, "lose": True})
    numbers = []
    for n in range(12):
        title, text = MATTERS[n % len(MATTERS)]
        receipt = await client.post(
            kind="complaint",
            title=title,
            text=f"{text}第{n}次反映。",
            contact={"phone": f"138{n:08d}"},
            point={"longitude": 118.2 + n / 100, "latitude": 33.9, "street_address": f"{n}号院"},
        )
        assert receipt is not None
        numbers.append(receipt["number"])
    held = await client.post(title="一件事", text="说不清楚是什么事情。")
    assert held is not None
    await quiet(stack)
    for number in numbers:
        await staff(
            "supervisor", "supervision", f"{number}/assignment", {"department": "housing", "reason": "职责"}
        )
    await quiet(stack)
    for number in numbers[:6]:
        await staff("clerk", "housing", f"{number}/acceptance", {})
    followed = await client.call("POST", f"/v1/posts/{numbers[2]}/supports", {"phone": "13900000002"})
    assert followed.status_code == 202, followed.text
    await staff("clerk", "housing", f"{numbers[0]}/questions", {"text": "请补充具体地点。"})
    unready = await staff("clerk", "housing", f"{numbers[1]}/replies", {"text": "正在研究。"})
    await staff(
        "leader", "housing", f"{numbers[1]}/replies/{unready['reply_id']}/return", {"remark": "写明结果"}
    )
    for number in numbers[1:5]:
        draft = await staff("clerk", "housing", f"{number}/replies", {"text": "已经处理,谢谢。"})
        await staff("leader", "housing", f"{number}/replies/{draft['reply_id']}/approval", {})
    await quiet(stack)
    now = clock.now()
    add_segment(stack.home.clock, now, 100_000.0)
    while clock.now() < now + timedelta(days=9):
        await asyncio.sleep(0.1)
    add_segment(stack.home.clock, clock.now(), 1.0)
    await quiet(stack)
    draft = await staff("clerk", "housing", f"{numbers[5]}/replies", {"text": "迟了,抱歉。"})
    await staff("leader", "housing", f"{numbers[5]}/replies/{draft['reply_id']}/approval", {})
    await client.close()
    await quiet(stack)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city() -> AsyncIterator[SpoiledCity]:
    with running(clock=f"{START}@1") as stack:
        await live(stack)
        stopped = await SpoiledCity.stopped(stack)
        try:
            await unreadable(stopped)
            yield stopped
        finally:
            await stopped.resume()


async def violations(city: SpoiledCity) -> dict[str, list[str]]:
    """Rows that tell of something, with their examples."""
    return {row.name: row.examples for row in await audit(city.home) if row.violations}


async def test_each_row_is_tried_in_three_ways_at_least() -> None:
    rows = [spoiling.row for spoiling in ALL_SPOILINGS]

    assert {row: rows.count(row) for row in SENTENCES if rows.count(row) < 3} == {}


async def test_a_city_that_nobody_spoiled_is_whole(city: SpoiledCity) -> None:
    rows = await audit(city.home)

    assert {row.name: row.examples for row in rows if row.violations} == {}
    assert [row.name for row in rows if not row.checked] == [], "every row has something to look at"


@pytest.mark.parametrize("spoiling", ALL_SPOILINGS, ids=lambda spoiling: f"{spoiling.row}: {spoiling.what}")
async def test_what_is_spoiled_is_told_by_its_row_and_by_no_other(
    city: SpoiledCity, spoiling: Spoiling
) -> None:
    try:
        await spoiling.spoil(city)
        told = await violations(city)
    finally:
        await city.restore()

    assert list(told) == [spoiling.row], told
    sentences = told[spoiling.row]
    assert [words for words in spoiling.told if not any(words in sentence for sentence in sentences)] == []
    assert [one for one in sentences if not any(words in one for words in spoiling.told)] == []


class OneMore(Arrived):
    """I4, while a notice comes that the snapshot does not know: claimed, sent and said before the log was read."""

    LATE = "0195a000-0000-7000-8000-00000000a7e1"

    def __init__(self, snapshot: Snapshot, after: int) -> None:
        """`after` is how many records after the end of the log, as it was when the snapshot was taken, it is said."""
        super().__init__(snapshot)
        self._after = after
        self._added = False

    async def part(self, part: Part) -> None:
        sent = [
            logged
            for logged in part.log["notices"]
            if logged.event and isinstance(logged.event.fact, NoticeSent)
        ]
        if sent and not self._added:
            event = sent[-1].event
            assert event is not None
            said = msgspec.structs.replace(event, fact=msgspec.structs.replace(event.fact, notice=self.LATE))
            offset = self.snapshot.ends[("notices", part.partition)] + self._after
            part.log["notices"].append(dataclasses.replace(sent[-1], event=said, offset=offset))
            self._added = True
        await super().part(part)

    async def _arrivals(self) -> dict[str, int]:
        return {**await super()._arrivals(), self.LATE: 1}


@pytest.mark.parametrize(("after", "violations"), [(0, 0), (-1, 1)])
async def test_a_notice_that_comes_while_the_audit_looks_is_on_its_way(
    city: SpoiledCity, after: int, violations: int
) -> None:
    async with Snapshot.of(city.home) as snapshot:
        row = OneMore(snapshot, after)
        for partition in range(PARTITIONS):
            await row.part(await snapshot.part(partition, 0))
        await row.whole()

    assert row.row.violations == violations, row.row.examples
