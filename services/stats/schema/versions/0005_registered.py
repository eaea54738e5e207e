"""Who posts without telephone or openid is nobody that could be counted as a person."""

from chassis.postgres import schema

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FORGET = "delete from citizen where exists (select from subject where subject.subject = citizen.citizen)"
"""Anonymous posts, counted as citizens under their own post id."""


def upgrade() -> None:
    """Forget them."""
    schema.run(FORGET)
