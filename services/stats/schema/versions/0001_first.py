"""Stats' tables: posts, the cells of the figures, and the citizens seen."""

from chassis.postgres import schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them. Partition is part of a cell's key, so that two instances never wait for each other."""
    schema.run(schema.first())
    schema.run("""
        create table cell (
            day       date not null,
            unit      text collate "C" not null,
            kind      text collate "C" not null,
            measure   text collate "C" not null,
            partition smallint not null,
            count     bigint not null,
            primary key (day, unit, kind, measure, partition)
        ) with (fillfactor = 70);
        create table citizen (
            citizen text collate "C" primary key
        );
    """)
