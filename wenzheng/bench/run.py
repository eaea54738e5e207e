"""Runs the measurements on a stack of its own and prints them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.kafka.broker import Broker
from city.profile import Profile
from city.rates import Rates
from contracts.codec import decode
from contracts.topics import ASSIGNMENTS
from wenzheng.bench import (
    calibrate,
    clock,
    figures,
    flood,
    hostile,
    hostile_inputs,
    masking,
    routing,
    step,
    storm,
    timers,
    topics,
)
from wenzheng.bench.inbox import inbox
from wenzheng.bench.load import drive, quantile
from wenzheng.bench.stack import bodies, cpu_seconds, drained, kind_of_bodies, processes
from wenzheng.stack import kafka
from wenzheng.stack.home import Home, Trouble
from wenzheng.stack.status import database, lags

ALONE: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "clock": clock.measure,
    "masking": masking.measure,
    "routing": routing.measure,
    "topics": topics.measure,
}
"""Measurements of pure code, which need no stack."""
ON_A_STACK: Final = ("step", "chain", "latency", "flood", "timers", "inbox", "figures", "open")


async def _hostile(home: Home, named: str) -> dict[str, Any]:
    services = home.read_state()["services"]
    tried = [attack for attack in hostile_inputs.attacks(Rates(), masking.HOSTILE) if named in attack.name]
    if not tried:
        raise Trouble(f"没有名称含“{named}”的。 No attack of that name.")
    return await hostile.measure(
        services, lambda: processes(home), lambda: drained(home), lambda: cpu_seconds(home), tried
    )


WITH_LIMITS: Final[dict[str, Callable[[Home, str], Coroutine[Any, Any, dict[str, Any]]]]] = {
    "hostile": _hostile
}
"""Measurements on a stack whose doors have their limits, of what is named so; all others are one client that asks as often as it can."""
LIMITS: Final = hostile.SETTINGS

CHAIN_SECONDS = 60.0
LATENCY_SECONDS = 20.0
LATENCY_RATE = 50.0


@asynccontextmanager
async def sampled(home: Home) -> AsyncIterator[list[int]]:
    """How many events the slowest service is behind, looked up every five seconds while something is driven."""
    found: list[int] = []

    async def sample() -> None:
        while True:
            await asyncio.sleep(5)
            found.append(max((await lags(home)).values()))

    sampling = asyncio.create_task(sample())
    try:
        yield found
    finally:
        sampling.cancel()
        with suppress(asyncio.CancelledError):
            await sampling


async def chain(home: Home, step_us: float, seconds: float = CHAIN_SECONDS) -> dict[str, Any]:
    """As many posts as are answered, through the five services that hear of posts; lag sampled on the way."""
    posts = bodies()
    address = home.read_state()["services"]["intake"]
    before = cpu_seconds(home)
    async with sampled(home) as behind:
        load = await drive(address, lambda n: posts[n % len(posts)], seconds)
    drain = await drained(home)
    after = cpu_seconds(home)
    count = len(load.accepted)
    cpu = {name: round((after[name] - before[name]) / max(1, count) * 1e6) for name in after}
    return {
        "posts": count,
        "posts_per_s": round(count / load.seconds),
        "chain_posts_per_s": round(count / (load.seconds + drain)),
        "drain_s": round(drain, 1),
        "lag_samples": behind,
        "post_p50_ms": round(load.quantile(0.5), 1),
        "post_p99_ms": round(load.quantile(0.99), 1),
        "cpu_us_per_post": cpu,
        "cpu_us_per_post_all": sum(cpu.values()),
        "chain_ratio": round(sum(cpu.values()) / step_us, 1),
    }


async def latency(
    home: Home, step_us: float, rate: float = LATENCY_RATE, seconds: float = LATENCY_SECONDS
) -> dict[str, Any]:
    """POST to 202, and POST to the assignment on the log (its broker's timestamp), at an even rate.

    `ratio` is all CPU of a post, that of an idle stack included, in steps of the bare reference.
    """
    posts = bodies()
    state = home.read_state()
    before = cpu_seconds(home)
    async with sampled(home) as behind:
        load = await drive(state["services"]["intake"], lambda n: posts[n % len(posts)], seconds, rate, 32)
    after = cpu_seconds(home)
    drain = await drained(home)
    cpu = {name: round((after[name] - before[name]) / max(1, len(load.accepted)) * 1e6) for name in after}
    assigned = await _assigned_at(kafka.of_state(home, state))
    delays = [
        1000 * (assigned[number] - sent) for number, sent in load.accepted.items() if number in assigned
    ]
    return {
        "rate_per_s": rate,
        "posts": len(load.accepted),
        "post_p50_ms": round(load.quantile(0.5), 1),
        "post_p99_ms": round(load.quantile(0.99), 1),
        "assignment_p50_ms": round(quantile(delays, 0.5), 1),
        "assignment_p99_ms": round(quantile(delays, 0.99), 1),
        "assignments_seen": len(delays),
        "lag_samples": behind,
        "drain_s": round(drain, 1),
        "cpu_us_per_post": cpu,
        "cpu_us_per_post_all": sum(cpu.values()),
        "ratio": round(sum(cpu.values()) / step_us, 1),
    }


async def _assigned_at(bus: Broker) -> dict[str, float]:
    """Number to the second at which its first assignment (or holding) was appended."""
    consumer = AIOKafkaConsumer(**bus.options, auto_offset_reset="earliest")
    await consumer.start()
    found: dict[str, float] = {}
    try:
        places = [TopicPartition(ASSIGNMENTS.name, p) for p in range(ASSIGNMENTS.partitions)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        await consumer.seek_to_beginning(*places)
        left = {place for place in places if ends[place]}
        while left:
            for place, records in (await consumer.getmany(*left, timeout_ms=500)).items():
                for record in records:
                    event = decode(ASSIGNMENTS, record.key, record.value, record.headers)
                    number = getattr(event.fact, "number", "")
                    found.setdefault(number, record.timestamp / 1000)
                if records and records[-1].offset >= ends[place] - 1:
                    left.discard(place)
        return found
    finally:
        await consumer.stop()


async def measure(
    which: list[str],
    home: Home,
    pending: int = timers.PENDING,
    storm_timers: int = storm.TIMERS,
    flood_posts: int = flood.POSTS,
    cases: int = figures.CASES,
    rows: int = figures.OPEN_ROWS,
) -> dict[str, Any]:
    """The chosen measurements, calibration first; `pending` and `storm_timers` are numbers of timers."""
    state = home.read_state()
    # The bench has its own schema: it asks as the role that may create one.
    superuser = database(home, state, "deadline").replace(
        f"deadline:{home.secret('db-deadline')}", f"postgres:{home.secret('db-postgres')}"
    )
    bus = kafka.of_state(home, state, "admin")
    found: dict[str, Any] = {"calibration": kind_of_bodies()}
    found["calibration"] |= await calibrate.bare_kafka(bus)
    found["calibration"] |= await calibrate.raw_unnest(superuser)
    found["calibration"] |= await calibrate.raw_asgi()
    found["calibration"] |= await step.measure(bus, superuser)
    if "step" in which:
        found["step"] = {
            key: found["calibration"][key] for key in ("step_us", "engine_us", "step_ratio", "exactly_once")
        }
    if "timers" in which:
        found["timers"] = await timers.measure(superuser, Profile.load(state["city"]), pending)
        found["timers"] |= await storm.measure(
            superuser,
            state["services"]["intake"],
            Profile.load(state["city"]),
            found["timers"]["raw_fire_per_s"],
            storm_timers,
        )
    if "inbox" in which:
        found["inbox"] = await inbox(home, lambda: drained(home), lambda: cpu_seconds(home))
    step_us = found["calibration"]["step_us"]
    if "latency" in which:
        found["latency_at_5"] = await latency(home, step_us, 5.0)
        found["latency"] = await latency(home, step_us)
        found["latency"]["ratio_50"] = found["latency"].pop("ratio")
    if "chain" in which:
        found["chain"] = await chain(home, step_us)
        rate = found["chain"]["chain_posts_per_s"] * 0.8
        found["latency_at_80_percent"] = await latency(home, step_us, rate, 60)
    if "flood" in which:
        found["flood"] = await flood.measure(home, flood_posts)
    place = figures.Place(
        state["services"],
        state["city"],
        home.secret_file("token-private.pem").read_bytes(),
        superuser,
        lambda: cpu_seconds(home),
        bodies(),
    )
    if "open" in which:
        found["open"] = await figures.open_data(place, rows)
    if "figures" in which:
        found["figures"] = await figures.measure(place, cases)
    return found
