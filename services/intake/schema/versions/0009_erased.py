"""When keys were erased that still lie in the database's files, until they are overwritten."""

from chassis.postgres import schema
from chassis.vault import ERASED_SCHEMA

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whatever was erased before is overwritten in the next night, too."""
    schema.run(ERASED_SCHEMA)
