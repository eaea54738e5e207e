"""The indexes of the inbox follow its order: by due date, or by receipt while no due date is known."""

from chassis.postgres import schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them in place of those that were in no query's order."""
    schema.run("""
        drop index subject_department_due;
        drop index subject_open_due;
        create index subject_inbox on subject (department, coalesce(due, received_at), number) where open;
        create index subject_open on subject (coalesce(due, received_at), number) where open;
    """)
