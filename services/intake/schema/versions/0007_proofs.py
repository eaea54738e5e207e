"""Codes sent to telephones, the sessions they opened, and the keys of the letters that carry them."""

from chassis.postgres import schema

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them; notifier may open letters."""
    schema.run("""
        create table code (
            id       text collate "C" primary key,
            citizen  text collate "C" not null,
            network  text collate "C" not null,
            hash     bytea not null,
            asked_at timestamptz not null,
            tries    integer not null default 0,
            used     boolean not null default false
        );
        create index code_citizen on code (citizen, asked_at);
        create index code_network on code (network, asked_at);
        create index code_old on code (asked_at);
        create table citizen_session (
            token_hash bytea primary key,
            citizen    text collate "C" not null,
            kept       boolean not null,
            opened_at  timestamptz not null,
            seen_at    timestamptz not null
        );
        create index citizen_session_old on citizen_session (opened_at);
        create table vault.code_key (
            code     text collate "C" primary key,
            key      bytea not null,
            asked_at timestamptz not null
        );
        grant select on vault.code_key to notifier;
        drop index subject_citizen;
        create index subject_citizen on subject (citizen, received_at desc, number desc);
    """)
