"""Special reports are facts, and intake lists them: the portal keeps none of its own."""

from chassis.postgres import schema

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What stood there was said as SpecialReportRaised, too."""
    schema.run("drop table special_report;")
