"""The clock's tables: cases, timers, and how timers ended is kept in the cases."""

from chassis.postgres import schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    schema.run(schema.first("number text, open boolean, amendments integer, due timestamptz"))
    schema.run("""
        create unique index subject_number on subject (number) where number <> '';
        create index subject_stale on subject (partition, amendments) where open;
        create table timer (
            id        uuid primary key,
            partition smallint not null,
            subject   text collate "C" not null,
            kind      text collate "C" not null,
            rank      smallint not null,
            due_at    timestamptz not null
        );
        create index timer_due on timer (due_at, rank);
    """)
