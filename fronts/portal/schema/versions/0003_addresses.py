"""Wrong tries at signing in, counted for each address over all instances."""

from chassis.postgres import schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them; a row is gone ten minutes after it was begun, so the table stays small."""
    schema.run("""
        create unlogged table address_try (
            client text collate "C" primary key,
            tries  integer not null,
            since  timestamptz not null
        );
        create index address_try_old on address_try (since);
    """)
