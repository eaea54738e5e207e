"""Several notices of one hour are one digest: made up once, by one instance, the same words after a kill, each notice once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from chassis.store import Applied
from chassis.vault import MemoryKeys
from contracts.identity import PARTITIONS, partition_of
from services.notifier import store
from services.notifier.core.case import Claim, Notice, Outcome, staff_page
from services.notifier.core.inboxes import Choice, Inbox, Line, Summary, digest_text
from services.notifier.core.table import TOLD
from services.notifier.core.tell import URGENT
from services.notifier.digest_store import Digests, MemoryDigests, PostgresDigests
from services.notifier.inboxes import Boxes
from services.notifier.outgoing import Delay, Outgoing
from services.notifier.store import MemoryClaims
from tests.patience import PATIENCE
from tests.postgres import migrated
from tests.services.deadline.facts import at

CLERKS = Inbox("housing", "clerk")
OWN = partition_of(CLERKS.subject)
TEN = at("2026-03-02T10:05")
SITE = "https://ask.city.example"


# -- what a digest says ----------------------------------------------------------------------------


def test_a_case_has_one_line_with_its_number_all_that_happened_its_title_and_its_link() -> None:
    first, second = ("SQ260302-000001", "路灯不亮"), ("SQ260302-000002", "井盖松动")
    pages = [staff_page("post", number) for number, _ in (first, second)]
    lines = [
        Line("a", *first, "新交办 SQ260302-000001 路灯不亮", pages[0]),
        Line("a", *first, "网民感谢 SQ260302-000001 路灯不亮", pages[0]),
        Line("b", *second, "即将到期 SQ260302-000002,3月5日18:00 井盖松动", pages[1]),
        Line("c", "", "", "对话回答待审核:公交怎么调", staff_page("dialogue:0197-1", "")),
    ]

    text = digest_text(Summary(3, 4, at("2026-03-02T11:00")), lines, "robot", SITE)

    assert text.splitlines() == [
        "11:00 汇总:共 3 件 4 条",
        f"SQ260302-000001 新交办;网民感谢 路灯不亮 {SITE}/staff/cases/SQ260302-000001",
        f"SQ260302-000002 即将到期,3月5日18:00 井盖松动 {SITE}/staff/cases/SQ260302-000002",
        f"对话回答待审核:公交怎么调 {SITE}/staff/dialogues/0197-1",
    ]


@pytest.mark.parametrize(
    ("notices", "said"),
    [(4, "第1条;第2条;第3条;第4条"), (5, "第1条;第2条;第3条;第4条;等 5 条")],
)
def test_of_a_case_with_more_notices_than_are_written_out_it_is_said_how_many_there_are(
    notices: int, said: str
) -> None:
    lines = [Line("a", "SQ260302-000001", "", f"第{n}条 SQ260302-000001") for n in range(1, notices + 1)]

    text = digest_text(Summary(1, notices, at("2026-03-02T11:00")), lines, "robot", "")

    assert text.splitlines()[1] == f"SQ260302-000001 {said}"


@pytest.mark.parametrize(("channel", "octets"), [("robot", 2048), ("sms", 600), ("mail", 100_000)])
@pytest.mark.parametrize("cases", [1, 3, 4, 20, 21, 500, 5000])
def test_however_long_a_digest_counts_everything_and_is_no_longer_than_its_channel_takes(
    channel: str, octets: int, cases: int
) -> None:
    lines = [
        Line(str(n), f"SQ260302-{n:06d}", "路" * 20, f"督查 SQ260302-{n:06d}" + "灯" * 90)
        for n in range(cases)
        for _ in range(6)
    ]

    text = digest_text(Summary(cases, cases * 6, at("2026-03-02T11:00")), lines, channel, SITE)

    assert len(text.encode()) <= octets
    assert text.startswith(f"11:00 汇总:共 {cases} 件 {cases * 6} 条\n")
    shown = len([line for line in text.splitlines() if line.startswith("SQ")])
    left = cases - shown
    assert shown >= 1
    assert text.endswith(f"另有 {left} 件,见 {SITE}/staff/cases") == (left > 0)


def test_what_is_about_no_post_has_a_line_without_number_or_link() -> None:
    text = digest_text(Summary(1, 1, at("2026-03-02T11:00")), [Line("t", "", "", "热点:停水")], "robot", SITE)

    assert text.splitlines()[1:] == ["热点:停水"]


def test_what_is_urgent_is_named_as_the_table_names_it() -> None:
    assert {row.kind for rows in TOLD.values() for row in rows} >= URGENT
    assert {"missed", "instructed", "sent-back"} <= URGENT


# -- the store and its twin ------------------------------------------------------------------------


class Kept:
    """Notices of an inbox whose readers chose a digest an hour."""

    def __init__(self, digests: Digests, pool: asyncpg.Pool | None, claims: MemoryClaims | None) -> None:
        self.digests = digests
        self._pool = pool
        self._claims = claims

    async def claim(
        self, n: int, subject: str = "a", kind: str = "assigned", minutes: int = 0, of: Inbox = CLERKS
    ) -> str:
        identity = f"0195a000-0000-7000-8000-{n:012d}"
        notice = Notice(identity, "c", kind, of.audience, "robot", of.department, f"第 {n} 条", at=TEN)
        now = TEN + timedelta(minutes=minutes)
        applied = [Applied(subject, partition_of(subject), "c", now, Claim(notice))]
        if self._claims is not None:
            self._claims.apply(applied)
        else:
            assert self._pool is not None
            async with self._pool.acquire() as connection:
                await store.Claims().apply(connection, applied)
        return identity

    async def choose(self, choice: Choice, inbox: Inbox = CLERKS) -> None:
        if self._claims is not None:
            await self._claims.inboxes.choose(inbox, choice, "p")
        else:
            assert self._pool is not None
            await self._pool.execute(
                "insert into inbox values ($3, $4, $1, $2, 'p', now()) on conflict (department, audience) "
                "do update set channel = excluded.channel, hourly = excluded.hourly",
                choice.channel,
                choice.hourly,
                *inbox,
            )

    async def due_at_once(self) -> list[str]:
        notices: Any = self._claims or store.PostgresNotices(self._pool, MemoryKeys(), store.Claims())  # type: ignore[arg-type]
        taken = await notices.take("instance", range(PARTITIONS), [], 50)
        return [one.notice.text for one in taken]

    async def take(self, hour: str, *partitions: int, quiet: bool = False, busy: str = "") -> list[Outgoing]:
        now = at(f"2026-03-02T{hour}")
        return await self.digests.take("instance", partitions or (OWN,), [busy], now, quiet)

    async def leases_run_out(self) -> None:
        if isinstance(self.digests, MemoryDigests):
            self.digests.let_leases_run_out()
        else:
            assert self._pool is not None
            await self._pool.execute("update digest set next_at = clock_timestamp()")

    async def ended(self, *partitions: int) -> list[tuple[str, str, str, bool]]:
        found = await self.digests.ended("instance", partitions or range(PARTITIONS), 10)
        return sorted((subject, o.notice.text, o.state, o.repeated) for subject, o in found)

    @asynccontextmanager
    async def being_ended(self, identity: str, subject: str) -> AsyncIterator[None]:
        """A batch that ends a notice and is committed at the end of the context."""
        assert self._pool is not None
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "select from position where partition = $1 for update", partition_of(subject)
            )
            await connection.execute("update notice set state = 'sent' where id = $1::uuid", identity)
            yield

    async def somebody_waits_for_a_lock(self) -> None:
        assert self._pool is not None
        waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        async with asyncio.timeout(PATIENCE):
            while not await self._pool.fetchval(waiting):
                await asyncio.sleep(0.01)


@pytest.fixture(params=["memory", pytest.param("real", marks=pytest.mark.real)])
async def kept(request: pytest.FixtureRequest) -> AsyncIterator[Kept]:
    packed = {
        subject: json.dumps([{}, {}, {"number": number, "title": "路灯"}]).encode()
        for subject, number in (("a", "SQ1"), ("b", "SQ2"))
    }
    if request.param == "memory":
        remembered, claims = store.memory(MemoryKeys())
        remembered.subject |= {subject: (partition_of(subject), 0, it) for subject, it in packed.items()}
        world = Kept(MemoryDigests(claims, SITE), None, claims)
        await world.choose(Choice("robot", True))
        yield world
        return
    async with migrated(request.getfixturevalue("dsn"), "notifier") as (_, pool):
        await pool.execute("update position set owner = 'instance'")
        for subject, it in packed.items():
            await pool.execute(
                "insert into subject (subject, partition, held, remembered, number) values ($1, $2, 0, $3, $4)",
                subject,
                partition_of(subject),
                it,
                json.loads(it)[2]["number"],
            )
        world = Kept(PostgresDigests(pool, Boxes(b"secret"), SITE), pool, None)
        await world.choose(Choice("robot", True))
        yield world


async def test_notices_of_one_hour_over_all_partitions_are_one_digest_when_it_is_over(kept: Kept) -> None:
    await kept.claim(1, "a")
    await kept.claim(2, "b", minutes=30)
    await kept.claim(3, "a", minutes=54)

    assert await kept.due_at_once() == []
    assert await kept.take("10:59") == []
    [digest] = await kept.take("11:00")

    assert digest.notice.text.splitlines() == [
        "11:00 汇总:共 2 件 3 条",
        f"SQ1 第 1 条;第 3 条 路灯 {SITE}/staff/cases/SQ1",
        f"SQ2 第 2 条 路灯 {SITE}/staff/cases/SQ2",
    ]
    assert (digest.attempts, digest.repeated, digest.notice.channel) == (1, False, "robot")
    assert await kept.take("11:00") == [], "it is under way"


async def test_digests_that_are_made_up_together_hold_each_its_own_notices(kept: Kept) -> None:
    leaders = Inbox("water", "leader")
    await kept.choose(Choice("robot", True), leaders)
    await kept.claim(1, "a")
    await kept.claim(2, "b")
    await kept.claim(3, "b", of=leaders)

    taken = await kept.take("11:00", OWN, partition_of(leaders.subject))
    clerks, others = sorted(taken, key=lambda digest: digest.notice.department)
    await kept.digests.end([Outcome(clerks.notice, "sent", 1), Outcome(others.notice, "failed", 1)], TEN)

    assert clerks.notice.text.splitlines()[0] == "11:00 汇总:共 2 件 2 条"
    assert others.notice.text.splitlines() == [
        "11:00 汇总:共 1 件 1 条",
        f"SQ2 第 3 条 路灯 {SITE}/staff/cases/SQ2",
    ]
    assert await kept.ended() == [
        ("a", "第 1 条", "sent", False),
        ("b", "第 2 条", "sent", False),
        ("b", "第 3 条", "failed", False),
    ]


async def test_what_is_urgent_does_not_wait(kept: Kept) -> None:
    await kept.claim(1, kind="assigned")
    for n, kind in enumerate(sorted(URGENT), 2):
        await kept.claim(n, kind=kind)

    assert len(await kept.due_at_once()) == len(URGENT)
    [digest] = await kept.take("11:00")
    assert "共 1 件 1 条" in digest.notice.text


async def test_after_a_kill_the_same_digest_is_sent_again_and_nothing_joins_it(kept: Kept) -> None:
    await kept.claim(1)
    [first] = await kept.take("11:00")
    await kept.claim(2, "b", minutes=59)
    await kept.leases_run_out()

    [again] = await kept.take("11:20")

    assert (again.notice.id, again.notice.text) == (first.notice.id, first.notice.text)
    assert (again.attempts, again.repeated) == (2, True)
    # What came late for its hour goes out with the next digest: there is one an hour.
    await kept.digests.end([Outcome(again.notice, "sent", 2, True)], TEN)
    [next_hour] = await kept.take("12:00")
    assert "第 2 条" in next_hour.notice.text
    assert next_hour.notice.id != first.notice.id


async def test_a_digest_that_was_put_off_before_anything_was_sent_is_no_repeat(kept: Kept) -> None:
    await kept.claim(1)
    [first] = await kept.take("11:00")
    await kept.digests.later([Delay(first.notice.id, 0.0, lost=False, reason="ConnectError")])

    [again] = await kept.take("11:01")

    assert (again.attempts, again.repeated) == (2, False)


async def test_each_owner_ends_its_own_notices_by_their_digest_and_each_once(kept: Kept) -> None:
    await kept.claim(1, "a")
    await kept.claim(2, "b")
    [digest] = await kept.take("11:00")
    assert await kept.ended() == [], "it has not ended"
    await kept.digests.end([Outcome(digest.notice, "sent", 1)], TEN)
    await kept.digests.end([Outcome(digest.notice, "failed", 2)], TEN)

    assert partition_of("a") != partition_of("b")
    assert await kept.ended(partition_of("a")) == [("a", "第 1 条", "sent", False)]
    assert await kept.ended(partition_of("b")) == [("b", "第 2 条", "sent", False)]
    assert await kept.take("12:00") == []


@pytest.mark.real
@pytest.mark.parametrize("kept", ["real"], indirect=True)
async def test_what_a_commit_ends_that_is_still_being_made_is_not_found_as_open(kept: Kept) -> None:
    """A connection may be lost while its commit is made: who handed the notices in hears nothing and looks again at once."""
    identity = await kept.claim(1, "a")
    [digest] = await kept.take("11:00")
    await kept.digests.end([Outcome(digest.notice, "sent", 1)], TEN)

    async with kept.being_ended(identity, "a"):
        looking = asyncio.create_task(kept.ended())
        await kept.somebody_waits_for_a_lock()

    assert await looking == []


async def test_only_the_owner_of_the_inbox_makes_up_its_digest(kept: Kept) -> None:
    others = [partition for partition in range(PARTITIONS) if partition != OWN]
    await kept.claim(1)

    assert await kept.take("11:00", *others) == []
    await kept.claim(2, "b", minutes=30)

    [digest] = await kept.take("11:01")
    assert "共 2 件 2 条" in digest.notice.text, "nobody had made it up before"


async def test_what_comes_in_the_hour_that_runs_waits_for_its_end(kept: Kept) -> None:
    await kept.claim(1)
    await kept.claim(2, "b", minutes=65)

    [first] = await kept.take("11:10")
    [second] = await kept.take("12:00")

    assert "第 2 条" not in first.notice.text
    assert "第 2 条" in second.notice.text


async def test_a_digest_waits_for_a_robot_at_rest_and_text_messages_for_the_morning(kept: Kept) -> None:
    await kept.claim(1)
    assert await kept.take("11:00", busy="housing") == []
    assert len(await kept.take("11:00")) == 1

    await kept.choose(Choice("sms", True))
    await kept.claim(2, "b", minutes=60)
    assert await kept.take("12:00", quiet=True) == []
    [digest] = await kept.take("12:00")
    assert digest.notice.channel == "sms"


async def test_a_choice_that_changes_loses_nothing_that_waits(kept: Kept) -> None:
    await kept.claim(1)
    await kept.choose(Choice("robot", False))
    await kept.claim(2, "b")

    assert await kept.due_at_once() == ["第 2 条"]
    [digest] = await kept.take("11:00")
    assert "共 1 件 1 条" in digest.notice.text


def test_a_notice_keeps_its_id_whatever_the_inbox_chose() -> None:
    claims = store.MemoryClaims(MemoryKeys())
    notice = Notice("0195a000-0000-7000-8000-000000000001", "c", "assigned", "clerk", "robot", "housing", "…")
    for choice in (Choice("sms"), Choice("robot", True)):
        claims.inboxes.choices[CLERKS] = choice
        claims.apply([Applied("a", 0, "c", TEN, Claim(notice))])

    [row] = claims.rows.values()
    assert row.notice == replace(notice, channel="sms")
