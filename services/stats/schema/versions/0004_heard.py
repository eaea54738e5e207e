"""Topics `notices` and `groups` are no longer heard: no rule decided anything on them."""

from chassis.postgres import schema

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FORGET = """
    update position set offsets = offsets - 'notices' - 'groups';
    with gone as (delete from waiting where topic in ('notices', 'groups') returning subject),
         counted as (select subject, count(*) as waited from gone group by subject)
    update subject set held = held - counted.waited from counted where subject.subject = counted.subject
"""
"""Where stats stood in these topics, and what waited in them: no rule would ever meet it."""


def upgrade() -> None:
    """Forget it."""
    schema.run(FORGET)
