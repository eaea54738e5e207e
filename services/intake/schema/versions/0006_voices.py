"""Voices of neighbours in a table of their own."""

from chassis.postgres import schema

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create it; voices counted before stay in their cases."""
    schema.run("""
        create table voice (
            subject   text collate "C",
            supporter text collate "C",
            network   text collate "C" not null,
            primary key (subject, supporter)
        );
        create index voice_network on voice (subject, network);
    """)
