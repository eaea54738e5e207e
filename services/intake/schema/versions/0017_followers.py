"""The key of a follower's contact says which post it is about, so that it can go with the post's own keys."""

from chassis.postgres import schema

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column without default rewrites no table; of keys that were kept before nobody knows the post, and they go by their link alone."""
    schema.run("""
        alter table vault.contact_key add column post text collate "C";
        create index contact_key_post on vault.contact_key (post) where post is not null;
    """)
