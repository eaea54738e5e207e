"""Every way in which a city can be spoiled that a row of the audit must tell of."""

import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from chassis.store import Remembered
from contracts.assignments import PostAssigned
from contracts.deadlines import DeadlineMissed
from contracts.identity import partition_of
from contracts.posts import PostReceived
from tests.wenzheng.spoiled import Entry, SpoiledCity


@dataclass(frozen=True)
class Spoiling:
    """One thing that must not be, and the row that tells of it, in these words."""

    row: str
    what: str
    told: tuple[str, ...]
    """Of each of them there is a sentence, and of nothing else: one check must not hide that another is blind."""
    spoil: Callable[[SpoiledCity], Awaitable[None]]


def moved(entry: Entry, **changes: Any) -> Entry:
    """The record elsewhere, or at another time."""
    return dataclasses.replace(entry, **changes)


SPOILINGS: list[Spoiling] = []


def spoils(row: str, what: str, *told: str) -> Callable[[Callable[[SpoiledCity], Awaitable[None]]], None]:
    """Put a way of spoiling into the list, and what is told of it."""
    return lambda spoil: SPOILINGS.append(Spoiling(row, what, told, spoil))


async def unreadable(city: SpoiledCity) -> None:
    """A record that nobody can read, parked by its one reader as the engine would have."""
    bad = Entry("groups", 0, None, b"{broken", (), city.log["notices"][0].timestamp)
    offset = sum(entry.partition == 0 for entry in city.log["groups"])
    city.log["groups"].append(bad)
    await city.write("groups")
    await city.move_position("notifier", "groups", 0, 1)
    await city.execute(
        'insert into notifier.waiting (subject, topic, seq, partition, "offset", parked, reason, value, headers, mark) '
        "values ('?0', 'groups', $1, 0, $1, true, 'null key', $2, $3, '')",
        offset,
        bad.value,
        b"\x90",
    )
    await city.keep()


# -- I1 ---------------------------------------------------------------------------------------


@spoils("I1", "a case is stored and was never published", "is stored and was not said")
async def _(city: SpoiledCity) -> None:
    like = city.states["intake"][city.subject("intake", lambda case: case.exists)]
    case = replace(like.state, number="SQ-2026-999999", department="")
    await city.remember("intake", "a-lost-case", Remembered("a-lost-case", partition_of("a-lost-case"), case))


@spoils(
    "I1",
    "a case was published and is not stored",
    "was said and is not stored",
    "was answered 202 and is not stored",
)
async def _(city: SpoiledCity) -> None:
    subject = city.subject("intake", lambda case: case.exists)
    await city.execute("delete from intake.subject where subject = $1", subject)


@spoils(
    "I1",
    "a case is stored under another number than was said",
    "SQ-2026-999999 is stored and was not said",
    "was answered 202 and is not stored",
)
async def _(city: SpoiledCity) -> None:
    await city.change("intake", city.subject("intake", lambda case: case.exists), number="SQ-2026-999999")


@spoils(
    "I1", "an answer was given and no case is stored", "SQ-2026-999999 was answered 202 and is not stored"
)
async def _(city: SpoiledCity) -> None:
    await city.execute(
        "insert into intake.answered (caller, path, key, body_hash, answer) values ('c', '/v1/posts', 'k', 'b', $1)",
        b'{"number":"SQ-2026-999999"}',
    )


@spoils("I1", "an act is stored and its fact was never published", "is stored and was not said")
async def _(city: SpoiledCity) -> None:
    await city.change("intake", city.subject("intake", lambda case: case.replies), said="replies")


@spoils(
    "I1",
    "a fact of an act was published and the act is not stored",
    "replies was said beyond ",
)
async def _(city: SpoiledCity) -> None:
    await city.change("intake", city.subject("intake", lambda case: case.replies), said="replies", by=-1)


@spoils(
    "I1",
    "two cases have one number",
    "is the number of 2 cases",
    "is stored and was not said",
    "and is not stored",
)
async def _(city: SpoiledCity) -> None:
    first = city.subject("intake", lambda case: case.exists)
    number = city.states["intake"][first].state.number
    await city.change("intake", city.subject("intake", lambda case: case.number > number), number=number)


# -- I2 ---------------------------------------------------------------------------------------


@spoils("I2", "router remembers another unit than it said", ", remembered education")
async def _(city: SpoiledCity) -> None:
    await city.change("router", city.subject("router", lambda case: case.department), department="education")


