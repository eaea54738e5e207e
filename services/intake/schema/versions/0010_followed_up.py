"""Cases whose author added something that nobody has answered, open or not, by unit in the order of the inbox."""

from chassis.postgres import schema

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column with a constant default rewrites no table; what was added earlier counts from the case's next change."""
    schema.run("""
        alter table subject add column followed_up boolean default false;
        create index subject_followed_up on subject (department, coalesce(due, received_at), number) where followed_up;
    """)
