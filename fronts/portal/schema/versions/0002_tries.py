"""Tries at signing in, counted for each account and each browser or address that tries; how long accounts are locked."""

from chassis.postgres import schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    schema.run("""
        create table sign_in_try (
            person       text collate "C" not null references account on delete cascade,
            client       text collate "C" not null,
            tries        integer not null,
            locked_until timestamptz,
            tried_at     timestamptz not null,
            primary key (person, client)
        );
        create index sign_in_try_old on sign_in_try (tried_at);
        alter table account add column tried_at timestamptz;
        update account set tries = 0, locked_until = null;
    """)
