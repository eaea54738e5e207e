"""Suggestions that were answered and wait for a word whether they are adopted, or for what is done of them, by unit."""

from chassis.postgres import schema

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column with a constant default rewrites no table; what was answered earlier counts from the case's next change."""
    schema.run("""
        alter table subject add column suggestion text default '';
        create index subject_suggestion on subject (department, coalesce(due, received_at), number) where suggestion <> '';
    """)
