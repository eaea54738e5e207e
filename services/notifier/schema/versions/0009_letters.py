"""Letters that an instance has taken upon itself to send, so that another one that is handed the same does not."""

from chassis.postgres import schema

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The id of a code and no more: neither the code nor the telephone."""
    schema.run("""
        create table letter_sent (
            code       text collate "C" primary key,
            claimed_at timestamptz not null default clock_timestamp()
        );
        create index letter_sent_old on letter_sent (claimed_at);
    """)
