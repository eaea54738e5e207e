"""What waits for an author and was not tried yet goes as they chose last; in PostgreSQL (the twin: `store.py`)."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from chassis.store import Applied
from services.notifier.core.case import Notice, Reroute
from services.notifier.core.preference import rerouted

# What is sent once more was tried before.
_WAITING: Final = """
select id::text, subject, cause, kind, channel, department, others from notice
where subject = any($1::text[]) and audience = 'citizen' and follower = ''
  and state = 'pending' and attempts = 0 and not repeated
order by id for update"""
_REROUTE: Final = """
update notice n set id = chosen.id::uuid, channel = chosen.channel, others = chosen.others, at_night = chosen.at_night
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[]) chosen (was, id, channel, others, at_night)
where n.id = chosen.was::uuid"""


class Rerouting:
    """Two statements, however many authors of a batch chose."""

    effects = (Reroute,)

    async def apply(self, connection: asyncpg.Connection, applied: Sequence[Applied]) -> None:
        """What the batch itself claims stands in the table before this is asked."""
        chosen = {one.subject: one.effect for one in applied if isinstance(one.effect, Reroute)}
        if not chosen:
            return
        rows = await connection.fetch(_WAITING, list(chosen))
        found = [(row["id"], rerouted(_notice(row), chosen[row["subject"]])) for row in rows]
        await connection.execute(
            _REROUTE,
            [was for was, _ in found],
            [notice.id for _, notice in found],
            [notice.channel for _, notice in found],
            [" ".join(notice.others) for _, notice in found],
            [notice.at_night for _, notice in found],
        )


def _notice(row: asyncpg.Record) -> Notice:
    """As far as its way goes."""
    return Notice(
        row["id"],
        row["cause"],
        row["kind"],
        "citizen",
        row["channel"],
        row["department"],
        "",
        others=tuple(row["others"].split()),
    )
