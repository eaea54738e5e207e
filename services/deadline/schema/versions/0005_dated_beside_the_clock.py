"""Cases of which something is waited for beside their own clock are looked for when the calendar changes.

Until now a case whose clock had stopped was not, whatever its reply had promised or a leader wanted reported.
"""

from chassis.postgres import schema

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What the columns of such cases say from now on: dated by nothing that is known of the city."""
    schema.run("""
        update subject s set open = true, amendments = 0
        from (select subject, convert_from(remembered, 'UTF8')::jsonb -> 2 as known from subject
              where not open and number <> '') stopped
        where s.subject = stopped.subject and stopped.known ->> 'received_at' is not null
            and stopped.known ->> 'left' is null and (
            exists (select from jsonb_array_elements(stopped.known -> 'promises') promised
                    where coalesce(promised ->> 'outcome', '') = '')
            or exists (select from jsonb_array_elements(stopped.known -> 'instructions') instructed
                       where instructed ->> 'reported_at' is null));
    """)
