"""What an operator looks at: notices that failed, and what each channel sent in each month."""

from chassis.postgres import schema

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index that only failures write to, and a table of counts; partition is part of its key, so that two
    instances never wait for each other."""
    schema.run("""
        create index notice_failed on notice (at, id) where state = 'failed';
        create table channel_month (
            month     text collate "C" not null,
            channel   text collate "C" not null,
            state     text collate "C" not null,
            partition smallint not null,
            count     bigint not null,
            primary key (month, channel, state, partition)
        );
    """)
