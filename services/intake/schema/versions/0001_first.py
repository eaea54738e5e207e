"""Intake's tables: cases, numbers, kept answers; and the vault, which is intake's by exception."""

from chassis.postgres import schema
from chassis.postgres.answers import ANSWERS_SCHEMA
from chassis.vault import FIRST_SCHEMA

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them."""
    schema.run(
        schema.first(
            "number text, kind text, step text, department text, assisting text, area text, open boolean, "
            "for_person boolean, to_approve boolean, returned boolean, meeting boolean, moderation text, missed boolean, "
            "shown boolean, citizen text, received_at timestamptz, due timestamptz, answered_at timestamptz, words text"
        )
    )
    schema.run("""
        create unique index subject_number on subject (number) where number <> '';
        create index subject_department_due on subject (department, due, number) where open;
        create index subject_open_due on subject (due, number) where open;
        create index subject_shown on subject (answered_at desc, number) where shown;
        create index subject_assisting on subject (assisting) where assisting <> '';
        create index subject_citizen on subject (citizen);
        create sequence number increment by 100;
    """)
    schema.run(ANSWERS_SCHEMA)
    schema.run(FIRST_SCHEMA)
    schema.run("grant select on vault.citizen_key to notifier")
