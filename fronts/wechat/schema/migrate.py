"""Brings the schema `wechat` to its newest revision: `python -m fronts.wechat.schema.migrate`."""

import asyncio
import sys
from pathlib import Path

from chassis.postgres import migrate as chassis
from chassis.settings import Settings


async def migrate(dsn: str) -> None:
    """Run what is missing; two processes that start at once wait for each other."""
    await chassis.migrate("wechat", dsn, versions=Path(__file__).parent / "versions")


def main() -> None:
    """The command."""
    dsn = Settings.read().dsn
    if not dsn:
        sys.exit("WENZHENG_DATABASE must name the front end's database")
    asyncio.run(migrate(dsn))


if __name__ == "__main__":
    main()
