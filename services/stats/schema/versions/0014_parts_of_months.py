"""The sums of a month stand by partition: only what has changed of a month is read again."""

from chassis.postgres import schema

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The same rows under a key that begins with month and partition."""
    schema.run("alter table monthly drop constraint monthly_pkey")
    schema.run("alter table monthly add primary key (month, partition, unit, measure)")
