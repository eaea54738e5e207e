"""The learned models, by the checksum of their file."""

from chassis.postgres import schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create their table."""
    schema.run("""
        create table model (
            checksum  text collate "C" primary key,
            version   text not null,
            threshold double precision not null,
            classes   integer not null,
            data      bytea not null,
            by        text not null,
            at        timestamptz not null default clock_timestamp()
        )
    """)
