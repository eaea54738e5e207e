"""Who opened whose box stands in the security log, which intake can add to and not change; its own table ends."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Carry over what was logged. A database whose security log is not made yet (`roles.sql`) keeps its rows."""
    op.execute("""
        do $$ begin
            if to_regclass('security.log') is not null then
                insert into security.log (at, kind, person, client, about, detail)
                select at, 'case-opened', person, '', subject, role || ' ' || department
                from vault.read_log order by id;
                drop table vault.read_log;
            end if;
        end $$
    """)
