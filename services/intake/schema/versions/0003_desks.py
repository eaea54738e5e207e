"""What waits for a person is found without a walk through all open cases, closed ones without one through history."""

from chassis.postgres import schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes; a case enters each of them rarely.

    Whom a unit assists is looked up by the unit: by a mere list of assisted cases, a planner that has no statistics
    yet takes nearly all cases for assisted and walks through every open one of the city.
    """
    schema.run("""
        drop index subject_assisting;
        create index subject_assisting on subject using gin (string_to_array(assisting, ' ')) where assisting <> '';
        create index subject_waits on subject (coalesce(due, received_at), number)
            where open and (to_approve or returned or meeting or for_person);
        create index subject_moderated on subject (coalesce(due, received_at), number) where moderation = 'held';
        create index subject_closed_inbox on subject (department, coalesce(due, received_at), number) where not open;
        create index subject_closed on subject (coalesce(due, received_at), number) where not open;
    """)
