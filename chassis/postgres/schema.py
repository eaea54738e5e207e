"""The tables every service has, as SQL for the first revision of its schema."""

from alembic import op

FILLED = 50
"""Fill factor of the state table, in percent. Cases that fall due together share pages; in half-empty pages PostgreSQL updates
each in place (HOT), and no index is touched. At 70 one update in three of a storm had to move its row."""

ROOM = f"alter table subject set (fillfactor = {FILLED})"
"""For tables made when it was 70; holds for the pages written from then on."""


_WAITING = """
create table waiting (
    subject   text collate "C" not null,
    topic     text collate "C" not null,
    seq       bigint not null,
    partition smallint not null,
    "offset"  bigint not null,
    parked    boolean not null,
    reason    text not null,
    key       bytea,
    value     bytea,
    headers   bytea not null,
    mark      text not null default '',
    at        timestamptz not null default clock_timestamp(),
    primary key (subject, topic, seq)
);
create index waiting_marked on waiting (partition) where mark <> '';

create table unparked (
    topic     text collate "C" not null,
    partition smallint not null,
    "offset"  bigint not null,
    subject   text collate "C" not null,
    seq       bigint not null,
    mark      text not null,
    reason    text not null,
    at        timestamptz not null default clock_timestamp()
);
""".strip()
"""Facts that wait for their turn, and what became of those that were parked."""


def run(sql: str) -> None:
    """Run the statements of a revision one by one; none of them may hold a semicolon inside."""
    for statement in sql.split(";"):
        if statement.strip():
            op.execute(statement)


def first(columns: str = "") -> str:
    """SQL that creates `position`, `subject`, `waiting` and `outbox` in the current schema.

    Neither states nor blobs are compressed: they are rewritten too often for that to pay.

    `columns`: the service's own typed columns of `subject`, as in `due timestamptz, department text`.
    """
    own = f",\n    {columns}" if columns else ""
    return f"""
create table position (
    partition smallint primary key,
    owner     text not null default '',
    offsets   jsonb not null default '{{}}'
) with (fillfactor = 50);
insert into position (partition) select generate_series(0, 11);

create table cluster (
    id text primary key
);

create table subject (
    subject    text collate "C" primary key,
    partition  smallint not null,
    held       integer not null,
    remembered bytea not null{own}
) with (fillfactor = {FILLED}, toast_tuple_target = 8160);
create index subject_held on subject (partition, subject) where held > 0;

{_WAITING}

create table outbox (
    id     text collate "C" primary key,
    at     timestamptz not null default clock_timestamp(),
    leased timestamptz,
    blob   bytea not null
);
alter table outbox alter column blob set storage external;
"""


FIRST_TABLES = first()
"""The tables without a service's own columns, for measurements and tests of the store."""
