"""Bulletins are subjects of their own, by period and number; cases know since when a bulletin names them."""

from chassis.postgres import schema
from chassis.postgres.answers import ANSWERS_SCHEMA

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns that follow from the state; a case that was named before is not named again."""
    schema.run("""
        alter table subject add column named_at timestamptz, add column bulletin_period text,
            add column bulletin_year integer, add column bulletin_number text;
        create index subject_named on subject (named_at) where named_at is not null;
        create index subject_bulletin on subject (bulletin_period) where bulletin_period is not null;
        create unique index subject_bulletin_number on subject (bulletin_number) where bulletin_number is not null
    """)
    schema.run(ANSWERS_SCHEMA)
