"""Conversations, and answers to messages that may come again; both sealed."""

from chassis.postgres import schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    schema.run("""
        create table conversation (
            person       text collate "C" primary key,
            state        bytea not null,
            lease        text not null default '',
            leased_until timestamptz,
            changed_at   timestamptz not null
        );
        create index conversation_changed on conversation (changed_at);
        create table message (
            person  text collate "C" not null,
            message text collate "C" not null,
            answer  bytea not null,
            at      timestamptz not null,
            primary key (person, message)
        );
        create index message_at on message (at);
    """)
