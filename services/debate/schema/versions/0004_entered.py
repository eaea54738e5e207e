"""Of a question that a dialogue left open, the number of the post that it became: what is still to be written down is counted."""

from chassis.postgres import schema

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ENTERED = """
    update subject set post = coalesce(convert_from(remembered, 'UTF8')::jsonb -> 2 ->> 'post', '')
    where debate <> ''
"""
"""As the state of each comment says; one that is no post says nothing."""


def upgrade() -> None:
    """A column that follows from the state."""
    schema.run("alter table subject add column post text")
    schema.run(ENTERED)
