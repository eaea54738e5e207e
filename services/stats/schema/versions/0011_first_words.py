"""First words are counted: of cases that were answered before there were any, the reply was the first word."""

from chassis.postgres import schema

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COUNTED = """
    insert into cell (day, unit, kind, measure, partition, count)
    select day, unit, kind, case measure when 'replied' then 'first_word:given' else 'first_word_' || measure end,
        partition, count
    from cell where (measure = 'replied' or measure like 'hours:%') and count <> 0
"""
"""As `core/cells.py` counts them: whoever was answered had heard from the unit then, and nobody before. No case is read again."""


def upgrade() -> None:
    """The cells that the states of before imply."""
    schema.run(COUNTED)
