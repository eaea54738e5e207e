"""Whether any door still speaks of what nobody is to be shown: posts that are held, hidden or taken back."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from contracts.codec import Event
from contracts.posts import CitizenErased, PostHeld, PostHidden, PostReleased, PostRestored, PostWithdrawn
from services.deadline.core.account import account
from services.deadline.core.visibility import reasons_shown
from services.intake.core import views
from services.intake.core.case import Case
from services.intake.core.visibility import file_of
from services.intake.store import MemoryCases, Query
from tests.services.intake.door import PROFILE
from tests.simulation.choices import MARK
from tests.simulation.facts import Facts
from tests.simulation.stores import finish
from tests.simulation.world import World

SILENT: Final = (PostHeld, PostHidden, PostWithdrawn, CitizenErased)
"""After one of these, and nothing that undoes it since, nobody is shown the post."""
UNDONE: Final = ((PostReleased, PostHeld.__name__), (PostRestored, PostHidden.__name__))
"""What undoes which."""


def doors(world: World, facts: Facts) -> Iterator[str]:
    """A sentence for each door that speaks of a post it should not, or is silent about one that anybody may see."""
    now = world.clock.now()
    everything = Query(public=True, limit=len(world.memory["intake"].subject))
    listed = {case.number for case in finish(MemoryCases(world.memory["intake"]).page(everything))}
    for subject in sorted(world.memory["intake"].subject):
        case = facts.state("intake", subject)
        if not isinstance(case, Case) or not case.exists:
            continue
        silent = _silent(facts.of(subject, "posts"))
        said = {"the post's page": msgspec.json.encode(views.public(case, PROFILE)).decode()}
        clock = facts.state("deadline", subject)
        if clock is not None:
            told = account(clock, PROFILE, now, reasons=reasons_shown(clock))
            said["the deadline's page"] = msgspec.json.encode(told).decode()
        if silent:
            yield from (
                f"{door} speaks of {subject}, which is {silent}"
                for door, text in said.items()
                if MARK in text
            )
            if case.number in listed:
                yield f"{subject} is listed, which is {silent}"
            if any(file_of(case, "anyone", file.id) for file in case.attachments):
                yield f"a file of {subject} is shown, which is {silent}"
        elif case.public and MARK not in said["the post's page"]:
            yield f"{subject} is not shown, though nobody is to be kept from it"


def _silent(events: Sequence[Event]) -> str:
    """The fact since which nobody is shown the post; empty where anybody is."""
    last = ""
    for event in events:
        kind = type(event.fact)
        # Nothing undoes an erasure, whatever else was said before it.
        if kind is CitizenErased or (kind in SILENT and last in ("", PostHeld.__name__)):
            last = kind.__name__
        elif (kind, last) in UNDONE:
            last = ""
    return last
