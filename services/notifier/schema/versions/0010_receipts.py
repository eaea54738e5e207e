"""Receipts: what providers say later became of messages that they had taken."""

from chassis.postgres import schema

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns with constant defaults rewrite no table; the indexes have entries of WeChat's messages and of digests alone."""
    schema.run("""
        create table receipt (
            channel text collate "C" not null,
            message text collate "C" not null,
            notice  uuid,
            arrived boolean not null,
            reason  text not null,
            at      timestamptz not null default clock_timestamp(),
            open    boolean not null default true,
            primary key (channel, message)
        );
        create index receipt_open on receipt (at) where open;
        create index receipt_notice on receipt (notice) where notice is not null;
        alter table notice add column message text collate "C" not null default '', add column arrived_at timestamptz;
        create index notice_message on notice (channel, message) where message <> '';
        create index notice_of_digest on notice (digest) where digest is not null;
    """)
