"""Citizens who want to be told at night, too: their notices, and an index of those alone."""

from chassis.postgres import schema

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column with a constant default rewrites no table; the index has entries of very few."""
    schema.run("""
        alter table notice add column at_night boolean not null default false;
        create index notice_at_night on notice (next_at)
            where at_night and channel <> 'robot' and state in ('pending', 'claimed');
    """)
