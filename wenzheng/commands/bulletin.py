"""Bulletins from the log: `wenzheng bulletin recompute | export`."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
from aiokafka import AIOKafkaConsumer

from city.profile import Profile
from contracts.topics import Topic
from services.stats.core.bulletin import scoring
from services.stats.core.bulletin.freezing import differences
from services.stats.core.bulletin.tables import course, heads, table
from wenzheng.commands.terminal import Data, home_of
from wenzheng.log import reading, records
from wenzheng.recompute import Logged, Read, export, from_folder, issued, recomputed
from wenzheng.stack import kafka

app = typer.Typer(no_args_is_help=True, help="通报:从事件记录重算。 Bulletins, recounted from the log.")


@app.command("recompute")
def recompute(
    number: Annotated[str, typer.Argument(help="文号或编号。 Number as printed, or id such as 2026-06.")],
    log: Annotated[
        Path | None, typer.Option("--log", help="导出的事件记录;不给则读运行中的系统。 An exported log.")
    ] = None,
    city: Annotated[Path | None, typer.Option("--city", help="城市目录。 The city's folder.")] = None,
    data: Data = None,
) -> None:
    """从事件记录重算一份通报,逐数比较。 Count a bulletin again from the log alone; exit 1 when anything differs."""
    if not asyncio.run(_recompute(number, log, city, data)):
        raise typer.Exit(1)


@app.command("export")
def export_(
    folder: Annotated[Path, typer.Argument(help="写到哪个目录。 Folder to write to.")], data: Data = None
) -> None:
    """导出全部事件记录,供别处重算。 Write the whole log to a folder, for a recount elsewhere."""

    async def run() -> int:
        home = home_of(data)
        async with reading(kafka.of_state(home, home.read_state())) as consumer:
            return await export(_from_kafka(consumer), folder)

    print(f"{asyncio.run(run())} 条 records -> {folder}")


async def _recompute(number: str, log: Path | None, city: Path | None, data: Path | None) -> bool:
    if log is not None:
        return await _compared(from_folder(log), number, Profile.load(city or "cities/suqian"))
    home = home_of(data)
    state = home.read_state()
    async with reading(kafka.of_state(home, state)) as consumer:
        return await _compared(_from_kafka(consumer), number, Profile.load(city or state["city"]))


async def _compared(read: Read, number: str, profile: Profile) -> bool:
    """Print what the recount gives; whether figures and the XLSX data part are the same."""
    from services.stats.bulletins.papers import xlsx

    bulletin = await issued(read, number)
    frozen = bulletin.figures
    again, scores = await recomputed(read, profile, bulletin)
    for name, then, now in (
        ("程序 code", frozen.code, again.code),
        ("规则 policy", frozen.policy, again.policy),
    ):
        if then != now:
            print(f"{name}: {then} -> {now},数字可能因此不同 (figures may differ for that)")
    told = differences(frozen, again) + scoring.differences(bulletin.scores, scores, frozen)
    for one in told:
        print(one)
    parts = [xlsx.data_part(heads(figures), table(figures), course(figures)) for figures in (frozen, again)]
    hashes = [sha256(part).hexdigest() for part in parts]
    same = not told and parts[0] == parts[1]
    verdict = "一致 the same" if same else "不一致 DIFFERENT"
    if scores is not None:
        print(f"考核得分 scores: {len(scores.units)} 个单位 units")
    print(f"{bulletin.number} {frozen.period}: {verdict}; {xlsx.DATA} sha256 {hashes[0]} / {hashes[1]}")
    return same


def _from_kafka(consumer: AIOKafkaConsumer) -> Read:
    async def read(topics: Sequence[Topic], partition: int) -> AsyncIterator[Logged]:
        async for record in records(consumer, topics, partition):
            yield Logged(
                record.topic, partition, record.offset, record.key, record.value, tuple(record.headers)
            )

    return read
