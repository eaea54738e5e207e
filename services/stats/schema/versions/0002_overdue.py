"""What the wall asks of posts: which have been overdue for longest."""

from chassis.postgres import schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns that follow from the state; a post gets them when it next changes."""
    schema.run("""
        alter table subject add column number text, add column unit text, add column overdue_since timestamptz;
        create index subject_overdue on subject (overdue_since, number) where overdue_since is not null;
    """)
