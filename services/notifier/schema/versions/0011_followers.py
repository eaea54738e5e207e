"""Those who follow a post, each with a box of their own; news that are being told to them; and whom a notice is for."""

from chassis.postgres import schema

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column with a constant default rewrites no table. Followers are read in order of their names, a page at a time."""
    schema.run("""
        create table follower (
            subject  text collate "C" not null,
            id       text collate "C" not null,
            channels text[] not null,
            at       timestamptz not null,
            sealed   bytea not null,
            primary key (subject, id)
        );
        create table spreading (
            subject    text collate "C" not null,
            cause      text collate "C" not null,
            partition  smallint not null,
            kind       text not null,
            department text not null,
            at         timestamptz not null,
            after      text collate "C" not null,
            next_at    timestamptz not null,
            primary key (subject, cause)
        );
        create index spreading_next on spreading (next_at);
        alter table notice add column follower text collate "C" not null default '', add column others text not null default '';
    """)
