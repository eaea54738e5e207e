"""The public list by days of receipt, for the numbers that lead into it."""

from chassis.postgres import schema

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index with what is counted by."""
    schema.run(
        "create index subject_shown_received on subject (received_at) include (kind, area, department, assisting)"
        " where shown"
    )
