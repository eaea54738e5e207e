"""Records of accountability are subjects of their own; a ground waits in a table until it has opened one."""

from chassis.postgres import schema

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns that follow from the state, and the queue that is written with the cases."""
    schema.run("""
        alter table subject add column record_step text, add column record_unit text,
            add column record_person text, add column record_opened_at timestamptz;
        create index subject_record on subject (record_opened_at, subject) where record_opened_at is not null;
        create table ground (
            id     bigint generated always as identity primary key,
            record text not null,
            given  bytea not null
        )
    """)
