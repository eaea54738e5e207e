"""Brings the schema `portal` to its newest revision: `python -m fronts.portal.schema.migrate [--sql]`."""

import asyncio
import sys
from pathlib import Path
from typing import Final

from chassis.postgres import migrate as chassis
from chassis.settings import Settings

VERSIONS: Final = Path(__file__).parent / "versions"


async def migrate(dsn: str) -> None:
    """Run what is missing; two processes that start at once wait for each other."""
    await chassis.migrate("portal", dsn, versions=VERSIONS)


def main() -> None:
    """The command; `--sql` prints the script for a database administrator instead of running it."""
    if "--sql" in sys.argv:
        chassis.script("portal", VERSIONS)
        return
    dsn = Settings.read().dsn
    if not dsn:
        sys.exit("WENZHENG_DATABASE must name the portal's database")
    asyncio.run(migrate(dsn))


if __name__ == "__main__":
    main()
