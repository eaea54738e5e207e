"""Letters to city leaders are found by whom they are written to, and by whether an answer waits to be signed."""

from chassis.postgres import schema

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No case has an addressee yet, so the defaults are what their states say."""
    schema.run("""
        alter table subject
            add column addressee text default '',
            add column to_sign boolean default false;
        create index subject_letters on subject (addressee, coalesce(due, received_at), number)
            where addressee <> '';
    """)
