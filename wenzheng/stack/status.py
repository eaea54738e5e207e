"""How every part of a running stack stands: state, lag, parked events, age of the outbox."""

import asyncio
import json
from typing import Any

import asyncpg
from aiokafka.errors import KafkaError

from chassis.kafka.broker import Broker
from contracts.topics import TOPICS
from wenzheng.log import ends, reading
from wenzheng.stack import kafka, postgres
from wenzheng.stack.home import SERVICES, Home, is_alive
from wenzheng.stack.parts import LISTENERS, prober, told

LOOK_SECONDS = 10.0
"""What does not answer for this long is left out of the figures."""

_TABLES = """
select (select coalesce(json_object_agg(partition, offsets), '{{}}')::text from {schema}.position) positions,
       (select count(*) from {schema}.waiting where parked) parked,
       (select coalesce(extract(epoch from clock_timestamp() - min(at)), 0)::float8 from {schema}.outbox) outbox_age"""
_GROUNDS = "select count(*) from stats.ground where reason <> ''"


def database(home: Home, state: dict[str, Any], role: str = "auditor") -> str:
    """The DSN of a role on the running stack's server."""
    return postgres.role_dsn(f"postgresql://x:x@{state['superuser_address']}", home, role)


async def _ends(broker: Broker) -> dict[tuple[str, int], int]:
    async with reading(broker) as consumer:
        return await ends(consumer)


async def tables(dsn: str) -> dict[str, dict[str, Any]]:
    """Per service: stored positions, parked events, age of the outbox in seconds."""
    connection = await asyncpg.connect(dsn, timeout=3)
    try:
        found = {}
        for service in SERVICES:
            row = await connection.fetchrow(_TABLES.format(schema=service))
            assert row is not None
            grounds = await connection.fetchval(_GROUNDS) if service == "stats" else 0
            found[service] = {
                "positions": {int(p): offsets for p, offsets in json.loads(row["positions"]).items()},
                "parked": row["parked"] + grounds,
                "outbox_age": round(row["outbox_age"], 1),
            }
        return found
    finally:
        await connection.close()


async def lags(home: Home) -> dict[str, int]:
    """Service to events on the bus that it has not handled; nobody else is asked. Raises OSError where log or database is away."""
    state = home.read_state()
    found, about = await asyncio.gather(_ends(kafka.of_state(home, state)), tables(database(home, state)))
    return {service: _lag(service, about[service], found) or 0 for service in about}


async def status(home: Home) -> dict[str, Any]:
    """Every part as it stands now; never fails because a part is down. Raises Trouble without a stack."""
    state = home.read_state()
    running = is_alive(state["pid"], state["started"])
    found_ends: dict[tuple[str, int], int] = {}
    found_tables: dict[str, dict[str, Any]] = {}
    auditor, bus = database(home, state), kafka.of_state(home, state)
    kafka_up, postgres_up = await asyncio.gather(kafka.answers(bus), postgres.answers(auditor))
    if kafka_up:
        try:
            found_ends = await asyncio.wait_for(_ends(bus), LOOK_SECONDS)
        except (KafkaError, OSError):  # TimeoutError is an OSError
            kafka_up = False
    if postgres_up:
        try:
            found_tables = await asyncio.wait_for(tables(auditor), LOOK_SECONDS)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            found_tables = {}
    async with prober() as http:
        ready = await asyncio.gather(
            *(
                told(f"{part['address']}/readyz", http)
                if part["address"].startswith("http")
                else _known(part, kafka_up, postgres_up)
                for part in state["parts"]
            )
        )
    parts = []
    for part, says in zip(state["parts"], ready, strict=True):
        alive = is_alive(part["pid"] or 0, part["started"])
        is_ready, without = says
        standing = "ready" if alive and is_ready else "starting" if alive else "down"
        service = part["name"].split("-")[0]
        about = found_tables.get(service, {})
        hears = part["name"].startswith(LISTENERS.get(service, "-"))
        row = {
            "name": part["name"],
            "address": part["address"],
            "state": standing,
            "pid": part["pid"] if alive else None,
            "restarts": part["restarts"],
            "lag": _lag(service, about, found_ends) if hears else None,
            "parked": about.get("parked") if hears else None,
            "outbox_age": about.get("outbox_age"),
            "without": without,
        }
        parts.append(row)
    return {"data": str(home.data), "running": running, "services": state["services"], "parts": parts}


async def _known(part: dict[str, Any], kafka_up: bool, postgres_up: bool) -> tuple[bool, str]:
    return kafka_up if part["name"] == "kafka" else postgres_up, ""


def _lag(service: str, about: dict[str, Any], found: dict[tuple[str, int], int]) -> int | None:
    """Events on the bus the service has not handled; None where it cannot be said."""
    if not about or not found:
        return None
    hears = {topic.name for topic in TOPICS if service in topic.readers}
    return sum(
        max(0, end - int(about["positions"].get(partition, {}).get(topic, 0)))
        for (topic, partition), end in found.items()
        if topic in hears
    )
