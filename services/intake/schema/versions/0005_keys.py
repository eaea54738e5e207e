"""A key belongs to a post and not to whoever typed the same telephone number; contact and text have one each."""

from chassis.postgres import schema
from chassis.vault import KEYS_SCHEMA

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give every post a copy of the key its box was sealed with; notifier may open contacts, and nothing else."""
    schema.run(KEYS_SCHEMA)
    for box in ("contact", "text"):
        for owner in ("subject", "citizen"):
            schema.run(f"""
                insert into vault.{box}_key (subject, key)
                select subject.subject, kept.key from subject join vault.citizen_key kept on kept.citizen = subject.{owner}
                on conflict do nothing
            """)
    schema.run("""
        drop table vault.citizen_key;
        grant select on vault.contact_key to notifier;
    """)
