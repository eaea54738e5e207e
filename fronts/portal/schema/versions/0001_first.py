"""Accounts of staff, their sessions, sign-ins under way at an identity provider, special reports."""

from chassis.postgres import schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    schema.run("""
        create table account (
            person       text collate "C" primary key,
            name         text not null,
            department   text not null,
            role         text not null,
            source       text not null,
            password     text not null default '',
            must_change  boolean not null default false,
            totp         bytea not null default '',
            totp_bound   boolean not null default false,
            totp_step    bigint not null default 0,
            tries        integer not null default 0,
            locked_until timestamptz,
            disabled     boolean not null default false,
            created_at   timestamptz not null
        );
        create table session (
            token_hash bytea primary key,
            person     text collate "C" not null references account on delete cascade,
            created_at timestamptz not null,
            seen_at    timestamptz not null
        );
        create index session_person on session (person);
        create index session_created on session (created_at);
        create table sign_in (
            state_hash bytea primary key,
            nonce      text not null,
            verifier   text not null,
            created_at timestamptz not null
        );
        create index sign_in_created on sign_in (created_at);
        create table special_report (
            number    text not null,
            reported  timestamptz not null,
            title     text not null,
            text      text not null,
            by_person text not null,
            primary key (number, reported)
        );
        create index special_report_newest on special_report (reported, number);
    """)
