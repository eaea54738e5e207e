"""Rounds of inspection and call-back are subjects of their own; cases know when they were answered, to be drawn from."""

from chassis.postgres import schema

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ANSWERED = """
    update subject set answered_at = (
        select (reply ->> 'at')::timestamptz
        from jsonb_array_elements(state -> 'replies') with ordinality as given (reply, place)
        where not (reply ->> 'lead' <> '' and coalesce((state ->> 'ungrouped')::boolean, false))
        order by place limit 1
    )
    from (
        select subject as of, convert_from(remembered, 'UTF8')::jsonb -> 2 as state from subject
        where number <> ''
    ) as known
    where subject.subject = known.of and coalesce(state ->> 'left', '') = ''
"""
"""The first reply that counts, as `Case.first_reply` finds it: a case that was answered before seldom changes again."""


def upgrade() -> None:
    """Columns that follow from the state."""
    schema.run("""
        alter table subject add column answered_at timestamptz, add column round_step text,
            add column round_form text, add column round_opened_at timestamptz, add column round_units text;
        create index subject_answered on subject (answered_at) where answered_at is not null;
        create index subject_round on subject (round_opened_at, subject) where round_opened_at is not null
    """)
    schema.run(ANSWERED)
