"""What else must agree with the log: forums' figures, records and grounds, rounds' samples, files that are kept, digests."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, Final

from contracts.accountability import RecordOpened
from contracts.debates import (
    CommentHidden,
    CommentReceived,
    CommentReleased,
    CommentSupported,
    CommentWithdrawn,
    StatementMade,
)
from contracts.inspections import RoundOpened
from contracts.posts import (
    CitizenErased,
    PostHidden,
    PostReceived,
    PostRestored,
    PostUngrouped,
    PostWithdrawn,
)
from contracts.replies import ReplyPublished
from contracts.topics import type_of
from services.debate.core.answers import Figures
from services.debate.core.states import COMMENT, Debate, Dialogue
from services.debate.store import NOTHING, MemoryDebates
from services.intake.core.attachments import files_of
from services.intake.store import MemoryAttachments
from services.stats.core.accountability.record import Record, by_rule, subject_of
from services.stats.core.case import Case as StatsCase
from services.stats.core.inspections.sample import draw
from tests.simulation.asking import Operation
from tests.simulation.facts import Facts, said_by
from tests.simulation.stores import finish
from tests.simulation.world import World


def recounts(world: World, operations: list[Operation], facts: Facts) -> Iterator[str]:
    """Every sentence that does not hold."""
    yield from _forums(world, facts)
    yield from _records(world, facts)
    yield from _rounds(world, facts)
    yield from _files(world, operations, facts)
    yield from _digests(world)


def _forums(world: World, facts: Facts) -> Iterator[str]:
    """The figures that are shown are those of whoever counts what the log says."""
    memory = world.memory["debate"]
    kinds = (Debate, Dialogue)
    forums = {s.rpartition(":")[2] for s in memory.subject if isinstance(memory.state_of(s), kinds)}
    shown = finish(MemoryDebates(memory).figures(sorted(forums)))
    counted = _counted(facts)
    for forum in sorted(forums):
        if shown[forum] != counted.get(forum, NOTHING):
            yield f"forum {forum}: shown {shown[forum]}, recounted {counted.get(forum)}"


def _counted(facts: Facts) -> dict[str, Figures]:
    comments: dict[str, tuple[Any, bool, int]] = {}
    for (topic, subject), found in facts.events.items():
        if topic != "comments":
            continue
        said: Any = None
        shown, supports = False, 0
        for seq in sorted(found):
            fact = found[seq].fact
            if isinstance(fact, CommentReceived | StatementMade):
                said, shown = fact, not getattr(fact, "held", "")
            shown = (shown or isinstance(fact, CommentReleased)) and not isinstance(
                fact, CommentHidden | CommentWithdrawn
            )
            supports += isinstance(fact, CommentSupported)
        comments[subject.removeprefix(COMMENT)] = said, shown, supports
    forums: dict[str, list[tuple[str, Any, int]]] = defaultdict(list)
    for identity, (said, shown, supports) in comments.items():
        if shown:
            forums[said.debate].append((identity, said, supports))
    return {forum: _summed(said) for forum, said in forums.items()}


def _summed(said: list[tuple[str, Any, int]]) -> Figures:
    people = [(one, fact, supports) for one, fact, supports in said if isinstance(fact, CommentReceived)]
    officially = {fact.answers for _, fact, _ in said if isinstance(fact, StatementMade)}
    return Figures(
        people=len({fact.person for _, fact, _ in people}),
        proven=len({fact.person for _, fact, _ in people if fact.proven}),
        comments=len(people),
        answered=sum(one in officially for one, _, _ in people),
        supports=sum(supports for _, _, supports in people),
        statements=len(said) - len(people),
    )


def _records(world: World, facts: Facts) -> Iterator[str]:
    """One record for each ground, opened once; it has heard how often its ground came and went; and none without one."""
    opened = Counter(event.fact.record for event in facts.every(RecordOpened))  # type: ignore[attr-defined]
    yield from (f"record {one} was opened {times} times" for one, times in opened.items() if times > 1)
    grounds = set[str]()
    for case in world.figures.states():
        for ground in case.grounds if isinstance(case, StatsCase) else ():
            identity = by_rule(ground.rule, ground.unit, case.number)
            grounds.add(identity)
            record = world.memory["records"].state_of(subject_of(identity))
            if not isinstance(record, Record) or record.ground != ground.n:
                yield f"record {identity}: the ground has changed {ground.n} times, the record knows {record}"
            elif not opened[identity] and ground.stands:
                yield f"record {identity}: the ground stands and no record was opened"
            elif record.step not in ("", "closed") and (record.withdrawn_at is None) != ground.stands:
                yield f"record {identity}: {record.withdrawn_at} and the ground stands: {ground.stands}"
    ruled = {event.fact.record for event in facts.every(RecordOpened) if event.fact.rule}  # type: ignore[attr-defined]
    yield from (f"record {one} has no ground" for one in sorted(ruled - grounds))


MATTERS: Final = (PostReceived, ReplyPublished, PostUngrouped, PostWithdrawn, PostHidden, PostRestored)
"""The facts that say whether a case may be drawn."""


def _rounds(world: World, facts: Facts) -> Iterator[str]:
    """Whoever folds the log up to the offsets of a round, and draws by its seed, draws the same cases."""
    rounds = list(facts.every(RoundOpened))
    if not rounds:
        return
    told = _reached(facts)
    for event in rounds:
        fact: Any = event.fact
        numbers, left = dict[str, str](), set[str]()
        replies, parted = defaultdict[str, list[ReplyPublished]](list), set[tuple[str, str]]()
        for (topic, partition), reached in told.items():
            until = fact.offsets.get(partition, {}).get(topic, 0)
            for subject, said, needed in reached:
                if needed >= until:
                    continue
                if isinstance(said, PostReceived):
                    numbers[subject] = said.number
                elif isinstance(said, ReplyPublished):
                    replies[subject].append(said)
                elif isinstance(said, PostUngrouped):
                    parted.add((subject, said.group))
                elif isinstance(said, PostRestored):
                    left.discard(subject)
                else:
                    left.add(subject)
        # A group is its member's own business: who leaves it takes its lead's reply along.
        answered = {
            s: next((one.department for one in said if (s, one.group) not in parted), "")
            for s, said in replies.items()
        }
        drawn_from = sorted(
            (numbers[s], unit) for s, unit in answered.items() if unit and s in numbers and s not in left
        )
        sample = draw(fact.seed, drawn_from, fact.size)
        if (sample.drawn, sample.fingerprint) != (fact.drawn, fact.fingerprint):
            yield f"round {fact.round}: {fact.drawn} of {fact.population}, drawn again {sample}"


def _reached(facts: Facts) -> dict[tuple[str, str], list[tuple[str, Any, int]]]:
    """Topic and partition to subject, fact, and the last offset that must have been read before somebody folds it.

    A fact is folded as far as no number before it is missing: a repeat may have brought a later one earlier.
    """
    found: dict[tuple[str, str], list[tuple[str, Any, int]]] = defaultdict(list)
    for (topic, subject), places in facts.places.items():
        needed = 0
        for seq in sorted(places) if topic in ("posts", "replies") else ():
            partition, offset = places[seq]
            needed = max(needed, offset)
            fact = facts.events[(topic, subject)][seq].fact
            if isinstance(fact, MATTERS):
                found[topic, str(partition)].append((subject, fact, needed))
    return found


def _files(world: World, operations: list[Operation], facts: Facts) -> Iterator[str]:
    """The files that are kept are those that came with what was taken."""
    expected: dict[str, set[str]] = defaultdict(set)
    for one in operations:
        says = said_by(one)
        if says is None or one.act not in ("submit", "follow-up", "reply"):
            continue
        for n, cause in enumerate(one.causes):
            if one.says(cause, type_of(says)) not in facts.ids:
                continue
            if one.act == "submit":
                expected[one.subjects[n]] |= {*files_of(one.files)}
            else:
                expected[one.subject] |= {*files_of(one.files)}
    for event in facts.every(ReplyPublished):
        fact: Any = event.fact
        expected[event.subject] |= {*files_of(fact.attachments)} if fact.lead else set()
    for (topic, subject), found in facts.events.items():
        if topic == "posts" and any(isinstance(event.fact, CitizenErased) for event in found.values()):
            expected[subject] = set()
    keepers = world.memory["intake"].keepers
    kept = next(keeper.kept for keeper in keepers if isinstance(keeper, MemoryAttachments))
    for subject in expected.keys() | kept.keys():
        if set(kept.get(subject, ())) != expected[subject]:
            yield f"files of {subject}: {len(kept.get(subject, ()))} are kept, {len(expected[subject])} came"


def _digests(world: World) -> Iterator[str]:
    """Each notice lies in one digest at most and ends as it did; a digest that is said to be sent arrived."""
    lies: Counter[str] = Counter()
    for identity, digest in world.digests.digests.items():
        lies.update(digest.notices)
        times = world.arrived[identity]
        if digest.state not in ("sent", "failed"):
            yield f"digest {identity} is {digest.state}"
        if digest.state == "sent" and not times:
            yield f"digest {identity} is said to be sent and never arrived"
        if times > 1 and not digest.repeated and digest.attempts < 2:
            yield f"digest {identity} arrived {times} times and is no repeat"
        for notice in digest.notices:
            row = world.claims.rows[notice]
            if (row.digest, row.state) != (identity, digest.state):
                yield f"notice {notice} is {row.state} in {row.digest}; its digest {identity} is {digest.state}"
    yield from (f"notice {one} lies in {times} digests" for one, times in lies.items() if times > 1)
