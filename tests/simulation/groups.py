"""Whether groups were kept whole: each member told once, a joint answer counted for each, and what one does leaves the others."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from contracts.identity import derived
from contracts.notices import NoticeSuppressed
from contracts.posts import CitizenErased, PostsGrouped, PostUngrouped
from contracts.replies import PostReopened, ReplyPublished
from contracts.topics import type_of
from services.intake.core.case import Case
from services.stats.core.case import Case as StatsCase
from tests.simulation.asking import Operation
from tests.simulation.facts import Facts
from tests.simulation.told import told_otherwise
from tests.simulation.world import World

TOLD: Final = {PostsGrouped: "grouped", PostUngrouped: "ungrouped", ReplyPublished: "replied"}
"""Fact about a member to the notice that its author gets of it."""


def groups(world: World, operations: list[Operation], facts: Facts) -> Iterator[str]:
    """A sentence for each thing that does not hold."""
    yield from _whole(operations, facts)
    yield from _told(world, facts)
    for subject in sorted(world.memory["intake"].subject):
        case = facts.state("intake", subject)
        if isinstance(case, Case) and case.exists:
            yield from _kept(world, facts, subject, case)


def _whole(operations: list[Operation], facts: Facts) -> Iterator[str]:
    """All that were to be joined were, or none."""
    for one in operations:
        if one.act != "group":
            continue
        for cause, members in one.concerned.items():
            causes = [cause if not n else derived(cause, "part", n) for n in range(len(members))]
            said = sum(derived(each, type_of(PostsGrouped)) in facts.ids for each in causes)
            if said not in (0, len(members)):
                yield f"of {len(members)} posts of a group {said} were joined"


def _told(world: World, facts: Facts) -> Iterator[str]:
    """Each author is told of each fact once, or it is said why not."""
    notices: Counter[tuple[str, str]] = Counter()
    otherwise = told_otherwise(world)
    known = {
        (identity, row.notice.cause, row.notice.kind)
        for identity, row in world.claims.rows.items()
        if row.notice.audience == "citizen" and identity not in otherwise
    }
    for event in facts.every(NoticeSuppressed):
        fact: Any = event.fact
        if fact.audience == "citizen":
            known.add((fact.notice, fact.cause, fact.kind))
    notices.update((cause, kind) for _, cause, kind in known)
    for says, kind in TOLD.items():
        for event in facts.every(says):
            if notices[(event.id, kind)] != 1:
                yield f"{event.subject}: of {kind} its author was told {notices[(event.id, kind)]} times"


def _kept(world: World, facts: Facts, subject: str, case: Case) -> Iterator[str]:
    """What the log says of one member, and what everybody makes of it."""
    posts, replies = facts.of(subject, "posts"), facts.of(subject, "replies")
    parted = {event.fact.group for event in posts if isinstance(event.fact, PostUngrouped)}
    joined = [event.fact.group for event in posts if isinstance(event.fact, PostsGrouped)]
    inside = next((group for group in reversed(joined) if group not in parted), "")
    if (case.group.id if case.group else "") != inside:
        yield f"{subject}: is in group {case.group}, and the log says {inside!r}"
    given = [event.fact for event in replies if isinstance(event.fact, ReplyPublished)]
    stands = [reply.reply for reply in given if reply.group not in parted]
    if [reply.id for reply in case.replies] != stands:
        yield f"{subject}: shows the replies {[reply.id for reply in case.replies]}, and {stands} stand"
    handling = [event.fact for event in replies if isinstance(event.fact, ReplyPublished | PostReopened)]
    while handling and isinstance(handling[-1], ReplyPublished) and handling[-1].group in parted:
        handling.pop()
    answered = bool(handling) and isinstance(handling[-1], ReplyPublished)
    if not case.left and answered != (case.step in ("replied", "rated")):
        yield f"{subject}: stands at {case.step}, and the log says answered: {answered}"
    stats, router = facts.state("stats", subject), facts.state("router", subject)
    if isinstance(stats, StatsCase) and (stats.first_reply() is not None) != bool(stands):
        yield f"stats {subject}: knows {stats.first_reply()}, and {stands} stand"
    if router is not None and not case.left and router.answered != answered:
        yield f"router {subject}: answered is {router.answered}, and the log says {answered}"
    if not any(isinstance(event.fact, CitizenErased) for event in posts) and subject not in world.keys.text:
        yield f"{subject}: was never erased, and its key is gone"
