"""One timer a case, armed for its next instant, in place of one for each word that time may bring.

A case whose timers are pending keeps the earliest of them: when it rings, what is due follows from the
facts. What the case remembers says so, too.
"""

from chassis.postgres import schema

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Another table in place of the first; pending cases are remembered anew."""
    schema.run("""
        alter table timer rename to timer_of_word;
        create table timer (
            subject   text collate "C" primary key,
            partition smallint not null,
            number    integer not null,
            due_at    timestamptz not null
        );
        insert into timer (subject, partition, number, due_at)
        select t.subject, t.partition, 0, min(t.due_at) from timer_of_word t group by t.subject, t.partition;
        drop table timer_of_word;
        create index timer_due on timer (due_at, subject);
        update subject s
        set remembered = convert_to(jsonb_build_array(
                old.packed -> 0, old.packed -> 1,
                (old.packed -> 2) - 'timers' - 'ended'
                    || jsonb_build_object('next_at', old.packed -> 2 -> 'timers' -> 0 -> 'due_at'))::text, 'UTF8')
        from (select subject, convert_from(remembered, 'UTF8')::jsonb as packed from subject) old, timer t
        where old.subject = s.subject and t.subject = s.subject
            and jsonb_array_length(old.packed -> 2 -> 'timers') > 0;
    """)
