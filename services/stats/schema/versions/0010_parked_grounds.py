"""A ground that no rule can bear waits for a person, with its reason; the others go on."""

from chassis.postgres import schema

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty: it is not parked."""
    schema.run("""
        alter table ground add column reason text not null default '', add column parked_at timestamptz
    """)
