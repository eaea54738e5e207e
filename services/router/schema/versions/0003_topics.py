"""What was told of the matters many people talk about."""

from chassis.postgres import schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create their table."""
    schema.run("""
        create table topic (
            topic    text collate "C" primary key,
            grown_at timestamptz not null,
            told     bytea not null
        );
        create index topic_grown on topic (grown_at)
    """)
