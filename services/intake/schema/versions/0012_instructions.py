"""The ledger of city leaders' instructions: cases by how these stand, and by the day on which a report is awaited."""

from chassis.postgres import schema

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """None was followed before, so the defaults are what the states say; few cases have any, so the index is small."""
    schema.run("""
        alter table subject
            add column instructed text default '',
            add column report_due timestamptz;
        create index subject_instructed on subject (report_due, number) where instructed <> '';
    """)
