"""Which cases a figure of the league is made of."""

from chassis.postgres import schema

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


COUNTED = """
    update subject set kind = coalesce(state ->> 'kind', ''), area = coalesce(state ->> 'area', ''),
        counted_on = case when counts then left(state ->> 'received_at', 10)::date end,
        outcome = case when not counts then '' when answered then 'replied' when missed then 'overdue' else 'open' end
    from (
        select of, state, coalesce((state ->> 'missed')::boolean, false) as missed,
            state ->> 'received_at' is not null and coalesce(state ->> 'left', '') = ''
                and coalesce((state ->> 'clock')::boolean, true) as counts,
            exists (
                select from jsonb_array_elements(coalesce(state -> 'replies', '[]')) as given (reply)
                where not (coalesce(reply ->> 'lead', '') <> ''
                    and coalesce((state ->> 'ungrouped')::boolean, false))
            ) as answered
        from (
            select subject as of, convert_from(remembered, 'UTF8')::jsonb -> 2 as state from subject where number <> ''
        ) as packed
    ) as known
    where subject.subject = known.of
"""
"""As `core/cells.py: counted_on` and `outcome` find them: the figures count the cases of before, so their list does."""


def upgrade() -> None:
    """Columns that follow from the state."""
    schema.run("""
        alter table subject add column counted_on date, add column outcome text, add column kind text,
            add column area text;
        create index subject_counted on subject (counted_on, number) where counted_on is not null;
        create index subject_counted_unit on subject (unit, counted_on, number) where counted_on is not null
    """)
    schema.run(COUNTED)
