"""What was taken to the city leaders (专报), newest first."""

from chassis.postgres import schema

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A nullable column rewrites no table; of reports raised earlier the history of their case tells."""
    schema.run("""
        alter table subject add column special_report_at timestamptz;
        create index subject_special_report on subject (special_report_at desc, number)
            where special_report_at is not null;
    """)
