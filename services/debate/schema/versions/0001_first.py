"""Debate's tables: debates, comments, persons and voices as subjects; kept answers to requests."""

from chassis.postgres import schema
from chassis.postgres.answers import ANSWERS_SCHEMA

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    schema.run(
        schema.first(
            "step text, debate text, standing text, answers text, department text, person text,"
            " proven boolean, supports integer, supported text, voice_in text"
        )
    )
    schema.run("""
        create index subject_step on subject (step) where step <> '';
        create index subject_debate on subject (debate, standing, subject) where debate <> '';
        create index subject_answers on subject (answers) where answers <> '';
        create index subject_voice on subject (voice_in, person) where voice_in <> '';
    """)
    schema.run(ANSWERS_SCHEMA)
