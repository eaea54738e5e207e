"""What an operator looks at: notices that arrived, day by day."""

from chassis.postgres import schema

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A day's notices lie near one another, so a range index finds them: it has no entry for each of them."""
    schema.run(
        "create index notice_day on notice using brin (at) with (pages_per_range = 16, autosummarize = on);"
    )