@spoils("I2", "router remembers a unit and said none", "remembered education, nothing said")
async def _(city: SpoiledCity) -> None:
    subject = city.subject("router", lambda case: case.number and not case.department)
    await city.change("router", subject, department="education")


@spoils("I2", "intake shows another unit than it heard", "intake heard ")
async def _(city: SpoiledCity) -> None:
    await city.change("intake", city.subject("intake", lambda case: case.department), department="education")


@spoils("I2", "notifier tells another unit than it heard", "notifier heard ")
async def _(city: SpoiledCity) -> None:
    await city.change(
        "notifier", city.subject("notifier", lambda case: case.department), department="education"
    )


@spoils("I2", "the rules decide otherwise than was decided", "decided bus, a re-run says education")
async def _(city: SpoiledCity) -> None:
    old = city.entry("posts", PostReceived, lambda fact: fact.title == "公交不到站")
    await city.put(old, old.saying(title="学区划分", text="请问幸福路小学的学区怎样划分?学校 学区 入学"))


@spoils("I2", "a post was assigned twice", "was assigned twice")
async def _(city: SpoiledCity) -> None:
    old = city.entry("assignments", PostAssigned)
    subject = (old.key or b"").decode()
    await city.change("router", subject, said="assignments", by=1)
    await city.add(old.numbered(city.last_number(old) + 1))


# -- I3 ---------------------------------------------------------------------------------------


@spoils("I3", "a fact of the clock was changed", "the clock of the log differs from the one remembered")
async def _(city: SpoiledCity) -> None:
    subject = city.subject("deadline", lambda case: case.replies and case.said.missed is None)
    replies = city.states["deadline"][subject].state.replies
    moved = (replace(replies[0], at=replies[0].at + timedelta(minutes=5)), *replies[1:])
    await city.change("deadline", subject, replies=moved)


@spoils("I3", "a timer is armed and not in the table", "its timer is remembered as (datetime")
async def _(city: SpoiledCity) -> None:
    subject = city.subject("deadline", lambda case: case.next_at is not None)
    await city.execute("delete from deadline.timer where subject = $1", subject)


@spoils("I3", "a timer is in the table and not armed", "its timer is remembered as None")
async def _(city: SpoiledCity) -> None:
    subject = city.subject("deadline", lambda case: case.number and case.next_at is None)
    await city.execute(
        "insert into deadline.timer (subject, partition, number, due_at) values ($1, $2, 0, now())",
        subject,
        partition_of(subject),
    )


@spoils("I3", "a miss was said twice", "DeadlineMissed was said twice")
async def _(city: SpoiledCity) -> None:
    old = city.entry("deadlines", DeadlineMissed)
    await city.change("deadline", (old.key or b"").decode(), said="deadlines")
    await city.add(old.numbered(city.last_number(old) + 1))


@spoils("I3", "a miss stands against a reply in time", "a miss stands against a reply in time")
async def _(city: SpoiledCity) -> None:
    subject = city.subject("deadline", lambda case: case.replies and case.said.missed is None)
    case = city.states["deadline"][subject].state
    await city.change("deadline", subject, state_said=replace(case.said, missed=case.said.due))


@spoils("I3", "a case is late and nobody says so", "and nobody says so")
async def _(city: SpoiledCity) -> None:
    subject = city.subject("deadline", lambda case: case.said.missed is not None)
    case = city.states["deadline"][subject].state
    await city.change("deadline", subject, state_said=replace(case.said, missed=None))


@spoils("I3", "a miss was said before its instant", "DeadlineMissed was said before its instant")
async def _(city: SpoiledCity) -> None:
    old = city.entry("deadlines", DeadlineMissed)
    earliest = min(entry.timestamp for entry in city.log["posts"])
    await city.put(old, moved(old, timestamp=earliest))


# -- I5 ---------------------------------------------------------------------------------------


@spoils("I5", "a cell was deleted", ", recounted ", "the month is not the sum of its days")
async def _(city: SpoiledCity) -> None:
    await city.execute(
        "delete from stats.cell where (day, unit, kind, measure) = "
        "(select day, unit, kind, measure from stats.cell where count > 0 limit 1)"
    )


@spoils("I5", "a cell counts one more", ", recounted ", "the month is not the sum of its days")
async def _(city: SpoiledCity) -> None:
    await city.execute(
        "update stats.cell set count = count + 1 where ctid = (select ctid from stats.cell where count > 0 limit 1)"
    )


