"""A survey in which citizens grade units is a subject of its own; which year it is about is a column."""

from chassis.postgres import schema

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that follows from the state; no survey was heard before."""
    schema.run("""
        alter table subject add column review_year integer;
        create index subject_review on subject (review_year) where review_year is not null
    """)
