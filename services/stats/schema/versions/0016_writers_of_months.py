"""The sums of a month stand once for each instance that wrote at the same time, no more once for each partition."""

from chassis.postgres import schema

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SUMMED = """
    lock table cell in share mode;
    insert into monthly (month, writer, unit, measure, count)
    select date_trunc('month', day)::date, 0, unit, measure, sum(count)::bigint
    from cell group by 1, 3, 4 having sum(count) <> 0;
    insert into monthly_change (month, writer, changes) select distinct month, 0, 1 from monthly
"""
"""As `months.py` adds them up. Instances of before, which know no writers, must have ended by then."""


def upgrade() -> None:
    """Other tables under the same names; what was counted before is the first writer's."""
    schema.run("drop table monthly")
    schema.run("drop table monthly_change")
    schema.run("""
        create table monthly (
            month   date not null,
            writer  smallint not null,
            unit    text collate "C" not null,
            measure text collate "C" not null,
            count   bigint not null,
            primary key (month, writer, unit, measure)
        ) with (fillfactor = 70);
        create table monthly_change (
            month   date not null,
            writer  smallint not null,
            changes bigint not null,
            primary key (month, writer)
        ) with (fillfactor = 50)
    """)
    schema.run(SUMMED)
