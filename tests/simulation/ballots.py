"""Surveys after a run: each person one token, each token one answer, what was published is what one counts, and nobody is named.

The count is read from the log alone, as anyone may count it: the key that SurveyClosed tells opens the boxes of topic `ballots`.
"""

from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

import msgspec

from chassis.vault import unseal
from contracts.surveys import BallotCast, ResultPublished, SurveyClosed
from contracts.topics import type_of
from services.survey.core.states import Ballot, Survey, Voter
from tests.simulation.asking import Operation
from tests.simulation.facts import Facts
from tests.simulation.searching import found
from tests.simulation.voice import TOLD, Voice
from tests.simulation.world import World

CLOSED: Final = type_of(SurveyClosed).encode()
"""What the header of an end says, of its repeats on the bus, too."""


def still_to_end(world: World) -> bool:
    """Whether a survey's time is over and it is open."""
    now = world.clock.now()
    return any(
        isinstance(one, Survey)
        and one.step == "open"
        and one.questionnaire is not None
        and one.questionnaire.ends <= now
        for one in world.memory["survey"].states()
    )


def ballots(world: World, operations: list[Operation], facts: Facts) -> Iterator[str]:
    """A sentence for each survey that was counted otherwise than people answered, and for each word that tells who did."""
    asked = [one for one in operations if one.act in ("survey:token", "survey:cast")]
    rows = world.memory["survey"]
    for subject, survey in ((subject, rows.state_of(subject)) for subject in sorted(rows.subject)):
        if isinstance(survey, Survey):
            own = [one for one in asked if one.subject == subject]
            yield from _entitled(world, subject, [one for one in own if one.act == "survey:token"])
            yield from _counted(
                world, subject, survey, [one for one in own if one.act == "survey:cast"], facts
            )
    yield from _sealed(world)
    yield from _nobodys(world, [one.body for one in asked])


def _entitled(world: World, survey: str, asked: list[Operation]) -> Iterator[str]:
    """One token a person, however often and at however many devices it was asked for."""
    given: dict[str, set[str]] = defaultdict(set)
    for one in asked:
        if one.result == "taken":
            given[one.body.voter].add(one.body.blinded)
    for voter, tokens in given.items():
        if len(tokens) != 1:
            yield f"{survey}: {voter} was given {len(tokens)} tokens"
        row, poll = (world.memory["survey"].state_of(subject) for subject in (voter, survey))
        if poll.step == "counted":
            # Who asks once more while the result is published leaves an empty row, as anybody does who asks after the end.
            if row is not None and row.exists:
                yield f"{survey}: {voter} took part, and is still kept"
        elif not isinstance(row, Voter) or row.blinded not in tokens:
            yield f"{survey}: {voter} was given a token, of which its row does not know"


