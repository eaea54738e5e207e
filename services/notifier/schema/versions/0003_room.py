"""Room for the next state of each subject in its own page."""

from chassis.postgres import schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """For the pages written from now on."""
    schema.run(schema.ROOM)
