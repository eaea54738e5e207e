"""When something was said, so that a transcript is read page by page in the order of the event."""

from chassis.postgres import schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SAID_AT = """
    update subject set said_at = (convert_from(remembered, 'UTF8')::jsonb -> 2 ->> 'at')::timestamptz
    where debate <> ''
"""
"""As the state of each comment says."""


def upgrade() -> None:
    """A column that follows from the state."""
    schema.run("alter table subject add column said_at timestamptz")
    schema.run(SAID_AT)
