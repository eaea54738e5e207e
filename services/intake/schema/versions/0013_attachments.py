"""Which files of the folder belong to which posts."""

from chassis.postgres import schema

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create it; a file may be given to two posts by whoever holds its ticket."""
    schema.run("""
        create table attachment (
            file    text collate "C",
            subject text collate "C",
            primary key (file, subject)
        );
        create index attachment_subject on attachment (subject);
    """)
