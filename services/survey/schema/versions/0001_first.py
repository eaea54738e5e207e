"""Survey's tables: surveys, rights and ballots as subjects; the keys of each survey; kept answers to staff."""

from alembic import op

from chassis.postgres import schema
from chassis.postgres.answers import ANSWERS_SCHEMA

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them. No row holds both a voter and a ballot, and none of either holds a time."""
    schema.run(schema.first("step text, ballot_of text, voter_of text"))
    schema.run("""
        create index subject_step on subject (step) where step <> '';
        create index subject_ballot_of on subject (ballot_of) where ballot_of <> '';
        create index subject_voter_of on subject (voter_of) where voter_of <> '';
        create table survey_key (
            survey  text collate "C" primary key,
            signing bytea not null,
            opening bytea not null
        );
    """)
    # The auditor reads every other table; with this one it could open answers before the end.
    op.execute(
        "do $$ begin if exists (select from pg_roles where rolname = 'auditor') "
        "then revoke all on survey_key from auditor; end if; end $$"
    )
    schema.run(ANSWERS_SCHEMA)
