"""What was told of topics becomes states of the engine, as the cases are: the same table, by the topic's name."""

import msgspec
import sqlalchemy
from alembic import context, op

from chassis.postgres import schema
from contracts.identity import partition_of

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NONE_LEFT = """do $$ begin
    if exists (select from topic) then
        raise exception 'topics were told of: run this revision with WENZHENG_DATABASE, it computes their partitions';
    end if;
end $$"""


def upgrade() -> None:
    """Topics told of keep their number of facts, so that the next one has the next number."""
    schema.run("""
        alter table subject add column topic_grown_at timestamptz;
        create index subject_topic on subject (topic_grown_at) where topic_grown_at is not null
    """)
    if context.is_offline_mode():
        # A printed script cannot compute a topic's partition; on a new database there is none to move.
        op.execute(_NONE_LEFT)
    else:
        _move()
    schema.run("drop table topic")


def _move() -> None:
    connection = op.get_bind()
    for topic, grown_at, told in connection.execute(
        sqlalchemy.text("select topic, grown_at, told from topic")
    ).fetchall():
        talk = msgspec.json.decode(told)
        packed = msgspec.json.encode(({}, {"groups": talk.get("seq", 0)}, msgspec.Raw(told)))
        connection.execute(
            sqlalchemy.text(
                "insert into subject (subject, partition, held, remembered, topic_grown_at) "
                "values (:subject, :partition, 0, :remembered, :grown_at) on conflict (subject) do nothing"
            ),
            {
                "subject": topic,
                "partition": partition_of(topic),
                "remembered": packed,
                "grown_at": grown_at,
            },
        )
