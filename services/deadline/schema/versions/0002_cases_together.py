"""Timers of one instant in order of the case, so that a claim takes all of a case's together."""

from chassis.postgres import schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Another index in place of the first."""
    schema.run("""
        drop index timer_due;
        create index timer_due on timer (due_at, subject, rank);
    """)
