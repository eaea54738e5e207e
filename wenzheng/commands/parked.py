"""Parked events, and grounds for a record: look at them, let them be tried again, or let them go."""

import asyncio
import json
from typing import Annotated, Any, Final

import asyncpg
import typer
from rich.table import Table

from contracts.identity import partition_of
from wenzheng.commands.terminal import Data, home_of, out
from wenzheng.stack.home import SERVICES, Home, Trouble
from wenzheng.stack.status import database

app = typer.Typer(no_args_is_help=True, help="搁置的消息。 Parked events.")
Identity = Annotated[str, typer.Argument(help="SERVICE/TOPIC/PARTITION/OFFSET")]

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


async def _rows(home: Home) -> list[dict[str, Any]]:
    state = home.read_state()
    found = []
    for service in SERVICES:
        connection = await asyncpg.connect(database(home, state, service))
        try:
            await connection.execute(f'set search_path to "{service}"')
            for row in await connection.fetch(_LIST):
                found.append(_named(service, dict(row)))
            if service == "stats":
                found += [
                    _named(service, {**dict(row), "partition": partition_of(row["subject"])})
                    for row in await connection.fetch(_GROUNDS)
                ]
        finally:
            await connection.close()
    return found


def _named(service: str, row: dict[str, Any]) -> dict[str, Any]:
    identity = f"{service}/{row['topic']}/{row['partition']}/{row['offset']}"
    return {"id": identity, "service": service, **row}


async def _mark(home: Home, identity: str, mark: str, subject: str, seq: int) -> None:
    service, topic, partition, offset = _parts(identity)
    state = home.read_state()
    connection = await asyncpg.connect(database(home, state, service))
    try:
        await connection.execute(f'set search_path to "{service}"')
        if topic == _GROUND:
            done = await connection.execute(_GROUND_ACTS[mark], offset)
            if done.endswith(" 0"):
                raise Trouble(f"没有搁置的 {identity}。 Nothing parked under that name.")
            return
        where = 'topic = $1::text and partition = $2::smallint and "offset" = $3::bigint and parked'
        if subject:
            # The record did not say whose it was; the operator does: its number counts as handled.
            if partition_of(subject) != partition:
                raise Trouble(f"{subject} 不在分区 {partition}。 That subject is in another partition.")
            done = await connection.execute(
                f"update waiting set subject = $4::text, seq = $5::bigint, mark = $6::text where {where}",
                topic,
                partition,
                offset,
                subject,
                seq,
                mark,
            )
            await connection.execute("update subject set held = held + 1 where subject = $1::text", subject)
        else:
            done = await connection.execute(
                f"update waiting set mark = $4::text where {where}", topic, partition, offset, mark
            )
    finally:
        await connection.close()
    if done.endswith(" 0"):
        raise Trouble(f"没有搁置的 {identity}。 Nothing parked under that name.")


def _parts(identity: str) -> tuple[str, str, int, int]:
    pieces = identity.split("/")
    if len(pieces) != 4 or pieces[0] not in SERVICES or not (pieces[2] + pieces[3]).isdigit():
        raise Trouble("应为 SERVICE/TOPIC/PARTITION/OFFSET,见 wenzheng parked list。 See parked list.")
    return pieces[0], pieces[1], int(pieces[2]), int(pieces[3])


@app.command("list")
def list_(data: Data = None, as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False) -> None:
    """列出。 List them."""
    rows = asyncio.run(_rows(home_of(data)))
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
def replay(identity: Identity, data: Data = None) -> None:
    """再试一次。 Let it be tried again."""
    asyncio.run(_mark(home_of(data), identity, "replay", "", 0))
    print("已标记,由分区的所有者执行。 Marked; the partition's owner acts on it.")


@app.command()
def drop(
    identity: Identity,
    data: Data = None,
    subject: Annotated[str, typer.Option("--as-subject", help="无主记录的主体。 Whose it was.")] = "",
    seq: Annotated[int, typer.Option("--as-seq", help="及其序号。 And its number.")] = 0,
) -> None:
    """放弃;其序号算作已处理。 Let it go; its number counts as handled."""
    if bool(subject) != bool(seq):
        raise Trouble("--as-subject 与 --as-seq 须同时给出。 Both or neither.")
    asyncio.run(_mark(home_of(data), identity, "drop", subject, seq))
    print("已标记,由分区的所有者执行。 Marked; the partition's owner acts on it.")
