"""Parked events, and grounds for a record: look at them, let them be tried again, or let them go."""

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Final

import asyncpg
import typer
from rich.table import Table

from chassis.engine.batch import INPUT_PREFIX
from contracts.identity import partition_of
from wenzheng.commands.terminal import Data, home_of, out
from wenzheng.stack.home import SERVICES, Home, Trouble
from wenzheng.stack.status import database

app = typer.Typer(no_args_is_help=True, help="搁置的消息。 Parked events.")
Identity = Annotated[str, typer.Argument(help="SERVICE/TOPIC/PARTITION/OFFSET, SERVICE/@INPUT/SEQ/SUBJECT")]
Identities = Annotated[
    list[str],
    typer.Argument(help="编号,可有多个;- 从标准输入逐行读取。 Ids; - reads them from standard input."),
]

_LIST = """
select subject, topic, seq, partition, "offset", reason, mark, at, value from waiting where parked order by at"""

_GROUND: Final = "ground"
"""In place of a topic: what stats found in a case and could not hand in. Its place is its record's, its offset its id."""
_GROUNDS: Final = """
select record subject, 'ground' topic, id seq, id "offset", reason, '' mark, parked_at at, given value from stats.ground
where reason <> '' order by id"""
_GROUND_ACTS: Final = {
    "replay": "update stats.ground set reason = '', parked_at = null where id = $1::bigint and reason <> ''",
    "drop": "delete from stats.ground where id = $1::bigint and reason <> ''",
}


@dataclass(frozen=True)
class Place:
    """Where something is parked: a record by partition and offset, an input by number and subject."""

    service: str
    topic: str
    partition: int = 0
    offset: int = 0
    seq: int = 0
    subject: str = ""


def place_of(identity: str) -> Place:
    """What an id says. Raises Trouble for what is none."""
    service, _, rest = identity.partition("/")
    topic, *last = rest.split("/", 2)
    if service in SERVICES and len(last) == 2 and last[0].isdecimal():
        if topic.startswith(INPUT_PREFIX):
            return Place(service, topic, seq=int(last[0]), subject=last[1])
        if last[1].isdecimal():
            return Place(service, topic, int(last[0]), int(last[1]))
    raise Trouble("应为 wenzheng parked list 所列的编号。 It should be an id as parked list names it.")


async def _rows(home: Home) -> list[dict[str, Any]]:
    state = home.read_state()
    found = []
    for service in SERVICES:
        async with _connected(home, state, service) as connection:
            found += await parked(connection, service)
            if service == "stats":
                found += [
                    _named(service, {**dict(row), "partition": partition_of(row["subject"])})
                    for row in await connection.fetch(_GROUNDS)
                ]
    return found


async def parked(connection: asyncpg.Connection, service: str) -> list[dict[str, Any]]:
    """What is parked in a service's schema, each with the `id` by which it is marked."""
    return [_named(service, dict(row)) for row in await connection.fetch(_LIST)]


@asynccontextmanager
async def _connected(home: Home, state: dict[str, Any], service: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database(home, state, service))
    try:
        await connection.execute(f'set search_path to "{service}"')
        yield connection
    finally:
        await connection.close()


def _named(service: str, row: dict[str, Any]) -> dict[str, Any]:
    # Inputs, such as timers, came from no partition of the bus: all of them have the offset 0.
    place = "{seq}/{subject}" if row["topic"].startswith(INPUT_PREFIX) else "{partition}/{offset}"
    return {"id": f"{service}/{row['topic']}/{place.format(**row)}", "service": service, **row}


def _given(identities: list[str]) -> list[str]:
    """The ids of a command: its arguments, or for `-` the lines of standard input."""
    return [line.strip() for line in sys.stdin if line.strip()] if identities == ["-"] else identities


async def _mark(home: Home, identities: Sequence[str], mark: str, subject: str = "", seq: int = 0) -> int:
    """Mark each of these; returns how many. Raises Trouble for what is no id, before any is marked, and for what is not parked."""
    by_service: dict[str, dict[str, Place]] = defaultdict(dict)
    for identity in identities:
        place = place_of(identity)
        by_service[place.service][identity] = place
    state, missing = home.read_state(), list[str]()
    for service, places in by_service.items():
        async with _connected(home, state, service) as connection:
            for identity, place in places.items():
                if not await marked(connection, place, mark, subject, seq):
                    missing.append(identity)
    count = sum(map(len, by_service.values())) - len(missing)
    if missing:
        told = "\n".join(f"没有搁置的 {identity}。 Nothing parked under that name." for identity in missing)
        raise Trouble(f"{told}\n{_done(count)}" if count else told)
    return count


