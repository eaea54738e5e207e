"""Brings the schema `portal` to its newest revision: `python -m fronts.portal.schema.migrate`."""

import asyncio
import sys
from pathlib import Path

from chassis.postgres import migrate as chassis
from chassis.settings import Settings


async def migrate(dsn: str) -> None:
    """Run what is missing; two processes that start at once wait for each other."""
    await chassis.migrate("portal", dsn, versions=Path(__file__).parent / "versions")


def main() -> None:
    """The command."""
    dsn = Settings.read().dsn
    if not dsn:
        sys.exit("WENZHENG_DATABASE must name the portal's database")
    asyncio.run(migrate(dsn))


if __name__ == "__main__":
    main()
