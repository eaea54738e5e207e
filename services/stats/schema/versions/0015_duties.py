"""By which duty item a unit has a case is a column: the cases behind a figure by duty item are found by it."""

from chassis.postgres import schema

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that follows from the state; of cases of before no duty item is known, and none is counted."""
    schema.run("alter table subject add column duty text")