def _done(count: int) -> str:
    return f"已标记 {count} 条,由分区的所有者执行。 Marked; the partition's owner acts on it."


async def marked(
    connection: asyncpg.Connection, place: Place, mark: str, subject: str = "", seq: int = 0
) -> bool:
    """Whether something is parked at this place, which then has the mark. Raises Trouble for a subject of another partition.

    `subject` and `seq` are the operator's word whose a record is that does not say so: its number counts as handled.
    """
    if place.topic == _GROUND:
        return _some(await connection.execute(_GROUND_ACTS[mark], place.offset))
    if place.subject:
        where = "topic = $2::text and seq = $3::bigint and subject = $4::text and parked"
        at = (place.topic, place.seq, place.subject)
        return _some(await connection.execute(f"update waiting set mark = $1::text where {where}", mark, *at))
    where = 'topic = $2::text and partition = $3::smallint and "offset" = $4::bigint and parked'
    here = (place.topic, place.partition, place.offset)
    if not subject:
        return _some(
            await connection.execute(f"update waiting set mark = $1::text where {where}", mark, *here)
        )
    if partition_of(subject) != place.partition:
        raise Trouble(f"{subject} 不在分区 {place.partition}。 That subject is in another partition.")
    changed = f"update waiting set mark = $1::text, subject = $5::text, seq = $6::bigint where {where}"
    async with connection.transaction():
        found = _some(await connection.execute(changed, mark, *here, subject, seq))
        if found:
            await connection.execute("update subject set held = held + 1 where subject = $1::text", subject)
    return found


def _some(status: str) -> bool:
    return not status.endswith(" 0")


@app.command("list")
def list_(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
    ids: Annotated[
        bool, typer.Option("--ids", help="只列编号,每行一个。 The ids alone, one a line.")
    ] = False,
) -> None:
    """列出。 List them."""
    rows = asyncio.run(_rows(home_of(data)))
    if ids:
        print("".join(f"{row['id']}\n" for row in rows), end="")
        return
    if as_json:
        plain = [{k: str(v) if k == "at" else v for k, v in row.items() if k != "value"} for row in rows]
        print(json.dumps(plain, ensure_ascii=False, indent=1))
        return
    table = Table("编号 id", "主体 subject", "序号 seq", "原因 reason", "标记 mark")
    for row in rows:
        table.add_row(row["id"], row["subject"], str(row["seq"]), row["reason"][:80], row["mark"])
    out.print(table)


@app.command()
def show(identity: Identity, data: Data = None) -> None:
    """看一条。 Show one."""
    row = next((row for row in asyncio.run(_rows(home_of(data))) if row["id"] == identity), None)
    if row is None:
        raise Trouble(f"没有搁置的 {identity}。 Nothing parked under that name.")
    value = row.pop("value")
    for key, content in row.items():
        print(f"{key}: {content}")
    print(value.decode("utf-8", "backslashreplace") if value is not None else "(no body)")


@app.command()
def replay(identities: Identities, data: Data = None) -> None:
    """再试一次。 Let them be tried again."""
    print(_done(asyncio.run(_mark(home_of(data), _given(identities), "replay"))))


@app.command()
def drop(
    identities: Identities,
    data: Data = None,
    subject: Annotated[str, typer.Option("--as-subject", help="无主记录的主体。 Whose it was.")] = "",
    seq: Annotated[int, typer.Option("--as-seq", help="及其序号。 And its number.")] = 0,
) -> None:
    """放弃;其序号算作已处理。 Let them go; their numbers count as handled."""
    given = _given(identities)
    if bool(subject) != bool(seq):
        raise Trouble("--as-subject 与 --as-seq 须同时给出。 Both or neither.")
    if subject and len(given) != 1:
        raise Trouble("--as-subject 只用于一条。 Whose it was is said of one alone.")
    print(_done(asyncio.run(_mark(home_of(data), given, "drop", subject, seq))))
