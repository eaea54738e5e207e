"""Pending notices of robots by unit, so that a storm of them hides nobody else's."""

from chassis.postgres import schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two indexes in place of one."""
    schema.run("""
        drop index notice_pending;
        create index notice_pending on notice (next_at) where channel <> 'robot' and state in ('pending', 'claimed');
        create index notice_robot on notice (department, next_at)
            where channel = 'robot' and state in ('pending', 'claimed');
    """)
