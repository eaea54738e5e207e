"""The clock alone: what deadline's engine and rules cost a post, in memory, without bus and database."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from chassis.clock import HandClock
from chassis.engine.listener import Listener
from chassis.engine.publisher import Publisher
from chassis.memory.bus import Quiet
from chassis.memory.store import MemoryStore
from chassis.service import Incoming
from city.profile import Profile
from contracts.assignments import PostAssigned
from contracts.codec import Event, encode
from contracts.facts import Fact
from contracts.identity import PARTITIONS, derived, partition_of
from contracts.posts import PostReceived
from contracts.replies import ReplyPublished
from contracts.topics import ASSIGNMENTS, POSTS, REPLIES
from services.deadline import store
from services.deadline.app import build

POSTS_MEASURED: Final = 5_000
POLL: Final = 500
RUNS: Final = 3


def measure() -> dict[str, Any]:
    """Microseconds of processor a post: received and assigned, answered, and (of others) missed with the word to the leader."""
    profile = Profile.load(Path(__file__).resolve().parents[2] / "cities" / "suqian")
    runs = [asyncio.run(_run(profile)) for _ in range(RUNS)]
    return {name: round(min(run[name] for run in runs), 1) for name in runs[0]}


async def _run(profile: Profile) -> dict[str, float]:
    start = datetime(2026, 3, 2, 9, 30, tzinfo=profile.zone)
    clock = HandClock(start)
    kept = store.memory()
    listener = Listener(build(profile), kept, Publisher(kept, Quiet()), clock, "bench", tick=3600)
    await listener.take_over(range(PARTITIONS))
    log = _Log(profile, start)
    received, assigned = log.received(), log.assigned()
    found = {"clock_post_us": await _hear(listener, received) + await _hear(listener, assigned)}
    found["clock_reply_us"] = 2 * await _hear(listener, log.replied(POSTS_MEASURED // 2))
    clock.move_to(datetime(2026, 3, 5, 17, 59, tzinfo=profile.zone))
    await _ring(listener, kept, clock)
    clock.move_to(datetime(2026, 3, 5, 18, 1, tzinfo=profile.zone))
    found["clock_miss_us"] = 2 * await _ring(listener, kept, clock)
    return found


async def _hear(listener: Listener, records: Sequence[Incoming]) -> float:
    started = time.process_time()
    for begin in range(0, len(records), POLL):
        await listener.hear(records[begin : begin + POLL])
    return (time.process_time() - started) / POSTS_MEASURED * 1e6


async def _ring(listener: Listener, kept: MemoryStore, clock: HandClock) -> float:
    """Until nothing is due any more."""
    owned = dict.fromkeys(range(PARTITIONS), 0)
    started = time.process_time()
    while kept.doors[0].any_due(owned, clock.now()):
        listener.let_time_pass()
        await listener.tick()
    return (time.process_time() - started) / POSTS_MEASURED * 1e6


class _Log:
    """What the bus would bring."""

    def __init__(self, profile: Profile, start: datetime) -> None:
        self._start = start
        self._units = [department.code for department in profile.departments]
        self._offsets: Counter[tuple[str, int]] = Counter()

    def received(self) -> list[Incoming]:
        return [
            self._record(
                POSTS.name,
                n,
                PostReceived(
                    at=self._start + timedelta(seconds=n),
                    number=f"SQ{n}",
                    kind="complaint",
                    title="路灯不亮",
                    text=f"幸福路第{n}盏路灯坏了,晚上很黑,请派人来修。",
                    citizen=f"c{n}",
                    sealed=b"x" * 200,
                ),
            )
            for n in range(POSTS_MEASURED)
        ]

    def assigned(self) -> list[Incoming]:
        return [
            self._record(
                ASSIGNMENTS.name,
                n,
                PostAssigned(
                    at=self._start + timedelta(seconds=n + 1),
                    number=f"SQ{n}",
                    department=self._units[n % len(self._units)],
                    duty_item="",
                    reasons=(),
                    confidence=1.0,
                    rule_version="b",
                ),
            )
            for n in range(POSTS_MEASURED)
        ]

    def replied(self, count: int) -> list[Incoming]:
        return [
            self._record(
                REPLIES.name,
                n,
                ReplyPublished(
                    at=self._start + timedelta(days=1, seconds=n),
                    reply=f"r{n}",
                    text="已修复。",
                    department=self._units[n % len(self._units)],
                    by="c",
                    handling=1,
                ),
            )
            for n in range(count)
        ]

    def _record(self, topic: str, n: int, fact: Fact) -> Incoming:
        subject = derived("post", "bench", n)
        partition = partition_of(subject)
        encoded = encode(Event(derived(subject, topic), topic, subject, 1, fact, "bench"))
        offset = self._offsets[(topic, partition)]
        self._offsets[(topic, partition)] += 1
        return Incoming(topic, partition, offset, encoded.key, encoded.value, encoded.headers)
