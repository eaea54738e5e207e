"""Topics, users, rights, roles and schemas on a given Kafka and PostgreSQL: the one-shot of the container deployment.

Environment: `WENZHENG_KAFKA`, `WENZHENG_DATABASE_HOST`, and `WENZHENG_SECRETS`, the folder with
`db-postgres` and `kafka-admin` and a password file for each role and user (`deploy/secrets.sh` makes them).
"""

import asyncio
import os
from pathlib import Path

from chassis.postgres.migrate import migrate
from fronts.portal.schema.migrate import migrate as migrate_portal
from fronts.wechat.schema.migrate import migrate as migrate_wechat
from wenzheng.stack import access, kafka, postgres
from wenzheng.stack.home import ROLES, SERVICES, USERS


async def prepare(bootstrap: str, host: str, secrets: Path) -> None:
    """Create what is missing; harmless when nothing is."""
    passwords = {role: (secrets / f"db-{role}").read_text().strip() for role in (*ROLES, "postgres")}
    superuser = f"postgresql://postgres:{passwords['postgres']}@{host}/postgres"
    await postgres.create_roles(superuser, passwords)
    for service in SERVICES:
        await migrate(service, f"postgresql://{service}:{passwords[service]}@{host}/{postgres.DATABASE}")
    await migrate_portal(f"postgresql://portal:{passwords['portal']}@{host}/{postgres.DATABASE}")
    await migrate_wechat(f"postgresql://wechat:{passwords['wechat']}@{host}/{postgres.DATABASE}")
    users = {user: (secrets / f"kafka-{user}").read_text().strip() for user in USERS}
    bus = access.administrator(bootstrap, users.pop(access.ADMIN))
    while not await kafka.answers(bus):
        await asyncio.sleep(1)
    await kafka.create_topics(bus)
    await access.grant(bus, users)


if __name__ == "__main__":
    asyncio.run(
        prepare(
            os.environ["WENZHENG_KAFKA"],
            os.environ["WENZHENG_DATABASE_HOST"],
            Path(os.environ.get("WENZHENG_SECRETS", "/run/secrets")),
        )
    )
