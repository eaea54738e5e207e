"""Drafts of debates that were written over dialogues: nobody could read a list of either any more, and they go."""

from chassis.postgres import schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SPOILED = """
    delete from subject
    where starts_with(subject, 'dialogue:') and step = 'draft'
      and not (convert_from(remembered, 'UTF8')::jsonb #> '{2,matter}') ? 'kind'
"""
"""A dialogue's matter has a kind, and a debate's has none. Of a draft nothing was ever said."""


def upgrade() -> None:
    """What stood there before is gone already; who needs the dialogue announces it anew."""
    schema.run(SPOILED)