def _counted(world: World, survey: str, kept: Survey, cast: list[Operation], facts: Facts) -> Iterator[str]:
    """What was taken is there once, as somebody sent it, and the published figures are its sum."""
    rows = world.memory["survey"]
    boxes = {subject: rows.state_of(subject) for subject in rows.subject}
    mine = {
        subject: one.sealed
        for subject, one in boxes.items()
        if isinstance(one, Ballot) and one.survey == survey
    }
    said = {
        one.subject: one.fact for one in facts.every(BallotCast) if getattr(one.fact, "survey", "") == survey
    }
    if not len(mine) == len(said) == kept.answers or mine.keys() != said.keys():
        yield f"{survey}: {kept.answers} answers, {len(mine)} ballots kept, {len(said)} said"
    sent: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for one in cast:
        sent[one.target].add((one.body.choice, one.body.text))
        if one.result == "taken" and one.target not in said:
            yield f"{survey}: {one.target} was taken, and is not there"
    closed = next(
        (one.fact for one in facts.of(survey, "surveys") if isinstance(one.fact, SurveyClosed)), None
    )
    result = next(
        (one.fact for one in facts.of(survey, "surveys") if isinstance(one.fact, ResultPublished)), None
    )
    if kept.step in ("", "draft") and not said:
        # Its end had passed before it could be published.
        return
    if closed is None or result is None:
        yield f"{survey}: never closed and counted, it is {kept.step}"
        return
    choices, texts = Counter[int](), 0
    for subject, fact in said.items():
        opened = msgspec.json.decode(unseal(closed.opening_key, fact.sealed, subject)["answers"])  # type: ignore[attr-defined]
        answers = {one["question"]: one for one in opened["answers"]}
        [choice], text = answers["q1"]["choices"], answers["q2"]["text"]
        if (choice, text) not in sent[subject]:
            yield f"{survey}: {subject} says {choice}, which nobody sent"
        choices[choice] += 1
        texts += 1
    told = {one.question: one for one in result.figures}
    if [*told["q1"].counts] != [choices[n] for n in range(len(told["q1"].counts))] or told[
        "q2"
    ].texts != texts:
        yield f"{survey}: published {told}, counted {choices} and {texts} texts"
    if not result.answers == closed.answers == len(said) <= result.tokens:
        yield f"{survey}: {closed.answers} at its end, {result.answers} published of {result.tokens} tokens, {len(said)} said"


def _sealed(world: World) -> Iterator[str]:
    """The key that opens answers is told with the end and never before; what people wrote stands in no table and on no topic."""
    keys = {b64encode(opening): survey for survey, (_, opening) in world.opening.kept.items()}
    early = [
        record.value or b""
        for (topic, _), records in world.broker.log.records.items()
        for record in records
        if topic in ("surveys", "ballots") and ("ce_type", CLOSED) not in record.headers
    ]
    if keys:
        for key in found(b"\n".join(early), keys):
            yield f"{keys[key]}: its key was told beside its end"
    for name, held in _everything(world):
        if TOLD.encode() in held:
            yield f"what people wrote in a survey stands in {name}"


def _nobodys(world: World, voices: list[Voice]) -> Iterator[str]:
    """Whoever reads what is said of answers finds nobody; whoever reads what is kept of persons finds no answer."""
    persons = {mark.encode(): one.voter for one in voices for mark in (one.voter, one.phone, one.blinded)}
    tokens = {b64encode(one.token): one.voter for one in voices if one.token}
    rows = world.memory["survey"].subject
    places = [
        *_everything(world),
        (
            "the answers of survey",
            b"\n".join(
                subject.encode() + row[2] for subject, row in rows.items() if not subject.startswith("voter:")
            ),
        ),
    ]
    for name, held in places if persons else ():
        yield from (f"{name} tells of {persons[mark]}" for mark in sorted(found(held, persons)))
    kept = b"\n".join(
        subject.encode() + row[2] for subject, row in rows.items() if subject.startswith("voter:")
    )
    if tokens:
        yield from (
            f"the row of a person tells the token of {tokens[mark]}" for mark in sorted(found(kept, tokens))
        )
    for name, memory in world.memory.items():
        if name != "survey" and any(subject.startswith(("voter:", "ballot:")) for subject in memory.subject):
            yield f"{name} keeps who answered, or what"


def _everything(world: World) -> Iterator[tuple[str, bytes]]:
    """What anybody may come to read of survey: its topics, its outbox, its kept answers; and what others keep."""
    log = world.broker.log.records
    yield (
        "a topic",
        b"\n".join(
            record.key + (record.value or b"")
            for (topic, _), records in log.items()
            if topic in ("surveys", "ballots")
            for record in records
        ),
    )
    yield "the outbox of survey", b"\n".join(blob for _, blob in world.memory["survey"].outbox.values())
    yield (
        "a kept answer of survey",
        b"\n".join(kept.answer for kept in world.servers["survey"].answered.values()),
    )
    yield "the states of stats", b"\n".join(row[2] for row in world.memory["stats"].subject.values())
