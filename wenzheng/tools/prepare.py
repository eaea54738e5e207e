"""Topics, users, rights, roles and schemas on a given Kafka and PostgreSQL: the one-shot of the container deployment.

Environment: `WENZHENG_KAFKA`, `WENZHENG_DATABASE_HOST`, and `WENZHENG_SECRETS`, the folder with
`db-postgres` and `kafka-admin` and a password file for each role and user (`deploy/secrets.sh` makes them).
"""

import asyncio
import os
from pathlib import Path

from chassis.postgres.migrate import migrate
from wenzheng.stack import access, kafka, postgres
from wenzheng.stack.home import ROLES, SCHEMAS, USERS


async def prepare(bootstrap: str, host: str, secrets: Path) -> None:
    """Create what is missing; harmless when nothing is."""
    passwords = {role: (secrets / f"db-{role}").read_text().strip() for role in (*ROLES, "postgres")}
    superuser = f"postgresql://postgres:{passwords['postgres']}@{host}/postgres"
    await postgres.create_roles(superuser, passwords)
    for schema in SCHEMAS:
        await migrate(schema, f"postgresql://{schema}:{passwords[schema]}@{host}/{postgres.DATABASE}")
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
