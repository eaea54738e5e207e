"""Inboxes of staff: what they chose, the addresses they proved; and digests of what waits for the end of its hour."""

from chassis.postgres import schema

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What waits for a digest has no time at which it is due, so the indexes of what is due do not look at it."""
    schema.run("""
        create table inbox (
            department text collate "C" not null,
            audience   text collate "C" not null,
            channel    text collate "C" not null,
            hourly     boolean not null,
            chosen_by  text not null,
            chosen_at  timestamptz not null,
            primary key (department, audience)
        );
        create table inbox_address (
            department text collate "C" not null,
            audience   text collate "C" not null,
            channel    text collate "C" not null,
            sealed     bytea not null,
            shown      text not null,
            proven_by  text not null,
            proven_at  timestamptz not null default clock_timestamp(),
            primary key (department, audience, channel)
        );
        create table inbox_trial (
            department text collate "C" not null,
            audience   text collate "C" not null,
            channel    text not null,
            sealed     bytea not null,
            shown      text not null,
            code       bytea not null,
            tries      integer not null default 0,
            asked_by   text not null,
            asked_at   timestamptz not null default clock_timestamp(),
            asked      integer not null,
            begun_at   timestamptz not null default clock_timestamp(),
            primary key (department, audience)
        );
        create table digest (
            id         uuid primary key,
            partition  smallint not null,
            department text collate "C" not null,
            audience   text collate "C" not null,
            channel    text collate "C" not null,
            hour       timestamptz not null,
            cases      integer not null default 0,
            notices    integer not null default 0,
            state      text not null default 'pending',
            attempts   integer not null default 0,
            repeated   boolean not null default false,
            reason     text not null default '',
            next_at    timestamptz not null default clock_timestamp()
        );
        create index digest_open on digest (next_at) where state in ('pending', 'claimed');
        alter table notice add column hour timestamptz, add column digest uuid;
        create index notice_held on notice (department, audience, hour)
            where hour is not null and digest is null and state = 'pending';
        create index notice_digest on notice (digest) where digest is not null and state in ('pending', 'claimed');
    """)
