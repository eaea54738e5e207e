"""Router's tables: the assignment of every post."""

from chassis.postgres import schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    schema.run(schema.first("number text, department text, held_for_person boolean"))
    schema.run("create index subject_number on subject (number) where number <> ''")
