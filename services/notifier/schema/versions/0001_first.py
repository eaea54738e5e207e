"""Notifier's tables: posts to be told about, and every notice until it has ended and after."""

from chassis.postgres import schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    schema.run(schema.first("number text"))
    schema.run("""
        create index subject_number on subject (number) where number <> '';
        create table notice (
            id         uuid primary key,
            partition  smallint not null,
            subject    text collate "C" not null,
            cause      text not null,
            kind       text not null,
            audience   text not null,
            channel    text not null,
            department text not null,
            text       text not null,
            state      text not null default 'pending',
            attempts   integer not null default 0,
            repeated   boolean not null default false,
            reason     text not null default '',
            next_at    timestamptz not null default clock_timestamp(),
            at         timestamptz not null default clock_timestamp()
        );
        create index notice_pending on notice (next_at) where state in ('pending', 'claimed');
        create index notice_subject on notice (subject);
    """)
