"""A database put back from a backup that the log has outrun: its service refuses to run, and says so."""

import signal
import time

import asyncpg
import pytest

from tests.patience import PATIENCE
from tests.stack import Client, running
from wenzheng.stack.status import database

pytestmark = [pytest.mark.real, pytest.mark.slow]

TABLES = ("subject", "timer", "position", "waiting", "outbox")
REFUSAL = "this database was put back from before that"


async def test_a_service_put_back_to_yesterday_does_not_say_again_what_the_log_holds() -> None:
    with running() as stack:
        client = Client(stack)
        await client.post()
        stack.quiet()
        connection = await asyncpg.connect(database(stack.home, stack.home.read_state(), "deadline"))
        for table in TABLES:
            await connection.execute(f"create table deadline.{table}_saved as table deadline.{table}")
        await client.post()
        await client.close()
        stack.quiet()

        for table in TABLES:
            columns = await connection.fetchval(
                "select string_agg(quote_ident(column_name), ', ' order by ordinal_position)"
                " from information_schema.columns where table_schema = 'deadline' and table_name = $1",
                table,
            )
            await connection.execute(
                f"truncate deadline.{table};"
                f" insert into deadline.{table} ({columns}) select {columns} from deadline.{table}_saved"
            )
        await connection.close()
        stack.signal("deadline", signal.SIGKILL)

        log, until = stack.home.logs / "deadline.log", time.monotonic() + PATIENCE
        while REFUSAL not in log.read_text(errors="replace"):
            assert time.monotonic() < until, "it runs"
            time.sleep(0.2)
        assert stack.parts()["deadline"]["state"] != "ready"
        assert stack.parts()["stats"]["state"] == "ready"
