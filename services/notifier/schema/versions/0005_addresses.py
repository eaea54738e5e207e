"""How many messages an address was sent on a day; addresses are keyed hashes, and kept for that day."""

from chassis.postgres import schema

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table of one day."""
    schema.run("""
        create table address_day (
            day     date not null,
            address bytea not null,
            count   integer not null,
            primary key (day, address)
        );
    """)