@spoils("I5", "a cell counts what nobody did", "shown 1, recounted 0", "the month is not the sum of its days")
async def _(city: SpoiledCity) -> None:
    await city.execute(
        "insert into stats.cell (day, unit, kind, measure, partition, count) values "
        "('2026-03-02', 'nobody', 'complaint', 'received', 0, 1)"
    )


@spoils("I5", "a month counts one more than its days", "the month is not the sum of its days")
async def _(city: SpoiledCity) -> None:
    await city.execute(
        "update stats.monthly set count = count + 1 "
        "where ctid = (select ctid from stats.monthly where count > 0 limit 1)"
    )


@spoils("I5", "a draft that was sent back is counted nowhere", "the log implies other cells than the state")
async def _(city: SpoiledCity) -> None:
    await city.change("stats", city.subject("stats", lambda case: case.sent_back), sent_back=())
    for table in ("cell", "monthly"):
        await city.execute(f"delete from stats.{table} where measure = 'quality:sent_back'")


@spoils(
    "I5",
    "a state of before claims that more was sent back than the log says",
    "the log implies other cells than the state",
)
async def _(city: SpoiledCity) -> None:
    subject = city.subject("stats", lambda case: case.sent_back)
    known = city.states["stats"][subject].state
    await city.change("stats", subject, sent_back=known.sent_back * 2, whole=False)
    for table in ("cell", "monthly"):
        await city.execute(f"update stats.{table} set count = count * 2 where measure = 'quality:sent_back'")


@spoils(
    "I5",
    "a post remembered implies other cells than the log",
    "the log implies other cells than the state",
    ", recounted ",
)
async def _(city: SpoiledCity) -> None:
    subject = city.subject("stats", lambda post: post.number)
    await city.change("stats", subject, kind="suggestion")


# -- I6 ---------------------------------------------------------------------------------------


@spoils("I6", "a number is skipped", "are missing", "which is the last one stored")
async def _(city: SpoiledCity) -> None:
    old = city.log["notices"][0]
    last = [entry for entry in city.log["notices"] if entry.key == old.key][-1]
    assert last.event is not None
    await city.put(last, last.numbered(last.event.seq + 1))


@spoils("I6", "a fact is stored and was never published", "is stored and was not said")
async def _(city: SpoiledCity) -> None:
    await city.change("notifier", city.subject("notifier", lambda case: case.department), said="notices")


@spoils("I6", "a fact was published and is not stored", "which is the last one stored")
async def _(city: SpoiledCity) -> None:
    await city.change(
        "notifier", city.subject("notifier", lambda case: case.department), said="notices", by=-1
    )


@spoils("I6", "a position lies beyond the end of the log", "beyond the end")
async def _(city: SpoiledCity) -> None:
    await city.move_position("stats", "posts", 0, 7)


@spoils("I6", "a position stepped back", "intake deadlines ")
async def _(city: SpoiledCity) -> None:
    partition = city.log["deadlines"][-1].partition
    await city.move_position("intake", "deadlines", partition, -1)


@spoils("I6", "a reader passed a fact by", "router replies ")
async def _(city: SpoiledCity) -> None:
    await city.change("router", city.subject("router", lambda case: case.department), seen="replies", by=-1)


# -- I7 ---------------------------------------------------------------------------------------


@spoils("I7", "a bad record was passed by and not parked", "parked 0 times")
async def _(city: SpoiledCity) -> None:
    await city.execute("delete from notifier.waiting where subject = '?0'")


@spoils("I7", "a bad record was parked twice", "parked 2 times")
async def _(city: SpoiledCity) -> None:
    await city.execute(
        'insert into notifier.unparked (topic, partition, "offset", subject, seq, mark, reason) '
        "select topic, partition, \"offset\", subject, seq, 'drop', reason from notifier.waiting where subject = '?0'"
    )


@spoils(
    "I7",
    "what is parked lies nowhere on the log",
    "parked 0 times",
    "is parked and lies beyond the log's end",
)
async def _(city: SpoiledCity) -> None:
    await city.execute('update notifier.waiting set "offset" = "offset" + 1000 where subject = \'?0\'')


@spoils("I7", "a record in another subject's partition was passed by", "parked 0 times")
async def _(city: SpoiledCity) -> None:
    old = city.log["assignments"][0]
    elsewhere = (old.partition + 1) % 12
    await city.add(moved(old, partition=elsewhere))
    await city.move_position("intake", "assignments", elsewhere, 1)
