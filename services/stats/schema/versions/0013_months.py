"""Sums of the cells by month: a league reads a small part of as many rows."""

from chassis.postgres import schema

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SUMMED = """
    lock table cell in share mode;
    insert into monthly (month, unit, measure, partition, count)
    select date_trunc('month', day)::date, unit, measure, partition, sum(count)::bigint
    from cell group by 1, 2, 3, 4 having sum(count) <> 0;
    insert into monthly_change (month, partition, changes) select distinct month, partition, 1 from monthly
"""
"""As `store.py` adds them up. No batch is written meanwhile; instances of before, which know no sums, must have ended by then."""


def upgrade() -> None:
    """The sums, how often they have changed, and what was counted before."""
    schema.run("""
        create table monthly (
            month     date not null,
            unit      text collate "C" not null,
            measure   text collate "C" not null,
            partition smallint not null,
            count     bigint not null,
            primary key (month, unit, measure, partition)
        ) with (fillfactor = 70);
        create table monthly_change (
            month     date not null,
            partition smallint not null,
            changes   bigint not null,
            primary key (month, partition)
        ) with (fillfactor = 50)
    """)
    schema.run(SUMMED)
