"""Router's tables: the assignment of every post."""

from alembic import op

from chassis import schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    op.execute(schema.first("number text, department text, held_for_person boolean"))
    op.execute("create index subject_number on subject (number) where number <> ''")
